"""Messages that change while their suggestions are under way, and crowds of them."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from types import SimpleNamespace
from typing import cast

import discord
import pytest

from bot.broadcast.model import Suggestion
from bot.local.discord.people.views import SeenMessage
from bot.storage.journal import DatabaseJournal
from cogs.chat.word_back import SMALL_CROWD
from cogs.kit.marks import MARKS_AT_ONCE, QUEUED, Marks
from tests.cogs.conftest import overhearing, until
from tests.cogs.panel.test_panel_keeper import newer_panel
from tests.e2e.conftest import CHANNEL, WAIT_S, House, id_of
from tests.support.steering import set_, suggest

REACTION = r"/messages/\d+/reactions/"


@contextmanager
def slow_disk(patch: pytest.MonkeyPatch) -> Iterator[list[Suggestion]]:
    """No suggestion is done being stored before the context ends; gives those that came."""
    save, may_save, came = DatabaseJournal.save_suggestion, asyncio.Event(), list[Suggestion]()

    def save_slowly(journal: DatabaseJournal, suggestion: Suggestion, **how: bool) -> Awaitable[None]:
        came.append(suggestion)
        saved = save(journal, suggestion, **how)

        async def wait() -> None:
            await may_save.wait()
            await saved

        return wait()

    with patch.context() as disk:
        disk.setattr(DatabaseJournal, "save_suggestion", save_slowly)
        try:
            yield came
        finally:
            may_save.set()


@asynccontextmanager
async def said_while_the_disk_is_slow(
    house: House, patch: pytest.MonkeyPatch, text: str
) -> AsyncIterator[SeenMessage]:
    """Robin's message, whose suggestion is being stored until the context ends."""
    with slow_disk(patch) as came:
        message = await house.discord.user("robin").send(CHANNEL, text)
        await until(house, lambda: bool(came))
        yield message
        assert await house.goes_on()


def outcomes(house: House) -> list[tuple[str, str]]:
    """What is stored of each suggestion: its words, and what became of it."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        query = "SELECT prompt, coalesce(refusal, outcome) FROM suggestions ORDER BY suggested_at"
        return database.execute(query).fetchall()


def is_closed(house: House, panel: SeenMessage) -> bool:
    """Whether it is stored that the panel is gone."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        closed_at = database.execute("SELECT closed_at FROM posts WHERE message_id = ?", (panel.id,))
        return bool(closed_at.fetchone() != (None,))


