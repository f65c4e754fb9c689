"""The web servers: of watch pages, at links that cannot be guessed, and of what is counted."""

import errno
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.http import HttpProcessingError

from bot.kit.errors import StartError
from bot.web.app import Sources, WebSettings, make_web_app
from bot.web.health import Health
from bot.web.metrics import Draw, make_metrics_app

log = logging.getLogger(__name__)

SHUTDOWN_S = 1.0
"""For answers under way when the bot stops: each takes milliseconds."""
IDLE_S = 75.0
"""A connection on which nothing, or not a whole request, comes for so long is closed."""
BACKLOG = 1024
"""After a restart a thousand pages come back within seconds."""
_ABOUT_THE_PORT = (errno.EADDRINUSE, errno.EACCES)


class _FailedRequests(logging.Filter):
    """What aiohttp would log, but for requests that are no HTTP, and without the address they came from."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = "a request for a page failed", ()
        return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


_request_log = logging.getLogger(f"{__name__}.requests")
_request_log.addFilter(_FailedRequests())


@asynccontextmanager
async def serve_web(sources: Sources, settings: WebSettings, *, host: str, port: int) -> AsyncIterator[None]:
    """Serves the watch pages, and whether the bot is well. Raises `StartError`."""
    async with _serving(make_web_app(sources, settings), host, port, "WEB"):
        log.info("the watch page is served on %s:%s", host, port)
        yield


@asynccontextmanager
async def serve_metrics(draw: Draw, health: Health, *, host: str, port: int) -> AsyncIterator[None]:
    """Serves what is counted, and whether the bot is well, without a question. Raises `StartError`."""
    async with _serving(make_metrics_app(draw, health), host, port, "METRICS"):
        log.info("metrics are served on %s:%s", host, port)
        yield


@asynccontextmanager
async def _serving(app: web.Application, host: str, port: int, settings: str) -> AsyncIterator[None]:
    """`settings` is what the names of those begin with that say where."""
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=_request_log,
        handler_cancellation=True,
        keepalive_timeout=IDLE_S,
        shutdown_timeout=SHUTDOWN_S,
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
        except OSError as error:
            setting = f"{settings}_PORT" if error.errno in _ABOUT_THE_PORT else f"{settings}_HOST"
            raise StartError(
                f"The web server cannot listen on {host}:{port}: {error.strerror}. Choose another {setting}."
            ) from error
        yield
    finally:
        await runner.cleanup()
