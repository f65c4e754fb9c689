"""With which account each server is streamed: its own, or the operator's."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta

from bot.broadcast import rights
from bot.broadcast.accounts import Account, StoredAccount
from bot.broadcast.audit import ActionKind, Audit
from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.errors import AccountTrouble, BroadcastError, Code, WorldError
from bot.broadcast.limits.continuation import StreamLimit
from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.model import Viewer
from bot.broadcast.people import Told
from bot.broadcast.rights import Deed, Person
from bot.broadcast.states import Reason
from bot.broadcast.world import World
from bot.guilds.accounts.records import AccountRecords, Vault

log = logging.getLogger(__name__)

KEY_CHARS = range(8, 513)
KEPT_FOR = timedelta(days=8)
"""So long the key that another one has replaced is kept: recordings are waited for a week."""
LOOK_S = 3600.0

OpenAccount = Callable[[str, str, int], Account]
"""Of an account's ID, its key and its slots."""


class ServerAccounts(Background):
    """The domain's `Accounts`, with those of servers' own. An async context manager.

    `vault` is None where the operator has not switched them on; `is_shared`, whether servers without one use
    the operator's. `check` raises KEY_REFUSED or KEY_NOT_CHECKED for a key.
    """

    def __init__(
        self,
        records: AccountRecords,
        audit: Audit,
        clock: Clock,
        vault: Vault | None,
        operators: Account,
        *,
        open_account: OpenAccount,
        close_account: Callable[[str], None],
        check: Callable[[str], Awaitable[None]],
        new_id: Callable[[], str],
        is_shared: bool,
    ) -> None:
        super().__init__(name="accounts of servers")
        self.operators = operators
        self._records = records
        self._audit = audit
        self._clock = clock
        self._vault = vault
        self._open_account = open_account
        self._close_account = close_account
        self._check = check
        self._new_id = new_id
        self._none = operators if is_shared else closed(None, AccountTrouble.NONE, clock)
        self._stored: dict[str, StoredAccount] = {}
        self._accounts: dict[str, Account] = {}
        self._current: dict[int, str] = {}
        self._changing = asyncio.Lock()

    @property
    def are_on(self) -> bool:
        """Whether servers may have accounts of their own."""
        return self._vault is not None

    async def load(self, *, may_store: bool = True) -> None:
        """Reads what is stored. What cannot be opened stays; what an older secret seals is sealed anew."""
        sealed_anew, sealed = [], []
        for stored in await self._records.all_accounts():
            if may_store and self._vault and (renewed := self._vault.renewed(stored.sealed_key)):
                stored = replace(stored, sealed_key=renewed)
                sealed_anew.append(stored)
            if self._take(stored).trouble:
                sealed.append(stored.guild_id)
        if sealed_anew:
            await self._records.save_accounts(*sealed_anew)
            count = len(sealed_anew)
            log.warning("%d keys of servers were sealed anew with the first of ACCOUNT_SECRETS", count)
        if sealed:
            log.error(
                "ACCOUNT_SECRETS does not open the keys of %d servers, which cannot start: bring the former "
                "secret back, behind the new one, or have them set their keys anew (/odyssey account). "
                "Servers: %s",
                len(sealed),
                ", ".join(map(str, sorted(set(sealed)))),
            )

    def of_guild(self, guild_id: int) -> Account:
        account_id = self._current.get(guild_id)
        return self._accounts[account_id] if account_id else self._none

    def find(self, account_id: str | None) -> Account | None:
        return self.operators if account_id is None else self._accounts.get(account_id)

    def own(self, guild_id: int) -> StoredAccount | None:
        """What is stored of a server's own account, if it has one."""
        return self._stored.get(self._current.get(guild_id, ""))

    def all_in_use(self) -> Sequence[Account]:
        """The operator's, and each server's own."""
        return [self.operators, *(self._accounts[account_id] for account_id in self._current.values())]

    def that_may_know(self, account_id: str | None) -> Sequence[str | None]:
        """The accounts to ask for what an account has: itself, then the one that its server has set since.

        None, if its key is gone. Raises `WorldError` (BAD_KEY) while it cannot be opened: it may be later.
        """
        if account_id is None:
            return [None]
        stored = self._stored.get(account_id)
        if stored is None:
            return []
        ids = dict.fromkeys([account_id, self._current.get(stored.guild_id, account_id)])
        opened = [each for each in ids if self._accounts[each].trouble is None]
        if not opened:
            raise WorldError(Reason.BAD_KEY, retryable=False)
        return opened

    async def set(self, guild_id: int, key: str, slots: int, *, by: Person) -> None:
        """Gives a server a key of its own, in place of one that it has, for its next broadcasts.

        The same key again sets its slots. Raises ACCOUNTS_ARE_OFF and what `rights.check` and `check` raise.
        """
        rights.check(Deed.SET_ACCOUNT, by)
        if self._vault is None:
            raise BroadcastError(Code.ACCOUNTS_ARE_OFF)
        key = checked_form(key)
        await self._check(key)
        async with self._changing:
            before, now = self.own(guild_id), self._clock.now()
            if before and self._vault.open(before.id, before.sealed_key) == key:
                changed = replace(before, slots=slots, set_by=by.viewer, set_at=now)
                await self._records.save_accounts(changed)
                self._stored[changed.id] = changed
                self._accounts[changed.id].pool.resize(slots)
            else:
                account_id = self._new_id()
                sealed = self._vault.close(account_id, key)
                new = StoredAccount(account_id, guild_id, sealed, slots, by.viewer, now)
                replaced = [replace(before, replaced_at=now)] if before else []
                await self._records.save_accounts(*replaced, new)
                for each in (*replaced, new):
                    self._stored[each.id] = each
                self._take(new)
        await self._audit.record(guild_id, by.viewer, ActionKind.ACCOUNT, "replaced" if before else "set")

    async def remove(self, guild_id: int, *, by: Person) -> None:
        """Deletes all of a server's keys. Broadcasts that run go on with the one that they began with.

        Raises NO_OWN_ACCOUNT and what `rights.check` raises.
        """
        rights.check(Deed.SET_ACCOUNT, by)
        async with self._changing:
            if self.own(guild_id) is None:
                raise BroadcastError(Code.NO_OWN_ACCOUNT)
            await self._records.delete_accounts(self._ids_of(guild_id))
            self._drop(guild_id)
        await self._audit.record(guild_id, by.viewer, ActionKind.ACCOUNT, "removed")

    async def look_again(self, subject: str | None) -> None:
        """Another process may have set or deleted the account with this ID, or any: here it is so too."""
        async with self._changing:
            if subject is None:
                stored = {each.id: each for each in await self._records.all_accounts()}
            else:
                found = await self._records.account(subject)
                stored = {found.id: found} if found else {}
            for account_id in (self._stored.keys() if subject is None else {subject}) - stored.keys():
                self._forget(account_id)
            for each in stored.values():
                self._follow(each)

    def _follow(self, stored: StoredAccount) -> None:
        """It stands so. One that is known stays open: no ID has ever another key."""
        known = self._accounts.get(stored.id)
        if known is None or known.trouble:
            self._take(stored)
            return
        self._stored[stored.id] = stored
        known.pool.resize(stored.slots)

    def left(self, guild_id: int) -> None:
        """A server has removed the bot: its keys are deleted at once, whenever the rest is."""
        if ids := self._ids_of(guild_id):
            self._records.delete_accounts(ids)
            self._drop(guild_id)
            log.info("the Odyssey key of server %s was deleted: it removed the bot", guild_id)

    async def streamed_s(self, guild_id: int) -> float:
        """For how long this month (UTC) was streamed with a server's own account."""
        own, now = self.own(guild_id), self._clock.now()
        month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return await self._records.streamed_s(own.id, month) if own else 0.0

    async def forget(self, person_id: int, nobody: Viewer) -> bool:
        """As `Keeper.forget`: who has set a key."""
        for each in self._stored.values():
            if each.set_by.id == person_id:
                self._stored[each.id] = replace(each, set_by=nobody)
        return True

    async def tell(self, person_id: int) -> Told:
        """As `Keeper.tell`: it is stored too."""
        return {}

    async def _run(self) -> None:
        while True:
            await self._clock.sleep(LOOK_S)
            try:
                await self._delete_old()
            except Exception:  # the boundary of one look
                log.exception("keys that were replaced could not be deleted")

    async def _delete_old(self) -> None:
        until = self._clock.now() - KEPT_FOR
        old = [each.id for each in self._stored.values() if each.replaced_at and each.replaced_at <= until]
        if old:
            await self._records.delete_accounts(old)
            for account_id in old:
                self._forget(account_id)

    def _take(self, stored: StoredAccount) -> Account:
        key = self._vault.open(stored.id, stored.sealed_key) if self._vault else None
        if key is None:
            account = closed(stored.id, AccountTrouble.SEALED, self._clock)
        else:
            account = self._open_account(stored.id, key, stored.slots)
        self._stored[stored.id], self._accounts[stored.id] = stored, account
        if stored.replaced_at is None:
            self._current[stored.guild_id] = stored.id
        return account

    def _ids_of(self, guild_id: int) -> list[str]:
        return [each.id for each in self._stored.values() if each.guild_id == guild_id]

    def _drop(self, guild_id: int) -> None:
        for account_id in self._ids_of(guild_id):
            self._forget(account_id)

    def _forget(self, account_id: str) -> None:
        stored = self._stored.pop(account_id, None)
        if stored is None:
            return
        if self._current.get(stored.guild_id) == account_id:
            del self._current[stored.guild_id]
        del self._accounts[account_id]
        self._close_account(account_id)


def checked_form(key: str) -> str:
    """A key as it was typed, without what was copied along. Raises KEY_WRONG_FORM."""
    bare = key.strip()
    if len(bare) not in KEY_CHARS or not bare.isascii() or not bare.isprintable() or " " in bare:
        raise BroadcastError(Code.KEY_WRONG_FORM)
    return bare


class _Nowhere(AbstractAsyncContextManager[World]):
    async def __aenter__(self) -> World:
        raise WorldError(Reason.NO_ACCOUNT, retryable=False)

    async def __aexit__(self, *_: object) -> None:
        """Nothing was opened."""


def closed(account_id: str | None, trouble: AccountTrouble, clock: Clock) -> Account:
    """An account that nothing can be streamed with."""

    async def leave(_: str) -> bool:
        return False

    return Account(_Nowhere, leave, StreamPool(1, clock), StreamLimit(), account_id, trouble)
