"""The stand-in service: everything opened and closed in order."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from aiohttp import web

from bot.local.odyssey.access import Access
from bot.local.odyssey.archive import Archive
from bot.local.odyssey.connection import Connection
from bot.local.odyssey.faults.connection import FaultyConnection
from bot.local.odyssey.faults.control import FaultControl
from bot.local.odyssey.faults.http import HttpFaults
from bot.local.odyssey.faults.script import FaultScript
from bot.local.odyssey.jobs import Jobs
from bot.local.odyssey.origins import origin_of
from bot.local.odyssey.playlists import Playlists
from bot.local.odyssey.recordings import RecordingShelf
from bot.local.odyssey.refusals import add_cors_headers, json_errors
from bot.local.odyssey.reservations import Reservations
from bot.local.odyssey.sessions import Sessions
from bot.local.odyssey.settings import StandinSettings
from bot.local.odyssey.signalling import Connect, Signalling
from bot.local.odyssey.simulations import Simulator
from bot.local.odyssey.spectators import Spectators
from bot.local.odyssey.studio import Studio
from bot.local.odyssey.tokens import Signer, kept_key

__all__ = ["Standin", "StandinSettings", "StandinStartError", "serve_standin"]

BODY_LIMIT_BYTES = 1024 * 1024
SIGNING_KEY = "signing.key"
"""Beside the recordings: presigned URLs work for as long as they say, whoever serves them by then."""


class StandinStartError(Exception):
    """The service cannot start; the message says why and what to do."""


class Standin:
    """A local Odyssey service. Serves while it is entered; several may run in one process.

    On exit it tells its clients, ends every stream, completes every recording, and leaves no task, thread or
    socket behind.
    """

    def __init__(self, settings: StandinSettings | None = None) -> None:
        self.settings = settings or StandinSettings()
        self.port = self.settings.port
        self.faults = FaultScript()  # strikes only with `settings.faults`
        self._sessions = Sessions(self.settings.concurrent_streams, self.settings.unclean_hold_s)
        self._closing = contextlib.AsyncExitStack()
        self._access: Access

    @property
    def slots_taken(self) -> int:
        """How many streamers are held now, also by clients that are gone without a word."""
        return self._sessions.active_count

    def revoke(self, api_key: str) -> None:
        """A key is good for nothing from now on; streams that run go on."""
        self._access.revoke(api_key)

    @property
    def url(self) -> str:
        """The base URL of its REST interface."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.settings.host, self.settings.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{self.port}"

    async def __aenter__(self) -> Standin:
        async with contextlib.AsyncExitStack() as stack:
            await self._open(stack)
            self._closing = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._closing.aclose()

    async def _open(self, stack: contextlib.AsyncExitStack) -> None:
        settings = self.settings
        directory = settings.recordings_dir or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="standin-"))
        )
        shelf = RecordingShelf(directory, settings.recording_delay_s)
        studio = Studio(shelf, small=settings.small)
        stack.push_async_callback(studio.close)
        signer = Signer(key=kept_key(directory / SIGNING_KEY))
        access = self._access = Access(settings.api_key, settings.other_keys, settings.token_lifetime_s)
        signalling = Signalling(
            self._sessions,
            signer,
            self._connect(studio),
            takes_late_goodbyes=settings.takes_late_goodbyes,
        )

        middlewares = [json_errors]
        if settings.faults:
            middlewares.append(HttpFaults(self.faults, shelf).middleware)
        app = web.Application(middlewares=middlewares, client_max_size=BODY_LIMIT_BYTES)
        app.on_response_prepare.append(add_cors_headers)
        if settings.faults:
            FaultControl(self.faults).add_routes(app.router)
        access.add_routes(app.router)
        Reservations(access, self._sessions, signer, settings).add_routes(app.router)
        signalling.add_routes(app.router)
        spectators = Spectators(studio, loopback=settings.is_loopback)
        spectators.add_routes(app.router)
        Playlists(studio).add_routes(app.router)
        archive = Archive(access, shelf, signer, settings.url_lifetime_s)
        archive.add_routes(app.router)
        simulator = Simulator(shelf, small=settings.small)
        stack.push_async_callback(simulator.close)
        Jobs(access, simulator, archive, settings).add_routes(app.router)

        runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(spectators.close)
        stack.push_async_callback(signalling.close)
        self.port = await _listen(runner, settings)

    def _connect(self, studio: Studio) -> Connect:
        settings, script = self.settings, self.faults
        if settings.faults:
            return lambda request, socket: FaultyConnection(
                studio, settings, origin_of(request), script, request, socket
            )
        return lambda request, socket: Connection(studio, settings, origin_of(request))


async def serve_standin(settings: StandinSettings) -> None:
    """Serve until a signal that stops programs. Exits with a clear message when it cannot start."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            loop.add_signal_handler(number, stop.set)
    try:
        async with Standin(settings) as standin:
            sys.stdout.write(f"Odyssey stand-in on {standin.url}\n")
            sys.stdout.flush()
            await stop.wait()
    except StandinStartError as error:
        sys.exit(f"The stand-in cannot start: {error}")


async def _listen(runner: web.AppRunner, settings: StandinSettings) -> int:
    try:
        site = web.TCPSite(runner, settings.host.strip("[]"), settings.port)
        await site.start()
    except UnicodeError as error:
        raise StandinStartError(f"there can be no host {settings.host}.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StandinStartError(f"port {settings.port} is taken. Choose another with --port.") from error
        raise StandinStartError(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror})."
        ) from error
    (_, port, *_) = runner.addresses[0]
    return int(port)
