"""A post of recordings that is final and out of sight comes down: one remains, whatever fails in between."""

from __future__ import annotations

from typing import Any

import pytest

from bot.broadcast.posts import Post
from bot.broadcast.recordings.desk import RecordingDesk
from bot.local.discord.people.views import SeenMessage
from bot.local.discord.state import ApiError
from bot.storage.journal import DatabaseJournal
from tests.cogs.conftest import HastyClock, happening, refusing, until
from tests.cogs.panel.test_panel_follows import SCREEN, chat
from tests.cogs.recordings.test_many_streams import (
    desks,
    own_ids,
    remembered,
    service,
    shown,
    stream_ends,
)
from tests.cogs.recordings.test_recording_board import EDIT_OF_A_MESSAGE, POST_OF_A_MESSAGE, recordings
from tests.e2e.conftest import CHANNEL, House
from tests.support.steering import set_

__all__ = ["desks", "service"]  # the fixtures
GROWING, FINAL = "Recording so far", "on air · 2 streams"


async def grown(house: House, clock: HastyClock, desk: RecordingDesk, missing: set[str]) -> SeenMessage:
    """The post of a broadcast that runs, with one stream in it; the running one has no recording yet."""
    await house.live_broadcast("A lighthouse")
    broadcast_id, running = own_ids(house)
    missing.add(running)
    await stream_ends(house, desk, 2, broadcast_id)
    [post] = await shown(house, clock, GROWING)
    await until(house, lambda: bool(remembered(house)))
    return post


async def ends(house: House, clock: HastyClock, missing: set[str]) -> None:
    """Mika ends it, and all recordings come."""
    missing.clear()
    await house.discord.user("mika").slash(CHANNEL, "odyssey end")


async def is_final(house: House, clock: HastyClock) -> SeenMessage:
    """The one post there is, as soon as it shows all and is remembered so."""

    def holds() -> bool:
        final = [(post.id, "recording", 2, True) for post in recordings(house) if FINAL in post.text]
        return len(recordings(house)) == 1 and bool(final) and final == remembered(house)

    await until(house, holds, meanwhile=lambda: clock.skip(at_most_s=3600))
    return recordings(house)[0]


async def test_what_nobody_would_see_is_posted_below(
    house: House, clock: HastyClock, desks: list[RecordingDesk], service: set[str]
) -> None:
    """A screen of chat stands below it when the broadcast ends: the final post is at the bottom, alone."""
    async with house.bot():
        growing = await grown(house, clock, desks[0], service)
        await chat(house, SCREEN)
        await ends(house, clock, service)
        final = await is_final(house, clock)
        assert final.id > growing.id
        assert house.discord.messages(CHANNEL)[-1].id == final.id
        assert growing.id not in [message.id for message in house.discord.messages(CHANNEL)]


@pytest.mark.parametrize(("said", "limit"), [(1, 2 * SCREEN), (2 * SCREEN, 0)])
async def test_what_is_in_sight_stays_where_it_is(
    house: House, clock: HastyClock, desks: list[RecordingDesk], service: set[str], said: int, limit: int
) -> None:
    """And where a server wants its panels to stay, posts of recordings stay too."""
    async with house.bot():
        await set_(house, panel_follows_after=limit)
        growing = await grown(house, clock, desks[0], service)
        await chat(house, said)
        await ends(house, clock, service)
        assert (await is_final(house, clock)).id == growing.id


async def test_where_it_may_not_be_posted_anew_it_stays(
    house: House, clock: HastyClock, desks: list[RecordingDesk], service: set[str]
) -> None:
    """It is final there."""
    async with house.bot():
        growing = await grown(house, clock, desks[0], service)
        await chat(house, SCREEN)
        with refusing(house.discord, "POST", POST_OF_A_MESSAGE, status=403, code=50013):
            await ends(house, clock, service)
            assert (await is_final(house, clock)).id == growing.id


