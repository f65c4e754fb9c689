"""Discord's REST API over HTTP: authentication, bodies and errors; the answers come from the world."""

import json
import logging
import mimetypes
import re
import secrets
from typing import Any
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from bot.local.discord.shards import SessionStarts
from bot.local.discord.state import ApiError, Json, Upload, World

log = logging.getLogger(__name__)

UPLOAD_LIMIT_BYTES = 10 * 1024 * 1024
BODY_LIMIT_BYTES = 110 * 1024 * 1024
# Interaction and webhook routes carry their own token in the path and need no Authorization header.
_TOKEN_IN_PATH = re.compile(r"/interactions/\d+/[^/]+/callback|/webhooks/\d+/[^/]+(/.*)?")
_FILE_FIELD = re.compile(r"files?\[(\d+)\]")


class RestApi:
    """Handles every request below `/api/v10`."""

    def __init__(self, world: World, *, token: str, gateway_url: str, starts: SessionStarts) -> None:
        self.token = token
        self._world = world
        self._gateway_url = gateway_url
        self._starts = starts

    async def handle(self, request: web.Request) -> web.Response:
        path = "/" + request.match_info["path"]
        try:
            self._authenticate(request, path)
            body, files = await _read_body(request)
            result = self._answer(request, path, body, files)
        except ApiError as error:
            if error.status == 501:
                log.warning("%s %s is not implemented by the local Discord: %s", request.method, path, error)
            return _json_response(error.body, status=error.status)
        wants_callback = request.query.get("with_response", "").lower() in {"1", "true"}
        if result is None or (path.startswith("/interactions/") and not wants_callback):
            return web.Response(status=204)
        return _json_response(result)

    async def attachment(self, request: web.Request) -> web.Response:
        """Serves an uploaded file, or the range of it that a player asks for."""
        data = self._world.attachment(request.rel_url.raw_path)
        if data is None:
            return web.Response(status=404, text="This attachment is gone.")
        headers = _attachment_headers(request.match_info["filename"])
        try:
            wanted = range(len(data))[request.http_range]
        except ValueError:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
        if len(wanted) == len(data) or not wanted:
            return web.Response(body=data, headers=headers)
        headers["Content-Range"] = f"bytes {wanted[0]}-{wanted[-1]}/{len(data)}"
        return web.Response(body=data[wanted.start : wanted.stop], status=206, headers=headers)

    def _authenticate(self, request: web.Request, path: str) -> None:
        if _TOKEN_IN_PATH.fullmatch(path):
            return
        given = request.headers.get("Authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bot {self.token}".encode()):
            raise ApiError(401, {"code": 0, "message": "401: Unauthorized"})

    def _answer(self, request: web.Request, path: str, body: Any, files: list[Upload]) -> Any:
        if request.method == "GET" and path == "/gateway":
            return {"url": self._gateway_url}
        if request.method == "GET" and path == "/gateway/bot":
            told = {"shards": self._starts.shards, "session_start_limit": self._starts.told()}
            return {"url": self._gateway_url, **told}
        if path == "/applications/@me":
            path = "/oauth2/applications/@me"
        reason = request.headers.get("X-Audit-Log-Reason")
        result = self._world.rest(
            request.method,
            path,
            body=body,
            params=request.query,
            files=files,
            reason=unquote(reason) if reason else None,
        )
        if path == "/oauth2/applications/@me":
            return {**result, "flags": self._world.application_flags()}
        return result


async def _read_body(request: web.Request) -> tuple[Any, list[Upload]]:
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request)
    raw = await request.read()
    return (_parse_json(raw) if raw else None), []


async def _read_multipart(request: web.Request) -> tuple[Any, list[Upload]]:
    """`payload_json` (or scalar fields) and the files in the order of their numbers."""
    payload: Any = None
    scalars: Json = {}
    files: dict[int, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise ApiError(400, {"code": 50035, "message": "Invalid Form Body"})
        data = bytes(await part.read(decode=True))
        name = part.name or ""
        if name == "payload_json":
            payload = _parse_json(data)
        elif part.filename is not None:
            if len(data) > UPLOAD_LIMIT_BYTES:
                raise ApiError(413, {"code": 40005, "message": "Request entity too large"})
            number = _FILE_FIELD.fullmatch(name)
            files[int(number[1]) if number else len(files)] = Upload(part.filename, data)
        else:
            scalars[name] = data.decode("utf-8", "replace")
    if payload is None:
        payload = scalars or None
    _describe(payload, files)
    return payload, [files[number] for number in sorted(files)]


def _describe(payload: Any, files: dict[int, Upload]) -> None:
    """Alternative texts come in the JSON beside the files, below `data` for an interaction callback."""
    if not isinstance(payload, dict):
        return
    inner = payload.get("data")
    listed = (inner if isinstance(inner, dict) else payload).get("attachments") or []
    for entry in listed if isinstance(listed, list) else []:
        number = str(entry.get("id")) if isinstance(entry, dict) else ""
        if number.isdecimal() and int(number) in files:
            files[int(number)].description = entry.get("description")


def _parse_json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError as error:
        message = "The request body contains invalid JSON."
        raise ApiError(400, {"code": 50109, "message": message}) from error


def _json_response(payload: Any, *, status: int = 200) -> web.Response:
    # discord.py parses a body only when its type is exactly this, without a charset.
    headers = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(payload).encode(), status=status, headers=headers)


def _attachment_headers(filename: str) -> dict[str, str]:
    """Only pictures and films are shown in place; anything else, HTML above all, is downloaded."""
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    shown = kind.split("/")[0] in {"image", "video", "audio"} and kind != "image/svg+xml"
    return {
        "Content-Type": kind if shown else "application/octet-stream",
        "Content-Disposition": "inline" if shown else "attachment",
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600",
    }
