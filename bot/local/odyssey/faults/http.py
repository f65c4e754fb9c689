"""Faults of REST, recordings, downloads and WHEP, as a middleware: the handlers know nothing of them."""

import asyncio
import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import hdrs, web

from bot.local.odyssey.faults.script import Fault, FaultScript
from bot.local.odyssey.recordings import CONTENT_TYPES, RecordingShelf
from bot.local.odyssey.refusals import Handler, RequestRefusedError
from bot.local.odyssey.sessions import concurrent_limit

CHUNK_BYTES = 4096
_EXPIRED = re.compile(r"expires=[0-9.]+")


class HttpFaults:
    """Makes calls fail as scripted."""

    def __init__(self, script: FaultScript, shelf: RecordingShelf) -> None:
        self._script = script
        self._shelf = shelf
        self._first_asked_s: dict[str, float] = {}

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Strike before, instead of, or after the handler."""
        if request.path == "/faults":
            return await handler(request)
        if await self._fail_any(request):
            return web.Response()
        if (garbage := self._script.strike_path("rest_garbage", request.path)) is not None:
            return web.Response(status=garbage["status"], body=b"<html>\xff not JSON")
        if request.path == "/auth/token" and (fault := self._script.strike("auth_forbidden")) is not None:
            raise RequestRefusedError(403, fault["detail"])
        if request.path == "/sessions/request":
            refused = self._refused_reservation()
            if refused is not None:
                return refused
        if request.path.startswith("/recordings/"):
            return await self._recording(request, handler)
        if request.path.startswith("/artifacts/"):
            return await self._download(request, handler)
        if request.path.endswith("/whep") and (fault := self._script.strike("whep_refused")) is not None:
            raise RequestRefusedError(fault["status"], "Scripted refusal.")
        return await handler(request)

    async def _fail_any(self, request: web.Request) -> bool:
        """Strike with what can happen to any call. Returns whether the call has lost its connection."""
        if (slow := self._script.strike_path("rest_slow", request.path)) is not None:
            await asyncio.sleep(slow["delay_s"])
        if (
            self._script.strike_path("rest_dropped", request.path) is not None
            and request.transport is not None
        ):
            request.transport.abort()
            return True
        if (error := self._script.strike_path("rest_error", request.path)) is not None:
            raise RequestRefusedError(error["status"], error["detail"])
        return False

    def _refused_reservation(self) -> web.Response | None:
        if self._script.strike("no_streamers") is not None:
            raise RequestRefusedError(503, "No streamer is available.")
        fault = self._script.strike("usage_error")
        return None if fault is None else _usage_error(fault)

    async def _recording(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._script.strike("recording_lost") is not None or self._is_too_early(request.path):
            raise RequestRefusedError(404, "Recording not found.")
        response = await handler(request)
        if not isinstance(response, web.Response) or response.status != 200:
            return response
        body = json.loads(response.text or "{}")
        if body["video_url"] is None:
            return response
        if self._script.strike("recording_failed") is not None:
            body = {"stream_id": body["stream_id"]} | dict.fromkeys(set(body) - {"stream_id"})
        if (missing := self._script.strike("recording_missing")) is not None:
            body[missing["field"]] = None
        if self._script.strike("urls_expired") is not None:
            body = {key: _expired(value) for key, value in body.items()}
        return web.json_response(body)

    def _is_too_early(self, path: str) -> bool:
        first_s = self._first_asked_s.setdefault(path, time.monotonic())
        late = next((fault for fault in self._script.armed if fault.name == "recording_late"), None)
        if late is None:
            return False
        if time.monotonic() - first_s < late["delay_s"]:
            return True
        self._script.strike("recording_late")
        return False

    async def _download(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if (error := self._script.strike("download_error")) is not None:
            raise RequestRefusedError(error["status"], "Scripted error.")
        slow, cut = self._script.strike("download_slow"), self._script.strike("download_truncated")
        whole = await handler(request)  # it also checks the signature
        recording = self._shelf.find(request.path.split("/")[2])
        if recording is None or (slow is None and cut is None):
            return whole
        name = request.path.split("/")[3]
        data = await asyncio.to_thread((recording.directory / name).read_bytes)
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: CONTENT_TYPES[name]})
        response.content_length = len(data)
        await response.prepare(request)
        for place in range(0, int(len(data) * (1.0 if cut is None else cut["share"])), CHUNK_BYTES):
            await response.write(data[place : place + CHUNK_BYTES])
            if slow is not None:
                await asyncio.sleep(CHUNK_BYTES / slow["bytes_per_s"])
        if cut is not None and request.transport is not None:
            request.transport.close()
        return response


def _usage_error(fault: Fault) -> web.Response:
    code = fault["code"]
    error = {**concurrent_limit(5, 5), "message": f"Scripted {code}.", "details": _details(code)}
    if fault["bare"]:
        error["code"] = code
        del error["error"]
        return web.json_response(error, status=429)
    error["error"] = code
    return web.json_response({"detail": error}, status=429)


def _details(code: str) -> dict[str, Any]:
    """What a usage error of this code tells beyond its message (protocol page, "REST")."""
    match code:
        case "MONTHLY_LIMIT_REACHED":
            today = datetime.now(UTC).date()
            next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
            return {"used_hours": 10.0, "limit_hours": 10.0, "reset_date": next_month.isoformat()}
        case "CONCURRENT_LIMIT_REACHED":
            return {"active_count": 5, "limit": 5}
        case "STREAM_DURATION_EXCEEDED":
            return {"max_duration_seconds": 150}
        case "ACCOUNT_SUSPENDED":
            return {"reason": "scripted"}
        case "RATE_LIMITED":
            return {"retry_after_seconds": 3}
        case _:
            return {}


def _expired(value: object) -> object:
    return _EXPIRED.sub("expires=1", value) if isinstance(value, str) else value
