"""Small artifacts of a recording, fetched so that they can be posted as files that do not expire."""

from __future__ import annotations

import logging

import httpx

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0


async def fetch_artifact(url: str, *, limit_bytes: int) -> bytes | None:
    """The artifact at a presigned URL; None when it cannot be had, or is larger than `limit_bytes`."""
    content = bytearray()
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as http,
            http.stream("GET", url) as answer,
        ):
            answer.raise_for_status()
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > limit_bytes:
                    log.info("an artifact is larger than %d bytes, and so is not attached", limit_bytes)
                    return None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # The error's text has the URL in it, and the URL is a secret.
        log.info("an artifact could not be fetched: %s", type(error).__name__)
        return None
    return bytes(content)
