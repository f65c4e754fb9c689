"""What stands before the bots' pages, as a proxy does before a real cluster: any of them answers for all."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import aiohttp
from aiohttp import web

from bot.local.discord.server import HOST

_OWN_TO_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "upgrade", "host", "content-length"}
_BODY_LIMIT_BYTES = 1024 * 1024


class Front:
    """Passes requests on to `origins()`, the URLs of those that run: a link to one as long as that answers.

    For each numbers the parts of a video in its own way.
    """

    def __init__(self, origins: Callable[[], Sequence[str]]) -> None:
        self._origins = origins
        self._http: aiohttp.ClientSession

    @asynccontextmanager
    async def serve(self, port: int) -> AsyncIterator[None]:
        """Serves for as long as the context lasts."""
        app = web.Application(client_max_size=_BODY_LIMIT_BYTES)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        # Who goes away is not waited for: an open page is one request that never ends.
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=2)
        async with aiohttp.ClientSession(auto_decompress=False, timeout=timeout) as self._http:
            await runner.setup()
            try:
                await web.TCPSite(runner, HOST, port).start()
                yield
            finally:
                await runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        origins, body = list(self._origins()), await request.read()
        link = "/".join(request.path.split("/")[:3])
        first = zlib.crc32(link.encode()) % max(1, len(origins))
        headers = {name: value for name, value in request.headers.items() if _is_passed_on(name)}
        for origin in origins[first:] + origins[:first]:
            asked = self._http.request(
                request.method,
                f"{origin}{request.raw_path}",
                headers={**headers, "Host": request.host},
                data=body or None,
                allow_redirects=False,
            )
            try:
                answer = await asked
            except (aiohttp.ClientConnectionError, TimeoutError):
                continue  # it has just been killed: the next one
            async with answer:
                return await _passed_back(request, answer)
        return web.Response(status=503, text="No bot answers just now.", headers={"Retry-After": "1"})


async def _passed_back(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, reason=answer.reason)
    for name, value in answer.headers.items():
        if _is_passed_on(name) or name.lower() == "content-length":
            response.headers.add(name, value)
    await response.prepare(request)
    with suppress(ConnectionResetError):
        try:
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
        except aiohttp.ClientError:  # it was killed in the middle: so this breaks off too, and is asked anew
            if request.transport:
                request.transport.abort()
    return response


def _is_passed_on(name: str) -> bool:
    return name.lower() not in _OWN_TO_A_CONNECTION
