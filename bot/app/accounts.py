"""The accounts at Odyssey, opened."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.app.key import check_key
from bot.broadcast.accounts import Account, Accounts, OneAccount
from bot.broadcast.answers import Answers
from bot.broadcast.clock import Clock
from bot.broadcast.limits.continuation import Continuation, StreamLimit
from bot.broadcast.limits.pool import StreamPool
from bot.odyssey import Odyssey
from bot.process.settings import Settings
from bot.worlds.looking_up import Key, KeysOf, of_the_operator
from bot.worlds.odyssey import odyssey_goodbyes, odyssey_worlds


@dataclass(frozen=True, slots=True)
class OpenAccounts:
    """All accounts, what asks with their keys, and the operator's own."""

    accounts: Accounts
    keys_of: KeysOf
    operators: Account


async def open_accounts(
    settings: Settings, stack: AsyncExitStack, answers: Answers, clock: Clock
) -> OpenAccounts:
    """`answers` hears what the service says to the operator's key."""

    def make_client() -> Odyssey:
        return Odyssey(api_key=settings.odyssey_api_key.get_secret_value(), api_url=settings.odyssey_api_url)

    client = make_client()
    stack.push_async_callback(client.disconnect)
    await check_key(client, answers)
    operators = Account(
        open_world=odyssey_worlds(make_client, clock, answers),
        leave=odyssey_goodbyes(client),
        pool=StreamPool(
            settings.concurrent_streams,
            clock,
            kept_for_seams=int(settings.continuation is Continuation.OVERLAP),
        ),
        stream_limit=StreamLimit(settings.stream_limit_s),
    )
    return OpenAccounts(OneAccount(operators), of_the_operator(Key(None, client, answers)), operators)
