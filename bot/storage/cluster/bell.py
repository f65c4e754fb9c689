"""The bell of a cluster: PostgreSQL's NOTIFY, and beneath it a look now and then."""

import asyncio
import logging
import secrets

import psycopg
from sqlalchemy import text

from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.owning.bell import Ring
from bot.broadcast.telling.backoff import Backoff
from bot.broadcast.telling.listeners import Listeners
from bot.storage.address import Server
from bot.storage.postgresql.connecting import listening
from bot.storage.writer import Upsert, Writer

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""So long a ring may be lost."""
PAUSES_S = (0.1, 5.0)
"""Between two tries to hear again: the first and the longest."""

_NOTIFY = text("SELECT pg_notify('odyssey', said) FROM unnest(CAST(:said AS text[])) AS said")


class ServerBell(Background):
    """The domain's `Bell` for processes that share a server's database. An async context manager.

    A ring is written by the writer, so it is heard once all is committed that was handed to that before.
    There is one under way at most: whatever is rung meanwhile is rung together afterwards. What is heard is a
    word, and who rang it, so that nobody hears himself.

    Nothing depends on a ring: all words are told every two seconds too, and as soon as this process hears
    again after it could not.
    """

    def __init__(self, server: Server, writer: Writer, clock: Clock) -> None:
        super().__init__(name="bell")
        self.rung = Listeners[str]()
        """Told each word that another process rang, and now and then each of `Ring`."""
        self.tag = secrets.token_hex(4)
        """By which this process knows its own rings."""
        self._server = server
        self._writer = writer
        self._clock = clock
        self._to_ring: set[str] = set()
        self._is_ringing = False
        self._is_left = False

    async def __aexit__(self, *_: object) -> None:
        self._is_left = True
        await super().__aexit__(*_)

    def ring(self, what: str) -> None:
        """Has the others look at `what`, once all is committed that the writer was given until now."""
        self._to_ring.add(what)
        if not self._is_ringing:
            self._ring()

    def notice(self, what: str) -> Upsert:
        """The same as a statement, for who writes what is to be looked at in the same transaction."""
        return Upsert(_NOTIFY, {"said": [f"{what} {self.tag}"]})

    def _ring(self) -> None:
        if self._is_left:  # who stops may be heard two seconds later
            return
        said = [f"{word} {self.tag}" for word in sorted(self._to_ring)]
        self._to_ring.clear()
        self._is_ringing = True
        self._writer.execute(Upsert(_NOTIFY, {"said": said})).add_done_callback(self._was_rung)

    def _was_rung(self, written: asyncio.Future[None]) -> None:
        """One that was lost, the others do without."""
        self._is_ringing = False
        if not written.cancelled() and (error := written.exception()):
            log.debug("the others could not be told: %s", type(error).__name__)
        if self._to_ring:
            self._ring()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen(), name="hearing of other processes")
            tasks.create_task(self._look(), name="looking without a bell")

    async def _look(self) -> None:
        while True:
            await self._clock.sleep(LOOK_S)
            self._tell_all()

    async def _listen(self) -> None:
        pauses = Backoff(*PAUSES_S)
        is_away = False
        while True:
            try:
                async with await listening(self._server) as connection:
                    await connection.execute("LISTEN odyssey")
                    if is_away:
                        log.info("other processes are heard again")
                    is_away = False
                    pauses.reset()
                    self._tell_all()  # what was rung until now was not heard
                    async for notice in connection.notifies():
                        self._hear(notice.payload)
            except (psycopg.Error, OSError) as error:
                if not is_away:
                    log.warning("other processes are not heard, only looked at: %s", type(error).__name__)
                is_away = True
            await self._clock.sleep(pauses.next_s())

    def _hear(self, said: str) -> None:
        what, _, by = said.partition(" ")
        if by != self.tag:
            self.rung.tell(what)

    def _tell_all(self) -> None:
        for word in Ring:
            self.rung.tell(word)
