"""Keys of several accounts at Odyssey: what asks with each of them."""

import asyncio
import logging
from collections.abc import Callable

from bot.broadcast.accounts import Account
from bot.broadcast.answers import Answers
from bot.broadcast.clock import Clock
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.limits.continuation import StreamLimit
from bot.broadcast.limits.pool import MakePool
from bot.odyssey import AccountSuspendedError, Odyssey, OdysseyAuthError, OdysseyError, OdysseyUsageError
from bot.worlds.looking_up import Key
from bot.worlds.odyssey import odyssey_goodbyes, odyssey_worlds

log = logging.getLogger(__name__)

ASK_S = 10.0


class OdysseyKeys:
    """Opens accounts, each with a client and ears of its own. An async context manager that closes them.

    `make_client` makes one for a key; `stream_limit_s` is what the operator says, until an account shows
    something shorter. Whatever any of them hears, `answers`, the operator's, tells of.
    """

    def __init__(
        self,
        make_client: Callable[[str], Odyssey],
        answers: Answers,
        clock: Clock,
        *,
        stream_limit_s: float,
        make_pool: MakePool,
    ) -> None:
        self.by_account: dict[str | None, Key] = {}
        self._make_client = make_client
        self._answers = answers
        self._clock = clock
        self._stream_limit_s = stream_limit_s
        self._make_pool = make_pool
        self._clients: list[Odyssey] = []

    async def __aenter__(self) -> "OdysseyKeys":
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(client.disconnect() for client in self._clients))

    def open(self, account_id: str | None, key: str, slots: int) -> Account:
        """The domain's account for a key; the operator's has no ID."""
        client = self._make_client(key)
        self._clients.append(client)
        answers = self._answers
        if account_id is not None:
            answers = Answers(self._clock)
            answers.heard.listen(self._answers.heard.tell)
        self.by_account[account_id] = Key(account_id, client, answers)
        return Account(
            open_world=odyssey_worlds(lambda: self._make_client(key), self._clock, answers),
            leave=odyssey_goodbyes(client),
            pool=self._make_pool(account_id, slots),
            stream_limit=StreamLimit(self._stream_limit_s),
            id=account_id,
        )

    def close(self, account_id: str) -> None:
        """Nobody asks with this key any more, but who began with it."""
        self.by_account.pop(account_id, None)

    def answers_of(self, account_id: str | None) -> Answers:
        """What the service said to an account; to the operator's, for one that is gone."""
        key = self.by_account.get(account_id)
        return key.answers if key else self._answers

    async def check(self, key: str) -> None:
        """Asks the service whether it takes a key. Raises KEY_REFUSED or KEY_NOT_CHECKED."""
        client = self._make_client(key)
        try:
            async with asyncio.timeout(ASK_S):
                await client.list_stream_recordings(limit=1)
        except (OdysseyAuthError, AccountSuspendedError):
            raise BroadcastError(Code.KEY_REFUSED) from None
        except OdysseyUsageError:
            pass  # it knows the key, whatever is used up
        except OdysseyError as error:
            log.info("a key could not be checked: %s", error.code)
            raise BroadcastError(Code.KEY_NOT_CHECKED) from None
        except TimeoutError:
            raise BroadcastError(Code.KEY_NOT_CHECKED) from None
        finally:
            await client.disconnect()
