"""What became of somebody's vote, as they are told it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.floor.view import FloorView
from bot.broadcast.model import Broadcast, Refusal, Suggestion, Viewer
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import State
from cogs.steering.ballot import draw_votes
from cogs.steering.vote_fate import VoteFate
from cogs.wording.suggestions import VOTE_GONE, VOTE_ON_MODE_OFF
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, Rig, opened_rig, reach, start
from tests.support.rules import arbitration_settings

SASHA = Viewer(102, "Sasha")


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """The domain, by itself."""
    async with opened_rig() as rig:
        rig.arbitrations[CHANNEL.guild_id] = arbitration_settings(gap=timedelta(0))
        yield rig


async def waiting_for(
    rig: Rig, *ideas: str, mode: Mode = Mode.VOTE
) -> tuple[BroadcastSession, list[Suggestion]]:
    """A broadcast that connects, with Sasha's ideas in line."""
    rig.world.may_connect.clear()
    session = await start(rig.broadcasts)
    session.floor.switch(mode)
    return session, [(await session.floor.suggest(SASHA, idea)).suggestion for idea in ideas]


def followed(rig: Rig, session: BroadcastSession, viewer: Viewer = ROBIN) -> VoteFate:
    """What somebody is told from now on."""
    fate = VoteFate(session, viewer, None)

    def changed(_: Broadcast) -> None:
        fate.has_changed()

    rig.listeners.listen(changed)
    return fate


def told(fate: VoteFate) -> str:
    """Its word; empty while there is none."""
    return fate.word or ""


async def decides(rig: Rig, session: BroadcastSession) -> None:
    """The broadcast is live, and something is on its way."""
    rig.world.may_answer.clear()
    rig.world.may_connect.set()
    await reach(session, State.LIVE)
    await rig.world.interacting.wait()


async def test_who_won_and_who_lost_read_by_how_much(rig: Rig) -> None:
    """One's own words are named; a vote that lost still stands, for the next ballot."""
    session, [owl] = await waiting_for(rig, "an owl hoots")
    whale = (await session.floor.suggest(ROBIN, "a whale leaps")).suggestion
    for viewer, idea in ((SASHA, owl), (MIKA, owl), (ROBIN, whale)):
        session.floor.vote(viewer, idea.id)
    won, lost = followed(rig, session, MIKA), followed(rig, session, ROBIN)
    assert (told(won), told(lost)) == ("", "")
    await decides(rig, session)
    assert "“an owl hoots”: it won, 2 of 3." in told(won)
    assert "“a whale leaps” has not won: 1 of 3. With 2, “an owl hoots” has." in told(lost)
    assert session.floor.vote_of(ROBIN) == whale
    rig.world.may_answer.set()


async def test_a_vote_for_the_same_in_other_words_has_won_too(rig: Rig) -> None:
    """It was one candidate with the winner."""
    session, [dragon] = await waiting_for(rig, "a huge dragon")
    session.floor.vote(SASHA, dragon.id)
    theirs = (await session.floor.suggest(MIKA, "A huge dargon")).suggestion
    session.floor.vote(ROBIN, theirs.id)
    fate = followed(rig, session)
    await decides(rig, session)
    assert "“A huge dargon”: it won, 3 of 3." in told(fate)
    rig.world.may_answer.set()


async def test_what_is_drawn_was_chosen(rig: Rig) -> None:
    """There was no ballot, and nothing to count."""
    session, [owl] = await waiting_for(rig, "an owl hoots", mode=Mode.DRAW)
    session.floor.vote(ROBIN, owl.id)
    fate = followed(rig, session)
    await decides(rig, session)
    assert "“an owl hoots”: it was chosen." in told(fate)
    rig.world.may_answer.set()


async def test_a_vote_for_what_is_gone_or_was_never_decided(rig: Rig) -> None:
    """Withdrawn by its author; or the broadcast ended first."""
    session, [owl, whale] = await waiting_for(rig, "an owl hoots", "a whale leaps", mode=Mode.DRAW)
    session.floor.vote(ROBIN, owl.id)
    session.floor.vote(MIKA, whale.id)
    gone, undecided = followed(rig, session, ROBIN), followed(rig, session, MIKA)
    await session.floor.refuse(owl.id, Refusal.WITHDRAWN)
    assert (gone.word, undecided.word) == (VOTE_GONE, None)
    rig.end()
    await reach(session, State.ENDED)
    assert gone.word == VOTE_GONE
    assert "“a whale leaps”: the broadcast was over before" in told(undecided)


async def test_who_has_no_vote_is_told_of_nothing(rig: Rig) -> None:
    """Whatever is decided."""
    session, _ = await waiting_for(rig, "an owl hoots", mode=Mode.DRAW)
    fate = followed(rig, session)
    await decides(rig, session)
    assert fate.word is None
    rig.world.may_answer.set()


@pytest.mark.parametrize(
    ("against", "words"),
    [
        ([], "2 for, 0 against: it is decided by lot now."),
        ([MIKA, SASHA], "2 for, 2 against: it is decided as before."),
    ],
)
async def test_a_vote_on_the_mode_is_told_when_it_closes(rig: Rig, against: list[Viewer], words: str) -> None:
    """How it stood, and what comes of it."""
    session = await rig.start()
    session.floor.call_vote(Mode.DRAW, Viewer(103, "Noor"))
    session.floor.vote_on_mode(ROBIN, is_for=True)
    for viewer in against:
        session.floor.vote_on_mode(viewer, is_for=False)
    fate = followed(rig, session)
    while session.floor.motion:
        await asyncio.sleep(0)
    while fate.word is None:
        await asyncio.sleep(0)
    assert words in told(fate)


async def test_a_vote_on_the_mode_that_is_off(rig: Rig) -> None:
    """A moderator has decided."""
    session, _ = await waiting_for(rig)
    session.floor.call_vote(Mode.DRAW, ROBIN)
    fate = followed(rig, session)
    session.floor.switch(Mode.HOST)
    assert fate.word == VOTE_ON_MODE_OFF


async def test_what_has_no_place_on_the_ballot_still_waits_for_one(rig: Rig) -> None:
    """It says so of a vote that has stayed with it; elsewhere there are no places."""
    session, [owl] = await waiting_for(rig, "an owl hoots")
    view = session.view
    assert "Your vote is for 1 · “" in str(draw_votes(view, owl, is_for=None).payload)
    off_it = replace(view, floor=FloorView(Mode.VOTE))
    assert "which waits for a place on the ballot" in str(draw_votes(off_it, owl, is_for=None).payload)
    in_a_draw = replace(view, floor=FloorView(Mode.DRAW))
    assert "waits for a place" not in str(draw_votes(in_a_draw, owl, is_for=None).payload)
