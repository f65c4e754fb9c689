"""One's one vote: whose it is, and how it is taken back."""

from __future__ import annotations

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.model import Refusal, Viewer
from tests.broadcast.conftest import MIKA, ROBIN, Rig

SASHA = Viewer(102, "Sasha")


async def test_a_vote_is_known_and_can_be_taken_back(rig: Rig) -> None:
    """One's own suggestion has it unless one votes; once taken back, it is nobody's, and may be given anew."""
    session = await rig.start()
    floor = session.floor
    floor.switch(Mode.VOTE)
    cat = (await floor.suggest(MIKA, "a cat")).suggestion
    assert floor.vote_of(MIKA) == cat
    assert floor.vote_of(ROBIN) is None
    floor.vote(ROBIN, cat.id)
    assert floor.vote_of(ROBIN) == cat
    heard = len(rig.audience.heard)
    floor.withdraw_vote(ROBIN)
    assert len(rig.audience.heard) > heard, "the panel counts anew"
    assert floor.vote_of(ROBIN) is None
    assert floor.standing.candidates[0].votes == 1
    floor.withdraw_vote(ROBIN)
    floor.withdraw_vote(SASHA)
    floor.vote(ROBIN, cat.id)
    assert floor.standing.candidates[0].votes == 2


async def test_a_vote_follows_new_words_of_ones_own_and_ends_with_what_it_was_for(rig: Rig) -> None:
    """What is revised is told in its new words; a vote for what has left is no vote."""
    session = await rig.start()
    floor = session.floor
    floor.switch(Mode.HOST)
    cat = (await floor.suggest(MIKA, "a cat")).suggestion
    floor.vote(ROBIN, cat.id)
    await floor.revise(cat.id, "an owl")
    assert floor.vote_of(ROBIN) is None, "it was for other words"
    assert [each and each.prompt for each in [floor.vote_of(MIKA)]] == ["an owl"]
    floor.vote(ROBIN, cat.id)
    await floor.refuse(cat.id, Refusal.WITHDRAWN)
    assert floor.vote_of(MIKA) is floor.vote_of(ROBIN) is None
    session.floor.shut()
    floor.withdraw_vote(ROBIN)
