"""The gate for suggestions, and the memory that its waits go by."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcast.errors import BroadcastError, CoolingDown, Kind, Repeated, SlowMode
from bot.broadcast.floor.ticket import Ticket
from bot.broadcast.intake.intake import Intake, IntakeRules
from bot.broadcast.intake.recent import MEMORY_LIMIT, Recent
from bot.broadcast.model import Channel, Refusal, Suggestion, Viewer
from bot.broadcast.show.session import BroadcastSession
from tests.broadcast.conftest import CHANNEL, MIKA, Rig, person, start
from tests.broadcast.fakes import SteppedClock
from tests.support.rules import intake_rules

MINUTE = timedelta(minutes=1)
ROBIN, SASHA = Viewer(1, "Robin"), Viewer(2, "Sasha")
ids = map(str, itertools.count())


def said(viewer: Viewer, prompt: str) -> Suggestion:
    """A suggestion of its own."""
    return Suggestion(next(ids), "b", viewer, prompt, datetime(2026, 8, 1, tzinfo=UTC))


def refusal(intake: Intake, recent: Recent, viewer: Viewer, prompt: str) -> Kind | None:
    """What a suggestion would be refused with."""
    try:
        intake.check(viewer, prompt, recent, is_exempt=False)
    except BroadcastError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("rules", "same_prompt", "same_person", "anybody"),
    [
        (intake_rules(repeat_window=MINUTE), Repeated, None, None),
        (intake_rules(repeat_window=timedelta(), cooldown=MINUTE), None, CoolingDown, None),
        (intake_rules(slow_mode=MINUTE), Repeated, SlowMode, SlowMode),
    ],
)
async def test_each_wait_is_a_rule_of_its_own_and_ends(
    rules: IntakeRules, same_prompt: Kind | None, same_person: Kind | None, anybody: Kind | None
) -> None:
    """For what was said, for who said it, for everyone; after a minute nobody is refused any more."""
    clock = SteppedClock()
    intake, recent = Intake(rules, lambda _: None, clock), Recent(clock)
    recent.add(said(ROBIN, "Snow falls"))
    attempts = [(SASHA, "snow falls"), (ROBIN, "rain"), (SASHA, "rain")]
    await clock.sleep(30)
    assert [refusal(intake, recent, *attempt) for attempt in attempts] == [same_prompt, same_person, anybody]
    await clock.sleep(30)
    assert {refusal(intake, recent, *attempt) for attempt in attempts} == {None}


def test_of_what_was_said_the_oldest_is_forgotten_first() -> None:
    """The memory is bounded, and what is said again counts as new."""
    clock = SteppedClock()
    intake, recent = Intake(intake_rules(), lambda _: None, clock), Recent(clock)
    for number in range(MEMORY_LIMIT):
        recent.add(said(ROBIN, f"idea {number}"))
    recent.add(said(ROBIN, "idea 0"))
    recent.add(said(ROBIN, "one more"))
    prompts = ("idea 0", "idea 1", "idea 2", "one more")
    codes = [refusal(intake, recent, SASHA, prompt) for prompt in prompts]
    assert codes == [Repeated, None, Repeated, Repeated]


def test_what_is_forgotten_uncovers_what_was_said_before() -> None:
    """Two said it, and one took it back: the other's still counts."""
    clock = SteppedClock()
    intake, recent = Intake(intake_rules(), lambda _: None, clock), Recent(clock)
    first, second = said(ROBIN, "snow"), said(SASHA, "SNOW")
    recent.add(first)
    recent.add(second)
    recent.forget(second.id)
    assert refusal(intake, recent, SASHA, "snow") is Repeated
    recent.forget(first.id)
    assert refusal(intake, recent, SASHA, "snow") is None
    assert recent.last() is recent.last_of(ROBIN.id) is None


def strict(rig: Rig) -> None:
    """All the waits there are, a minute each."""
    rig.broadcasts._ports.intake_of(CHANNEL.guild_id).change(
        intake_rules(repeat_window=MINUTE, cooldown=MINUTE, slow_mode=MINUTE), lambda _: None
    )


