"""What is shown of a broadcast, as a text: for other processes that show it too. Pure.

Complete each time. It has no ID of anybody, and nothing that moderators have not approved. What a newer
version adds is passed over, and for what it calls otherwise the most usual is shown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from bot.broadcast.arbitration.policy import Choice, Mode
from bot.broadcast.floor.view import FloorView, ShownCandidate, ShownMotion
from bot.broadcast.model import Broadcast, Channel, Spectating, Suggestion, Viewer
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State

Document = Mapping[str, Any]

NOT_WORTH_IT = timedelta(seconds=2)
"""Walls that are no further apart are taken for the same: in between lies what a text takes to come here."""


class Shown(NamedTuple):
    """What another process shows of a broadcast, and how its channel is called there, if that is known."""

    view: BroadcastView
    channel_name: str | None


def text_of(view: BroadcastView, channel_name: str | None) -> str:
    """All of a document but for the time: the same as long as what is shown is."""
    return json.dumps({"channel_name": channel_name, **_view(view)}, separators=(",", ":"))


def dated(text: str, now: datetime) -> str:
    """A whole one. `now` is the time by the wall of whoever made it: all others in it are by that, too."""
    return f'{{"now":{now.timestamp()},{text[1:]}'


def shown_in(text: str, now: datetime, *, age: timedelta = timedelta()) -> Shown:
    """What a text says, in times of this process's wall, where it is `now`: the text was made so long before.

    Raises `ValueError` or `LookupError` for one that is none of ours.
    """
    document = json.loads(text)
    behind = now - age - datetime.fromtimestamp(document["now"], UTC)
    # In whole seconds: what it took to come here is another time with each text.
    to_ours = timedelta(seconds=round(behind.total_seconds()))
    reading = _Reading(to_ours if abs(behind) > NOT_WORTH_IT else timedelta())
    return Shown(reading.view(document), document.get("channel_name"))


def _view(view: BroadcastView) -> Document:
    broadcast, spectating = view.broadcast, view.spectating
    return {
        "id": broadcast.id,
        "channel": [broadcast.channel.guild_id, broadcast.channel.id],
        "host": broadcast.host.name,
        "prompt": broadcast.prompt,
        "portrait": broadcast.portrait,
        "state": broadcast.state.value,
        "requested_at": broadcast.requested_at.timestamp(),
        "live_at": _time(broadcast.live_at),
        "ends_at": _time(view.ends_at),
        "in_force": view.prompt_in_force,
        "last_applied": _suggestion(view.last_applied) if view.last_applied else None,
        "floor": _floor(view.floor),
        "is_closing": view.is_closing,
        "place_in_pool": view.place_in_pool,
        "streams": view.streams,
        "coming_back": view.coming_back,
        "ideas": view.ideas,
        "people": view.people,
        "is_last_call": view.is_last_call,
        "is_unstored": view.is_unstored,
        "is_handed_over": view.is_handed_over,
        "has_picture": view.has_picture,
        "spectating": [spectating.webrtc_url, spectating.spectator_token, spectating.hls_url]
        if spectating
        else None,
    }


def _floor(floor: FloorView) -> Document:
    motion, winner = floor.motion, floor.winner
    return {
        "mode": floor.mode.value,
        "is_paused": floor.is_paused,
        "waiting": floor.waiting - len(floor.to_review),
        "waiting_for_a_place": floor.waiting_for_a_place,
        "closes_at": _time(floor.closes_at),
        "candidates": [[each.number, each.votes, *_suggestion(each.suggestion)] for each in floor.candidates],
        "winner": [winner.votes, winner.all_votes, *_suggestion(winner.suggestion)] if winner else None,
        "motion": {
            "mode": motion.mode.value,
            "by": motion.by.name,
            "for": motion.votes_for,
            "against": motion.votes_against,
            "closes_at": motion.closes_at.timestamp(),
        }
        if motion
        else None,
    }


def _suggestion(suggestion: Suggestion) -> tuple[str, str]:
    return suggestion.prompt, suggestion.viewer.name


def _time(date: datetime | None) -> float | None:
    return date.timestamp() if date else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads a document. `to_ours` is added to its times, and makes them those of this process's wall."""

    to_ours: timedelta

    def view(self, of: Document) -> BroadcastView:
        broadcast = Broadcast(
            id=of["id"],
            channel=Channel(*of["channel"]),
            host=_named(of["host"]),
            prompt=of["prompt"],
            portrait=of["portrait"],
            requested_at=self._date(of["requested_at"]),
            state=State(of["state"]) if of["state"] in list(State) else State.LIVE,
            live_at=self._maybe(of.get("live_at")),
        )
        spectating = of.get("spectating")
        return BroadcastView(
            broadcast,
            of["in_force"],
            self._suggestion(of["last_applied"], broadcast) if of.get("last_applied") else None,
            self._floor(of["floor"], broadcast),
            is_closing=of["is_closing"],
            place_in_pool=of.get("place_in_pool"),
            streams=of["streams"],
            coming_back=of["coming_back"],
            ideas=of["ideas"],
            people=of["people"],
            ends_at=self._maybe(of.get("ends_at")),
            is_last_call=of["is_last_call"],
            is_unstored=of["is_unstored"],
            is_handed_over=of["is_handed_over"],
            has_stored_picture=of["has_picture"],
            spectating=Spectating(*spectating) if spectating else None,
        )

    def _floor(self, of: Document, broadcast: Broadcast) -> FloorView:
        motion, winner = of.get("motion"), of.get("winner")
        return FloorView(
            mode=_mode(of["mode"]),
            is_paused=of["is_paused"],
            waiting=of["waiting"],
            waiting_for_a_place=of["waiting_for_a_place"],
            closes_at=self._maybe(of.get("closes_at")),
            candidates=tuple(
                ShownCandidate(number, self._suggestion(words, broadcast), (), votes)
                for number, votes, *words in of["candidates"]
            ),
            winner=Choice(self._suggestion(winner[2:], broadcast), votes=winner[0], all_votes=winner[1])
            if winner
            else None,
            motion=ShownMotion(
                _mode(motion["mode"]),
                _named(motion["by"]),
                motion["for"],
                motion["against"],
                self._date(motion["closes_at"]),
            )
            if motion
            else None,
        )

    def _suggestion(self, words: list[str], broadcast: Broadcast) -> Suggestion:
        prompt, name = words[:2]
        return Suggestion("", broadcast.id, _named(name), prompt, broadcast.requested_at)

    def _maybe(self, time: float | None) -> datetime | None:
        return None if time is None else self._date(time)

    def _date(self, time: float) -> datetime:
        return datetime.fromtimestamp(time, UTC) + self.to_ours


def _named(name: str) -> Viewer:
    """Somebody of whom no more is told than the name."""
    return Viewer(0, name)


def _mode(value: str) -> Mode:
    return Mode(value) if value in list(Mode) else Mode.QUEUE
