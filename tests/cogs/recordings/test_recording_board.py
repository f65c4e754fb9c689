"""A recording is posted once, whatever fails in between, and one that comes late still comes."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from bot.broadcast.model import Recording, Stream
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.recordings.links import is_link
from bot.broadcast.telling.chores import FIRST_PAUSE_S
from bot.local.discord.people.views import SeenMessage
from bot.local.discord.state import ApiError
from bot.storage.journal import DatabaseJournal
from bot.worlds.odyssey import OdysseyRecordings
from tests.cogs.conftest import HastyClock, bot_process, happening, overhearing, refusing, until
from tests.e2e.conftest import CHANNEL, House

POST_OF_A_MESSAGE = r"/channels/\d+/messages$"
EDIT_OF_A_MESSAGE = r"/channels/\d+/messages/\d+$"


def recordings(house: House) -> list[SeenMessage]:
    """The posts in the channel that say something of a recording."""
    return [m for m in house.discord.messages(CHANNEL) if "🎬" in m.text]


def remembered(house: House) -> list[tuple[int, str]]:
    """What the database knows of such posts."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        query = "SELECT message_id, kind FROM posts WHERE kind != 'panel' ORDER BY message_id"
        return database.execute(query).fetchall()


async def ended_broadcast(house: House) -> None:
    """Mika's broadcast, which ends."""
    await house.live_broadcast()
    await house.discord.user("mika").slash(CHANNEL, "odyssey end")


def is_posted_anew(house: House, word: SeenMessage) -> bool:
    """Whether the recording stands, alone and remembered, in another message than that word."""
    posts = [(post.id, "Full video" in post.text) for post in recordings(house)]
    return any(posts == [(id_, True)] for id_, _ in remembered(house) if id_ != word.id)


