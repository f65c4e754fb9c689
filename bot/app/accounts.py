"""The accounts at Odyssey, opened: the operator's, and servers' own."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.broadcast.accounts import Account
from bot.broadcast.answers import Answers
from bot.broadcast.audit import Audit
from bot.broadcast.clock import Clock
from bot.broadcast.limits.continuation import Continuation
from bot.broadcast.limits.pool import Pool, StreamPool
from bot.broadcast.limits.shared_slots import SharedSlots
from bot.guilds.accounts.records import AccountRecords
from bot.guilds.accounts.server_accounts import ServerAccounts
from bot.kit.references import new_id
from bot.odyssey import Odyssey
from bot.process.logs import hide
from bot.process.sealing import Vault
from bot.process.settings import Settings
from bot.storage.accounts import DatabaseAccounts
from bot.storage.connections import Database
from bot.storage.guilds import DatabaseGuilds
from bot.storage.writer import Writer
from bot.worlds.keys import OdysseyKeys
from bot.worlds.looking_up import Key, KeysOf


@dataclass(frozen=True, slots=True)
class OpenAccounts:
    """All accounts, and what asks with their keys; the operator's client among them."""

    servers: ServerAccounts
    keys: OdysseyKeys

    @property
    def operators_client(self) -> Odyssey:
        return self.keys.by_account[None].client

    @property
    def keys_of(self) -> KeysOf:
        """Those that may know the streams of an account."""

        def keys_of(account_id: str | None) -> list[Key]:
            known = self.keys.by_account
            return [known[each] for each in self.servers.that_may_know(account_id) if each in known]

        return keys_of


async def open_accounts(
    settings: Settings,
    stack: AsyncExitStack,
    records: AccountRecords,
    audit: Audit,
    answers: Answers,
    clock: Clock,
    *,
    may_store: bool = True,
    shared_slots: SharedSlots | None = None,
) -> OpenAccounts:
    """`answers` hears what the service says to the operator's key, and tells what it says to any.

    Unless anything `may_store`, keys that are to be sealed anew are not. With `shared_slots` other processes
    stream with the same accounts.
    """
    for_seams = int(settings.continuation is Continuation.OVERLAP)

    def make_pool(account_id: str | None, slots: int) -> Pool:
        if shared_slots is None:
            return StreamPool(slots, clock, kept_for_seams=for_seams)
        return shared_slots.pool(account_id or "", slots, kept_for_seams=for_seams)

    def make_client(key: str) -> Odyssey:
        return Odyssey(api_key=key, api_url=settings.odyssey_api_url)

    def open_own(account_id: str, key: str, slots: int) -> Account:
        hide(key)
        return keys.open(account_id, key, slots)

    async def check(key: str) -> None:
        hide(key)
        await keys.check(key)

    keys = await stack.enter_async_context(
        OdysseyKeys(
            make_client,
            answers,
            clock,
            stream_limit_s=settings.stream_limit_s,
            make_pool=make_pool,
        )
    )
    secrets = settings.sealing_secrets
    servers = ServerAccounts(
        records,
        audit,
        clock,
        Vault(secrets) if secrets else None,
        keys.open(None, settings.odyssey_api_key.get_secret_value(), settings.concurrent_streams),
        open_account=open_own,
        close_account=keys.close,
        check=check,
        new_id=new_id,
        is_shared=settings.account_shared == "yes",
    )
    await servers.load(may_store=may_store)
    return OpenAccounts(servers, keys)


async def accounts_by_hand(
    settings: Settings,
    stack: AsyncExitStack,
    database: Database,
    writer: Writer,
    clock: Clock,
    *,
    may_store: bool,
) -> OpenAccounts:
    """The same for a command, beside which no bot hears what the service answers."""
    audit = Audit(DatabaseGuilds(database, writer), clock)
    records = DatabaseAccounts(database, writer)
    return await open_accounts(settings, stack, records, audit, Answers(clock), clock, may_store=may_store)
