"""Small artifacts of a recording, fetched so that they can be posted as files that do not expire."""

import logging

from bot.odyssey import OdysseyError, read_artifact

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0


async def fetch_artifact(url: str, *, limit_bytes: int) -> bytes | None:
    """The artifact at a presigned URL; None when it cannot be had in `TIMEOUT_S`, or is larger than
    `limit_bytes`."""
    try:
        return await read_artifact(url, limit_bytes=limit_bytes, timeout_s=TIMEOUT_S)
    except OdysseyError as error:
        log.info("an artifact could not be fetched: %s (%s)", error.message, error.code)
        return None
