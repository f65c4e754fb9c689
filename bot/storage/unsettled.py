"""Streams whose beginning or end nobody has seen, as they are stored."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from bot.broadcast.model import Stream
from bot.broadcast.states import Reason
from bot.storage import rows
from bot.storage.connections import Database, read
from bot.storage.rows import HAS_BEGUN
from bot.storage.schema import streams

AT_ONCE = 500
"""IDs in one question, at most."""


class DatabaseStreamBooks:
    """The domain's `StreamBooks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unsettled_streams(self, since: datetime) -> list[Stream]:
        was_cut_off = streams.c.end_reason == Reason.INTERRUPTED.value
        query = (
            select(streams)
            .where(
                streams.c.intended_at >= since,
                streams.c.ended_at.is_not(None),
                ~HAS_BEGUN | was_cut_off,
            )
            .order_by(streams.c.intended_at)
        )
        return [rows.stream(row) for row in await read(self._database, query)]

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
