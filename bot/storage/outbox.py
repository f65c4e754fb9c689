"""The outbox as a table: a row for all that is still to be told."""

import asyncio
import functools
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Insert,
    Row,
    Select,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from bot.broadcast.sharding import Shard
from bot.broadcast.telling.errand import TOLD_BY_THE_PANEL, Errand, Kind
from bot.storage.connections import Database, read
from bot.storage.executing import Upsert
from bot.storage.schema import broadcasts, outbox, recordings, streams, suggestions
from bot.storage.sharding import is_of
from bot.storage.writer import Writer

_KINDS = [kind.value for kind in Kind]
_ITS_BROADCAST = select(broadcasts.c.guild_id).where(broadcasts.c.id == outbox.c.broadcast_id)
_SERVER = func.coalesce(_ITS_BROADCAST.scalar_subquery(), outbox.c.guild_id, 0)
"""What nobody knows the server of counts as one's that has the ID 0."""
_OF_SERVERS = [_SERVER.label("guild_id") if each.name == "guild_id" else each for each in outbox.c]


class DatabaseOutbox:
    """The domain's `OutboxStore`. What an older or newer version owes of another kind stays where it is."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    def lease_of(self, errand: Errand) -> str | None:
        """What it is under, where several processes share the database: only who has that begins it."""
        return None

    async def errands(self, of: Shard | None = None) -> list[Errand]:
        """The oldest first."""
        query = select(*_OF_SERVERS if of else outbox.c).where(outbox.c.kind.in_(_KINDS))
        query = query.where(is_of(of, _SERVER)).order_by(outbox.c.made_at)
        return [_errand(row) for row in await read(self._database, query)]

    def add(self, errand: Errand) -> asyncio.Future[None]:
        return self._writer.execute(owed(errand), is_fact=True)

    def change(self, errand: Errand) -> asyncio.Future[None]:
        row = {name: value for name, value in _row(errand).items() if name != "key"}
        changed = update(outbox).where(outbox.c.key == errand.key).values(row)
        return self._writer.execute(changed, is_fact=True, under=self.lease_of(errand))

    def drop(self, keys: Iterable[str]) -> asyncio.Future[None]:
        return self._writer.execute(delete(outbox).where(outbox.c.key.in_(list(keys))), is_fact=True)


def owed(errand: Errand) -> Upsert:
    """Stores an errand, unless one with its key is stored already."""
    return Upsert(_insert(), _row(errand))


def owed_recordings(stream_ids: Collection[str]) -> Executable:
    """For who has ended these by a statement: their recordings are to be followed."""
    is_recorded = exists().where(recordings.c.stream_id == streams.c.id, recordings.c.has_video)
    theirs = select(streams.c.id, streams.c.broadcast_id, streams.c.ended_at).where(
        streams.c.id.in_(stream_ids),
        streams.c.service_id.is_not(None),
        streams.c.ended_at.is_not(None),
        streams.c.recording_dropped_at.is_(None),
        ~is_recorded,
    )
    return _owed_for_all(Kind.RECORDING, theirs)


def owed_posts(broadcast_ids: Collection[str], at: datetime) -> Executable:
    """For who has ended these by a statement: their posts of recordings are to be looked at."""
    theirs = select(streams.c.broadcast_id, streams.c.broadcast_id, literal(at, outbox.c.made_at.type))
    have_begun = streams.c.broadcast_id.in_(broadcast_ids) & streams.c.service_id.is_not(None)
    return _owed_for_all(Kind.RECORDINGS, theirs.where(have_begun).distinct())


def owed_words(suggestion_ids: Collection[str]) -> Executable:
    """For who has settled these by a statement: their authors are to be told."""
    has_notice: ColumnElement[bool] = suggestions.c.refusal.not_in([each.value for each in TOLD_BY_THE_PANEL])
    theirs = select(suggestions.c.id, suggestions.c.broadcast_id, suggestions.c.settled_at).where(
        suggestions.c.id.in_(suggestion_ids),
        or_(
            suggestions.c.interaction_id.is_not(None),
            suggestions.c.message_id.is_not(None) & (suggestions.c.is_marked | has_notice),
        ),
    )
    return _owed_for_all(Kind.SETTLED, theirs)


def _owed_for_all(kind: Kind, theirs: Select[Any]) -> Executable:
    """`theirs` selects the IDs of subjects and broadcasts, and when it was made."""
    subject_id, broadcast_id, made_at = theirs.subquery().c
    chosen = select(
        literal(f"{kind.value}:").concat(subject_id), literal(kind.value), subject_id, broadcast_id, made_at
    ).where(literal(True))  # SQLite takes ON for part of a join otherwise
    columns = ["key", "kind", "subject_id", "broadcast_id", "made_at"]
    return insert(outbox).from_select(columns, chosen).on_conflict_do_nothing()


@functools.cache
def _insert() -> Insert:
    """Made once: making it takes as long as executing it."""
    return insert(outbox).on_conflict_do_nothing()


def _row(errand: Errand) -> dict[str, Any]:
    return {
        "key": errand.key,
        "kind": errand.kind.value,
        "subject_id": errand.subject_id,
        "broadcast_id": errand.broadcast_id,
        "made_at": errand.made_at,
        "due_at": errand.due_at,
        "tries": errand.tries,
        "begun_at": errand.begun_at,
        "sealed": errand.sealed,
        "guild_id": errand.guild_id,
    }


def _errand(row: Row[Any]) -> Errand:
    values = row._asdict()
    del values["key"]
    return Errand(**values | {"kind": Kind(row.kind)})
