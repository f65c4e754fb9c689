"""What is shown of broadcasts by processes that do not run them: a row for each."""

import asyncio
import functools
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import Update, bindparam, delete, func, literal, select, update
from sqlalchemy.dialects.sqlite import Insert, insert

from bot.broadcast.clock import Clock
from bot.broadcast.elsewhere.book import Head, Told
from bot.broadcast.owning.lease import of_broadcast
from bot.broadcast.states import State
from bot.storage.connections import Database, read
from bot.storage.functions import seconds_since
from bot.storage.schema import broadcasts, last_moments, shows
from bot.storage.writer import Upsert, Writer

HEARD_OF = timedelta(hours=1)
"""So long after its end every process has heard of that, or has begun since."""

_OVER = [state.value for state in State if state.is_over]
_NOW = func.current_timestamp()


class DatabaseShows:
    """The domain's `ShowBook`. `close` seals texts, `open_` opens them: who has one may watch."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        clock: Clock,
        close: Callable[[str], bytes],
        open_: Callable[[bytes], str | None],
    ) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self._close = close
        self._open = open_

    def show(self, broadcast_id: str, text: str) -> asyncio.Future[None]:
        row = {"its_id": broadcast_id, "its_document": self._close(text)}
        return self._writer.execute(Upsert(_show(), row), under=of_broadcast(broadcast_id))

    def renew(self, broadcast_id: str) -> asyncio.Future[None]:
        return self._writer.execute(Upsert(_renew(), {"its_id": broadcast_id}))

    def ask_clip(self, broadcast_id: str) -> asyncio.Future[None]:
        is_on = _is(broadcast_id) & shows.c.document.is_not(None)
        asked = update(shows).where(is_on).values(clips_asked=shows.c.clips_asked + 1)
        return self._writer.execute(asked)

    def took_clips(self, broadcast_id: str, count: int) -> asyncio.Future[None]:
        left = update(shows).where(_is(broadcast_id)).values(clips_asked=shows.c.clips_asked - count)
        return self._writer.execute(left, under=of_broadcast(broadcast_id))

    def forget_old(self) -> asyncio.Future[None]:
        is_old = shows.c.document.is_(None) & (shows.c.told_at < self._clock.now() - HEARD_OF)
        return self._writer.execute(delete(shows).where(is_old))

    async def heads(self) -> list[Head]:
        query = select(
            shows.c.broadcast_id,
            shows.c.number,
            shows.c.news,
            shows.c.document.is_not(None),
            shows.c.clips_asked,
        )
        return [Head._make(row) for row in await read(self._database, query)]

    async def told(self, broadcast_ids: Collection[str]) -> list[Told]:
        query = select(
            shows.c.broadcast_id,
            shows.c.number,
            shows.c.document,
            seconds_since(_NOW, shows.c.told_at).label("age_s"),
        ).where(shows.c.broadcast_id.in_(broadcast_ids), shows.c.document.is_not(None))
        opened = [(row, self._open(row.document)) for row in await read(self._database, query)]
        return [
            Told(row.broadcast_id, row.number, text, timedelta(seconds=max(0.0, row.age_s)))
            for row, text in opened
            if text is not None
        ]

    async def picture(self, broadcast_id: str) -> bytes | None:
        query = select(last_moments.c.picture).where(last_moments.c.broadcast_id == broadcast_id)
        found: bytes | None = next((row.picture for row in await read(self._database, query)), None)
        return found


def shown_no_more(broadcast_ids: Any) -> Update:
    """For who ends these, a select of their IDs or the IDs: nothing is shown of them any more."""
    theirs = shows.c.broadcast_id.in_(broadcast_ids)
    return (
        update(shows)
        .where(theirs)
        .values(document=None, clips_asked=0, number=shows.c.number + 1, told_at=_NOW)
    )


@functools.cache
def _show() -> Insert:
    """Made once: making it takes as long as executing it. What is over by now is not shown."""
    document = bindparam("its_document", type_=shows.c.document.type)
    its = select(broadcasts.c.id, literal(1), document, _NOW).where(
        broadcasts.c.id == bindparam("its_id"), broadcasts.c.state.not_in(_OVER)
    )
    statement = insert(shows).from_select(["broadcast_id", "number", "document", "told_at"], its)
    return _or_next(statement, document=statement.excluded.document)


@functools.cache
def _renew() -> Insert:
    its = select(broadcasts.c.id, literal(1), literal(1), _NOW).where(broadcasts.c.id == bindparam("its_id"))
    statement = insert(shows).from_select(["broadcast_id", "number", "news", "told_at"], its)
    return _or_next(statement, news=shows.c.news + 1)


def _or_next(statement: Insert, **changes: Any) -> Insert:
    grown = {"number": shows.c.number + 1, "told_at": statement.excluded.told_at}
    return statement.on_conflict_do_update(index_elements=["broadcast_id"], set_=grown | changes)


def _is(broadcast_id: str) -> Any:
    return shows.c.broadcast_id == broadcast_id
