"""What won a ballot, as long as that is told."""

import asyncio
from datetime import timedelta

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import WorldError
from bot.broadcast.floor.floor import Floor
from bot.broadcast.model import Viewer
from bot.broadcast.states import Reason
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, Rig, start
from tests.broadcast.fakes import TURNS
from tests.support.rules import arbitration_settings

VOTERS = [Viewer(300 + number, "Viewer") for number in range(5)]
IDEAS = [(ROBIN, "an owl"), (MIKA, "rain"), (Viewer(102, "Sasha"), "a storm")]


async def decided(rig: Rig, mode: Mode = Mode.VOTE) -> Floor:
    """Something is on its way; by vote Robin's owl, for which 5 of 8 are."""
    rig.arbitrations[CHANNEL.guild_id] = arbitration_settings(gap=timedelta(0))
    rig.world.may_connect.clear()
    floor = (await start(rig.broadcasts)).floor
    floor.switch(mode)
    owl, *others = [(await floor.suggest(by, prompt)).suggestion for by, prompt in IDEAS]
    if mode.takes_votes:
        for voter, choice in zip(VOTERS, [owl, owl, owl, owl, *others], strict=False):
            floor.vote(voter, choice.id)
    rig.world.may_answer.clear()
    rig.world.may_connect.set()
    await rig.world.interacting.wait()
    return floor


def told(floor: Floor) -> tuple[str, str, int, int] | None:
    """Whose words won, with how many votes, of how many."""
    winner = floor.view().winner
    if winner is None:
        return None
    return winner.suggestion.viewer.name, winner.suggestion.prompt, winner.votes, winner.all_votes


async def test_a_winner_is_told_until_something_else_is_applied(rig: Rig) -> None:
    """From the close on, with all votes that were given; what is refused meanwhile changes nothing."""
    floor = await decided(rig)
    won = ("Robin", "an owl", 5, 8)
    assert told(floor) == won, "it is still on its way"
    floor.switch(Mode.HOST)  # nothing more leaves by itself
    await applied(rig)
    assert told(floor) == won
    rain, storm = floor.pending
    rig.world.failing_at["interact"] = WorldError(Reason.STREAM_ERROR)
    floor.approve(rain.id)
    await applied(rig)
    assert told(floor) == won, "nothing came of that one"
    floor.approve(storm.id)
    await applied(rig)
    assert told(floor) is None


async def test_a_winner_that_is_refused_is_told_no_more(rig: Rig) -> None:
    """It did not come to anything."""
    floor = await decided(rig)
    rig.world.failing_at["interact"] = WorldError(Reason.STREAM_ERROR)
    floor.switch(Mode.HOST)
    await applied(rig)
    assert told(floor) is None


async def applied(rig: Rig) -> None:
    """What is on its way is answered, and all that follows has happened."""
    rig.world.may_answer.set()
    for _ in range(TURNS):
        await asyncio.sleep(0)


@pytest.mark.parametrize("mode", [Mode.QUEUE, Mode.DRAW])
async def test_where_no_ballot_is_held_nobody_wins(rig: Rig, mode: Mode) -> None:
    """By turns and by lot something is next, and that is all."""
    assert told(await decided(rig, mode)) is None
