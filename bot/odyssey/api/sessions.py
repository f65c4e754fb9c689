"""Reserving a streamer: the nearest region, the queue, and the key to the session."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from bot.odyssey.api.rest import Calls, bad_response, fields_of
from bot.odyssey.base.errors import OdysseyConnectionError, OdysseyError
from bot.odyssey.base.fields import MalformedError, optional_int, rows, text
from bot.odyssey.base.loopback import is_loopback_url
from bot.odyssey.base.types import SESSION_TOKEN_LIFETIME_S, ClientCredentials, StreamerCapabilities

log = logging.getLogger(__name__)

QUEUE_POLL_S = 1.0
ANSWER_S = 8.0
"""How long a session that was asked for is waited for when nobody wants it any more."""
PING_TIMEOUT_S = 1.0
MAX_REGIONS = 32


async def reserve(
    calls: Calls,
    queue_s: float,
    on_queue_wait: Callable[[float], None],
    on_reserved: Callable[[ClientCredentials], None],
) -> None:
    """Reserves a streamer, mints its session token, and tells `on_reserved` of both.

    While no streamer is free, asks again each second for up to `queue_s`, telling `on_queue_wait` the seconds
    waited so far. Raises `OdysseyConnectionError` (code `no_streamer`) when none came free.

    If this is cancelled while the service is asked, its answer is waited for all the same, since that takes a
    slot: whoever is told of a session then has to say goodbye.
    """
    latencies = await region_latencies(calls)
    body: dict[str, Any] = {"region_latencies": latencies} if latencies else {}
    started = time.monotonic()
    while not await _to_its_answer(_ask(calls, body, on_reserved)):
        waited_s = time.monotonic() - started
        if waited_s + QUEUE_POLL_S > queue_s:
            raise OdysseyConnectionError("No streamer is free.", code="no_streamer", status=503)
        on_queue_wait(waited_s)
        await asyncio.sleep(QUEUE_POLL_S)


async def _to_its_answer(asking: Coroutine[Any, Any, bool]) -> bool:
    """A caller that is cancelled has the answer first, if it comes soon; cancelled again, it has not."""
    task = asyncio.create_task(asking, name="odyssey-reservation")
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=ANSWER_S)
        raise
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # of no interest to whoever has given up: so the log has nothing of it either


async def _ask(
    calls: Calls, body: Mapping[str, Any], on_reserved: Callable[[ClientCredentials], None]
) -> bool:
    """Asks for a session once; False if no streamer is free."""
    answer = await calls.send("POST", "/sessions/request", body=body)
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return False
    session = fields_of(answer)
    with bad_response():
        session_id, signalling_url = text(session, "session_id"), text(session, "signalling_url")
    capabilities = session.get("capabilities")
    takes_images = isinstance(capabilities, dict) and capabilities.get("image_to_video") is True
    on_reserved(
        await key_to(calls, session_id, signalling_url, StreamerCapabilities(image_to_video=takes_images))
    )
    return True


async def key_to(
    calls: Calls, session_id: str, signalling_url: str, capabilities: StreamerCapabilities
) -> ClientCredentials:
    """Mints a session's token. Raises `OdysseyConnectionError` (code `session_gone`) for one that is over."""
    try:
        fields = await calls.post("/sessions/token", {"session_id": session_id})
    except OdysseyError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        raise OdysseyConnectionError("The session is gone.", code="session_gone", status=404) from error
    with bad_response():
        return ClientCredentials(
            session_id=session_id,
            signalling_url=signalling_url,
            session_token=text(fields, "session_token"),
            expires_in=optional_int(fields, "expires_in") or SESSION_TOKEN_LIFETIME_S,
            capabilities=capabilities,
        )


async def region_latencies(calls: Calls) -> dict[str, int]:
    """Round-trip times to the service's regions, in ms. Best effort: no failure here matters."""
    try:
        fields = await calls.get("/regions")
        regions = rows(fields, "regions", lambda region: (text(region, "id"), text(region, "ping_url")))
        targets = dict(regions[:MAX_REGIONS])
    except (OdysseyError, MalformedError) as error:
        log.debug("No regions: %s", error)
        return {}
    times = await asyncio.gather(*(_ping_ms(calls, url) for url in targets.values()))
    return {region: ms for region, ms in zip(targets, times, strict=True) if ms is not None}


async def _ping_ms(calls: Calls, url: str) -> int | None:
    """One ping. A service on loopback must not make us talk to another machine."""
    if is_loopback_url(calls.api_url) and not is_loopback_url(url):
        return None
    started = time.perf_counter()
    try:
        await calls.http.request("GET", url, timeout_s=PING_TIMEOUT_S)
    except OdysseyError:
        return None
    return max(1, round((time.perf_counter() - started) * 1000))
