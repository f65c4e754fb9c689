"""The state document: all that a watch page shows, complete each time. Pure.

Times are milliseconds since the epoch. It has no ID of anybody, nothing that moderators have not approved,
and one secret alone: the spectator's token, which is the page's own.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2s
from typing import Any

from bot.broadcast.arbitration.policy import Choice
from bot.broadcast.floor.view import FloorView, ShownCandidate, ShownMotion
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Channel, Spectating, Suggestion
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State

Document = Mapping[str, Any]


def state_document(
    view: BroadcastView | None,
    last: PastBroadcast | None,
    *,
    channel: Channel,
    name: str | None,
    watching: int,
    last_has_picture: bool,
) -> Document:
    """What is on in a channel, or else what was on last; without `now`, which each page is told anew.

    `name` is the channel's, if it is known; `watching` is how many pages are looked at. The document's
    `picture` is the key of whichever of the two `picture.jpg` shows, null if there is none of it.
    """
    has_picture = view.has_picture if view else last_has_picture
    shown = view or last
    return {
        "channel": {"name": name, "url": f"https://discord.com/channels/{channel.guild_id}/{channel.id}"},
        "watching": watching,
        "picture": key_of(shown.broadcast.id) if shown and has_picture else None,
        "broadcast": _broadcast(view) if view else None,
        "last": _last(last) if last else None,
    }


def key_of(broadcast_id: str) -> str:
    """What tells one broadcast from the next on the page. The ID itself opens what it is not for."""
    return blake2s(broadcast_id.encode(), digest_size=8).hexdigest()


def milliseconds(date: datetime) -> int:
    return round(1000 * date.timestamp())


def _time(date: datetime | None) -> int | None:
    return None if date is None else milliseconds(date)


def _broadcast(view: BroadcastView) -> Document:
    broadcast, floor = view.broadcast, view.floor
    return {
        "key": key_of(broadcast.id),
        "state": broadcast.state.value,
        "portrait": broadcast.portrait,
        "host": broadcast.host.name,
        "began_at": _time(broadcast.live_at),
        "ends_at": _time(view.ends_at),
        "opening": broadcast.prompt,
        "prompt": {"text": view.prompt_in_force, "by": view.last_applied and view.last_applied.viewer.name},
        "asked_for": view.last_applied.prompt if view.last_applied else broadcast.prompt,
        "coming_back": view.coming_back,
        "place_in_pool": view.place_in_pool,
        "is_last_call": view.is_last_call,
        **_floor(floor),
        "stream": _stream(view.streams, view.spectating),
    }


def _floor(floor: FloorView) -> Document:
    return {
        "mode": floor.mode.value,
        "is_paused": floor.is_paused,
        "waiting": floor.waiting - len(floor.to_review),
        "waiting_for_a_place": floor.waiting_for_a_place,
        "candidates": [_candidate(each) for each in floor.candidates],
        "closes_at": _time(floor.closes_at),
        "motion": _motion(floor.motion) if floor.motion else None,
        "winner": _winner(floor.winner) if floor.winner else None,
    }


def _candidate(candidate: ShownCandidate) -> Document:
    return {"number": candidate.number, **_words_of(candidate.suggestion), "votes": candidate.votes}


def _winner(choice: Choice) -> Document:
    return {**_words_of(choice.suggestion), "votes": choice.votes, "of": choice.all_votes}


def _words_of(suggestion: Suggestion) -> Document:
    return {"text": suggestion.prompt, "by": suggestion.viewer.name}


def _motion(motion: ShownMotion) -> Document:
    return {
        "mode": motion.mode.value,
        "by": motion.by.name,
        "for": motion.votes_for,
        "against": motion.votes_against,
        "closes_at": milliseconds(motion.closes_at),
    }


def _stream(number: int, spectating: Spectating | None) -> Document | None:
    if spectating is None:
        return None
    return {
        "number": number,
        "whep": {"url": spectating.webrtc_url, "token": spectating.spectator_token},
        "has_hls": spectating.hls_url is not None,
    }


def _last(last: PastBroadcast) -> Document:
    broadcast, on_air_s = last.broadcast, last.on_air_s
    return {
        "key": key_of(broadcast.id),
        "opening": broadcast.prompt,
        "portrait": broadcast.portrait,
        "host": broadcast.host.name,
        "ended_at": _time(broadcast.ended_at),
        "seconds": None if on_air_s is None else round(on_air_s),
        "films": len(last.recorded),
        "has_failed": broadcast.state is State.FAILED,
    }