async def test_a_message_deleted_while_its_suggestion_is_stored_never_reaches_the_world(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a moderating bot does it: within a moment, and nobody is to see it."""
    async with house.bot():
        await set_(house, gap_s=0)
        await house.live_broadcast()
        async with said_while_the_disk_is_slow(house, monkeypatch, "!a dragon") as message:
            await house.discord.user("robin").delete(message)
        await until(house, lambda: outcomes(house) == [("a dragon", "withdrawn")])


async def test_a_message_edited_while_its_suggestion_is_stored_is_applied_as_it_stands(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last words count, not those that happened to be stored first."""
    async with house.bot():
        await set_(house, gap_s=0)
        await house.live_broadcast()
        async with said_while_the_disk_is_slow(house, monkeypatch, "!a dragon") as message:
            await house.discord.user("robin").edit(message, "!a kitten")
        await house.shown("> a kitten")
        await until(house, lambda: outcomes(house) == [("a kitten", "acknowledged")])


async def test_where_a_suggestion_came_from_is_stored(house: House) -> None:
    """Of what was said its message, of a command its channel: after a restart somebody can be told."""
    async with house.bot():
        await set_(house, gap_s=0)
        await house.live_broadcast()
        message = await house.discord.user("robin").send(CHANNEL, "!a dragon")
        await house.shown("> a dragon")
        await suggest(house, "sasha", "a whale")
        await house.shown("> a whale")
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        rows = database.execute("SELECT channel_id, message_id FROM suggestions ORDER BY suggested_at")
        channel = house.discord.channel(CHANNEL)
        assert rows.fetchall() == [(channel, message.id), (channel, None)]


async def test_other_bots_steer_nothing(house: House) -> None:
    """Nor do webhooks, which write as bots do: only what people say is heard."""
    world = house.discord.world
    other = world.backend.make_user("otherbot", bot=True)
    world.backend.add_member(world.guild_id, other.id)
    async with house.bot():
        await set_(house, gap_s=0)
        await house.live_broadcast()
        world.post(house.discord.channel(CHANNEL), other.id, "!a dragon")
        await house.discord.user("robin").send(CHANNEL, "!a kitten")
        await house.shown("> a kitten")
        await until(house, lambda: outcomes(house) == [("a kitten", "acknowledged")])


async def test_what_changes_no_words_changes_nothing(house: House) -> None:
    """Discord sends whole messages when they are pinned or get an embed: votes and approvals stay."""
    mika, robin, sasha = (house.discord.user(name) for name in ("mika", "robin", "sasha"))
    async with house.bot():
        await set_(house, mode="vote", vote_window_s=60)
        panel = await house.live_broadcast()
        message = await robin.send(CHANNEL, "!a dragon")
        ballot = await house.shown("a dragon — Robin · 1 vote")
        for viewer in (sasha, mika):
            assert "Your vote" in (await viewer.click(panel, custom_id=id_of(ballot, "1.*"))).text
        await robin.edit(message, "!a dragon")
        assert await house.goes_on()
        assert "a dragon — Robin · 3 votes" in (await robin.slash(CHANNEL, "odyssey status")).text
        await (await mika.slash(CHANNEL, "odyssey pause")).final(timeout_s=WAIT_S)  # draws the panel anew
        assert "3 votes" in (await house.shown("Suggestions are paused by a moderator")).text


async def test_an_edit_under_a_moderators_hands_passes_no_words_unseen(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The author changes the words while the moderator's are stored: what waits then is not approved."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="host", gap_s=30)
        panel = await house.live_broadcast()
        await suggest(house, "sasha", "nice clouds")
        await mika.click(await house.review(panel), label="Approve")
        await house.shown("> nice clouds", as_user="robin")  # from now on the gap holds the next one back
        message = await robin.send(CHANNEL, "!a cat")
        await house.shown("1 waits for a moderator", as_user="robin")
        await house.review(panel)
        dialogue = await mika.click(await house.shown("> a cat"), label="Edit")
        with slow_disk(monkeypatch) as came:
            submitting = asyncio.create_task(
                mika.submit_modal(dialogue, {"What is sent": "a dog"}), name="Mika submits"
            )
            await until(house, lambda: [s.prompt for s in came] == ["a dog"])
            await robin.edit(message, "!something vile")
            await until(house, lambda: [s.prompt for s in came] == ["a dog", "something vile"])
        await submitting
        await house.review(panel)
        assert "1 to decide" in (await house.shown("> something vile")).text


async def test_a_change_that_cannot_be_stored_is_told_to_its_author(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full: who edits or deletes a message hears that it did not work."""
    robin = house.discord.user("robin")

    def fail(*_: object, **__: object) -> Awaitable[None]:
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        failed.set_exception(OSError("disk full"))
        return failed

    async with house.bot():
        await set_(house, mode="host")
        await house.live_broadcast()
        edited, deleted = await robin.send(CHANNEL, "!a cat"), await robin.send(CHANNEL, "!a dog")
        await house.shown("2 wait for a moderator")
        with monkeypatch.context() as disk:
            disk.setattr(DatabaseJournal, "save_suggestion", fail)
            await robin.edit(edited, "!a kitten")
            assert str(edited.id) in (await house.told("Something went wrong", to="robin")).text
            await robin.delete(deleted)
            await robin.wait_for_message(
                robin.direct_channel,
                lambda m: "Something went wrong" in m.text and str(deleted.id) in m.text,
                timeout_s=WAIT_S,
            )


async def test_a_reply_to_a_panel_of_before_can_still_be_edited(house: House) -> None:
    """The panel was posted anew since: mending a slip of the pen withdraws nothing."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="vote", vote_window_s=60)
        old = await house.live_broadcast()
        message = await robin.send(CHANNEL, "an owl hots", reply_to=old)
        await house.shown("an owl hots — Robin")
        await mika.delete(old)
        await suggest(house, "sasha", "rain")  # a change, with which the panel comes back
        await newer_panel(house, old)
        await until(house, lambda: is_closed(house, old))
        await robin.edit(message, "an owl hoots")
        await house.shown("an owl hoots — Robin")


async def test_a_large_crowd_sees_no_marks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither when a burst of messages is stored in one go, nor when a panic settles all of it at once."""
    mika = house.discord.user("mika")
    async with house.bot():
        await set_(house, mode="host", line_limit_per_viewer=2 * SMALL_CROWD)
        await house.live_broadcast()
        with overhearing(house.discord, "PUT", REACTION) as marked_at_s:
            with slow_disk(monkeypatch) as came:
                for number in range(SMALL_CROWD + 2):
                    await house.discord.user("robin").send(CHANNEL, f"!idea {number}")
                await until(house, lambda: len(came) == SMALL_CROWD + 2)
            await house.shown(f"{SMALL_CROWD + 2} wait for a moderator")
            await (await mika.slash(CHANNEL, "odyssey panic")).final(timeout_s=WAIT_S)
            await house.shown("A moderator stopped everything")
            assert await house.goes_on()
        assert marked_at_s == []
        said = [message.text for message in house.discord.messages(CHANNEL)]
        assert sum("A moderator stopped everything" in text for text in said) == 1, "once for all"


async def test_few_marks_are_under_way_at_once() -> None:
    """The others wait for their turn, and get it."""
    under_way = most = done = 0

    async def react(_: str) -> None:
        nonlocal under_way, most, done
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        done += 1

    marks, message = Marks(), SimpleNamespace(add_reaction=react)
    putting = [marks.put(cast("discord.Message", message), QUEUED) for _ in range(5 * MARKS_AT_ONCE)]
    await asyncio.gather(*putting)
    assert (most, done) == (MARKS_AT_ONCE, 5 * MARKS_AT_ONCE)
    assert not marks.are_busy