def hiding(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The service has no recording of anything, until what is returned is called."""
    is_hidden = True
    find = OdysseyRecordings.find

    async def find_or_not(recordings: OdysseyRecordings, stream: Stream) -> Recording | None:
        return None if is_hidden else await find(recordings, stream)

    def show() -> None:
        nonlocal is_hidden
        is_hidden = False

    monkeypatch.setattr(OdysseyRecordings, "find", find_or_not)
    return show


@pytest.mark.parametrize("minutes_later", [0, 10])
async def test_a_kill_between_discords_answer_and_its_record_posts_nothing_twice(
    house: House, clock: HastyClock, minutes_later: int
) -> None:
    """At once Discord knows the post by its nonce; when that is forgotten, it is found in the channel."""
    async with bot_process(house) as process:
        kill = lambda _: process.send_signal(signal.SIGKILL)  # noqa: E731
        await house.live_broadcast()
        with happening(house.discord, "POST", POST_OF_A_MESSAGE, after=kill):
            await house.discord.user("mika").slash(CHANNEL, "odyssey end")
            await process.communicate()
    [post] = recordings(house)
    assert remembered(house) == []
    if minutes_later:
        clock.forward(minutes=minutes_later)
        house.discord.world.nonces.forget()
    async with house.bot():
        await until(house, lambda: bool(remembered(house)))
    assert recordings(house) == [post]
    assert remembered(house) == [(post.id, "recording")]


@pytest.mark.outage("an answer of Discord's is lost")
@pytest.mark.parametrize("status", [500, 503])
async def test_an_answer_of_discord_that_is_lost_posts_nothing_twice(
    house: House, clock: HastyClock, status: int
) -> None:
    """It made the message and answered with an error, which discord.py or the bot itself tries again."""
    lost = iter([True])

    def lose(_: object) -> None:
        if next(lost, False):
            raise ApiError(status, {"code": 0, "message": "lost by the test"})

    async with house.bot():
        with happening(house.discord, "POST", POST_OF_A_MESSAGE, after=lose):
            await ended_broadcast(house)
            await until(house, lambda: bool(remembered(house)), meanwhile=lambda: clock.skip(at_most_s=60))
    [post] = recordings(house)
    assert remembered(house) == [(post.id, "recording")]


async def test_a_database_that_refuses_the_record_posts_nothing_twice(
    house: House, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is posted, and cannot be remembered for an hour: then it is, and nothing was posted again."""
    save, refused = DatabaseJournal.save_post, itertools.count(1)

    async def refuse(journal: DatabaseJournal, post: Post) -> None:
        if post.kind is not PostKind.PANEL and next(refused) < 10:
            raise OSError("disk full")
        await save(journal, post)

    monkeypatch.setattr(DatabaseJournal, "save_post", refuse)
    async with house.bot():
        await ended_broadcast(house)

        def go_on() -> None:
            house.discord.world.nonces.forget()
            clock.skip(at_most_s=3600)

        await until(house, lambda: bool(remembered(house)), meanwhile=go_on)
    [post] = recordings(house)
    assert remembered(house) == [(post.id, "recording")]


@pytest.mark.parametrize("code", [50001, 50013])
async def test_a_recording_that_may_not_be_posted_comes_when_it_may(
    house: House, clock: HastyClock, code: int
) -> None:
    """The permission is taken for most of a day, and given back: there is the recording."""
    async with house.bot():
        with refusing(house.discord, "POST", POST_OF_A_MESSAGE, status=403, code=code) as refused:
            await ended_broadcast(house)
            await until(house, lambda: len(refused) > 20, meanwhile=lambda: clock.skip(at_most_s=3600))
        await until(house, lambda: bool(remembered(house)), meanwhile=lambda: clock.skip(at_most_s=3600))
        assert len(recordings(house)) == 1


async def test_a_changed_permission_is_reason_enough_to_try_again(house: House, clock: HastyClock) -> None:
    """The next try would be most of an hour away."""
    async with house.bot():
        with refusing(house.discord, "POST", POST_OF_A_MESSAGE, status=403, code=50013) as refused:
            await ended_broadcast(house)
            await until(house, lambda: len(refused) > 24, meanwhile=lambda: clock.skip(at_most_s=3600))
        backend, channel = house.discord.world.backend, house.discord.channel("lounge")
        backend.edit_channel(channel, {"topic": "changed"})
        clock.forward(seconds=FIRST_PAUSE_S)
        await house.shown("Full video")


@pytest.mark.outage("permission to attach files taken")
async def test_a_recording_is_posted_without_its_pictures_where_files_are_refused(house: House) -> None:
    """Attach Files is denied, or they are too large: links and facts are posted all the same."""

    def refuse_files(call: dict[str, Any]) -> None:
        if call.get("files"):
            raise ApiError(403, {"code": 50013, "message": "Missing Permissions"})

    async with house.bot():
        with happening(house.discord, "POST", POST_OF_A_MESSAGE, before=refuse_files):
            await ended_broadcast(house)
            await house.shown("Full video")
    assert len(recordings(house)) == 1


async def test_a_recording_whose_channel_is_gone_is_given_up_for_good(house: House) -> None:
    """The log says so; no later run asks for it again."""
    async with house.bot():
        with refusing(house.discord, "POST", POST_OF_A_MESSAGE, status=404, code=10003) as refused:
            await ended_broadcast(house)
            await until(house, lambda: bool(refused))
            with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
                query = "SELECT count(*) FROM streams WHERE recording_dropped_at IS NOT NULL"
                await until(house, lambda: database.execute(query).fetchone() == (1,))
    with overhearing(house.discord, "POST", POST_OF_A_MESSAGE) as posted_at_s:
        async with house.bot():
            for _ in range(5):
                assert await house.goes_on()
    assert posted_at_s == []


async def test_a_recording_that_comes_late_takes_the_place_of_the_word_that_there_is_none(
    house: House, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the run, or only in the next one: one post, and it has the recording."""
    show = hiding(monkeypatch)
    async with house.bot(recording_timeout_s=1):
        await ended_broadcast(house)
        word = await house.shown("No recording yet")
        await until(house, lambda: remembered(house) == [(word.id, "no_recording")])
    async with house.bot(recording_timeout_s=1):
        await until(house, lambda: clock.steady() > 0, meanwhile=lambda: clock.skip(at_most_s=3600))
        show()
        await until(
            house,
            lambda: remembered(house) == [(word.id, "recording")],
            meanwhile=lambda: clock.skip(at_most_s=3600),
        )
    [post] = recordings(house)
    assert post.id == word.id
    assert "Full video" in post.text


async def test_a_late_recording_is_posted_anew_where_the_word_was_deleted(
    house: House, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody cleaned up: the recording comes all the same."""
    show = hiding(monkeypatch)
    async with house.bot(recording_timeout_s=1):
        await ended_broadcast(house)
        word = await house.shown("No recording yet")
        await house.discord.user("mika").delete(word)
        show()
        await until(house, lambda: is_posted_anew(house, word), meanwhile=lambda: clock.skip(at_most_s=3600))


async def test_a_late_recording_is_posted_anew_where_discord_takes_no_more_edits(
    house: House, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old message that was edited too often: it goes, and the recording has a message of its own."""
    show = hiding(monkeypatch)
    async with house.bot(recording_timeout_s=1):
        await ended_broadcast(house)
        word = await house.shown("No recording yet")
        with refusing(house.discord, "PATCH", EDIT_OF_A_MESSAGE, status=429, code=30046):
            show()
            await until(
                house, lambda: is_posted_anew(house, word), meanwhile=lambda: clock.skip(at_most_s=3600)
            )


@pytest.mark.parametrize(
    "url",
    [
        "https://[bad/x",
        "https://[::1",
        "http://h:99999/x",
        "http://h:port/x",
        "ftp://h/x",
        "https:///x",
        "nothing",
    ],
)
async def test_a_link_that_is_none_never_makes_a_post_fail(
    house: House, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Whatever the service writes there, the recording is posted, without that link."""
    find = OdysseyRecordings.find

    async def find_odd(recordings: OdysseyRecordings, stream: Stream) -> Recording | None:
        found = await find(recordings, stream)
        if found is None or not found.is_complete:
            return None
        return Recording(found.fetched_at, url, url, found.thumbnail_url)

    assert not is_link(url)
    monkeypatch.setattr(OdysseyRecordings, "find", find_odd)
    async with house.bot():
        await ended_broadcast(house)
        post = await house.shown("🎬 Recording")
    assert url not in post.text
    assert "Thumbnail" in post.text


async def test_thumbnails_that_cannot_be_had_stop_no_post(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong in fetching them."""

    async def fail(*_: object, **__: object) -> bytes:
        raise asyncio.IncompleteReadError(b"", 1)

    monkeypatch.setattr("bot.worlds.artifacts.read_artifact", fail)
    async with house.bot():
        await ended_broadcast(house)
        await house.shown("Full video")
