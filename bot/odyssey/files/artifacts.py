"""Presigned URLs: opened without a word in any log or error, and told apart when they have expired."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

from bot.odyssey.base.errors import OdysseyConnectionError, OdysseyError
from bot.odyssey.http.http import Streamed, open_http

_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
"""Refusals that have nothing to do with the link."""
_RANGE = re.compile(r"\s*bytes\s+(?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)\s*", re.IGNORECASE)


class Artifact:
    """An open answer to a GET of an artifact, or of a range of it."""

    def __init__(self, answer: Streamed) -> None:
        headers = answer.headers
        self.status = answer.status
        self.chunks = answer.chunks
        self.is_encoded = headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity")
        """Whether offsets and lengths in the answer are those of bytes that we never see."""
        tag = headers.get("ETag", headers.get("Last-Modified"))
        self.tag = None if tag is None or tag.startswith("W/") else tag
        length = headers.get("Content-Length", "")
        is_counted = bool(re.fullmatch(r"\d{1,18}", length, re.ASCII))
        self.is_framed = is_counted or "chunked" in headers.get("Transfer-Encoding", "").lower()
        """Whether an end that came too early would be noticed."""
        self.first: int | None = None
        """Where it begins in the file; None when that cannot be read."""
        self.end: int | None = None
        """Where it will end in the file, as far as that is known."""
        self.total: int | None = None
        """The file's size, as far as that is known."""
        if self.status == HTTPStatus.OK:
            self.first = 0
            self.end = self.total = int(length) if is_counted and not self.is_encoded else None
        elif found := _RANGE.fullmatch(headers.get("Content-Range", "")):
            first, last, total = (int(text) if text and text != "*" else None for text in found.groups())
            self.total = total
            if first is not None and last is not None and first <= last and (total is None or last < total):
                self.first, self.end = first, last + 1


@asynccontextmanager
async def open_artifact(
    url: str, *, timeout_s: float, service: str | None, headers: Mapping[str, str] | None = None
) -> AsyncIterator[Artifact]:
    """Opens a GET of a presigned URL; its status is 200, 206 or 416. Only silence times out.

    It has to lead to a public address, or to the `service`.

    Raises `OdysseyConnectionError`; and `OdysseyError` (code `url_expired`, retryable with a fresh recording)
    when the link is refused.
    """
    async with open_http(service) as http, http.stream(url, timeout_s=timeout_s, headers=headers) as answer:
        if answer.status not in (
            HTTPStatus.OK,
            HTTPStatus.PARTIAL_CONTENT,
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
        ):
            raise _refusal(answer.status)
        yield Artifact(answer)


async def read_artifact(url: str, *, limit_bytes: int, timeout_s: float, service: str | None = None) -> bytes:
    """The whole of a small artifact, in at most `timeout_s` in all.

    It has to be at a public address, or at the `service`, by its URL as it was configured.

    Raises `OdysseyError` as `open_artifact` does, and with the code `bad_response` when there is more of it
    than `limit_bytes`.
    """
    async with open_http(service) as http:
        answer = await http.request("GET", url, timeout_s=timeout_s, limit_bytes=limit_bytes)
    if answer.status != HTTPStatus.OK:
        raise _refusal(answer.status)
    return answer.body


def _refusal(status: int) -> OdysseyError:
    """Stores differ in how they say that a link has expired (401, 403, 404, 410, or 400 with a word of their
    own in the body), but all do it by refusing the request, and take a fresh link."""
    if 400 <= status < 500 and status not in _PASSING:
        sentence = "The recording's link has expired; get the recording again."
        return OdysseyError(sentence, code="url_expired", status=status, retryable=True)
    sentence = "The recording could not be downloaded."
    return OdysseyConnectionError(sentence, code="service_failed", status=status)