async def withdrawn(rig: Rig, session: BroadcastSession, ticket: Ticket) -> None:
    """By its author."""
    await session.floor.refuse(ticket.suggestion.id, Refusal.WITHDRAWN)


async def refused(rig: Rig, session: BroadcastSession, ticket: Ticket) -> None:
    """By a moderator."""
    await session.floor.refuse(ticket.suggestion.id, Refusal.MODERATOR_REFUSED)


async def muted(rig: Rig, session: BroadcastSession, ticket: Ticket) -> None:
    """With all that its author has in line."""
    await session.floor.refuse_all_of(ROBIN, Refusal.MUTED)


async def stopped(rig: Rig, session: BroadcastSession, ticket: Ticket) -> None:
    """By a panic, whose safe prompt is nobody's suggestion."""
    await session.floor.panic(MIKA, "a calm sea")
    session.floor.pause(paused=False)


async def ended(rig: Rig, session: BroadcastSession, ticket: Ticket) -> None:
    """With its broadcast; the next one begins at once."""
    rig.end()
    while rig.broadcasts.is_running_in(CHANNEL):
        await asyncio.sleep(0)
    await rig.start()


@pytest.mark.parametrize("come_to_nothing", [withdrawn, refused, muted, stopped, ended])
async def test_what_came_to_nothing_may_be_said_again_at_once(
    rig: Rig, come_to_nothing: Callable[[Rig, BroadcastSession, Ticket], Awaitable[None]]
) -> None:
    """As the bot advises: neither the words, nor their author, nor anybody has to wait because of it."""
    strict(rig)
    session = await rig.start()
    ticket = await rig.broadcasts.suggest(CHANNEL, "snow", by=person(ROBIN))
    with pytest.raises(BroadcastError):
        await rig.broadcasts.suggest(CHANNEL, "snow", by=person(ROBIN))
    await come_to_nothing(rig, session, ticket)
    assert await rig.broadcasts.suggest(CHANNEL, "snow", by=person(ROBIN))


async def test_what_was_sent_counts_and_only_in_its_broadcast(rig: Rig) -> None:
    """Another broadcast of the same server has a memory of its own."""
    strict(rig)
    await rig.start()
    ticket = await rig.broadcasts.suggest(CHANNEL, "snow", by=person(ROBIN))
    await ticket.settled
    with pytest.raises(BroadcastError) as caught:
        await rig.broadcasts.suggest(CHANNEL, " SNOW ", by=person(SASHA))
    assert caught.value.code is Repeated
    other = Channel(CHANNEL.guild_id, 11)
    await start(rig.broadcasts, other, MIKA, "A dog")
    assert await rig.broadcasts.suggest(other, "snow", by=person(ROBIN))


async def test_an_edit_may_not_repeat_and_frees_the_words_before(rig: Rig) -> None:
    """It is no way round the rule, its own words are no repeat, and what nobody says any more is free."""
    session = await start(rig.broadcasts)
    snow = await rig.broadcasts.suggest(CHANNEL, "snow", by=person(ROBIN))
    rain = await rig.broadcasts.suggest(CHANNEL, "rain", by=person(SASHA))
    with pytest.raises(BroadcastError) as caught:
        await rig.broadcasts.revise(session, rain.suggestion, "Snow", by=person(SASHA))
    assert caught.value.code is Repeated
    assert await rig.broadcasts.revise(session, snow.suggestion, "SNOW", by=person(ROBIN))
    assert await rig.broadcasts.revise(session, snow.suggestion, "hail", by=person(ROBIN))
    assert await rig.broadcasts.revise(session, rain.suggestion, "snow", by=person(SASHA))
    with pytest.raises(BroadcastError):
        await rig.broadcasts.suggest(CHANNEL, "hail", by=person(ROBIN))
    assert await rig.broadcasts.suggest(CHANNEL, "rain", by=person(ROBIN))
