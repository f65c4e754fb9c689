"""The ICE servers that a service names, in aiortc's form."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiortc import RTCConfiguration, RTCIceServer
from aiortc.rtcicetransport import parse_stun_turn_uri

from bot.odyssey.errors import OdysseyError
from bot.odyssey.fields import MalformedError, json_object, objects, optional_text
from bot.odyssey.http import open_http, request
from bot.odyssey.loopback import is_loopback_host, is_loopback_url
from bot.odyssey.types import IceServer

log = logging.getLogger(__name__)

PUBLIC_STUN = IceServer(["stun:stun.l.google.com:19302"])


async def ice_servers(config_url: str, timeout_s: float) -> list[IceServer]:
    """What the service names at its `/config`.

    An empty list means none; only a failure means a public STUN server, and never for a service on loopback.
    """
    fallback = [] if is_loopback_url(config_url) else [PUBLIC_STUN]
    try:
        async with open_http(config_url) as http:
            answer = await request(http, "GET", config_url, timeout_s=timeout_s)
        if answer.ok:
            return parse_ice_servers(answer.body)
        log.warning("No ICE configuration (HTTP %d).", answer.status)
    except (OdysseyError, MalformedError) as error:
        log.warning("No ICE configuration: %s", error)
    return fallback


def parse_ice_servers(body: bytes) -> list[IceServer]:
    """The ICE servers in a `/config` answer; `urls` may be one string or a list."""
    fields = json_object(body)
    if "iceServers" not in fields:
        raise MalformedError("iceServers is missing")
    servers = []
    for item in objects(fields, "iceServers"):
        urls = item.get("urls")
        urls = [urls] if isinstance(urls, str) else urls
        if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
            raise MalformedError("urls is not a list of strings")
        servers.append(IceServer(urls, optional_text(item, "username"), optional_text(item, "credential")))
    return servers


def rtc_configuration(servers: Sequence[IceServer], *, only_loopback: bool) -> RTCConfiguration:
    """aiortc's configuration. An URL that it does not understand is left out; so is, for a service on
    loopback, a server on another machine: nothing may be sent there."""
    usable = [
        RTCIceServer(urls=[url], username=server.username, credential=server.credential)
        for server in servers
        for url in server.urls
        if _understood(url) and (not only_loopback or is_loopback_host(_host(url)))
    ]
    return RTCConfiguration(iceServers=usable)  # an empty list: None would mean a public server


def _understood(url: str) -> bool:
    try:
        parse_stun_turn_uri(url)
    except ValueError:
        log.warning("An ICE server's URL was not understood.")
        return False
    return True


def _host(url: str) -> str | None:
    try:
        return urlsplit(url.replace(":", "://", 1)).hostname
    except ValueError:
        return None
