"""Another round begins where a broadcast ended."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import AlreadyRunning, BroadcastError, Code, Filtered, Muted, WorldError
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Broadcast
from bot.broadcast.picture import Picture
from bot.broadcast.rights import Person
from bot.broadcast.show.last_moments import KEPT, LastMoments
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason, State
from bot.moderation import TextFilter
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, Rig, opened_rig, reach, start
from tests.broadcast.fakes import MemoryJournal, SteppedClock
from tests.support.rules import budget, intake_rules, text_rules

LAST = Picture(b"the last one", portrait=True)
LENGTH = timedelta(minutes=3)
MODERATOR = Person(MIKA, views_channel=True, manages_channel=True)
VIEWER = Person(ROBIN, views_channel=True)
STARTER = replace(VIEWER, has_starter_role=True)


async def over(rig: Rig, *ideas: str, mode: Mode = Mode.QUEUE, panic: str | None = None) -> Broadcast:
    """Mika's broadcast, upright and three minutes long, in which these came true, and which has ended.

    After a panic, if there was one.
    """
    rig.world.looks = LAST
    session = await rig.broadcasts.start(
        CHANNEL, "A cat", by=MODERATOR, portrait=True, length=LENGTH, mode=mode
    )
    await reach(session, State.LIVE)
    for idea in ideas:
        await (await session.floor.suggest(ROBIN, idea)).settled
    if panic:
        await session.panic(MIKA, panic)
        while session.prompt_in_force != panic:
            await asyncio.sleep(0)
    rig.end()
    while rig.broadcasts.running:
        await asyncio.sleep(0)
    return session.broadcast


async def again(rig: Rig, before: Broadcast) -> BroadcastSession:
    """Another round, live."""
    session = await rig.broadcasts.start_again(before, by=STARTER)
    await reach(session, State.LIVE)
    return session


async def test_it_begins_where_the_one_before_ended(rig: Rig) -> None:
    """In its world, from its last picture, in its shape, length and mode; its host need not choose these."""
    before = await over(rig, "it snows", "an owl lands", mode=Mode.VOTE)
    session = await again(rig, before)
    broadcast = session.broadcast
    assert broadcast.id != before.id
    assert (broadcast.host, broadcast.prompt) == (ROBIN, "A cat. It snows. An owl lands.")
    assert (broadcast.portrait, broadcast.length, session.floor.mode) == (True, LENGTH, Mode.VOTE)
    assert rig.world.started_from == [None, LAST]


@pytest.mark.parametrize("is_another_round", [True, False])
async def test_what_is_told_to_be_over_is_in_nobodys_way(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, is_another_round: bool
) -> None:
    """Whoever starts when the end is shown waits until the last of it is stored, however long that takes."""
    before = await rig.start()
    stored, may_store = rig.journal.save_last_moment, asyncio.Event()

    async def store_late(broadcast_id: str, moment: LastMoment, at: datetime) -> None:
        await may_store.wait()
        await stored(broadcast_id, moment, at)

    monkeypatch.setattr(rig.journal, "save_last_moment", store_late)
    rig.end()
    while not before.broadcast.state.is_over:
        await asyncio.sleep(0)
    begin = (
        rig.broadcasts.start_again(before.broadcast, by=STARTER)
        if is_another_round
        else start(rig.broadcasts)
    )
    beginning = asyncio.create_task(begin)
    for _ in range(10):
        await asyncio.sleep(0)
    may_store.set()
    session = await beginning
    assert rig.broadcasts.in_channel(CHANNEL) is session


async def test_two_who_ask_at_once_start_one(rig: Rig) -> None:
    """The second is told that it runs."""
    before = await over(rig)
    answers = await asyncio.gather(
        *(rig.broadcasts.start_again(before, by=by) for by in (STARTER, MODERATOR)), return_exceptions=True
    )
    [refusal] = [answer for answer in answers if isinstance(answer, BroadcastError)]
    assert refusal.why == AlreadyRunning(host=ROBIN)
    assert len(rig.broadcasts.running) == 1


async def test_who_may_not_start_may_not_start_again(rig: Rig) -> None:
    """Nor who is muted."""
    before, muted = await over(rig), replace(STARTER, muted_until=rig.clock.now())
    for person, why in ((VIEWER, Code.STARTERS_ONLY), (muted, Muted(rig.clock.now()))):
        with pytest.raises(BroadcastError) as refused:
            await rig.broadcasts.start_again(before, by=person)
        assert refused.value.why == why


async def test_after_a_restart_all_of_it_is_known(rig: Rig) -> None:
    """It is stored: with the picture, and the mode."""
    before = await over(rig, "it snows", mode=Mode.DRAW)
    async with opened_rig(rig.clock) as restarted:
        restarted.journal.suggestions, restarted.journal.moments = (
            rig.journal.suggestions,
            rig.journal.moments,
        )
        session = await again(restarted, before)
        assert (session.broadcast.prompt, session.floor.mode) == ("A cat. It snows.", Mode.DRAW)
        assert restarted.world.started_from == [LAST]


async def test_after_a_panic_and_a_restart_nothing_of_before_is_told(rig: Rig) -> None:
    """Though what people suggested then is known still."""
    before = await over(rig, "it snows", panic="A meadow")
    async with opened_rig(rig.clock) as restarted:
        restarted.journal.suggestions, restarted.journal.moments = (
            rig.journal.suggestions,
            rig.journal.moments,
        )
        assert (await again(restarted, before)).broadcast.prompt == "A meadow"


async def test_of_what_is_not_kept_any_more_the_words_are_known(rig: Rig) -> None:
    """Of an old one there is no picture, and the mode is the server's; that is no error."""
    before = await over(rig, "it snows", mode=Mode.DRAW)
    async with opened_rig(rig.clock) as restarted:
        restarted.journal.suggestions = rig.journal.suggestions
        session = await again(restarted, before)
        assert (session.broadcast.prompt, session.floor.mode) == ("A cat. It snows.", Mode.QUEUE)
        assert restarted.world.started_from == [None]


