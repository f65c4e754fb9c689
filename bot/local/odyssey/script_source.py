"""Fetches the script that a simulation job names by URL, without being led where it must not go."""

import functools
import ipaddress
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.local.odyssey.scripts import ScriptError

SIZE_LIMIT_BYTES = 64 * 1024 * 1024  # images are part of scripts
PATIENCE_S = 10.0


async def fetch_script(url: object, *, loopback: bool) -> dict[str, Any]:
    """What a job's body would say in place of `script_url`: `script`, or `scripts`.

    The document is a script, a list of scripts, or an object with one of those two. A service on loopback
    fetches from loopback only, any other from public addresses only; nobody is followed to another address.
    Raises ScriptError.
    """
    try:
        document = json.loads(await _read(_http_url(url), loopback=loopback))
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise ScriptError("there is no script to be had at script_url") from error
    except ScriptError:  # a ValueError too, which says more than the next lines would
        raise
    except (ValueError, RecursionError) as error:
        raise ScriptError("what is at script_url is not valid JSON") from error
    if isinstance(document, dict):
        return {key: document[key] for key in ("script", "scripts") if key in document}
    is_many = isinstance(document, list) and bool(document) and isinstance(document[0], list)
    return {"scripts" if is_many else "script": document}


def _http_url(text: object) -> str:
    try:
        if isinstance(text, str) and urlsplit(text).scheme in ("http", "https"):
            return text
    except ValueError:  # brackets that hold no address
        pass
    raise ScriptError("script_url is a URL that begins with http:// or https://")


async def _read(url: str, *, loopback: bool) -> bytes:
    connector = aiohttp.TCPConnector(socket_factory=functools.partial(_open_socket, loopback=loopback))
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=timeout, raise_for_status=True) as http,
        http.get(url, allow_redirects=False) as response,
    ):
        if response.status != 200:
            raise aiohttp.ClientError("redirected")
        data = bytearray()
        async for chunk in response.content.iter_any():
            data += chunk
            if len(data) > SIZE_LIMIT_BYTES:
                raise ScriptError("the script at script_url is too large")
        return bytes(data)


def _open_socket(address: aiohttp.AddrInfoType, *, loopback: bool) -> socket.socket:
    """A socket for an address that was looked up, so that no name can hide where it leads."""
    family, kind, protocol, _, target = address
    ip = ipaddress.ip_address(target[0])
    if not (ip.is_loopback if loopback else ip.is_global):
        raise PermissionError("an address that must not be asked")
    return socket.socket(family, kind, protocol)
