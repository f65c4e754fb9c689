"""Somebody leaves the database: a key takes the place of their ID."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Executable,
    Row,
    Select,
    Table,
    Update,
    case,
    delete,
    false,
    null,
    or_,
    select,
    update,
)

from bot.broadcast.audit import ActionKind
from bot.broadcast.clock import Clock
from bot.broadcast.model import Outcome, Viewer
from bot.broadcast.people import Told
from bot.broadcast.posts import PostKind
from bot.broadcast.states import State
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.outbox import Outbox
from bot.storage.connections import Database, read
from bot.storage.names import Names
from bot.storage.outbox import owed
from bot.storage.people.columns import person_columns, personal_tables, stays
from bot.storage.people.telling import kept_of
from bot.storage.schema import actions, broadcasts, people, posts, suggestions
from bot.storage.writer import Writer

AT_ONCE = 50
"""Rows in one transaction: nobody who writes meanwhile waits for long."""
_OVER = [state.value for state in State if state.is_over]
_OF_WORDS = [ActionKind.APPROVE.value, ActionKind.EDIT.value, ActionKind.REFUSE.value]
_NOT_TAKEN = suggestions.c.outcome != Outcome.ACKNOWLEDGED.value


class DatabasePeople:
    """The domain's `Keeper` of all tables. What is not settled yet is left to whoever runs the broadcast."""

    def __init__(
        self, database: Database, writer: Writer, outbox: Outbox, names: Names, clock: Clock
    ) -> None:
        self._database = database
        self._writer = writer
        self._outbox = outbox
        self._names = names
        self._clock = clock

    async def forget(self, person_id: int, nobody: Viewer) -> bool:
        """With each row that changes its broadcast is owed that what shows names is made anew."""
        for table in personal_tables():
            columns = [column for column in person_columns(table) if not stays(column)]
            if table is not people and columns:
                await self._leave(table, columns, person_id, nobody.id)
        has_their_name = select(people.c.guild_id, people.c.name).where(people.c.person_id == person_id)
        rows = await read(self._database, has_their_name)
        # Earlier versions noted some by name only: whoever that was, it is not told from theirs.
        same = [(people.c.guild_id == row.guild_id) & (people.c.name == row.name) for row in rows]
        by_name = people.c.person_id < 0
        gone = delete(people).where((people.c.person_id == person_id) | (by_name & or_(false(), *same)))
        forgotten = self._writer.execute(gone, is_fact=True)
        self._names.forget([person_id])
        await forgotten
        return True

    async def tell(self, person_id: int) -> Told:
        return await kept_of(self._database, person_id)

    async def _leave(self, table: Table, columns: Sequence[Column[int]], person_id: int, key: int) -> None:
        is_theirs = or_(*(column == person_id for column in columns))
        if table is suggestions:
            is_theirs &= suggestions.c.settled_at.is_not(None)
        row_key: list[Column[Any]] = list(table.primary_key)
        broadcast_id = broadcasts.c.id if table is broadcasts else table.c.get("broadcast_id", null())
        theirs: Select[Any] = select(broadcast_id.label("in_broadcast"), *row_key).where(is_theirs)
        found = await read(self._database, theirs)
        for start in range(0, len(found), AT_ONCE):
            part = found[start : start + AT_ONCE]
            # A key of several columns is one of few rows.
            in_part = is_theirs if len(row_key) > 1 else row_key[0].in_([row[-1] for row in part])
            # Found by their keys alone: by the index of people SQLite would read all of theirs each time.
            left = {column: case((column == person_id, key), else_=column) for column in columns}
            await self._write(part, [*_words_gone(table, part), update(table).where(in_part).values(left)])

    async def _write(self, part: Sequence[Row[Any]], statements: Iterable[Executable]) -> None:
        now = self._clock.now()
        ids = {row.in_broadcast for row in part if row.in_broadcast}
        errands = [Errand(Kind.UNNAMED, each, now, each) for each in sorted(ids)]
        stored = self._writer.execute(*statements, _panels_open(ids), *map(owed, errands), is_fact=True)
        self._outbox.owe(stored, *errands)
        await stored


def _words_gone(table: Table, part: Sequence[Row[Any]]) -> list[Update]:
    """What the world took stays. What it did not has no words any more, nor has a moderator's entry of them.

    Nothing leads to the messages by which it was said.
    """
    if table is broadcasts:
        never_live = broadcasts.c.live_at.is_(None) & broadcasts.c.state.in_(_OVER)
        in_part = broadcasts.c.id.in_([row.id for row in part])
        return [update(broadcasts).where(in_part, never_live).values(prompt="", detail=None)]
    if table is not suggestions:
        return []
    in_part = suggestions.c.id.in_([row.id for row in part])
    words = select(suggestions.c.prompt).where(in_part, _NOT_TAKEN)
    guilds = select(broadcasts.c.guild_id).where(broadcasts.c.id.in_({row.in_broadcast for row in part}))
    entries = actions.c.guild_id.in_(guilds) & actions.c.kind.in_(_OF_WORDS) & actions.c.subject.in_(words)
    origin = {"channel_id": None, "message_id": None, "interaction_id": None, "is_marked": False}
    return [
        update(actions).where(entries).values(subject=""),
        update(suggestions).where(in_part, _NOT_TAKEN).values(prompt="", detail=None),
        update(suggestions).where(in_part).values(origin | {"version": suggestions.c.version + 1}),
    ]


def _panels_open(broadcast_ids: Iterable[str]) -> Update:
    """Those of what is over do not show what they should any more."""
    over = select(broadcasts.c.id).where(
        broadcasts.c.id.in_(list(broadcast_ids)), broadcasts.c.state.in_(_OVER)
    )
    of_them = posts.c.broadcast_id.in_(over) & (posts.c.kind == PostKind.PANEL.value)
    return update(posts).where(of_them).values(closed_at=None)