async def test_a_moment_that_cannot_be_stored_stops_no_end(rig: Rig) -> None:
    """What is in memory is known still."""
    rig.journal.refuses = lambda thing: isinstance(thing, LastMoment)
    before = await over(rig, "it snows")
    assert rig.journal.moments == {}
    assert (await again(rig, before)).broadcast.prompt == "A cat. It snows."


async def test_only_the_newest_are_kept_in_memory(rig: Rig) -> None:
    """However many end: the pictures of the oldest are let go."""
    moments = LastMoments(rig.journal, rig.journal, rig.clock)
    for number in range(KEPT + 2):
        await moments.keep(f"b{number}", LastMoment("A cat", (), Mode.VOTE, LAST))
    known = [moments.picture_of(f"b{number}") for number in range(KEPT + 2)]
    assert known == [None, None, *[LAST] * KEPT]


async def test_a_picture_that_was_handed_in_is_not_stored(rig: Rig) -> None:
    """It is somebody's own: what is kept is what the world looked like."""
    rig.world.looks = None
    session = await start(rig.broadcasts, picture=LAST)
    await reach(session, State.LIVE)
    assert session.last_moment.picture is None
    rig.end()
    while rig.broadcasts.running:
        await asyncio.sleep(0)
    assert rig.journal.moments[session.broadcast.id].picture is None


async def test_the_picture_is_left_out_where_it_is_not_taken(rig: Rig) -> None:
    """By a streamer that starts from none, or that refuses this one."""
    before = await over(rig)
    rig.world.failing_at["start"] = WorldError(Reason.STREAM_ERROR)
    await again(rig, before)
    assert rig.world.started_from == [None, None]
    rig.end()
    while rig.broadcasts.running:
        await asyncio.sleep(0)
    rig.world.starts_from_pictures = False
    await again(rig, before)
    assert rig.world.started_from == [None, None, None]


async def test_it_goes_by_the_rules_as_they_are_now(rig: Rig) -> None:
    """A shorter longest shortens it, a lower limit of words too, and what is forbidden now is refused."""
    before = await over(rig, "it snows", "an owl lands")
    rig.budgets[CHANNEL.guild_id] = budget(longest=timedelta(minutes=1))
    rig.intake.change(intake_rules(prompt_limit=25), lambda _: None)
    session = await again(rig, before)
    assert (session.broadcast.length, session.broadcast.prompt) == (
        timedelta(minutes=1),
        "A cat. An owl lands.",
    )
    rig.end()
    while rig.broadcasts.running:
        await asyncio.sleep(0)
    rig.intake.change(intake_rules(), TextFilter(text_rules(blocked_words=("owl",))).check)
    with pytest.raises(BroadcastError) as refused:
        await rig.broadcasts.start_again(before, by=STARTER)
    assert isinstance(refused.value.why, Filtered)


async def test_while_it_runs_it_is_stored_when_it_is_another_one() -> None:
    """Should the bot be cut off: what is as it is stored is not stored again."""
    journal = MemoryJournal()
    moments = LastMoments(journal, journal, SteppedClock())
    stored: list[LastMoment] = []
    journal.refuses = lambda thing: stored.append(thing) or False  # type: ignore[arg-type, func-returns-value]
    first = LastMoment("A cat", (), Mode.VOTE, LAST)
    newer = replace(first, picture=Picture(b"a newer one", portrait=True))
    for moment, is_stored in (
        (first, True),
        (first, False),
        (newer, True),
        (replace(newer, applied=("It snows",)), True),
        (replace(newer, applied=("It snows",), mode=Mode.DRAW), True),
        (LastMoment("A meadow", (), Mode.DRAW, newer.picture), True),
        (LastMoment("A meadow", (), Mode.DRAW), True),
        (LastMoment("A meadow", (), Mode.DRAW), False),
    ):
        before = len(stored)
        await moments.follow("b1", moment)
        assert (len(stored) > before) is is_stored, moment
    await moments.keep("b1", first)
    assert journal.moments["b1"] is first
