"""Calls to the REST API: the token, its renewal, and the error for each kind of refusal."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import quote

from bot.odyssey.base.errors import OdysseyAuthError, OdysseyConnectionError, OdysseyError, usage_error
from bot.odyssey.base.fields import MalformedError, json_object, optional_number, optional_text, text
from bot.odyssey.http.http import Http, Response, open_http

TOKEN_LIFETIME_S = 3600.0  # when the service does not say (protocol page, "Limits")
RENEW_EARLY_S = 60.0
SENTENCE_LIMIT = 500


class Account:
    """An API key and the token it was last exchanged for. Holds nothing open and belongs to no event loop."""

    def __init__(self, api_key: str | None, api_url: str) -> None:
        self.api_url = api_url
        self._api_key = api_key
        self._token: str | None = None
        self._renew_at = 0.0

    def __repr__(self) -> str:
        return f"Account({self.api_url!r})"

    @asynccontextmanager
    async def open(self, timeout_s: float) -> AsyncIterator[Calls]:
        """A place to make calls from, over connections that are closed on leaving."""
        async with open_http(self.api_url) as http:
            yield Calls(self, http, timeout_s)

    async def token(self, http: Http, timeout_s: float, *, refused: str | None = None) -> str:
        """A valid API token; `refused` is one that the service would not take any more."""
        if self._token is not None and self._token != refused and time.monotonic() < self._renew_at:
            return self._token
        if not self._api_key:
            raise OdysseyAuthError("There is no API key.", code="no_api_key")
        url = f"{self.api_url}/auth/token"
        answer = await http.request(
            "POST", url, timeout_s=timeout_s, json={"api_key": self._api_key}, is_secret=True
        )
        if answer.status in (401, 422):
            raise OdysseyAuthError(
                "The API key was refused.", code="invalid_api_key", status=answer.status, retryable=False
            )
        fields = fields_of(answer)
        with bad_response():
            self._token = text(fields, "access_token")
            lifetime_s = optional_number(fields, "expires_in")
        self._renew_at = time.monotonic() + (lifetime_s or TOKEN_LIFETIME_S) - RENEW_EARLY_S
        return self._token


class Calls:
    """Authorised calls over one open HTTP client."""

    def __init__(self, account: Account, http: Http, timeout_s: float) -> None:
        self.http = http
        self.timeout_s = timeout_s
        self.api_url = account.api_url
        self._account = account

    async def authenticate(self) -> None:
        await self._account.token(self.http, self.timeout_s)

    async def get(self, path: str, asked: Mapping[str, str | int | None] | None = None) -> dict[str, Any]:
        """What is None is not asked."""
        given = {key: value for key, value in (asked or {}).items() if value is not None}
        return fields_of(await self.send("GET", path, params=given))

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return fields_of(await self.send("POST", path, body=body))

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Response:
        """One call with the bearer token; a 401 is tried once more with a new token."""
        token = await self._account.token(self.http, self.timeout_s)
        answer = await self._send(token, method, path, params, body)
        if answer.status == 401:
            token = await self._account.token(self.http, self.timeout_s, refused=token)
            answer = await self._send(token, method, path, params, body)
        return answer

    async def _send(
        self,
        token: str,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        body: Mapping[str, Any] | None,
    ) -> Response:
        return await self.http.request(
            method,
            f"{self._account.api_url}{path}",
            timeout_s=self.timeout_s,
            json=body,
            params=params,
            headers={"Authorization": f"Bearer {token}"},
        )


@contextmanager
def bad_response() -> Iterator[None]:
    """An answer that breaks the protocol is a retryable `OdysseyError` with the code `bad_response`."""
    try:
        yield
    except MalformedError as error:
        raise OdysseyError(
            f"The service's answer makes no sense: {error}.", code="bad_response", retryable=True
        ) from error


def fields_of(answer: Response) -> dict[str, Any]:
    """The JSON object of a good answer. Raises the typed error of a bad one."""
    if not answer.ok:
        raise error_for(answer)
    with bad_response():
        return json_object(answer.body)


def error_for(answer: Response) -> OdysseyError:
    """The error that an HTTP answer stands for, told by its status and code."""
    detail = _detail(answer)
    error = _typed_error(answer.status, detail)
    error.is_quote = error.message == _sentence(detail)
    return error


def _typed_error(status: int, detail: dict[str, Any]) -> OdysseyError:
    if status == 401:
        return OdysseyAuthError("The service refused the token.", code="unauthorized", status=status)
    if status == 403:
        return OdysseyAuthError(_sentence(detail) or "Access was denied.", code="forbidden", status=status)
    if status == 429:
        code = optional_text(detail, "error") or optional_text(detail, "code")
        return usage_error(code, _sentence(detail) or "A usage limit was reached.", detail)
    if status >= 500:
        return OdysseyConnectionError("The service failed.", code="service_failed", status=status)
    if status == 404:
        return OdysseyError(
            _sentence(detail) or "Not found.", code="not_found", status=status, retryable=True
        )
    return OdysseyError(
        _sentence(detail) or f"The service refused the request ({status}).", code="refused", status=status
    )


def _detail(answer: Response) -> dict[str, Any]:
    """The error's fields, which may be under `detail`; a plain text, there or as the whole body, is the
    message."""
    try:
        fields = json_object(answer.body)
    except MalformedError:
        return _plain(answer.body)
    match fields.get("detail"):
        case dict() as inner:
            return inner
        case str() as sentence:
            return {"message": sentence}
        case [{"msg": str() as sentence}, *_]:  # of FastAPI, for a body that it does not take
            return {"message": sentence}
        case _:
            return fields


def _plain(body: bytes) -> dict[str, Any]:
    """What some refusals are; a page of HTML, JSON of another kind, or a file are no words."""
    try:
        sentence = body.decode().strip()
    except UnicodeDecodeError:
        return {}
    is_sentence = 0 < len(sentence) <= SENTENCE_LIMIT and not sentence.startswith(("<", "{", "[", '"'))
    return {"message": sentence} if is_sentence else {}


def _sentence(detail: Mapping[str, Any]) -> str | None:
    """The service's own words; `error` is a code where it is one word."""
    error = optional_text(detail, "error") or ""
    sentence = optional_text(detail, "message") or (error if " " in error else None)
    return sentence and sentence[:SENTENCE_LIMIT]


def path_part(name: str) -> str:
    """An ID as one part of a URL's path, whatever is in it."""
    part = quote(name, safe="", errors="replace")
    return part if part.strip(".") else part.replace(".", "%2E")
