"""What has to be true of an evening once it has come to rest, whatever happened in it."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

from bot.broadcast.model import Outcome, Refusal
from bot.broadcast.states import State
from cogs.chat.word_back import UNMARKED_REFUSALS
from cogs.kit.marks import APPLIED, NOT_KNOWN, REFUSED
from tests.simulate.app import SAFE_PROMPT
from tests.simulate.channels import BOT
from tests.simulate.cogs import direct_channel
from tests.simulate.crowd import PEOPLE
from tests.simulate.evening import Evening

OVER = {State.ENDED.value, State.FAILED.value}
SETTLED = {Outcome.ACKNOWLEDGED.value, Outcome.REFUSED.value}
UNHURRIED_S = 60.0
"""By so much the bot's times of a stream may differ from the service's, which it hears of late."""
MOMENTS_S = 5.0
"""Between a stream's beginning and that of its broadcast, as they are stored."""
OVERTIME_S = 60.0
"""A broadcast ends within it when its time is up: what is under way is finished."""


def check(evening: Evening) -> list[str]:
    """Everything that is wrong; an empty list if nothing is."""
    if evening.faults:
        return evening.faults  # what comes of a broken evening is no wonder
    return [fault for claim in CLAIMS for fault in claim(evening)]


def all_is_over(evening: Evening) -> Iterator[str]:
    """No broadcast, stream or suggestion is open that nobody runs."""
    for row in evening.disk.rows("select * from broadcasts"):
        if row["state"] not in OVER or row["ended_at"] is None:
            yield f"broadcast {row['id']} is {row['state']} for ever"
    for row in evening.disk.rows("select * from streams where ended_at is null"):
        yield f"stream {row['service_id'] or row['id']} is open for ever"
    for row in evening.disk.rows("select * from suggestions"):
        if row["outcome"] not in SETTLED or row["settled_at"] is None:
            yield f"suggestion {row['id']} is {row['outcome']} for ever"


def each_stream_is_known(evening: Evening) -> Iterator[str]:
    """What began at the service is in the database, at its time; a broadcast has one of each number."""
    rows = {row["service_id"]: row for row in evening.disk.rows("select * from streams")}
    for stream in evening.service.streams.values():
        row = rows.get(stream.id)
        if row is None:
            yield f"nobody knows of stream {stream.id}"
            continue
        assert stream.ended_at
        for name, at in (("started_at", stream.began_at), ("ended_at", stream.ended_at)):
            if row[name] is None or abs((_date(row[name]) - at).total_seconds()) > UNHURRIED_S:
                yield f"stream {stream.id} has {row[name]} as {name}, and that was at {at}"
    for (broadcast_id,) in evening.disk.rows("select id from broadcasts"):
        theirs = evening.disk.rows(
            "select number, started_at, ended_at, service_id from streams where broadcast_id = ?"
            " and service_id is not null order by started_at, number",
            broadcast_id,
        )
        numbers = [row["number"] for row in theirs]
        if len(numbers) != len(set(numbers)):
            yield f"streams of {broadcast_id} are numbered {numbers}"


def time_on_air_is_right(evening: Evening) -> Iterator[str]:
    """Nobody is on air for longer than was given, and no stream lies outside of its broadcast."""
    for row in evening.disk.rows("select * from broadcasts where live_at and ended_at"):
        lasted_s = (_date(row["ended_at"]) - _date(row["live_at"])).total_seconds() - _off_air_s(row)
        if lasted_s < -MOMENTS_S:
            yield f"broadcast {row['id']} was on air for {lasted_s:.1f} s"
        if lasted_s > row["length_s"] + OVERTIME_S + evening.full_s:
            yield f"broadcast {row['id']} was on air for {lasted_s:.1f} s, of {row['length_s']}"
        for stream in evening.disk.rows("select * from streams where broadcast_id = ?", row["id"]):
            late_s = (_date(stream["started_at"]) - _date(row["ended_at"])).total_seconds()
            if stream["service_id"] and late_s > UNHURRIED_S:
                yield f"stream {stream['service_id']} began after the end of its broadcast"


def each_suggestion_has_one_fate(evening: Evening) -> Iterator[str]:
    """What was sent is sent once; what was applied was heard; what never left was never heard."""
    heard: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    took: set[str] = set()
    for stream in evening.service.streams.values():
        for prompt in stream.heard:
            heard[prompt].append((stream.run, stream.id))
        took |= {*stream.took.values()}
    for prompt, times in heard.items():
        if prompt == SAFE_PROMPT:
            continue
        if evening.crowd.used[prompt] == 1:
            if any(count > 1 for count in Counter(times).values()):
                yield f"{prompt!r} was heard twice by one stream: {times}"
            if len({run for run, _ in times}) > 1:
                yield f"{prompt!r} was sent again after a crash: {times}"
            if len(times) > 2:
                yield f"{prompt!r} was sent {len(times)} times: {times}"
    for row in evening.disk.rows("select * from suggestions"):
        if row["outcome"] == Outcome.ACKNOWLEDGED.value and row["applied"] not in took:
            yield f"suggestion {row['id']} was applied as {row['applied']!r}, which no stream took"
        prompt, is_own = row["prompt"], evening.crowd.used[row["prompt"]] == 1
        if is_own and row["sent_at"] is None and prompt in heard:
            yield f"suggestion {row['id']} was never sent ({row['refusal']}), and heard: {heard[prompt]}"
        if row["refusal"] == Refusal.BROADCAST_ENDED.value and row["sent_at"] and row["applied"]:
            yield f"suggestion {row['id']} has two fates"


