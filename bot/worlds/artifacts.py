"""Small artifacts of a recording, fetched so that they can be posted as files that do not expire."""

import logging
from collections.abc import Awaitable
from typing import Protocol

from bot.odyssey import OdysseyError, read_artifact

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0


class FetchArtifact(Protocol):
    """Fetches one by its presigned URL."""

    def __call__(self, url: str, *, limit_bytes: int) -> Awaitable[bytes | None]:
        """None when it cannot be had in `TIMEOUT_S`, or is larger than `limit_bytes`."""


def artifacts_of(service: str) -> FetchArtifact:
    """Those of the service at this URL, which are there or at public addresses."""

    async def fetch(url: str, *, limit_bytes: int) -> bytes | None:
        try:
            return await read_artifact(url, limit_bytes=limit_bytes, timeout_s=TIMEOUT_S, service=service)
        except OdysseyError as error:
            log.info("an artifact could not be fetched: %s (%s)", error.message, error.code)
            return None

    return fetch
