"""A broadcast of many streams has one post, one line in the list and one answer: its streams are in menus."""

import asyncio
import itertools
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.broadcast.model import Recording, Stream
from bot.broadcast.recordings.desk import RecordingDesk
from bot.broadcast.states import Reason
from bot.broadcast.telling.errand import owed_for_stream
from bot.local.discord.people.views import SeenMessage
from bot.local.discord.state import ApiError
from bot.worlds.odyssey import OdysseyRecordings
from tests.cogs.conftest import HastyClock, happening, overhearing, refusing, until
from tests.cogs.recordings.test_recording_board import POST_OF_A_MESSAGE, recordings
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.database import entered_anew

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=6)
SILENT = 1 << 12
LONG = "/".join(["https://recordings.example"] + ["x" * 199] * 6)


@pytest.fixture(autouse=True)
def service(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The streams of which the service has no recording; of all others it has one, with very long links."""
    missing: set[str] = set()

    async def find(recordings: OdysseyRecordings, stream: Stream) -> Recording | None:
        stream_id = stream.shown_id
        video, preview, thumbnail = (f"{LONG}/{stream_id}-{name}" for name in ("video", "preview", "still"))
        found = Recording(datetime.now(UTC), video, preview, thumbnail, None, 3000, 150.0)
        return None if stream_id in missing else found

    async def fetch(url: str, **_: object) -> bytes:
        return url.encode()

    monkeypatch.setattr(OdysseyRecordings, "find", find)
    monkeypatch.setattr("bot.worlds.artifacts.read_artifact", fetch)
    return missing


@pytest.fixture
def desks(monkeypatch: pytest.MonkeyPatch) -> list[RecordingDesk]:
    """The desks of the bots that are started."""
    opened: list[RecordingDesk] = []
    enter = RecordingDesk.__aenter__

    async def enter_and_note(desk: RecordingDesk) -> RecordingDesk:
        opened.append(desk)
        return await enter(desk)

    monkeypatch.setattr(RecordingDesk, "__aenter__", enter_and_note)
    return opened


def database_of(house: House) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(house.directory / "odyssey.sqlite3"))


def text_of(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def store_stream(house: House, number: int, broadcast_id: str, prompt: str | None = None) -> Stream:
    """A stream that has ended, 150 s after it began."""
    began_at = BEGAN + timedelta(seconds=150 * (number - 1))
    stream = Stream(
        id=f"own{number}",
        broadcast_id=broadcast_id,
        prompt=prompt or f"Scene {number}",
        portrait=False,
        intended_at=began_at,
        started_at=began_at,
        number=number,
        service_id=f"stream-{number}",
        ended_at=began_at + timedelta(seconds=150),
        end_reason=Reason.TIME_LIMIT,
    )
    row = {
        "id": stream.id,
        "service_id": stream.service_id,
        "broadcast_id": broadcast_id,
        "number": number,
        "prompt": stream.prompt,
        "portrait": 0,
        "state": "ended",
        "end_reason": "time_limit",
        "intended_at": text_of(began_at),
        "started_at": text_of(began_at),
        "ended_at": text_of(began_at + timedelta(seconds=150)),
    }
    insert(house, "streams", row)
    for owed in owed_for_stream(stream):
        insert(
            house,
            "outbox",
            {
                "key": owed.key,
                "kind": owed.kind.value,
                "subject_id": owed.subject_id,
                "broadcast_id": broadcast_id,
                "made_at": text_of(owed.made_at),
            },
        )
    return stream


def insert(house: House, table: str, row: dict[str, Any]) -> None:
    with database_of(house) as database, database:
        marks = ", ".join("?" * len(row))
        database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


async def stream_ends(house: House, desk: RecordingDesk, number: int, broadcast_id: str) -> None:
    """Another stream of a broadcast that runs has ended; stored beside the bot's own writer, which waits."""
    stream = await asyncio.to_thread(store_stream, house, number, broadcast_id)
    desk._outbox.add(*owed_for_stream(stream))


def store_broadcast(house: House, streams: int, prompt: str = "A lighthouse") -> None:
    """Mika's broadcast of so many streams, which is over."""
    guild_id = house.discord.world.guild_id
    insert(house, "people", {"guild_id": guild_id, "person_id": 1, "name": "Mika"})
    insert(
        house,
        "broadcasts",
        {
            "id": "whole",
            "guild_id": guild_id,
            "channel_id": house.discord.channel(CHANNEL),
            "host_id": 1,
            "prompt": prompt,
            "portrait": 0,
            "state": "ended",
            "requested_at": text_of(BEGAN),
            "live_at": text_of(BEGAN),
            "ended_at": text_of(BEGAN + timedelta(seconds=150 * streams)),
        },
    )
    for number in range(1, streams + 1):
        store_stream(house, number, "whole", prompt if number == 1 else None)
    entered_anew(house.directory / "odyssey.sqlite3")


def menus(message: SeenMessage) -> list[dict[str, Any]]:
    return [component for component in message.components if component["type"] == 3]


def offered(message: SeenMessage) -> list[str]:
    return [option["label"] for menu in menus(message) for option in menu["options"]]


def assert_fits(message: SeenMessage) -> None:
    """Into a message as Discord takes them."""
    texts = [str(component.get("content") or "") for component in message.components]
    assert sum(map(len, texts)) <= 4000
    assert len(message.components) <= 40
    for menu in menus(message):
        assert 1 <= len(menu["options"]) <= 25
        for option in menu["options"]:
            assert max(len(option["label"]), len(option["value"]), len(option["description"])) <= 100


async def test_three_streams_are_one_post_with_a_menu(house: House) -> None:
    """The last one with pictures and links; whoever chooses another gets it for themselves."""
    robin = house.discord.user("robin")
    store_broadcast(house, 3)
    async with house.bot():
        post = await house.shown("**Stream 3** · 2 min 30 s · 3000 frames")  # it may be posted sooner
        assert "7 min 30 s on air · 3 streams" in post.text
        assert "/3/video" in post.text
        assert "/1/video" not in post.text
        assert [f"**{number}** · 2 min 30 s" in post.text for number in (1, 2, 3)] == [True] * 3
        assert offered(post) == ["1 · A lighthouse", "2 · Scene 2", "3 · Scene 3"]
        assert len(post.attachments) == 2
        assert_fits(post)

        [menu] = menus(post)
        answer = await robin.select(post, ["1"], custom_id=menu["custom_id"])
        private = await answer.final(timeout_s=WAIT_S)
        assert private.private
        assert "/1/video" in private.text
        [menu] = menus(private)
        assert [option["value"] for option in menu["options"] if option.get("default")] == ["1"]
        await robin.select(private, ["2"], custom_id=menu["custom_id"])
        await until(house, lambda: any("/2/video" in m.text for m in robin.messages(CHANNEL)))
        assert not [m for m in robin.messages(CHANNEL) if m.private and "/1/video" in m.text]
    assert len(recordings(house)) == 1


async def test_a_menu_answers_for_a_stream_whose_recording_is_gone(house: House, service: set[str]) -> None:
    """By a sentence, and so it does when the broadcast is unknown."""
    robin = house.discord.user("robin")
    store_broadcast(house, 2)
    async with house.bot():
        post = await house.discord.wait_for_message(
            CHANNEL, lambda seen: bool(menus(seen))
        )  # it may be posted sooner
        service.add("stream-1")
        answer = await robin.select(post, ["1"], custom_id=menus(post)[0]["custom_id"])
        assert "is not there (yet)" in (await answer.final(timeout_s=WAIT_S)).text


@pytest.mark.parametrize(
    "prompt", ["A lighthouse", "*" * 1000, "ﷺ@everyone<#1>`" * 60], ids=["short", "stars", "odd"]
)
async def test_seventy_two_streams_fit_into_one_post(house: House, prompt: str) -> None:
    """Three hours: the last ten in lines, all in three menus, whatever links and prompts are like."""
    mika = house.discord.user("mika")
    store_broadcast(house, 72, prompt)
    async with house.bot():
        post = await house.shown("72 streams")
        await until(house, lambda: len(offered(recordings(house)[0])) == 72)
        [post] = recordings(house)
        assert_fits(post)
        assert "3 h on air · 72 streams" in post.text
        assert [len(menu["options"]) for menu in menus(post)] == [25, 25, 22]
        assert "/72/video" in post.text
        assert "in the menu below" in post.text

        listed = await mika.slash(CHANNEL, "odyssey list")
        assert "1 to 1 of 1, newest first" in listed.text
        assert "3 h · 72 streams · Mika" in listed.text
        [choice] = await mika.autocomplete(CHANNEL, "odyssey recording", "broadcast", "stream-7")
        assert "72 streams" in choice["name"]
        for typed, video in ((choice["value"], 72), ("stream-5", 5), ("whole", 72), (None, 72)):
            options = {"broadcast": typed} if typed else {}
            answer = await mika.slash(CHANNEL, "odyssey recording", **options)
            private = await answer.final(timeout_s=WAIT_S)
            assert f"/{video}/video" in private.text
            assert_fits(private)


async def test_more_streams_than_menus_hold_are_found_all_the_same(house: House) -> None:
    """The last 125 are offered; the first one is found by its ID."""
    mika = house.discord.user("mika")
    store_broadcast(house, 130)
    async with house.bot():
        await until(house, lambda: any(len(offered(m)) == 125 for m in recordings(house)))
        assert_fits(recordings(house)[0])
        answer = await mika.slash(CHANNEL, "odyssey recording", broadcast="stream-1")
        assert "/1/video" in (await answer.final(timeout_s=WAIT_S)).text


async def test_what_is_missing_is_said_in_its_line(house: House, service: set[str]) -> None:
    """The post is there without it, and has it when it comes."""
    service.add("stream-2")
    store_broadcast(house, 3)
    async with house.bot():
        post = await house.shown("3 streams · 1 with no recording yet")
        assert "**2** · no recording yet · Scene 2" in post.text
        assert offered(post) == ["1 · A lighthouse", "3 · Scene 3"]


async def test_a_post_grows_quietly_while_the_broadcast_runs(
    house: House, clock: HastyClock, desks: list[RecordingDesk], service: set[str]
) -> None:
    """One message that nobody is notified of; edited for each stream, and once more when all is over."""
    async with house.bot():
        await house.live_broadcast("A lighthouse")
        broadcast_id, running = own_ids(house)
        service.add(running)
        for number in (2, 3, 4):
            await stream_ends(house, desks[0], number, broadcast_id)
            [post] = await shown(house, clock, f"/{number}/video")
            assert "Recording so far" in post.text
            assert "still on air" in post.text
            assert post.payload["flags"] & SILENT
            assert len(offered(post)) == (0 if number == 2 else number - 1), "there is no choice of one"
        assert "3 streams" in post.text
        service.discard(running)
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await until(
            house,
            lambda: "so far" not in recordings(house)[0].text and len(offered(recordings(house)[0])) == 4,
            meanwhile=lambda: clock.skip(at_most_s=10),
        )
    [final] = recordings(house)
    assert final.id == post.id
    assert "on air · 4 streams" in final.text
    assert remembered(house) == [(final.id, "recording", 4, True)]


def own_ids(house: House) -> tuple[str, str]:
    """Of the broadcast that runs, and of its stream at the service."""
    with database_of(house) as database:
        found = database.execute("SELECT broadcast_id, service_id FROM streams").fetchone()
    return str(found[0]), str(found[1])


def remembered(house: House) -> list[tuple[int, str, int, bool]]:
    """The posts of recordings: message, kind, how many they show, whether they are closed."""
    with database_of(house) as database:
        query = (
            "SELECT message_id, kind, streams_shown, closed_at IS NOT NULL FROM posts WHERE kind != 'panel'"
        )
        return database.execute(query).fetchall()


@contextmanager
def losing_the_record(house: House) -> Iterator[None]:
    """Discord made the message, the answer is lost, and so is the bot's next try."""

    def lose(_: object) -> None:
        raise ApiError(500, {"code": 0, "message": "lost by the test"})

    with happening(house.discord, "POST", POST_OF_A_MESSAGE, after=lose):
        yield


async def shown(house: House, clock: HastyClock, text: str) -> list[SeenMessage]:
    """The posts of recordings, as soon as one has this text."""
    await until(
        house,
        lambda: any(text in message.text for message in recordings(house)),
        meanwhile=lambda: clock.skip(at_most_s=10),
    )
    return recordings(house)


@pytest.mark.parametrize("streams", [1, 3, 72])
async def test_a_post_whose_record_was_lost_is_found_by_what_it_carries(house: House, streams: int) -> None:
    """After a restart, when Discord knows its nonce no more: however many streams it shows."""
    store_broadcast(house, streams)
    with losing_the_record(house):
        async with house.bot():
            await until(house, lambda: bool(recordings(house)))
    [before] = recordings(house)
    assert remembered(house) == []
    house.discord.world.nonces.forget()
    async with house.bot():
        await until(house, lambda: [each[2:] for each in remembered(house)] == [(streams, True)])
    [post] = recordings(house)
    assert post.id == before.id


async def test_the_word_that_there_is_none_is_found_by_its_broadcast(house: House, service: set[str]) -> None:
    """Of several streams it names none: a run that was killed before it remembered it says nothing twice."""
    service.update(f"stream-{number}" for number in (1, 2, 3))
    store_broadcast(house, 3)
    with losing_the_record(house):
        async with house.bot(recording_timeout_s=1):
            await until(house, lambda: bool(recordings(house)))
    assert remembered(house) == []
    house.discord.world.nonces.forget()
    async with house.bot(recording_timeout_s=1):
        await until(house, lambda: bool(remembered(house)))
    [word] = recordings(house)
    assert "recordings of this broadcast" in word.text
    assert remembered(house) == [(word.id, "no_recording", 0, False)]


async def test_a_post_of_long_ago_is_found_by_its_streams_id(house: House) -> None:
    """As posts were marked before broadcasts had several streams, and those of one stream still are."""
    store_broadcast(house, 1)
    async with house.bot():
        post = await house.shown("Full video")
        await until(house, lambda: bool(remembered(house)))
    assert re.search(r"^-# Stream `stream-1`$", post.text, re.MULTILINE)
    with database_of(house) as database, database:
        database.execute("DELETE FROM posts")
    house.discord.world.nonces.forget()
    async with house.bot():
        await until(house, lambda: bool(remembered(house)))
    assert recordings(house) == [post]


async def test_a_deleted_post_comes_again_with_the_next_recording_only(
    house: House, clock: HastyClock, desks: list[RecordingDesk], service: set[str]
) -> None:
    """Who deletes what is complete has seen it; what comes later has been seen by nobody."""
    mika = house.discord.user("mika")
    async with house.bot():
        await house.live_broadcast("A lighthouse")
        broadcast_id, running = own_ids(house)
        service.add(running)
        await stream_ends(house, desks[0], 2, broadcast_id)
        await mika.delete(await house.shown("/2/video"))
        await stream_ends(house, desks[0], 3, broadcast_id)
        [again] = await shown(house, clock, "/3/video")
        await until(house, lambda: remembered(house)[0][0] == again.id)
        await mika.delete(again)
        await mika.slash(CHANNEL, "odyssey end")
        await until(house, lambda: remembered(house)[0][3] == 1, meanwhile=lambda: clock.skip(at_most_s=10))
    assert recordings(house) == []


async def test_edits_of_one_post_keep_their_distance(house: House) -> None:
    """Seventy-two recordings that are found within moments take a few calls."""
    store_broadcast(house, 72)
    with overhearing(house.discord, "POST|PATCH", r"/channels/\d+/messages(/\d+)?$") as called_at_s:
        async with house.bot():
            await until(house, lambda: any(len(offered(m)) == 72 for m in recordings(house)))
    assert len(called_at_s) <= 4
    gaps = [later - earlier for earlier, later in itertools.pairwise(called_at_s)]
    assert all(gap > 4.5 for gap in gaps)


async def test_a_post_that_takes_no_more_edits_gives_way_to_a_new_one(
    house: House, clock: HastyClock, desks: list[RecordingDesk], service: set[str]
) -> None:
    """An hour old and edited often: there is still one post, with all."""
    async with house.bot():
        await house.live_broadcast("A lighthouse")
        broadcast_id, running = own_ids(house)
        service.add(running)
        await stream_ends(house, desks[0], 2, broadcast_id)
        old = await house.shown("/2/video")
        with refusing(house.discord, "PATCH", f"/{old.id}$", status=429, code=30046):
            await stream_ends(house, desks[0], 3, broadcast_id)
            await until(
                house,
                lambda: [m.id for m in recordings(house)] not in ([], [old.id]),
                meanwhile=lambda: clock.skip(at_most_s=10),
            )
    [new] = recordings(house)
    assert offered(new) == ["2 · Scene 2", "3 · Scene 3"]
    assert new.payload["flags"] & SILENT
