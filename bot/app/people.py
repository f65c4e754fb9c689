"""What keeps something of people, all of it."""

from bot.broadcast.clock import Clock
from bot.broadcast.people import Keeper, People
from bot.broadcast.show.forgetting import RunningPeople
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.telling.outbox import Outbox
from bot.guilds.guilds import Guilds
from bot.kit.references import new_key


def people_of(stored: Keeper, broadcasts: Broadcasts, guilds: Guilds, outbox: Outbox, clock: Clock) -> People:
    """What runs comes first: it is stored as it changes, and would bring back what has left the tables."""
    return People([RunningPeople(broadcasts), guilds, stored], outbox, clock, new_key)
