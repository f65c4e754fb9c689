"""REST calls about simulations: `/simulation-jobs`."""

from datetime import datetime
from typing import Any

from aiohttp import web

from bot.local.odyssey.access import Access
from bot.local.odyssey.archive import Archive, page_of
from bot.local.odyssey.origins import origin_of
from bot.local.odyssey.refusals import RequestRefusedError, read_json
from bot.local.odyssey.script_source import fetch_script
from bot.local.odyssey.scripts import Script, ScriptError, read_scripts
from bot.local.odyssey.settings import StandinSettings
from bot.local.odyssey.simulations import Job, Simulator

BODY_LIMIT_BYTES = 64 * 1024 * 1024  # images are part of scripts
SOURCES = ("script", "scripts", "script_url")
ACTIVE = frozenset({"pending", "dispatched", "processing"})
STATUSES = ACTIVE | {"completed", "failed", "cancelled"}


class Jobs:
    """Create, look at, list and cancel jobs."""

    def __init__(
        self, access: Access, simulator: Simulator, archive: Archive, settings: StandinSettings
    ) -> None:
        self._access = access
        self._simulator = simulator
        self._archive = archive
        self._settings = settings

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve the calls."""
        router.add_post("/simulation-jobs", self._create)
        router.add_get("/simulation-jobs", self._list)
        router.add_get("/simulation-jobs/{job_id}", self._show)
        router.add_delete("/simulation-jobs/{job_id}", self._cancel)

    async def _create(self, request: web.Request) -> web.Response:
        account = self._access.require_bearer(request)
        body = await read_json(request.clone(client_max_size=BODY_LIMIT_BYTES))
        try:
            scripts = await self._scripts(body)
        except ScriptError as error:
            raise RequestRefusedError(400, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
        portrait, output_video = bool(body.get("portrait", True)), body.get("output_video") is not False
        job = Job(scripts, portrait, output_video, account)
        if not self._simulator.add(job):
            raise RequestRefusedError(429, "Too many simulations are waiting.")
        return web.json_response(self._row(job, request))

    async def _list(self, request: web.Request) -> web.Response:
        account = self._access.require_bearer(request)
        status, active = request.query.get("status"), request.query.get("active", "").lower()
        if status is not None and status not in STATUSES:
            raise RequestRefusedError(400, "No such status.")
        jobs = [
            job
            for job in self._simulator.newest_first(account)
            if status in (None, job.status) and (active not in ("true", "1") or job.status in ACTIVE)
        ]
        limit, offset, page = page_of(request, jobs)
        rows = [self._row(job, request) for job in page]
        return web.json_response({"jobs": rows, "total": len(jobs), "limit": limit, "offset": offset})

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response(self._row(self._find(request), request))

    async def _cancel(self, request: web.Request) -> web.Response:
        job = self._find(request)
        if not self._simulator.cancel(job):
            raise RequestRefusedError(400, f"The job is {job.status} already.")
        return web.json_response(self._row(job, request))

    async def _scripts(self, body: dict[str, Any]) -> tuple[Script, ...]:
        if sum(body.get(source) is not None for source in SOURCES) != 1:
            raise ScriptError("a job has one of script, scripts and script_url")
        if (url := body.get("script_url")) is not None:
            body = await fetch_script(url, loopback=self._settings.is_loopback)
        scripts = read_scripts(body, self._settings.stream_limit_s)
        if not self._settings.image_to_video and any(script.image for script in scripts):
            raise ScriptError("a script cannot start from an image here")
        return scripts

    def _find(self, request: web.Request) -> Job:
        account = self._access.require_bearer(request)
        job = self._simulator.find(request.match_info["job_id"], account)
        if job is None:
            raise RequestRefusedError(404, "No such job.")
        return job

    def _row(self, job: Job, request: web.Request) -> dict[str, Any]:
        origin = origin_of(request)
        streams = [
            {"script_index": index, **self._archive.describe(recording, origin)}
            for index, recording in enumerate(job.recordings)
        ]
        if not job.output_video:
            streams = [{**stream, "video_url": None, "preview_url": None} for stream in streams]
        return {
            "job_id": job.job_id,
            "status": job.status,
            "priority": "normal",
            "portrait": job.portrait,
            "created_at": _iso(job.created_at),
            "started_at": _iso(job.started_at),
            "completed_at": _iso(job.completed_at),
            "error_message": job.error_message,
            "estimated_wait_minutes": 0 if job.is_over else 1,
            "streams": streams if job.status == "completed" else [],
        }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
