"""One's one vote: whose it is, and how it is taken back."""

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.floor.floor import Floor
from bot.broadcast.model import Refusal, Viewer
from tests.broadcast.conftest import MIKA, ROBIN, Rig, start

SASHA = Viewer(102, "Sasha")


async def waiting_floor(rig: Rig) -> Floor:
    """The floor of a broadcast that connects, so that nothing is sent and nothing is stale."""
    rig.world.may_connect.clear()
    session = await start(rig.broadcasts)
    session.floor.switch(Mode.VOTE)
    return session.floor


async def test_a_vote_is_known_and_can_be_taken_back(rig: Rig) -> None:
    """One's own suggestion has it unless one votes; once taken back, it counts for nothing."""
    floor = await waiting_floor(rig)
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
    floor = await waiting_floor(rig)
    cat = (await floor.suggest(MIKA, "a cat")).suggestion
    floor.vote(ROBIN, cat.id)
    await floor.revise(cat.id, "an owl")
    assert floor.vote_of(ROBIN) is None, "it was for other words"
    assert floor.vote_of(MIKA) == cat.revised("an owl")
    floor.vote(ROBIN, cat.id)
    await floor.refuse(cat.id, Refusal.WITHDRAWN)
    assert floor.vote_of(MIKA) is floor.vote_of(ROBIN) is None
    floor.shut()
    floor.withdraw_vote(ROBIN)
