"""The accounts at the service: with which one a server's broadcasts are streamed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from bot.broadcast.errors import AccountTrouble
from bot.broadcast.limits.continuation import StreamLimit
from bot.broadcast.limits.pool import Pool
from bot.broadcast.model import Ending, Viewer
from bot.broadcast.states import Reason
from bot.broadcast.world import Leave, OpenWorld


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """One account, with what broadcasts use of it: its connections, its slots, how long its streams last.

    A broadcast keeps the one that it began with, whatever its server sets meanwhile. One that is in `trouble`
    opens no world.
    """

    open_world: OpenWorld
    leave: Leave
    pool: Pool
    stream_limit: StreamLimit
    id: str | None = None
    """Ours, of a server's own account, and another one for each key; None for the operator's."""
    trouble: AccountTrouble | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is a server's own."""
        return self.id is not None

    def meant(self, ending: Ending) -> Ending:
        """An ending as it is to be told: who can mend a refused key depends on whose it is."""
        is_refused = self.is_own and ending.reason is Reason.BAD_KEY
        return replace(ending, reason=Reason.BAD_OWN_KEY) if is_refused else ending


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """One key of a server's, sealed. Another key is another account; `slots` are its plan's streams at once.

    One that was replaced is for the recordings of its streams alone.
    """

    id: str
    guild_id: int
    sealed_key: bytes = field(repr=False)
    slots: int
    set_by: Viewer
    set_at: datetime
    replaced_at: datetime | None = None


class Accounts(Protocol):
    """All accounts that the bot streams with."""

    def of_guild(self, guild_id: int) -> Account:
        """The one that a broadcast which begins now in this server is streamed with."""
        ...

    def find(self, account_id: str | None) -> Account | None:
        """The one with this ID; None if its key is gone."""
        ...


class OneAccount:
    """The operator's, for all servers."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def of_guild(self, guild_id: int) -> Account:
        return self.account

    def find(self, account_id: str | None) -> Account | None:
        return self.account if account_id == self.account.id else None