def each_author_is_told_once(evening: Evening) -> Iterator[str]:
    """Whoever was told that a suggestion is in line hears what became of it, in that run or a later one."""
    rows = {row["id"]: row for row in evening.disk.rows("select * from suggestions")}
    for idea in evening.crowd.ideas.values():
        row = rows.get(idea.suggestion.id)
        if row is None:
            yield f"suggestion {idea.suggestion.id} was taken, and is not in the database"
            continue
        if len(idea.told) > 1:
            yield f"the author of {row['id']} was told {len(idea.told)} times"
        for told in idea.told:
            if (told.outcome.value, told.refusal and told.refusal.value) != (row["outcome"], row["refusal"]):
                yield f"the author of {row['id']} was told {told.refusal}: it is {row['outcome']}"
        survived = evening.runs[idea.run - 1][2].done() and not evening.rules.hands_over
        if not idea.told and survived:
            yield f"the author of {row['id']} was never told"


def marks_tell_the_truth(evening: Evening) -> Iterator[str]:
    """The message of a suggestion bears the mark of what became of it, and no other."""
    for row in evening.disk.rows("select * from suggestions where is_marked"):
        message = evening.discord.standing[row["channel_id"]].get(row["message_id"])
        refusal = Refusal(row["refusal"]) if row["refusal"] else None
        sign = (
            APPLIED
            if refusal is None
            else NOT_KNOWN
            if refusal is Refusal.NOT_KNOWN
            else None
            if refusal in UNMARKED_REFUSALS
            else REFUSED
        )
        right = [{sign} if sign else set()]
        if message and row["message_id"] in evening.crowd.unmarked:
            # That it was one of many is known in memory only: a later run marks it.
            right = [set(), *right] if evening.crashes else [set()]
        if message and message.marks not in right:
            yield f"suggestion {row['id']} is {row['outcome']} ({refusal}), and marked {message.marks}"


def nobody_is_written_to_twice(evening: Evening) -> Iterator[str]:
    """Of one suggestion its author gets one direct message at most."""
    for viewer_id in range(PEOPLE):
        messages = evening.discord.standing.get(direct_channel(viewer_id), {}).values()
        for prompt, count in Counter(_quoted(message.content) for message in messages).items():
            if count > evening.crowd.used[prompt]:
                yield f"{viewer_id} was written to {count} times of {prompt!r}"


def each_recording_is_posted_once(evening: Evening) -> Iterator[str]:
    """Of each broadcast with recordings one post stands, which offers each of them; and no other."""
    expected: dict[str, int] = {}
    channels: dict[str, int] = {}
    for row in evening.disk.rows(
        "select b.id, b.channel_id, s.service_id from broadcasts b, streams s where s.broadcast_id = b.id"
    ):
        stream = evening.service.streams.get(row["service_id"] or "")
        channels[row["id"]] = row["channel_id"]
        expected[row["id"]] = expected.get(row["id"], 0) + bool(stream and stream.recorded_at)
    for broadcast_id, count in expected.items():
        messages = evening.discord.standing.get(channels[broadcast_id], {}).values()
        posts = [
            message
            for message in messages
            if message.author is BOT and _shows(message.payload, evening, broadcast_id)
        ]
        if len(posts) > 1:
            yield f"the recordings of {broadcast_id} are posted {len(posts)} times"
        if count and not posts:
            yield f"the {count} recordings of {broadcast_id} are not posted"
        if count > 1 and posts:
            offered = json.dumps(posts[0].payload).count('"value"')
            if offered != count:
                yield f"the post of {broadcast_id} offers {offered} of {count} recordings"


def nothing_is_left_open(evening: Evening) -> Iterator[str]:
    """No connection is held at the service."""
    for session in evening.service.sessions.values():
        yield f"{session.id} is held for ever"
    for stream in evening.service.streams.values():
        if stream.ended_at is None:
            yield f"stream {stream.id} runs for ever"


CLAIMS = (
    all_is_over,
    each_stream_is_known,
    time_on_air_is_right,
    each_suggestion_has_one_fate,
    each_author_is_told_once,
    marks_tell_the_truth,
    nobody_is_written_to_twice,
    each_recording_is_posted_once,
    nothing_is_left_open,
)


def _shows(payload: list[dict[str, object]], evening: Evening, broadcast_id: str) -> bool:
    text = json.dumps(payload)
    if broadcast_id in text:
        return True
    streams = evening.disk.rows("select service_id from streams where broadcast_id = ?", broadcast_id)
    return any(row["service_id"] and f"`{row['service_id']}`" in text for row in streams)


def _quoted(text: str) -> str:
    """The suggestion that a direct message is about, in its own words."""
    found = re.search(r"\w+ \d+ \w+", text)
    return found[0] if found else text


def _off_air_s(row: sqlite3.Row) -> float:
    return float(row["off_air_s"]) if "off_air_s" in row.keys() else 0.0  # noqa: SIM118 - of a row's names


def _date(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
