"""All broadcasts together: who may do what, where."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

import pytest

from bot.broadcast.errors import (
    AlreadyRunning,
    BroadcastError,
    Code,
    CoolingDown,
    LineFull,
    Repeated,
    TooManyBroadcasts,
    TooManyOfYours,
)
from bot.broadcast.model import Broadcast, Channel, Stream, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.states import Reason, State
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, Rig, person, reach, start
from tests.support.rules import budget, intake_rules, line_limits


async def test_one_broadcast_per_channel(rig: Rig) -> None:
    """A second start names the host of the first; another channel is free."""
    await rig.start()
    with pytest.raises(BroadcastError) as caught:
        await start(rig.broadcasts, CHANNEL, ROBIN, "A dog")
    assert caught.value.why == AlreadyRunning(host=MIKA)
    other = await start(rig.broadcasts, Channel(1, 11), ROBIN, "A dog")
    await reach(other, State.LIVE)


@pytest.mark.parametrize("is_stored", [True, False])
async def test_nothing_is_taken_before_the_broadcast_is_stored(rig: Rig, is_stored: bool) -> None:
    """A suggestion waits for that; where it fails there is no broadcast. So does a panic."""
    may_store: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    save = rig.journal.save_broadcast

    def save_later(broadcast: Broadcast) -> Awaitable[None]:
        return may_store if broadcast.state is State.REQUESTED else save(broadcast)

    rig.journal.save_broadcast = save_later  # type: ignore[method-assign, assignment]
    session = await start(rig.broadcasts)
    suggesting = asyncio.create_task(rig.broadcasts.suggest(CHANNEL, "snow", by=person(ROBIN)))
    panicking = asyncio.create_task(session.panic(MIKA, "a meadow"))
    for _ in range(10):
        await asyncio.sleep(0)
    assert rig.journal.suggestions == []
    if is_stored:
        may_store.set_result(None)
        assert (await suggesting).suggestion.prompt == "snow"
        await panicking
    else:
        may_store.set_exception(OSError("disk full"))
        for work in (suggesting, panicking):
            with pytest.raises(BroadcastError) as caught:
                await work
            assert caught.value.code is Code.BROADCAST_OVER
        assert rig.journal.suggestions == []


async def test_a_full_line_refuses_clearly(rig: Rig) -> None:
    """The line is bounded, in all and for each person, and says by how much."""
    session = await rig.start()
    rig.world.may_answer.clear()
    await session.floor.suggest(ROBIN, "under way")
    await rig.world.interacting.wait()
    limits = line_limits()
    for number in range(limits.total):
        await session.floor.suggest(Viewer(1000 + number // limits.per_viewer, "Somebody"), f"idea {number}")
    with pytest.raises(BroadcastError) as full:
        await session.floor.suggest(ROBIN, "one too many")
    assert full.value.why == LineFull(limit=limits.total)


async def test_nobody_can_hog_the_line(rig: Rig) -> None:
    """The fourth suggestion of one person has to wait until one of theirs had its turn."""
    session = await rig.start()
    rig.world.may_answer.clear()
    await session.floor.suggest(ROBIN, "under way")
    await rig.world.interacting.wait()
    for number in range(3):
        await session.floor.suggest(ROBIN, f"idea {number}")
    with pytest.raises(BroadcastError) as caught:
        await session.floor.suggest(ROBIN, "one more")
    assert caught.value.why == TooManyOfYours(limit=3)


async def test_stopping_the_bot_ends_broadcasts_in_order(rig: Rig) -> None:
    """A stop frees every paid slot, and says why it ended; afterwards nothing starts."""
    session = await rig.start()
    await rig.broadcasts.close()
    assert session.broadcast.ending
    assert session.broadcast.ending.reason is Reason.SHUTDOWN
    assert rig.world.calls[-2:] == ["end", "disconnect"]
    with pytest.raises(BroadcastError) as caught:
        await start(rig.broadcasts, CHANNEL, MIKA, "A dog")
    assert caught.value.code is Code.SHUTTING_DOWN


async def test_a_broken_journal_fails_one_broadcast_not_the_bot(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk in one leaves the channel free and the others running; its panel has the log's word."""
    healthy = await rig.start()

    rig.journal.refuses = lambda thing: isinstance(thing, Stream)
    other = Channel(1, 11)
    broken = await start(rig.broadcasts, other, ROBIN, "A dog")
    while rig.broadcasts.is_running_in(other):
        await asyncio.sleep(0)
    assert healthy.broadcast.state is State.LIVE
    assert broken.broadcast.ending
    assert broken.broadcast.ending.reason is Reason.INTERNAL
    assert rig.world.calls[-1] == "disconnect"
    broke = next(record for record in caplog.records if "broke" in record.message)
    assert vars(broke)["ref"] == broken.broadcast.ending.reference


