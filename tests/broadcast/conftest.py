"""One channel's broadcasts, with a scripted world behind them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.broadcast.arbitration.arbiter import ArbitrationSettings
from bot.broadcast.arbitration.line import Line
from bot.broadcast.intake.intake import Intake
from bot.broadcast.limits.budget import Budget
from bot.broadcast.model import Broadcast, Channel, Ending, Suggestion, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.rights import Person, Pictures
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason, State
from bot.broadcast.telling.listeners import Listeners
from tests.broadcast.fakes import (
    ListeningAudience,
    MemoryJournal,
    PostingBoard,
    ScriptedRecordings,
    ScriptedWorld,
    SteppedClock,
    desk_of,
    ports,
)
from tests.support.rules import arbitration_settings

CHANNEL = Channel(guild_id=1, id=10)
MIKA = Viewer(100, "Mika")
ROBIN = Viewer(101, "Robin")


@dataclass
class Rig:
    """The domain under test, and what surrounds it."""

    broadcasts: Broadcasts
    world: ScriptedWorld
    journal: MemoryJournal
    audience: ListeningAudience
    board: PostingBoard
    clock: SteppedClock
    listeners: Listeners[Broadcast]
    intake: Intake
    budgets: dict[int, Budget]
    arbitrations: dict[int, ArbitrationSettings]
    """Of the servers, by their IDs."""

    def end(self, channel: Channel = CHANNEL) -> None:
        """Mika ends the broadcast there."""
        self.broadcasts.in_channel(channel).end(Ending(Reason.HOST_ENDED, by=MIKA))

    def adopt(self, **said: Any) -> None:
        """The channel's server has other settings, and its broadcasts go by them."""
        self.arbitrations[CHANNEL.guild_id] = arbitration_settings(**said)
        for session in self.broadcasts.in_guild(CHANNEL.guild_id):
            session.adopt()

    async def start(self, prompt: str = "A cat", channel: Channel = CHANNEL) -> BroadcastSession:
        """Mika's broadcast, live."""
        session = await start(self.broadcasts, channel, MIKA, prompt)
        await reach(session, State.LIVE)
        return session


def person(viewer: Viewer) -> Person:
    """Somebody in the channel who may start, and from a picture, and is no moderator."""
    return Person(viewer, views_channel=True, has_starter_role=True, pictures=Pictures.EVERYONE)


async def start(
    broadcasts: Broadcasts,
    channel: Channel = CHANNEL,
    host: Viewer = MIKA,
    prompt: str = "A cat",
    *,
    picture: Picture | None = None,
    length: timedelta | None = None,
) -> BroadcastSession:
    """Somebody's broadcast."""
    return await broadcasts.start(
        channel, prompt, by=person(host), portrait=False, picture=picture, length=length
    )


def put_in(line: Line, suggestion: Suggestion, now: float = 0.0) -> None:
    """Puts a suggestion in line that is stored already."""
    line.check_room(suggestion.viewer)
    line.reserve(suggestion, now)
    line.admit(suggestion.id)


async def reach(session: BroadcastSession, state: State) -> None:
    """Returns when the broadcast is in the state; fails if it ends otherwise."""
    while session.broadcast.state is not state:
        assert not session.broadcast.state.is_over, session.broadcast
        await asyncio.sleep(0)


@asynccontextmanager
async def opened_rig(clock: SteppedClock | None = None) -> AsyncIterator[Rig]:
    """Broadcasts whose recordings never come."""
    world, journal, board = ScriptedWorld(), MemoryJournal(), PostingBoard()
    audience = ListeningAudience(journal)
    clock = clock or SteppedClock()
    desk = desk_of(ScriptedRecordings(None), board, journal, SteppedClock(), timeout_s=1)
    rules: tuple[dict[int, Budget], dict[int, ArbitrationSettings]] = ({}, {})
    surroundings = ports(world, journal, audience, clock, *rules)
    async with desk, Broadcasts(surroundings) as broadcasts:
        yield Rig(
            broadcasts,
            world,
            journal,
            audience,
            board,
            clock,
            surroundings.listeners,
            surroundings.intake_of(0),
            *rules,
        )


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """The same, opened for one test."""
    async with opened_rig() as rig:
        yield rig
