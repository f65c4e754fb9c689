"""Asking an address which run of the bot answers there."""

import json
import socket
from dataclasses import dataclass

import aiohttp

from bot.process.setting_values import is_loopback

ASK_S = 6.0
LONGEST_BYTES = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """`instance` is whose answer it is, if it is a bot's.

    `problem` says why there is no answer, and `culprit` what to look at then.
    """

    status: int | None = None
    instance: str | None = None
    comes: str | None = None
    problem: str | None = None
    culprit: str = ""


async def ask(url: str) -> Asked:
    """Follows where the address leads."""
    limit = aiohttp.ClientTimeout(total=ASK_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit, trust_env=not is_loopback(url)) as http,
            http.get(url) as answer,
        ):
            return _read(answer.status, await answer.content.read(LONGEST_BYTES))
    except TimeoutError:
        return Asked(problem="there is no answer", culprit="the firewall and the proxy")
    except aiohttp.ClientConnectorCertificateError:
        return Asked(problem="its certificate is not trusted", culprit="the proxy's certificate")
    except aiohttp.ClientSSLError:
        return Asked(problem="it does not speak TLS", culprit="the proxy, and whether it is https")
    except aiohttp.ClientConnectorDNSError:
        return Asked(problem="there is no such name", culprit="the name in PUBLIC_URL, and the DNS")
    except aiohttp.ClientError as error:
        return Asked(problem=_why(error), culprit="the proxy, and whether it runs")


def _read(status: int, body: bytes) -> Asked:
    try:
        said = json.loads(body)
    except ValueError:
        return Asked(status)
    if not isinstance(said, dict) or not isinstance(said.get("instance"), str):
        return Asked(status)
    return Asked(status, said["instance"], str(said.get("comes")))


def _why(error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error.os_error, socket.gaierror):
            return "there is no such name"
        return f"nobody answers ({error.os_error.strerror or type(error.os_error).__name__})"
    return f"the answer is no HTTP ({type(error).__name__})"
