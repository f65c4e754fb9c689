"""How a floor stands is noted as it changes: whoever goes on after a crash finds it as it was."""

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.model import Refusal, Viewer
from tests.broadcast.conftest import MIKA, ROBIN, Rig, start

SASHA = Viewer(102, "Sasha")


async def test_how_it_is_ruled_is_noted(rig: Rig) -> None:
    """From the start, and with each switch, pause and panic."""
    rig.world.may_answer.clear()
    session = await rig.start()
    floor, noted = session.floor, rig.journal.floors
    assert noted[session.broadcast.id] == (Mode.QUEUE, False)
    floor.switch(Mode.VOTE)
    assert noted[session.broadcast.id] == (Mode.VOTE, False)
    floor.pause(paused=True)
    assert noted[session.broadcast.id] == (Mode.VOTE, True)
    floor.pause(paused=False)
    await session.panic(MIKA, "A meadow")
    assert noted[session.broadcast.id] == (Mode.VOTE, True)
    rig.world.may_answer.set()


async def test_a_mode_that_the_viewers_chose_is_noted(rig: Rig) -> None:
    """As soon as their vote on it is closed."""
    session = await rig.start()
    session.floor.call_vote(Mode.DRAW, ROBIN)
    session.floor.vote_on_mode(SASHA, is_for=True)
    await rig.clock.sleep(60)
    session.floor.outlet.look_again()
    ticket = await session.floor.suggest(ROBIN, "snow")
    await ticket.settled
    assert rig.journal.floors[session.broadcast.id] == (Mode.DRAW, False)


async def test_votes_are_noted(rig: Rig) -> None:
    """One's own by suggesting, one for another's, one that is taken back, those that an edit makes void."""
    rig.adopt(mode=Mode.DRAW)
    rig.world.may_connect.clear()
    floor = (await start(rig.broadcasts)).floor
    snow = (await floor.suggest(ROBIN, "snow")).suggestion.id
    owl = (await floor.suggest(SASHA, "an owl lands")).suggestion.id
    assert rig.journal.votes == {ROBIN.id: snow, SASHA.id: owl}
    floor.vote(MIKA, snow)
    floor.vote(SASHA, snow)
    assert rig.journal.votes == {ROBIN.id: snow, SASHA.id: snow, MIKA.id: snow}
    floor.withdraw_vote(MIKA)
    await floor.revise(snow, "it rains")
    assert rig.journal.votes == {ROBIN.id: snow, SASHA.id: None, MIKA.id: None}
    rig.world.may_connect.set()


async def test_approvals_are_noted_in_their_order(rig: Rig) -> None:
    """In a moderator's words too; an edit of its author's takes it away."""
    rig.adopt(mode=Mode.HOST)
    rig.world.may_connect.clear()
    floor = (await start(rig.broadcasts)).floor
    ids = [(await floor.suggest(ROBIN, words)).suggestion.id for words in ("snow", "an owl", "a train")]
    floor.approve(ids[2])
    floor.approve(ids[0])
    await floor.approve_as(ids[1], "two owls")
    assert list(rig.journal.approvals) == [ids[2], ids[0], ids[1]]
    await floor.revise(ids[0], "it rains")
    assert list(rig.journal.approvals) == [ids[2], ids[1]]
    rig.world.may_connect.set()


async def test_places_on_the_ballot_are_noted(rig: Rig) -> None:
    """From when somebody has one until they have it no more, or it is decided in another way."""
    rig.adopt(mode=Mode.VOTE)
    rig.world.may_connect.clear()
    floor = (await start(rig.broadcasts)).floor
    ids = [
        (await floor.suggest(Viewer(200 + number, "Viewer"), words)).suggestion.id
        for number, words in enumerate(("snow", "an owl", "a train", "rain", "fog", "a comet", "snow falls"))
    ]
    placed = {ids[0]: 1, ids[1]: 2, ids[2]: 3, ids[3]: 4, ids[4]: 5}
    assert placed.items() <= rig.journal.places.items()
    assert ids[5] not in rig.journal.places
    await floor.refuse(ids[1], Refusal.WITHDRAWN)
    assert rig.journal.places[ids[5]] == 2
    floor.switch(Mode.DRAW)
    assert {ids[0], ids[2], ids[5]}.isdisjoint(rig.journal.places)
    rig.world.may_connect.set()
