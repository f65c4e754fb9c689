"""What those who rule a broadcast do to it: they may, it is done and in the audit list; or nothing is."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.audit import Action, ActionKind, Audit
from bot.broadcast.errors import BroadcastError, Code, Kind, MayNotEnd, Muted
from bot.broadcast.rights import Person
from bot.broadcast.show.deeds import Deeds
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason, State
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, Rig, reach
from tests.broadcast.fakes import MemoryActions, SteppedClock

HOST = Person(MIKA, views_channel=True, is_host=True)
VIEWER = Person(ROBIN, views_channel=True)
MODERATOR = Person(ROBIN, views_channel=True, manages_channel=True)
MUTED = Person(
    ROBIN, views_channel=True, manages_channel=True, muted_until=SteppedClock().now() + timedelta(minutes=1)
)

Do = Callable[[Deeds, BroadcastSession, Person], Awaitable[None]]
DEEDS: dict[ActionKind, Do] = {
    ActionKind.MODE: lambda deeds, session, by: deeds.choose_mode(session, Mode.VOTE, by=by),
    ActionKind.CALL_VOTE: lambda deeds, session, by: deeds.call_vote(session, Mode.VOTE, by=by),
    ActionKind.PAUSE: lambda deeds, session, by: deeds.pause(session, paused=True, by=by),
    ActionKind.RESUME: lambda deeds, session, by: deeds.pause(session, paused=False, by=by),
    ActionKind.PANIC: lambda deeds, session, by: deeds.panic(session, by=by),
    ActionKind.APPROVE: lambda deeds, session, by: deeds.approve(session, waiting(session), by=by),
    ActionKind.EDIT: lambda deeds, session, by: deeds.approve_as(session, waiting(session), "a dog", by=by),
    ActionKind.REFUSE: lambda deeds, session, by: deeds.refuse(session, waiting(session), by=by),
    ActionKind.END: lambda deeds, session, by: deeds.end(session, by=by),
}


@pytest.fixture
def records() -> MemoryActions:
    """What was entered."""
    return MemoryActions()


@pytest.fixture
def deeds(records: MemoryActions) -> Deeds:
    """The deeds, in a server with a calm safe prompt."""
    return Deeds(Audit(records, SteppedClock()), lambda _: "A calm  sea")


def waiting(session: BroadcastSession) -> str:
    """What waits for a moderator, if anything does."""
    return next((suggestion.id for suggestion in session.floor.pending), "none")


async def reviewed(rig: Rig) -> BroadcastSession:
    """A broadcast in which a suggestion waits for a moderator."""
    session = await rig.start()
    session.floor.switch(Mode.HOST)
    await session.floor.suggest(ROBIN, "a cat")
    return session


@pytest.mark.parametrize("kind", DEEDS)
async def test_each_deed_has_its_entry(
    rig: Rig, deeds: Deeds, records: MemoryActions, kind: ActionKind
) -> None:
    """Who did it, and where; once for each time it was done."""
    await DEEDS[kind](deeds, await reviewed(rig), MODERATOR)
    [entry] = records.actions
    assert (entry.guild_id, entry.actor, entry.kind) == (CHANNEL.guild_id, ROBIN, kind)


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (VIEWER, None),
        (MUTED, Muted),
        (Person(ROBIN, manages_channel=True), Code.NOT_RUNNING),
    ],
)
@pytest.mark.parametrize("kind", DEEDS)
async def test_who_may_not_changes_nothing(
    rig: Rig, deeds: Deeds, records: MemoryActions, kind: ActionKind, by: Person, code: Kind | None
) -> None:
    """Whatever door they came by: the deed itself asks. What is hidden is not there."""
    session = await reviewed(rig)
    before = (session.floor.mode, session.floor.is_paused, session.floor.pending, session.floor.motion)
    with pytest.raises(BroadcastError) as caught:
        await DEEDS[kind](deeds, session, by)
    own = {ActionKind.END: MayNotEnd, ActionKind.CALL_VOTE: Code.VOTES_NOT_ALLOWED}
    assert caught.value.code is (code or own.get(kind, Code.MODERATORS_ONLY))
    assert not session.is_closing
    assert before == (
        session.floor.mode,
        session.floor.is_paused,
        session.floor.pending,
        session.floor.motion,
    )
    assert records.actions == []


@pytest.mark.parametrize("kind", DEEDS)
async def test_nothing_is_done_to_what_is_ending(
    rig: Rig, deeds: Deeds, records: MemoryActions, kind: ActionKind
) -> None:
    """Two clicks on End end once, and the second is told so."""
    session = await reviewed(rig)
    rig.end()
    with pytest.raises(BroadcastError) as caught:
        await DEEDS[kind](deeds, session, MODERATOR)
    assert caught.value.code is (Code.ALREADY_ENDING if kind is ActionKind.END else Code.BROADCAST_OVER)
    assert records.actions == []


async def test_to_end_what_is_ones_own_is_no_moderation(
    rig: Rig, deeds: Deeds, records: MemoryActions
) -> None:
    """The host's end is none for the list; a moderator's is, and is told as theirs."""
    for by, reason, entries in ((HOST, Reason.HOST_ENDED, 0), (MODERATOR, Reason.MODERATOR_ENDED, 1)):
        session = await rig.start()
        await deeds.end(session, by=by)
        await reach(session, State.ENDED)
        assert session.broadcast.ending
        assert session.broadcast.ending.reason is reason
        assert len(records.actions) == entries


async def test_a_list_that_cannot_be_written_undoes_no_deed(
    rig: Rig,
    deeds: Deeds,
    caplog: pytest.LogCaptureFixture,
    records: MemoryActions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The deed is done; the log has what the list misses."""

    async def fail(_: Action) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(records, "save_action", fail)
    session = await rig.start()
    await deeds.pause(session, paused=True, by=MODERATOR)
    assert session.floor.is_paused
    assert "misses one: pause" in caplog.text
