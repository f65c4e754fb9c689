"""What a server's rules ask of the storage."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.broadcast.intake.intake import Mute


class GuildRecords(Protocol):
    """Keeps what servers have set, whom they have muted, and which were asked. Settings are text here."""

    async def all_settings(self) -> dict[int, str]:
        """Every server's settings, by its ID."""

    async def settings_of(self, guild_id: int) -> str | None: ...

    async def save_settings(self, guild_id: int, settings: str, at: datetime) -> None: ...

    async def asked_guilds(self) -> list[int]:
        """The IDs of servers that were asked at their first start."""

    async def was_asked(self, guild_id: int) -> bool: ...

    async def save_asked(self, guild_id: int, at: datetime) -> None: ...

    async def remaining_mutes(self, now: datetime) -> list[tuple[int, Mute]]:
        """Every mute that lasts, with its server's ID. Those that have run out are forgotten."""

    async def mutes_of(self, guild_id: int) -> list[Mute]:
        """A server's mutes; some may have run out."""

    async def save_mute(self, guild_id: int, mute: Mute, *, over: Collection[int] = ()) -> None:
        """Stores a mute, in place of an earlier one of the same person; forgets those of people in `over`."""

    async def remove_mutes(self, guild_id: int, viewer_ids: Collection[int]) -> None: ...
