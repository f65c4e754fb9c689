"""Each server's settings and its gate for suggestions, in memory and in the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.broadcast.clock import Clock
from bot.broadcast.errors import BroadcastError
from bot.broadcast.intake import Intake, Mute, PromptFilter
from bot.broadcast.model import Action, ActionKind, Viewer
from bot.guild_settings import GuildSettings
from bot.storage.guilds import GuildRecords

log = logging.getLogger(__name__)

MakeFilter = Callable[[GuildSettings], PromptFilter]
"""Makes the text filter that settings describe. Raises WRONG_SETTING."""
Change = Callable[[GuildSettings], GuildSettings]
"""Makes new settings of those that hold. Raises WRONG_SETTING."""


class Guilds:
    """Knows every server's rules; a server that has set nothing has the defaults."""

    def __init__(self, records: GuildRecords, clock: Clock, make_filter: MakeFilter) -> None:
        self._records = records
        self._clock = clock
        self._make_filter = make_filter
        self._settings: dict[int, GuildSettings] = {}
        self._intakes: dict[int, Intake] = {}
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """Reads what is stored. What this version does not understand is left at its default, and logged."""
        for guild_id, text in (await self._records.all_settings()).items():
            try:
                self._settings[guild_id] = GuildSettings.from_json(text)
            except BroadcastError as error:
                log.error("the settings of server %s are not understood: %s", guild_id, error.facts)
        for guild_id, mute in await self._records.mutes_beyond(self._clock.now()):
            self.intake_of(guild_id).mute(mute)

    def settings_of(self, guild_id: int) -> GuildSettings:
        """A server's settings."""
        return self._settings.get(guild_id) or GuildSettings()

    def intake_of(self, guild_id: int) -> Intake:
        """A server's gate for suggestions."""
        if guild_id not in self._intakes:
            settings = self.settings_of(guild_id)
            self._intakes[guild_id] = Intake(settings.intake, self._make_filter(settings), self._clock)
        return self._intakes[guild_id]

    async def change(self, guild_id: int, change: Change, by: Viewer, what: str) -> GuildSettings:
        """Changes a server's settings, now and for good, and returns them as they are then.

        Raises WRONG_SETTING, and then changes nothing. Two changes at once come one after the other.
        """
        async with self._changing:
            settings = change(self.settings_of(guild_id))
            text_filter = self._make_filter(settings)
            await self._records.save_settings(guild_id, settings.model_dump_json(), self._clock.now())
            self._settings[guild_id] = settings
            self.intake_of(guild_id).change(settings.intake, text_filter)
        await self.record(guild_id, by, ActionKind.SETTING, what)
        return settings

    async def mute(self, guild_id: int, mute: Mute) -> None:
        """Takes nothing of a viewer for a while."""
        await self._records.save_mute(guild_id, mute)  # first: what is not stored must not hold either
        self.intake_of(guild_id).mute(mute)
        await self.record(guild_id, mute.by, ActionKind.MUTE, mute.viewer.name)

    async def unmute(self, guild_id: int, viewer: Viewer, by: Viewer) -> bool:
        """Takes suggestions of a viewer again; False if they were not muted."""
        await self._records.remove_mute(guild_id, viewer)
        if not self.intake_of(guild_id).unmute(viewer):
            return False
        await self.record(guild_id, by, ActionKind.UNMUTE, viewer.name)
        return True

    async def record(self, guild_id: int, actor: Viewer, kind: ActionKind, subject: str) -> None:
        """Adds to the audit list. It is done by then: what the list could not keep is in the log."""
        try:
            await self._records.save_action(Action(guild_id, actor, kind, subject, self._clock.now()))
        except Exception:  # the boundary of one entry: that it is missing undoes no deed
            log.exception("the audit list of server %s misses one: %s", guild_id, kind.value)

    async def latest_actions(self, guild_id: int, limit: int) -> list[Action]:
        """The audit list, newest first."""
        return await self._records.latest_actions(guild_id, limit)
