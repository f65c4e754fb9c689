"""Streams whose beginning or end nobody has seen, as they are stored."""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import select

from bot.broadcast.model import Stream
from bot.broadcast.states import Reason
from bot.storage import rows
from bot.storage.connections import Database, read
from bot.storage.rows import HAS_BEGUN
from bot.storage.schema import broadcasts, streams

AT_ONCE = 500
"""IDs in one question, at most."""


class DatabaseStreamBooks:
    """The domain's `StreamBooks`."""

    def __init__(self, database: Database, is_ours: Callable[[int], bool] = lambda _: True) -> None:
        """`is_ours` says of a server, by its ID, whether what streams there is ours to look for."""
        self._database = database
        self._is_ours = is_ours

    async def unsettled_streams(self, since: datetime) -> list[Stream]:
        was_cut_off = streams.c.end_reason == Reason.INTERRUPTED.value
        query = (
            select(streams, broadcasts.c.guild_id)
            .join(broadcasts)
            .where(
                streams.c.intended_at >= since,
                streams.c.ended_at.is_not(None),
                ~HAS_BEGUN | was_cut_off,
            )
            .order_by(streams.c.intended_at)
        )
        found = await read(self._database, query)
        return [rows.stream(row) for row in found if self._is_ours(row.guild_id)]

    async def asked_for(self) -> list[Stream]:
        query = select(streams).where(streams.c.ended_at.is_(None), ~HAS_BEGUN)
        return [rows.stream(row) for row in await read(self._database, query)]

    async def known_ids(self, service_ids: Collection[str]) -> set[str]:
        asked, known = list(service_ids), set[str]()
        for start in range(0, len(asked), AT_ONCE):
            of_ours = streams.c.service_id.in_(asked[start : start + AT_ONCE])
            query = select(streams.c.service_id).where(of_ours)
            known.update(row.service_id for row in await read(self._database, query))
        return known
