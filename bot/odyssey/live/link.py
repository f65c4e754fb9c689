"""A client's one connection at a time: making it, its status, and making it again."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from bot.odyssey.base.errors import OdysseyConnectionError, OdysseyError, failed
from bot.odyssey.base.types import ConnectionStatus, Timeouts
from bot.odyssey.live.callbacks import Notifier
from bot.odyssey.live.connection import Connection
from bot.odyssey.live.options import ConnectOptions, check_options
from bot.odyssey.live.parting import OnReserved, reserved

Reserve = Callable[["Attempt", OnReserved], Awaitable[None]]


class Link:
    """Holds the connection. `last` is the newest one that was begun, whether or not it is open."""

    def __init__(self, timeouts: Timeouts) -> None:
        self.status = ConnectionStatus.DISCONNECTED
        self.last: Connection | None = None
        self._timeouts = timeouts
        self._attempt: Attempt | None = None

    @property
    def open(self) -> Connection | None:
        """The connection, if there is one on which calls can be made."""
        return self.last if self.last is not None and self.last.is_open else None

    async def connect(self, reserve: Reserve, options: ConnectOptions, service: str) -> None:
        """Makes the connection, to the service of this URL.

        After a failure, a time-out or a cancellation it can be made again.
        """
        check_options(options)
        if self._attempt is not None or self.open is not None:
            raise OdysseyConnectionError(
                "There is a connection already.", code="already_connected", retryable=False
            )
        if self.last is not None:
            await self.last.close()
        attempt = self._attempt = Attempt(self, self._timeouts, options, service)
        try:
            await attempt.run(reserve)
        finally:
            self._attempt = None

    async def disconnect(self) -> None:
        """Ends the connection, or gives up making it."""
        if self._attempt is not None:
            await self._attempt.give_up()
        if self.last is not None:
            await self.last.close()


class Attempt:
    def __init__(self, link: Link, timeouts: Timeouts, options: ConnectOptions, service: str) -> None:
        queue_s, limit_s = options.get("queue_timeout_s"), options.get("timeout_s")
        self.queue_s = timeouts.queue_s if queue_s is None else queue_s
        self._link = link
        self._service = service
        self._timeouts = timeouts
        self._options = options
        self._limit_s = timeouts.connect_s if limit_s is None else limit_s
        self._limit: asyncio.Timeout | None = None
        self._notifier = Notifier()
        self._task: asyncio.Task[None] | None = None
        self._given_up = False

    async def run(self, reserve: Reserve) -> None:
        """Connects, or raises why not; then nothing of it is left open, here or at the service."""
        self._task = asyncio.create_task(self._establish(reserve), name="odyssey-connect")
        try:
            await asyncio.shield(self._task)
        except asyncio.CancelledError:
            self._task.cancel()
            await asyncio.wait({self._task})
            if self._link.open:  # made in the moment in which nobody wanted it any more
                await self._link.open.close()
            self.set_status(ConnectionStatus.DISCONNECTED)
            if not self._given_up:
                raise
            raise OdysseyConnectionError("Disconnected while connecting.", code="disconnected") from None
        except OdysseyError as error:
            self._fail(error)
            raise
        except Exception as fault:  # it must not leave the status at "connecting"
            self._fail(unforeseen := failed(fault))
            raise unforeseen from fault

    async def give_up(self) -> None:
        """Ends it from outside: `run` then raises."""
        self._given_up = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def set_status(self, status: ConnectionStatus, message: str | None = None) -> None:
        if status != self._link.status:
            self._link.status = status
            self._notifier.call(self._options.get("on_status_change"), status, message)

    def on_queue_wait(self, waited_s: float) -> None:
        """Waiting for a free streamer does not count towards the time for connecting."""
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time() + self._limit_s)
        self._notifier.call(self._options.get("on_queue_wait"), waited_s)

    def _fail(self, error: OdysseyError) -> None:
        self.set_status(ConnectionStatus.FAILED, error.message)
        self._notifier.call(self._options.get("on_error"), error, True)

    async def _establish(self, reserve: Reserve) -> None:
        try:
            async with asyncio.timeout(self._limit_s) as self._limit:
                credentials = await reserved(partial(reserve, self), self._service)
                self.set_status(ConnectionStatus.CONNECTING)
                self._link.last = Connection(
                    credentials, self._service, self._options, self._notifier, self._timeouts, self.set_status
                )
                await self._link.last.open()
        except TimeoutError:
            raise OdysseyConnectionError(
                f"The connection was not made within {self._limit_s:g} s.", code="timeout"
            ) from None
