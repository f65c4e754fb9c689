"""The ICE servers that a service names, in aiortc's form."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from itertools import compress
from typing import Any
from urllib.parse import urlsplit

from aiortc import RTCConfiguration, RTCIceServer
from aiortc.rtcicetransport import parse_stun_turn_uri

from bot.odyssey.base.errors import OdysseyError
from bot.odyssey.base.fields import MalformedError, json_object, optional_text, rows
from bot.odyssey.base.loopback import is_loopback_host, is_loopback_url
from bot.odyssey.base.types import IceServer
from bot.odyssey.http.destinations import Destinations
from bot.odyssey.http.http import open_http

log = logging.getLogger(__name__)

PUBLIC_STUN = IceServer(["stun:stun.l.google.com:19302"])


async def ice_servers(config_url: str, timeout_s: float, service: str) -> list[IceServer]:
    """What the service names at its `/config`, but for servers in private networks that are not its own.

    An empty list means none; only a failure means a public STUN server, and never for a service on loopback.
    """
    fallback = [] if is_loopback_url(config_url) else [PUBLIC_STUN]
    try:
        async with open_http(service) as http:
            answer = await http.request("GET", config_url, timeout_s=timeout_s)
        if answer.ok:
            return await _reachable(parse_ice_servers(answer.body), Destinations(service))
        log.warning("No ICE configuration (HTTP %d).", answer.status)
    except (OdysseyError, MalformedError) as error:
        log.warning("No ICE configuration: %s", error)
    return fallback


async def _reachable(servers: Sequence[IceServer], destinations: Destinations) -> list[IceServer]:
    """Those that may be asked, each with the URLs at which it may be."""

    async def may_be_asked(url: str) -> bool:
        try:
            await destinations.check(_host(url) or "", None)
        except OdysseyError:
            log.warning("An ICE server in a private network is left out.")
            return False
        return True

    kept = []
    for server in servers:
        are_kept = await asyncio.gather(*map(may_be_asked, server.urls))
        if urls := list(compress(server.urls, are_kept)):
            kept.append(replace(server, urls=urls))
    return kept


def parse_ice_servers(body: bytes) -> list[IceServer]:
    """The ICE servers in a `/config` answer; `urls` may be one string or a list.

    One that cannot be read is left out; when none can, the answer is malformed.
    """
    fields = json_object(body)
    if "iceServers" not in fields:
        raise MalformedError("iceServers is missing")
    servers = rows(fields, "iceServers", _server)
    if fields["iceServers"] and not servers:
        raise MalformedError("iceServers has no server")
    return servers


def rtc_configuration(servers: Sequence[IceServer], *, only_loopback: bool) -> RTCConfiguration:
    """aiortc's configuration. What it cannot use is left out; so is, for a service on
    loopback, a server on another machine: nothing may be sent there."""
    usable = [
        RTCIceServer(urls=[url], username=server.username, credential=server.credential)
        for server in servers
        for url in server.urls
        if _is_usable(server, url) and (not only_loopback or is_loopback_host(_host(url)))
    ]
    return RTCConfiguration(iceServers=usable)  # an empty list: None would mean a public server


def _server(fields: dict[str, Any]) -> IceServer:
    urls = fields.get("urls")
    kept = [url for url in (urls if isinstance(urls, list) else [urls]) if isinstance(url, str)]
    if not kept:
        raise MalformedError("urls is not a list of strings")
    return IceServer(kept, optional_text(fields, "username"), optional_text(fields, "credential"))


def _is_usable(server: IceServer, url: str) -> bool:
    """Whether aioice can ask it. It asks one server of each kind, so a useless one would stand in the way."""
    try:
        parsed = parse_stun_turn_uri(url)
    except ValueError:
        log.warning("An ICE server's URL was not understood.")
        return False
    if not 0 < parsed["port"] <= 65535:
        log.warning("An ICE server's port is out of range.")
        return False
    if parsed["scheme"].startswith("turn") and not (server.username and server.credential):
        log.warning("A TURN server came without a user name or a credential.")
        return False
    return True


def _host(url: str) -> str | None:
    try:
        return urlsplit(url.replace(":", "://", 1)).hostname
    except ValueError:
        return None
