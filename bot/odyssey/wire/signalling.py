"""The signalling websocket."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp

from bot.odyssey.api.rest import path_part
from bot.odyssey.base.errors import OdysseyAuthError, OdysseyConnectionError, OdysseyError
from bot.odyssey.base.types import ClientCredentials
from bot.odyssey.http.destinations import Destinations
from bot.odyssey.http.routes import proxy_for, trust
from bot.odyssey.http.transport_errors import transport_errors
from bot.odyssey.wire import messages

log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
CLOSE_S = 3.0
"""How long to wait for the other side's part of closing, at most."""
NORMAL_CLOSE_CODES = (1000, 1001)


class Signalling:
    """An open websocket. Iterating gives its text messages until it closes; then `close_code` is set."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    @property
    def close_code(self) -> int | None:
        """The code it was closed with; None for a connection that was cut."""
        return self._socket.close_code

    async def send(self, text: str) -> None:
        """Sends one message. Raises `OdysseyConnectionError` when the websocket is closed."""
        try:
            await self._socket.send_str(text)
        except (aiohttp.ClientError, ConnectionError, RuntimeError) as error:
            raise OdysseyConnectionError("The signalling connection is closed.") from error

    async def part(self, within_s: float) -> None:
        """Says goodbye and closes; returns when the service has heard it, or after that time.

        Whoever reads messages is not to be cut off before: then the closing would wait for nothing.
        """
        try:
            async with asyncio.timeout(within_s):
                await self.send(messages.CLIENT_DISCONNECTING)
                await self._socket.close()
        except (OdysseyConnectionError, TimeoutError):
            log.debug("The service had gone before we could say goodbye.")

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            message = await self._socket.receive()
            if message.type == aiohttp.WSMsgType.TEXT:
                yield message.data
            elif message.type == aiohttp.WSMsgType.BINARY:
                log.debug("A binary signalling message was ignored.")
            else:
                return


@asynccontextmanager
async def open_signalling(credentials: ClientCredentials, service: str) -> AsyncIterator[Signalling]:
    """Connects the websocket, at a public address or at the `service`; closes it on leaving."""
    base = _with_scheme(credentials.signalling_url, "ws")
    url = f"{base}/client/{path_part(credentials.session_id)}?token={path_part(credentials.session_token)}"
    with transport_errors():
        proxy = proxy_for(url)
        context = await trust() if url.startswith("wss:") else None
    destinations, parts = Destinations(service), urlsplit(url)
    host, factory = parts.hostname or "", None
    if proxy:
        destinations.check_name(host, parts.port)
    else:
        await destinations.check(host, parts.port)
        factory = destinations.socket_factory(host)
    connector = aiohttp.TCPConnector(socket_factory=factory)
    async with aiohttp.ClientSession(connector=connector) as session:
        with transport_errors(proxy.variable if proxy else None):
            try:
                socket = await session.ws_connect(
                    url,
                    proxy=proxy.url if proxy else None,
                    ssl=context or True,
                    max_msg_size=MAX_MESSAGE_BYTES,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
                )
            except aiohttp.WSServerHandshakeError as error:
                raise _refusal(error.status) from None
        async with socket:
            yield Signalling(socket)


def _refusal(status: int) -> OdysseyError:
    if status in (401, 403):
        return OdysseyAuthError("The session token was refused.", code="session_refused", status=status)
    return OdysseyConnectionError(
        f"The signalling service refused the connection ({status}).", code="signalling_refused", status=status
    )


def config_url(signalling_url: str) -> str:
    """Where the session's ICE servers are listed."""
    return f"{_with_scheme(signalling_url, 'http')}/config"


def _with_scheme(url: str, kind: str) -> str:
    """The URL with ws(s) or http(s), keeping whether it is secure, and without a slash at its end."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    suffix = {"http": "", "ws": "", "https": "s", "wss": "s"}.get(parts.scheme.lower())
    if suffix is None or not parts.hostname:
        raise OdysseyConnectionError("The signalling URL is not valid.", code="bad_url", retryable=False)
    return f"{kind}{suffix}://{parts.netloc}{parts.path.rstrip('/')}"
