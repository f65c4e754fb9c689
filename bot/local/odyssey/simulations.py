"""Simulation jobs: scripts that run without a client and without waiting, one job at a time."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from bot.local.odyssey.media.clock import FRAME_RATE
from bot.local.odyssey.media.take import Take
from bot.local.odyssey.recordings import Recording, RecordingShelf
from bot.local.odyssey.scripts import Script
from bot.local.odyssey.settings import FIRST_ACCOUNT
from bot.local.odyssey.studio import prepare_stage, size_of
from bot.local.odyssey.world.description import describe
from bot.local.odyssey.world.imagination import imagine
from bot.local.odyssey.world.opening import OpeningError
from bot.local.odyssey.world.stage import Stage

logger = logging.getLogger(__name__)

JOBS_LIMIT = 200
Status = Literal["pending", "dispatched", "processing", "completed", "failed", "cancelled"]


@dataclass(slots=True)
class Job:
    """One job. `recordings` holds a stream for each script that is done."""

    scripts: tuple[Script, ...]
    portrait: bool
    output_video: bool
    account: str = FIRST_ACCOUNT
    job_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: Status = "pending"
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started_at: datetime | None = None
    completed_at: datetime | None = None
    error_message: str | None = None
    recordings: list[Recording] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in ("completed", "failed", "cancelled")


class Simulator:
    """Runs jobs in a thread, in the order in which they came. Entered and left with the service."""

    def __init__(self, shelf: RecordingShelf, *, small: bool = False) -> None:
        self._shelf = shelf
        self._small = small
        self._jobs: dict[str, Job] = {}
        self._queue: asyncio.Queue[Job] = asyncio.Queue()
        self._worker = asyncio.create_task(self._work(), name="simulations")

    async def close(self) -> None:
        """Cancel what is not done and wait until the thread is free."""
        for job in self._jobs.values():
            self.cancel(job)
        await self._queue.join()
        self._worker.cancel()
        await asyncio.wait([self._worker])

    def add(self, job: Job) -> bool:
        """Queue a job; False when there are too many that are not over."""
        if sum(not known.is_over for known in self._jobs.values()) >= JOBS_LIMIT:
            return False
        over = [known.job_id for known in self._jobs.values() if known.is_over]
        for job_id in over[: max(0, len(self._jobs) - 5 * JOBS_LIMIT)]:
            del self._jobs[job_id]
        self._jobs[job.job_id] = job
        self._queue.put_nowait(job)
        return True

    def find(self, job_id: str, account: str) -> Job | None:
        """An account's job with this ID."""
        job = self._jobs.get(job_id)
        return job if job and job.account == account else None

    def newest_first(self, account: str) -> list[Job]:
        """Every job of an account."""
        return [job for job in reversed(self._jobs.values()) if job.account == account]

    def cancel(self, job: Job) -> bool:
        """Let a job end as cancelled; False when it is over already."""
        if job.is_over:
            return False
        job.status = "cancelled"
        job.completed_at = datetime.now(UTC)
        return True

    async def _work(self) -> None:
        while True:
            job = await self._queue.get()
            if job.status == "pending":
                await self._run(job)
            self._queue.task_done()

    async def _run(self, job: Job) -> None:
        job.status, job.started_at = "dispatched", datetime.now(UTC)
        for script in job.scripts:
            size = size_of(portrait=job.portrait, small=self._small)
            recording = self._shelf.begin(*size, job.account)
            try:
                await asyncio.to_thread(_film, script, recording, Stage(*size), lambda: job.is_over)
            except OpeningError as error:
                _fail(job, str(error))
            except Exception:  # a job that cannot be drawn or written fails; the service and other jobs go on
                logger.exception("simulation %s cannot go on", job.job_id)
                _fail(job, "The model could not go on.")
            if job.is_over:
                self._shelf.discard(recording)
                return
            job.status = "processing"
            self._shelf.end(recording, available_at_once=True)
            self._shelf.complete(recording, recording.frame_count, recording.duration_seconds)
            job.recordings.append(recording)
        job.status, job.completed_at = "completed", datetime.now(UTC)


def _fail(job: Job, why: str) -> None:
    logger.info("simulation %s failed: %s", job.job_id, why)
    job.status, job.error_message = "failed", why
    job.completed_at = datetime.now(UTC)


def _film(script: Script, recording: Recording, stage: Stage, is_stopped: Callable[[], bool]) -> None:
    """Draw, encode and record a script as fast as the machine can."""
    scene = imagine(script.prompt)
    prepare_stage(stage, scene, script.image)
    take = Take(stage, recording.directory)
    events, cues = recording.events, list(script.cues)
    facts = {"stream_id": recording.stream_id, "prompt": script.prompt, "applied_prompt": describe(scene)}
    events.add("stream_started", timestamp_ms=0, **facts, width=stage.width, height=stage.height)
    for tick in range(max(1, round(script.length_s * FRAME_RATE))):
        while cues and cues[0].at_s <= tick / FRAME_RATE:
            cue = cues.pop(0)
            scene = imagine(cue.prompt, scene)
            take.show(take.prepare(scene))
            applied = {"prompt": cue.prompt, "applied_prompt": describe(scene)}
            events.add("interaction", timestamp_ms=round(cue.at_s * 1000), **applied)
        take.shoot(tick, keyframe=False, vp8=False)
        if is_stopped():
            break
    take.finish()
    events.add("stream_ended", timestamp_ms=round(take.duration_s * 1000), reason="script_ended")
    recording.frame_count, recording.duration_seconds = take.frame_count, take.duration_s
