"""Each server's settings and its gate for suggestions, in memory and in the database."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from bot.broadcast import rights
from bot.broadcast.audit import ActionKind, Audit
from bot.broadcast.clock import Clock
from bot.broadcast.intake.intake import LONGEST_MUTE, Intake, Mute, PromptFilter
from bot.broadcast.intake.prefixes import Prefixes
from bot.broadcast.model import Refusal, Viewer
from bot.broadcast.people import Told
from bot.broadcast.rights import Deed, Person
from bot.broadcast.show.session import BroadcastSession
from bot.guilds.records import GuildRecords
from bot.guilds.settings.complaints import WrongSettingError
from bot.guilds.settings.guild_settings import CHAT_BEGINNINGS, TEXT_RULES, GuildSettings
from bot.guilds.settings.problems import Mistake
from bot.guilds.settings.stored import StoredSettings
from bot.guilds.settings.values import NO_PREFIX
from bot.guilds.words.judge import Judge, MakeFilter, Trouble

log = logging.getLogger(__name__)

RunningIn = Callable[[int], Iterable[BroadcastSession]]
"""The broadcasts of the guild with this ID."""
Change = Callable[[GuildSettings], GuildSettings]
"""Makes new settings of those that hold. Raises `WrongSettingError`."""

NAMES_SHOWN, NAME_SHOWN = 20, 40
"""How many names the log has at most, and of how many characters."""


class Guilds:
    """Knows every server's rules; a server that has set nothing has the defaults.

    `running_in` knows a server's broadcasts: what changes holds there at once. `own_prefix` is what
    suggestions in chat start with in servers that set nothing else.
    """

    def __init__(
        self,
        records: GuildRecords,
        audit: Audit,
        clock: Clock,
        make_filter: MakeFilter,
        running_in: RunningIn,
        *,
        own_prefix: str,
    ) -> None:
        self._records = records
        self._audit = audit
        self._clock = clock
        self._make_filter = make_filter
        self._running_in = running_in
        self.own_prefix = own_prefix
        self._stored: dict[int, StoredSettings] = {}
        self._judges: dict[int, Judge] = {}
        self._intakes: dict[int, Intake] = {}
        self._changing = asyncio.Lock()
        self._muting = asyncio.Lock()

    async def load(self) -> None:
        """Reads what is stored. What this version does not understand is left at its default, and logged."""
        for guild_id, text in (await self._records.all_settings()).items():
            self._stored[guild_id] = stored = StoredSettings.read(text)
            if stored.kept:
                names = ", ".join(name[:NAME_SHOWN] for name in list(stored.kept)[:NAMES_SHOWN])
                log.warning("of the settings of server %s these are not understood: %s", guild_id, names)
        latest = self._clock.now() + LONGEST_MUTE
        for guild_id, mute in await self._records.remaining_mutes(self._clock.now()):
            if mute.until > latest:  # the wall was wrong when it was stored: no mute lasts for ever
                mute = replace(mute, until=latest)
                await self._records.save_mute(guild_id, mute)
            self.intake_of(guild_id).mute(mute)

    def settings_of(self, guild_id: int) -> GuildSettings:
        return self._stored_of(guild_id).settings

    def prefixes_of(self, guild_id: int) -> Prefixes:
        return self.settings_of(guild_id).prefixes(self.own_prefix)

    def trouble_of(self, guild_id: int) -> Trouble:
        self.intake_of(guild_id)
        return self._judges[guild_id].trouble

    def intake_of(self, guild_id: int) -> Intake:
        if guild_id not in self._intakes:
            stored = self._stored_of(guild_id)
            self._judges[guild_id] = judge = Judge(guild_id, stored, self._make_filter)
            self._intakes[guild_id] = Intake(stored.settings.intake, judge.check, self._clock)
        return self._intakes[guild_id]

    async def change(
        self, guild_id: int, change: Change, what: str, *, by: Person, names: Collection[str] = ()
    ) -> GuildSettings:
        """Changes a server's settings, now and for good, and returns them as they are then.

        Its broadcasts that run go by them at once, except for their modes.

        `names` are those that are set, also to what they are already: what is stored of others and not
        understood is kept.

        `what` is for the audit list. Raises `WrongSettingError` and what `rights.check` raises, and then
        changes nothing. Two changes at once come one after the other.
        """
        rights.check(Deed.SET, by)
        async with self._changing:
            before = self._stored_of(guild_id)
            settings = change(before.settings)
            changed = {*names, *before.settings.differences(settings)}
            stored = before.changed(settings, names=changed)
            if CHAT_BEGINNINGS & changed:
                self._check_prefixes(settings, before.settings)
            make_filter = self._make_filter
            if TEXT_RULES & changed:  # raises for rules that cannot be used
                make_filter = _ready_made(await asyncio.to_thread(self._make_filter, settings))
            # In a thread, since a long list of words takes a while.
            judge = await asyncio.to_thread(Judge, guild_id, stored, make_filter)
            await self._records.save_settings(guild_id, stored.as_text(), self._clock.now())
            self._hold(guild_id, stored, judge)
        await self._audit.record(guild_id, by.viewer, ActionKind.SETTING, what)
        return settings

    async def mute(
        self, guild_id: int, viewer: Viewer, until: datetime, what: str, *, by: Person
    ) -> datetime | None:
        """Takes nothing of a viewer for a while, and what they have in line out of it.

        Returns until when they were muted already, if they were. `what` is for the audit list. Raises what
        `rights.check` raises.
        """
        rights.check(Deed.MUTE, by)
        intake, mute = self.intake_of(guild_id), Mute(viewer, until, by=by.viewer)
        async with self._muting:
            # Stored first: what is not stored must not hold either.
            await self._records.save_mute(guild_id, mute, over=intake.drop_ended_mutes())
            before = intake.muted_until(viewer)
            intake.mute(mute)
        try:
            await self._refuse_all_of(guild_id, viewer)
        finally:  # they are muted in any case
            await self._audit.record(guild_id, by.viewer, ActionKind.MUTE, what, other=viewer)
        return before

    async def unmute(self, guild_id: int, viewer: Viewer, *, by: Person) -> bool:
        """Takes suggestions of a viewer again; False if they were not muted. Raises as `mute` does."""
        rights.check(Deed.MUTE, by)
        intake = self.intake_of(guild_id)
        async with self._muting:
            await self._records.remove_mutes(guild_id, [viewer.id, *intake.drop_ended_mutes()])
            was_muted = intake.unmute(viewer)
        if not was_muted:
            return False
        await self._audit.record(guild_id, by.viewer, ActionKind.UNMUTE, "", other=viewer)
        return True

    async def look_at_settings(self, subject: str | None) -> None:
        """Another process may have changed the settings of a server, or of any: they hold here too."""
        async with self._changing:
            if subject is None:
                stored = await self._records.all_settings()
                changed = stored.keys() | self._stored.keys()
            else:
                text = await self._records.settings_of(int(subject))
                changed, stored = {int(subject)}, {} if text is None else {int(subject): text}
            for guild_id in changed:
                theirs = StoredSettings.read(stored[guild_id]) if guild_id in stored else StoredSettings()
                if theirs != self._stored_of(guild_id):
                    judge = await asyncio.to_thread(Judge, guild_id, theirs, self._make_filter)
                    self._hold(guild_id, theirs, judge)

    async def look_at_mutes(self, subject: str | None) -> None:
        """The same of mutes: what the muted have in line is taken out of it."""
        async with self._muting:
            if subject is None:
                stored: dict[int, list[Mute]] = {guild_id: [] for guild_id in self._intakes}
                for guild_id, mute in await self._records.remaining_mutes(self._clock.now()):
                    stored.setdefault(guild_id, []).append(mute)
            else:
                stored = {int(subject): await self._records.mutes_of(int(subject))}
            muted = {each: self.intake_of(each).replace_mutes(mutes) for each, mutes in stored.items()}
        for guild_id, viewers in muted.items():
            for viewer in viewers:
                await self._refuse_all_of(guild_id, viewer)

    async def forget(self, person_id: int, nobody: Viewer) -> bool:
        """As `Keeper.forget`: the mutes in memory."""
        for intake in self._intakes.values():
            intake.forget(person_id, nobody)
        return True

    async def tell(self, person_id: int) -> Told:
        """As `Keeper.tell`: they are stored too."""
        return {}

    def drop_server(self, guild_id: int) -> None:
        """All that is stored of a server was deleted."""
        for known in (self._stored, self._judges, self._intakes):
            known.pop(guild_id, None)

    def _hold(self, guild_id: int, stored: StoredSettings, judge: Judge) -> None:
        """From now on a server goes by these, and so does what runs there."""
        self._stored[guild_id] = stored
        intake = self.intake_of(guild_id)
        self._judges[guild_id] = judge
        intake.change(stored.settings.intake, judge.check)
        for session in self._running_in(guild_id):
            session.adopt()

    async def _refuse_all_of(self, guild_id: int, viewer: Viewer) -> None:
        floors = [session.floor for session in self._running_in(guild_id)]
        await asyncio.gather(*(floor.refuse_all_of(viewer, Refusal.MUTED) for floor in floors))

    def _check_prefixes(self, settings: GuildSettings, before: GuildSettings) -> None:
        """Raises `WrongSettingError` where suggestions would start as what is said to other bots."""
        if settings.prefix == NO_PREFIX or settings.prefixes(self.own_prefix).own:
            return
        name = "prefix" if settings.prefix != before.prefix else "other_prefixes"
        raise WrongSettingError(name, Mistake.PREFIX_IS_OTHERS)

    def _stored_of(self, guild_id: int) -> StoredSettings:
        return self._stored.get(guild_id) or StoredSettings()


def _ready_made(text_filter: PromptFilter) -> MakeFilter:
    return lambda _settings: text_filter
