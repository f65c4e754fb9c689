"""Clips on a real database: one for each moment, cut when the recording is there, shown once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.broadcast.errors import BroadcastError, Code, NotShownError
from bot.broadcast.kept_files import FileKind
from bot.broadcast.model import Broadcast, Viewer
from bot.broadcast.recordings import clips
from bot.broadcast.recordings.archive import ArchiveState
from bot.broadcast.recordings.footage import Part
from tests.storage.conftest import CHANNEL, MIKA, NOW
from tests.storage.film_room import ADA, BOB, OVER, Room, end, forget, room, room_at_rest, stream

__all__ = ["room", "room_at_rest"]
LIVE = replace(OVER, state=OVER.state.LIVE, ended_at=None, ending=None)


def cut(part: Part) -> tuple[str, float, float]:
    return part.stream_id, round(part.from_s or 0, 3), round(part.to_s or 0, 3)


async def at(room: Room, seconds: float, *viewers: Viewer | None, running: Broadcast | None = LIVE) -> str:
    """These ask so many seconds after the broadcast's beginning; the last answer's clip."""
    room.set_wall(seconds)
    for viewer in viewers:
        asked = await room.clips.ask(running, CHANNEL, 15, viewer)
    return asked.clip.id


async def test_a_clip_is_cut_and_posted_once_its_recording_is_there(room: Room) -> None:
    await at(room, 60, ADA)
    await asyncio.sleep(0)
    assert not room.wall.posts
    room.keep("s1", "one")
    await room.until_nothing_is_owed()
    ((parts,),) = [room.maker.clips]
    assert [cut(part) for part in parts] == [("s1", 45.0, 60.0)]
    ((clip, video),) = room.wall.messages.values()
    assert (video, clip.asked_by, clip.is_highlight) == ("one", (ADA,), False)
    assert await room.kept(FileKind.CLIP) == "one"


async def test_a_moment_across_a_seam_is_cut_from_both_streams(room: Room) -> None:
    """From the newer one since it was on air, though the older one went on for its spectators."""
    older = replace(stream(1), ended_at=NOW + timedelta(seconds=104))
    await room.store.journal.save_stream(older)
    await at(room, 105, ADA)
    room.keep("s1", "one")
    room.keep("s2", "two")
    await room.until_nothing_is_owed()
    assert [cut(part) for part in room.maker.clips[0]] == [("s1", 90.0, 100.0), ("s2", 0.0, 5.0)]


async def test_a_stream_that_runs_is_waited_for(room: Room) -> None:
    await room.store.journal.save_stream(stream(2, ended=False))
    await at(room, 130, ADA)
    for _ in range(200):
        await asyncio.sleep(0)
    assert room.maker.clips == []
    await room.store.journal.save_stream(stream(2))
    room.keep("s2", "two")
    await room.until_nothing_is_owed()
    assert [cut(part) for part in room.maker.clips[0]] == [("s2", 15.0, 30.0)]


async def test_several_who_mean_the_same_moment_get_one_clip(room: Room) -> None:
    """People, and pages whose people nobody knows; nobody counts twice, and late ones stand in the post."""
    room.keep("s1", "one")
    await at(room, 60, ADA, BOB, ADA, None)
    await room.until_nothing_is_owed()
    await at(room, 65, MIKA, None)
    await room.until_nothing_is_owed()
    ((clip, _),) = room.wall.messages.values()
    assert (clip.asked_by, clip.pages, clip.askers) == ((ADA, BOB, MIKA), 2, 5)
    assert (room.wall.posts, len(room.maker.clips)) == (1, 1)
    await at(room, 60 + 15, ADA)
    await room.until_nothing_is_owed()
    assert room.wall.posts == 2


async def test_the_moment_that_most_asked_for_is_the_highlight_once_it_is_over(room: Room) -> None:
    """One at a time says so: if another one has more afterwards, it is that one."""
    room.keep("s1", "one")
    room.keep("s2", "two")
    first, second = await at(room, 20, ADA), await at(room, 60, ADA, BOB)
    await room.until_nothing_is_owed()
    assert not any(clip.is_highlight for clip in await room.clips.of("b"))
    await end(room)
    await room.until_nothing_is_owed()
    assert highlights(room) == [second]
    room.set_wall(300)
    for viewer in (ADA, BOB, MIKA):
        third = (await room.clips.ask(None, CHANNEL, 15, viewer)).clip
    await room.until_nothing_is_owed()
    assert third.at == NOW + timedelta(seconds=200)
    assert highlights(room) == [third.id]
    assert first not in highlights(room)


def highlights(room: Room) -> list[str]:
    return [clip.id for clip, _ in room.wall.messages.values() if clip.is_highlight]


async def test_a_crash_loses_no_clip_and_doubles_none(room_at_rest: Room) -> None:
    """Asked for in one run, posted in a later one, however often that failed."""
    async with room_at_rest.opened() as room:
        await at(room, 60, ADA)
        room.wall.fails = 2
    async with room_at_rest.opened() as room:
        room.keep("s1", "one")
        await room.until_nothing_is_owed()
    async with room_at_rest.opened() as room:
        await room.until_nothing_is_owed()
    assert (room.wall.posts, len(room.wall.messages), len(room.maker.clips)) == (1, 1, 1)


async def test_what_cannot_be_had_is_said_to_be_so(room: Room) -> None:
    """The recording never came, or shows nothing: whoever asked is told, once."""
    await at(room, 60, ADA)
    room.archive.videos["b"]["s1"] = ArchiveState.NEVER
    await room.until_nothing_is_owed()
    await at(room, 150, ADA)
    room.keep("s2", "bad")
    await room.until_nothing_is_owed()
    assert [video for _, video in room.wall.messages.values()] == [None, None]


async def test_there_has_to_be_something_to_clip(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is live, where nothing ever was, and after too many."""
    with pytest.raises(BroadcastError) as refused:
        await room.clips.ask(replace(LIVE, live_at=None), CHANNEL, 15, ADA)
    assert refused.value.code is Code.NOTHING_TO_CLIP
    with pytest.raises(BroadcastError) as refused:
        await room.clips.ask(None, replace(CHANNEL, id=5), 15, ADA)
    assert refused.value.code is Code.NO_BROADCASTS_YET
    monkeypatch.setattr(clips, "CLIPS_LIMIT", 1)
    await at(room, 20, ADA)
    with pytest.raises(BroadcastError) as refused:
        await at(room, 90, ADA)
    assert refused.value.code is Code.CLIPS_FULL


@pytest.mark.parametrize(("asked", "taken"), [(1, 5), (5, 5), (30, 30), (10_000, 60), (-3, 5)])
async def test_a_clip_is_neither_too_short_nor_too_long(room: Room, asked: int, taken: int) -> None:
    assert (await room.clips.ask(LIVE, CHANNEL, asked, ADA)).clip.seconds == taken


async def test_a_name_that_is_forgotten_leaves_the_messages_of_clips(room: Room) -> None:
    room.keep("s1", "one")
    await at(room, 60, ADA, BOB)
    await room.until_nothing_is_owed()
    await forget(room.store, ADA)
    await room.clips.redraw("b")
    ((clip, video),) = room.wall.messages.values()
    assert [each.name for each in clip.asked_by] == ["", "Bob"]
    assert (video, room.wall.posts) == ("one", 1)
    room.wall.fails = 1
    with pytest.raises(NotShownError):
        await room.clips.redraw("b")
    await room.clips.redraw("unknown")