async def test_a_server_has_its_share_and_no_more(rig: Rig) -> None:
    """One broadcast at once, if so set; another server is not touched by it."""
    rig.budgets |= dict.fromkeys((CHANNEL.guild_id, 2), budget(at_once=1))
    await start(rig.broadcasts)
    with pytest.raises(BroadcastError) as caught:
        await start(rig.broadcasts, Channel(CHANNEL.guild_id, 11), ROBIN, "A dog")
    assert caught.value.why == TooManyBroadcasts(limit=1)
    await reach(await start(rig.broadcasts, Channel(2, 12), ROBIN, "An owl"), State.LIVE)


async def test_a_server_can_limit_how_long_a_broadcast_lasts(rig: Rig) -> None:
    """At the server's own limit it ends in order, though the service would go on."""
    rig.budgets[CHANNEL.guild_id] = budget(longest=timedelta(seconds=30))
    session = await start(rig.broadcasts)
    await reach(session, State.ENDED)
    ended, live = session.broadcast.ended_at, session.broadcast.live_at
    assert session.broadcast.ending
    assert session.broadcast.ending.reason is Reason.BROADCAST_LIMIT
    assert ended
    assert live
    assert ended - live >= timedelta(seconds=30)
    assert rig.world.calls[-2:] == ["end", "disconnect"]


async def test_the_first_stream_starts_from_the_picture(rig: Rig) -> None:
    """Of the broadcast that it was given to, and of no other."""
    picture = Picture(b"jpeg", portrait=False)
    await rig.start()
    other = Channel(CHANNEL.guild_id, 11)
    session = await start(rig.broadcasts, other, picture=picture)
    await reach(session, State.LIVE)
    assert rig.world.started_from == [None, picture]


async def test_where_streams_start_from_no_picture_the_broadcast_fails(rig: Rig) -> None:
    """With a reason of its own, and nothing left open."""
    rig.world.starts_from_pictures = False
    picture = Picture(b"jpeg", portrait=False)
    session = await start(rig.broadcasts, picture=picture)
    await reach(session, State.FAILED)
    assert session.broadcast.ending
    assert session.broadcast.ending.reason is Reason.NO_PICTURES
    assert rig.world.calls[-1] == "disconnect"


async def test_two_at_once_do_not_slip_through_a_cooldown(rig: Rig) -> None:
    """It counts from the moment in which a suggestion is in line, and not from when it is stored."""
    await rig.start()
    answers = await asyncio.gather(
        *(rig.broadcasts.suggest(CHANNEL, "it snows", by=person(viewer)) for viewer in (MIKA, ROBIN)),
        return_exceptions=True,
    )
    refused = [answer.code for answer in answers if isinstance(answer, BroadcastError)]
    assert refused == [Repeated]


async def test_what_is_heard_late_counts_from_when_it_was_said(rig: Rig) -> None:
    """Two that were said as far apart as a cooldown asks for are both taken, though heard in one moment."""
    rules = intake_rules(repeat_window=timedelta(), cooldown=timedelta(seconds=30))
    rig.intake.change(rules, lambda _: None)
    await rig.start()
    now = rig.clock.now()
    for ago_s, prompt in ((70, "snow"), (35, "rain"), (20, "fog"), (0, "hail")):
        said_at = now - timedelta(seconds=ago_s)
        suggesting = rig.broadcasts.suggest(CHANNEL, prompt, by=person(ROBIN), said_at=said_at)
        if prompt == "fog":
            with pytest.raises(BroadcastError):
                await suggesting
        else:
            await suggesting
    with pytest.raises(BroadcastError) as caught:
        await rig.broadcasts.suggest(CHANNEL, "wind", by=person(ROBIN))
    assert caught.value.code is CoolingDown
