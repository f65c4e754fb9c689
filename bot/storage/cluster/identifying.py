"""In whose turn a session is begun on Discord, of all processes that share the account: by rows."""

import logging

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.broadcast.clock import Clock
from bot.storage.connections import Database

log = logging.getLogger(__name__)

FARTHEST = 60
"""Turns ahead at most: a clock that was set back must not have everybody wait for what it said before."""
AGAIN_S = 1.0

# One process takes a turn at a time: the row is locked by whoever was first.
_TAKE = text(
    """
    INSERT INTO identifies AS known (bucket, next_at)
    VALUES (:bucket, NOW + make_interval(secs => :every_s))
    ON CONFLICT (bucket) DO UPDATE SET next_at =
        least(greatest(known.next_at, NOW), NOW + make_interval(secs => :farthest_s))
        + make_interval(secs => :every_s)
    RETURNING CAST(EXTRACT(EPOCH FROM next_at - NOW) AS double precision) - :every_s
    """.replace("NOW", "(clock_timestamp() AT TIME ZONE 'UTC')")
)


class DatabaseIdentifying:
    """Takes turns by the server's clock. While the database is away nobody begins a session."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def turn(self, bucket: int, every_s: float) -> float:
        """As `bot.discord.identifying.Identifying`."""
        asked = {"bucket": bucket, "every_s": every_s, "farthest_s": FARTHEST * every_s}
        while True:
            try:
                wait_s: float = await self._database.transact(
                    lambda connection: connection.execute(_TAKE, asked).scalar_one()
                )
            except (SQLAlchemyError, OSError) as error:
                log.warning("no turn on Discord while the database is away (%s)", type(error).__name__)
                await self._clock.sleep(AGAIN_S)
            else:
                return max(0.0, wait_s)
