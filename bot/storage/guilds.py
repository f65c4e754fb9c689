"""What servers have set, whom they muted, and what their moderators did."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Delete, Row, Select, Table, delete, insert, select

from bot.broadcast.audit import Action, ActionKind
from bot.broadcast.intake.intake import Mute
from bot.broadcast.model import Viewer
from bot.broadcast.owning.looking import What
from bot.storage.changes import NOBODY_ELSE, Changes
from bot.storage.connections import Database, read
from bot.storage.names import named
from bot.storage.rows import is_called
from bot.storage.schema import actions, first_questions, guild_settings, known, mutes, people
from bot.storage.writer import Writer, upsert

ENTERED_WITHIN_S = 1.0
"""So long who reads the audit list waits for an entry that is on its way into it."""

_ONE, _OTHER = people.alias("one"), people.alias("other")


def _with_names(table: Table, one: Column[int], other: Column[int]) -> Select[Any]:
    """Rows of a table with what the one and the other are called in its server."""
    return select(table, _ONE.c.name, _OTHER.c.name.label("other_name")).select_from(
        table.outerjoin(_ONE, is_called(_ONE, one, table.c.guild_id)).outerjoin(
            _OTHER, is_called(_OTHER, other, table.c.guild_id)
        )
    )


_MUTES = _with_names(mutes, mutes.c.viewer_id, mutes.c.by_id)
_ACTIONS = _with_names(actions, actions.c.actor_id, actions.c.other_id)


class DatabaseGuilds:
    """The `GuildRecords` of servers' rules, and the `ActionRecords` of the audit list."""

    def __init__(self, database: Database, writer: Writer, changes: Changes = NOBODY_ELSE) -> None:
        self._database = database
        self._writer = writer
        self._changes = changes
        self._entered: asyncio.Future[None] | None = None
        """The newest entry of the audit list."""

    async def all_settings(self) -> dict[int, str]:
        return {row.guild_id: row.settings for row in await read(self._database, select(guild_settings))}

    async def settings_of(self, guild_id: int) -> str | None:
        theirs = select(guild_settings).where(guild_settings.c.guild_id == guild_id)
        found = await read(self._database, theirs)
        return found[0].settings if found else None

    async def save_settings(self, guild_id: int, settings: str, at: datetime) -> None:
        row = {"guild_id": guild_id, "settings": settings, "changed_at": at}
        noted = self._changes.noted(What.SETTINGS, guild_id)
        await self._writer.execute(upsert(guild_settings, row), *noted)

    async def asked_guilds(self) -> list[int]:
        return [row.guild_id for row in await read(self._database, select(first_questions))]

    async def was_asked(self, guild_id: int) -> bool:
        theirs = select(first_questions).where(first_questions.c.guild_id == guild_id)
        return bool(await read(self._database, theirs))

    async def save_asked(self, guild_id: int, at: datetime) -> None:
        row = {"guild_id": guild_id, "asked_at": at}
        noted = self._changes.noted(What.QUESTIONS, guild_id)
        await self._writer.execute(upsert(first_questions, row), *noted)

    async def remaining_mutes(self, now: datetime) -> list[tuple[int, Mute]]:
        await self._writer.execute(delete(mutes).where(mutes.c.until <= now))
        return [(row.guild_id, _mute(row)) for row in await read(self._database, _MUTES)]

    async def mutes_of(self, guild_id: int) -> list[Mute]:
        return [_mute(row) for row in await read(self._database, _MUTES.where(mutes.c.guild_id == guild_id))]

    async def save_mute(self, guild_id: int, mute: Mute, *, over: Collection[int] = ()) -> None:
        row = {
            "guild_id": guild_id,
            "viewer_id": mute.viewer.id,
            "until": mute.until,
            "by_id": mute.by.id,
        }
        names = named(guild_id, mute.viewer, mute.by)
        noted = self._changes.noted(What.MUTES, guild_id)
        await self._writer.execute(_mutes_of(guild_id, over), *names, upsert(mutes, row), *noted)

    async def remove_mutes(self, guild_id: int, viewer_ids: Collection[int]) -> None:
        noted = self._changes.noted(What.MUTES, guild_id)
        await self._writer.execute(_mutes_of(guild_id, viewer_ids), *noted)

    async def save_action(self, action: Action) -> None:
        # The deed is done: its entry waits for a database that is away, as any other fact does.
        self._entered = self._writer.execute(
            *named(action.guild_id, action.actor, action.other),
            insert(actions).values(
                guild_id=action.guild_id,
                actor_id=action.actor.id,
                other_id=action.other.id if action.other else None,
                kind=action.kind.value,
                subject=action.subject,
                at=action.at,
            ),
            is_fact=True,
        )
        await self._entered

    async def latest_actions(self, guild_id: int, limit: int) -> list[Action]:
        if self._entered and not self._entered.done():  # who sees what was done finds it in the list
            await asyncio.wait({self._entered}, timeout=ENTERED_WITHIN_S)
        query = _ACTIONS.where(actions.c.guild_id == guild_id).order_by(actions.c.id.desc()).limit(limit)
        return [_action(row) for row in await read(self._database, query)]


def _mutes_of(guild_id: int, viewer_ids: Collection[int]) -> Delete:
    return delete(mutes).where(mutes.c.guild_id == guild_id, mutes.c.viewer_id.in_(viewer_ids))


def _mute(row: Row[Any]) -> Mute:
    viewer, by = Viewer(row.viewer_id, row.name or ""), Viewer(row.by_id, row.other_name or "")
    return Mute(viewer, row.until, by)


def _action(row: Row[Any]) -> Action:
    kind = known(ActionKind, row.kind, ActionKind.OTHER)
    other = Viewer(row.other_id, row.other_name or "") if row.other_id else None
    return Action(row.guild_id, Viewer(row.actor_id, row.name or ""), kind, row.subject, row.at, other)
