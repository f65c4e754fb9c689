"""A network between the bot and the services, which can fall silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Relay:
    """Passes bytes on. Once silent it still takes connections and bytes, and answers nothing."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self.is_silent = False
        self._to_port = port
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        there, thither = await asyncio.open_connection("127.0.0.1", self._to_port)
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await asyncio.gather(self._pass_on(reader, thither), self._pass_on(there, writer))
        except asyncio.CancelledError:
            pass  # the relay closes; asyncio's streams would take it for a fault
        finally:
            self._tasks.discard(task)
            writer.close()
            thither.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if not self.is_silent:
                    writer.write(data)
            if not self.is_silent:
                writer.write_eof()

    def close(self) -> None:
        """Ends all connections."""
        for task in self._tasks:
            task.cancel()


@asynccontextmanager
async def relay_to(port: int) -> AsyncIterator[Relay]:
    """A relay to that port on this machine, for as long as the context lasts."""
    relay = Relay(port)
    server = await asyncio.start_server(relay.take, "127.0.0.1", 0)
    relay.port = int(server.sockets[0].getsockname()[1])
    try:
        yield relay
    finally:
        server.close()
        relay.close()
        await server.wait_closed()
