"""What may be found wrong after an evening: a line for each violation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from discord.utils import snowflake_time

from bot.local.discord.people.views import SeenMessage
from tests.chaos.crowd import Said
from tests.chaos.stored import Stored

if TYPE_CHECKING:
    from tests.chaos.evening import Evening

QUEUED, APPLIED, REFUSED = "📨", "✅", "❌"
MAY_HAVE_BEEN_TAKEN = {"not_known", "not_acknowledged", "connection_lost", "broadcast_ended"}
"""Refusals of what was sent, and of which it is not known, or not sure, whether the world took it."""
OF_WHAT_WAITS = {"panic", "muted", "withdrawn", "stale", "moderator_refused"}
"""What a stream that broke took along is in line again for the next one: there all of these may stop it."""
LIE = "garbage"
"""The fault in which the service acknowledges, among other nonsense, what it has not taken."""
MOMENT = timedelta(seconds=1)
"""At both ends of a broadcast in which it is not certain whether it takes what is said."""
_LIVE = re.compile(
    r"Connecting to Odyssey|🔴 Live|⏹️ Ending|The world is coming back|Waiting for a free stream|back soon"
)
_STEERS = re.compile(r"odyssey:(suggest|moderate|vote|for|against):")
_RECORDINGS = re.compile(r"^## 🎬 (Recording|No recording)", re.MULTILINE)


def problems(evening: Evening) -> list[str]:
    """All that is not right (yet), once the broadcast is over."""
    stored = evening.stored
    posts = [
        each
        for crowd in evening.crowds
        for each in evening.discord.messages(crowd.channel)
        if each.from_bot and not each.private
    ]
    return [
        *_of_streams(evening, stored),
        *_of_suggestions(evening, stored),
        *_of_words_back(evening, stored),
        *_of_what_was_said(evening, stored),
        *_of_panels(stored, posts),
        *_of_recordings(stored, posts),
        *_of_the_rest(evening),
    ]


def _of_streams(evening: Evening, stored: Stored) -> Iterator[str]:
    known = {each["service_id"] for each in stored.streams}
    for stream_id in evening.standin.log.started:
        if stream_id not in known:
            yield f"stream {stream_id} is not in the database"
    for each in stored.running:
        yield f"broadcast {each['id']} is {each['state']} in the database"
    for each in stored.streams:
        if each["ended_at"] is None:
            yield f"stream {each['number']} is open in the database"


def _of_suggestions(evening: Evening, stored: Stored) -> Iterator[str]:
    said = {each.prompt for crowd in evening.crowds for each in crowd.said}
    taken = Counter(prompt for _, prompt in evening.standin.log.taken)
    # A stream that breaks takes along what was under way: that is sent to the next one, once.
    most = 2 if evening.streams_may_break else 1
    may_have_been_taken = MAY_HAVE_BEEN_TAKEN | (OF_WHAT_WAITS if evening.streams_may_break else {"panic"})
    for prompt in said & taken.keys():
        if taken[prompt] > most:
            yield f"sent {taken[prompt]} times: {prompt}"
    for (_, prompt), times in Counter(evening.standin.log.taken).items():
        if times > 1 and prompt in said:
            yield f"sent {times} times on one stream: {prompt}"
    for prompt, times in Counter(each["prompt"] for each in stored.suggestions).items():
        if times > 1 and prompt in said:
            yield f"stored {times} times: {prompt}"
    for each in stored.suggestions:
        outcome, prompt = each["outcome"], each["prompt"]
        if outcome not in ("acknowledged", "refused"):
            yield f"{outcome} for ever: {prompt}"
        elif outcome == "acknowledged" and not taken[prompt] and LIE not in evening.plan.faults:
            yield f"applied by its row, but never taken: {prompt}"
        elif prompt not in said:  # each panic's safe prompt has the same words
            continue
        elif outcome == "refused" and taken[prompt] and each["refusal"] not in may_have_been_taken:
            yield f"taken by the world, but {each['refusal']} by its row: {prompt}"


def _of_words_back(evening: Evening, stored: Stored) -> Iterator[str]:
    rows = {each["prompt"]: each for each in stored.suggestions}
    for crowd in evening.crowds:
        channel_id = evening.discord.world.channel_id(crowd.channel)
        for said in crowd.said:
            yield from _of_word_back(said, said.by.see(channel_id, said.message_id), rows.get(said.prompt))
        for person in evening.discord.users:
            for message in person.messages(crowd.channel):
                if message.thinking and message.private:
                    yield f"thinking… for ever, for {person.name}"


def _of_what_was_said(evening: Evening, stored: Stored) -> Iterator[str]:
    """Whether each message that proposed something while a broadcast ran was heard: taken, or refused."""
    if any(kill.is_late for kill in evening.plan.kills):
        return  # it was being ended meanwhile
    taken = {each["prompt"] for each in stored.suggestions}
    refused = {int(each) for each in re.findall(r"refused at message (\d+)", evening.log)}
    for crowd in evening.crowds:
        channel_id = evening.discord.world.channel_id(crowd.channel)
        ran = [
            (_date(each["requested_at"]) + MOMENT, _date(each["ended_at"]) - MOMENT)
            for each in stored.broadcasts
            if each["channel_id"] == channel_id and each["ended_at"]
        ]
        for said in crowd.said:
            at = snowflake_time(said.message_id)
            was_heard = said.prompt in taken or said.message_id in refused
            if said.is_chat and not was_heard and any(first < at < last for first, last in ran):
                yield f"said at {at:%H:%M:%S.%f}, and not heard: {said.prompt}"


def _date(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _of_word_back(said: Said, message: SeenMessage | None, row: dict[str, Any] | None) -> Iterator[str]:
    if message is None:
        return
    is_applied = row is not None and row["outcome"] == "acknowledged"
    if said.is_chat:
        if QUEUED in message.reactions:
            yield f"still marked as queued: {said.prompt}"
        if APPLIED in message.reactions and not is_applied:
            yield f"marked as applied, but is not: {said.prompt}"
        if REFUSED in message.reactions and is_applied:
            yield f"marked as refused, but was applied: {said.prompt}"
    elif message.text.startswith(QUEUED):
        if row is None:
            yield f"told that it was taken, but never stored: {said.prompt}"
        elif all(said.prompt not in each.text for each in said.by.messages(said.by.direct_channel)):
            yield f"told that it was taken, and nothing since: {said.prompt} ({row['refusal']})"


def _of_panels(stored: Stored, posts: list[SeenMessage]) -> Iterator[str]:
    for each in posts:
        if each.thinking:
            yield "thinking… for ever, where a panel was to be"
        if _LIVE.search(each.text):
            yield f"looks live: {each.text.splitlines()[0]}"
        elif any(_STEERS.match(str(button.custom_id)) for button in each.buttons if not button.disabled):
            yield f"can be steered: {each.text.splitlines()[0]}"
    for broadcast in stored.broadcasts:
        panels = sum(
            any(str(button.custom_id) == f"odyssey:again:{broadcast['id']}" for button in each.buttons)
            for each in posts
        )
        if panels != 1:
            yield f"{panels} panels of broadcast {broadcast['id']}"


def _of_recordings(stored: Stored, posts: list[SeenMessage]) -> Iterator[str]:
    for broadcast in stored.broadcasts:
        streams = [
            each["service_id"]
            for each in stored.streams
            if each["broadcast_id"] == broadcast["id"] and each["service_id"]
        ]
        own = [
            each
            for each in posts
            if _RECORDINGS.search(each.text) and any(i in each.text for i in (broadcast["id"], *streams))
        ]
        if len(own) != bool(streams):
            yield f"{len(own)} posts of recordings of broadcast {broadcast['id']}, of {len(streams)} streams"
        elif own and (offered := _offered(own[0])) != len(streams):
            yield f"{offered} recordings are offered, of {len(streams)}"


def _offered(post: SeenMessage) -> int:
    listed = sum(len(each.get("options", [])) for each in post.components)
    return listed or int("Full video" in post.text)


def _of_the_rest(evening: Evening) -> Iterator[str]:
    if held := evening.standin.connections:
        yield f"{held} connections are left open"
    if evening.standin.streams_on:
        yield f"{evening.standin.streams_on} streams run on"
    for fault in evening.faults_of_database():
        yield f"the database: {fault}"
    for trace in re.findall(r"^Traceback.+?^(\S.+?)$", evening.log, re.MULTILINE | re.DOTALL):
        if not evening.may_log(trace):
            yield f"a traceback in the log: {trace}"
