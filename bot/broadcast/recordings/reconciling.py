"""Looking now and then at what the account lists: no stream of ours stays unknown."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotStoredError, WorldError
from bot.broadcast.model import Stream
from bot.broadcast.recordings.account import (
    AccountStreams,
    Findings,
    StreamBooks,
    compare,
    is_open,
    may_have_begun,
)
from bot.broadcast.telling.backoff import Backoff

log = logging.getLogger(__name__)

HORIZON = timedelta(days=7)
"""Older streams are not asked for any more."""
FIRST_PAUSE_S, LONGEST_PAUSE_S, GROWTH = 20.0, 3600.0, 3.0
"""A stream is listed once it has ended: so it is looked for soon, then later, and in the end every hour."""


ListOf = Callable[[str | None], AccountStreams | None]
"""The list of the account with this ID; None if its key is gone, so that nobody can ask."""


async def look(list_of: ListOf, books: StreamBooks, clock: Clock) -> AsyncIterator[Findings]:
    """What the accounts' lists say of our streams, account by account. One is asked only for a reason.

    Raises `WorldError` at the end, if an account did not answer: the others were looked at all the same.
    """
    unsettled = [each for each in await books.unsettled_streams(clock.now() - HORIZON) if is_open(each)]
    failure: WorldError | None = None
    for account_id in dict.fromkeys(each.account_id for each in unsettled):
        account = list_of(account_id)
        if account is None:
            continue
        ours = [each for each in unsettled if each.account_id == account_id]
        try:
            listed = await account.since(min(each.intended_at for each in ours) - timedelta(minutes=5))
        except WorldError as error:
            failure = failure or error
            continue
        # First: who is answered meanwhile is known then.
        asked_for = [each for each in await books.asked_for() if each.account_id == account_id]
        known = await books.known_ids([each.service_id for each in listed])
        yield compare(ours, listed, known, asked_for)
    if failure:
        raise failure


async def settle(findings: Findings, save: Callable[[Stream], Awaitable[None]]) -> None:
    """Stores what was found, as far as that is so still. Raises `NotStoredError`."""
    for stream in (*findings.adopted, *findings.ended):
        try:
            await save(stream)
        except NotStoredError:
            raise
        except Exception as error:  # noqa: BLE001 - its ID has come to its owner meanwhile
            log.info("what was found of stream %s is not so any more (%s)", stream.id, type(error).__name__)


class Reconciler(Background):
    """Looks when it is entered, soon after a stream was lost, and every hour. An async context manager.

    `save` stores a stream, which has its recording followed.
    """

    def __init__(
        self,
        list_of: ListOf,
        books: StreamBooks,
        clock: Clock,
        *,
        save: Callable[[Stream], Awaitable[None]],
    ) -> None:
        super().__init__(name="reconcile with the accounts")
        self._list_of = list_of
        self._books = books
        self._clock = clock
        self._save = save
        self._pauses = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S, GROWTH)
        self._lost = asyncio.Event()

    def told(self, thing: object) -> None:
        """Something is stored: if that is a stream that may have begun unseen, it is looked for soon."""
        if isinstance(thing, Stream) and may_have_begun(thing):
            self._lost.set()

    async def _run(self) -> None:
        while True:
            await self._look()
            await self._clock.wait(self._lost, self._clock.steady() + self._pauses.next_s())
            if self._lost.is_set():
                self._lost.clear()
                self._pauses.reset()
                await self._clock.sleep(self._pauses.next_s())

    async def _look(self) -> None:
        try:
            async for findings in look(self._list_of, self._books, self._clock):
                await self._take(findings)
        except (WorldError, NotStoredError) as error:
            log.info("the account's streams could not be looked at: %s", error)
        except Exception:  # the boundary of one look: the next one is due soon
            log.exception("the account's streams could not be looked at")

    async def _take(self, findings: Findings) -> None:
        await settle(findings, self._save)
        if findings.is_put_off:
            self._lost.set()
        for stream in findings.adopted:
            log.warning(
                "stream %s of broadcast %s was found at Odyssey", stream.shown_id, stream.broadcast_id
            )