@pytest.mark.parametrize(("last_done", "path"), [("POST", POST_OF_A_MESSAGE), ("DELETE", EDIT_OF_A_MESSAGE)])
async def test_who_is_cut_off_on_the_way_leaves_one(
    house: House,
    clock: HastyClock,
    desks: list[RecordingDesk],
    service: set[str],
    monkeypatch: pytest.MonkeyPatch,
    last_done: str,
    path: str,
) -> None:
    """The new one is there, or the old one gone too, and nothing of that is remembered."""
    cut_off: list[bool] = []
    save = DatabaseJournal.save_post

    def cut(call: Any) -> None:
        if last_done == "DELETE" or FINAL in str(call):  # panels come down too
            cut_off.append(True)

    def refuse(_: Any) -> None:
        if cut_off:
            raise ApiError(403, {"code": 50013, "message": "the bot is gone"})

    async def forget(journal: DatabaseJournal, post: Post) -> None:
        if cut_off:
            raise OSError("the bot is gone")
        await save(journal, post)

    monkeypatch.setattr(DatabaseJournal, "save_post", forget)
    with (
        happening(house.discord, "POST", POST_OF_A_MESSAGE, before=refuse),
        happening(house.discord, "DELETE", EDIT_OF_A_MESSAGE, before=refuse),
        happening(house.discord, "PATCH", EDIT_OF_A_MESSAGE, before=refuse),
        happening(house.discord, last_done, path, after=cut),
    ):
        async with house.bot():
            growing = await grown(house, clock, desks[0], service)
            await chat(house, SCREEN)
            await ends(house, clock, service)
            await until(house, lambda: bool(cut_off))
    assert remembered(house) == [(growing.id, "recording", 1, False)]
    assert len(recordings(house)) == (2 if last_done == "POST" else 1)
    cut_off.clear()
    house.discord.world.nonces.forget()
    async with house.bot():
        assert (await is_final(house, clock)).id > growing.id


async def test_an_old_one_that_cannot_be_deleted_says_where_it_is(
    house: House, clock: HastyClock, desks: list[RecordingDesk], service: set[str]
) -> None:
    """Nothing else is left of it."""
    async with house.bot():
        growing = await grown(house, clock, desks[0], service)
        await chat(house, SCREEN)
        with refusing(house.discord, "DELETE", EDIT_OF_A_MESSAGE, status=403, code=50013):
            await ends(house, clock, service)
            assert (await is_final(house, clock)).id > growing.id
    [left] = [message for message in house.discord.messages(CHANNEL) if message.id == growing.id]
    assert left.text.strip() == "-# The recording is further down."
    assert not left.attachments


async def test_an_old_one_that_cannot_be_touched_goes_when_it_can(
    house: House, clock: HastyClock, desks: list[RecordingDesk], service: set[str]
) -> None:
    """The new one is there meanwhile; it is not posted again."""
    is_posted, refused = list[bool](), list[bool]()

    def note(call: Any) -> None:
        if FINAL in str(call):  # panels come down too
            is_posted.append(True)

    def refuse(_: Any) -> None:
        if is_posted and len(refused) < 4:
            refused.append(True)
            raise ApiError(403, {"code": 50001, "message": "refused by the test"})

    async with house.bot():
        growing = await grown(house, clock, desks[0], service)
        await chat(house, SCREEN)
        with (
            happening(house.discord, "DELETE", f"/{growing.id}$", before=refuse),
            happening(house.discord, "PATCH", f"/{growing.id}$", before=refuse),
            happening(house.discord, "POST", POST_OF_A_MESSAGE, after=note),
        ):
            await ends(house, clock, service)
            assert (await is_final(house, clock)).id > growing.id
    assert (len(is_posted), len(refused)) == (1, 4)


async def test_what_a_moderator_has_deleted_does_not_come_down(
    house: House, clock: HastyClock, desks: list[RecordingDesk], service: set[str]
) -> None:
    """It showed all there is: who deleted it has seen it."""
    async with house.bot():
        growing = await grown(house, clock, desks[0], service)
        await chat(house, SCREEN)
        await house.discord.user("mika").delete(growing)
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await until(house, lambda: remembered(house)[0][3] == 1, meanwhile=lambda: clock.skip(at_most_s=10))
    assert recordings(house) == []
