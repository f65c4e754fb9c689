"""What is stored of servers' own accounts."""

from collections.abc import Awaitable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.broadcast.accounts import StoredAccount


class AccountRecords(Protocol):
    """Keeps them. No key is in here that only the database opens."""

    async def all_accounts(self) -> Sequence[StoredAccount]: ...

    async def account(self, account_id: str) -> StoredAccount | None: ...

    async def save_accounts(self, *accounts: StoredAccount) -> None:
        """Stores them as they stand: all, or none."""

    def delete_accounts(self, account_ids: Collection[str]) -> Awaitable[None]:
        """Their keys are gone, whether or not that is awaited."""

    async def streamed_s(self, account_id: str, since: datetime) -> float:
        """For how many seconds streams ran with an account that began later than that."""
        ...


class Vault(Protocol):
    """Seals keys with a secret that is not in the database."""

    def close(self, account_id: str, key: str) -> bytes: ...

    def open(self, account_id: str, sealed: bytes) -> str | None:
        """The key; None for what none of the secrets opens, or is another account's."""

    def renewed(self, sealed: bytes) -> bytes | None:
        """The same, sealed with the newest secret; None if it is so already."""
