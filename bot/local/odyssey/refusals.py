"""How the service says no over HTTP: a status and a JSON body with `detail`; and CORS for browsers."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import hdrs, web

logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_CORS = {
    hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
    hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: "Location, Content-Range, Accept-Ranges, Content-Length, ETag",
}
_PREFLIGHT = {
    hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, HEAD, POST, PATCH, DELETE, OPTIONS",
    hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "Authorization, Content-Type, Range, If-None-Match, *",
    hdrs.ACCESS_CONTROL_MAX_AGE: "600",
}


class RequestRefusedError(Exception):
    """Ends a request with `status` and the JSON body `{"detail": detail}`.

    `detail` is a sentence, or an object as for usage errors. `why` is for the log only and carries no secret.
    """

    def __init__(self, status: int, detail: str | dict[str, Any], *, why: str = "") -> None:
        super().__init__(why or str(detail))
        self.status = status
        self.detail = detail


async def read_json(request: web.Request) -> dict[str, Any]:
    """The request's JSON object; an empty body is an empty object. Refuses anything else with 422."""
    try:
        text = await request.text()
        body = json.loads(text) if text.strip() else {}
    except (ValueError, LookupError, RecursionError) as error:  # bad JSON, bad UTF-8, unknown charset
        raise RequestRefusedError(422, "The body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise RequestRefusedError(422, "The body must be a JSON object.")
    return body


@web.middleware
async def json_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers preflights, and turns every refusal, ours or aiohttp's, into JSON and one line of the log."""
    if request.method == hdrs.METH_OPTIONS:
        return web.Response(status=204, headers=_PREFLIGHT)
    try:
        return await handler(request)
    except RequestRefusedError as refusal:
        status, detail, why = refusal.status, refusal.detail, str(refusal)
    except ConnectionError:
        return web.Response(status=400)  # nobody reads it: who asked has gone
    except web.HTTPException as error:
        if error.status < 400:
            raise
        status, detail = error.status, f"{error.reason}."
        why = error.reason
    logger.info("refused %s %s: %d %s", request.method, _log_path(request), status, why)
    return web.json_response({"detail": detail}, status=status)


async def add_cors_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler for `on_response_prepare`: any page may read any answer (there are no cookies here)."""
    response.headers.update(_CORS)


def _log_path(request: web.Request) -> str:
    """The path without its query, which may carry a token; control characters escaped."""
    return request.rel_url.raw_path[:200]
