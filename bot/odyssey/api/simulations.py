"""Simulations: streams that the service runs from a script, without a connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.odyssey.api.recordings import recording_from
from bot.odyssey.base.fields import MalformedError, optional_int, optional_number, optional_text, rows, text
from bot.odyssey.base.types import Recording

Script = Sequence[Mapping[str, Any]]
"""Entries `{"timestamp_ms": …}` with `"start": {"prompt", "image"?}`, `"interact": {"prompt"}` or `"end":
{}`."""


class SimulationStatus(StrEnum):
    """How far a simulation is."""

    PENDING = "pending"
    DISPATCHED = "dispatched"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class SimulationStream:
    script_index: int
    recording: Recording


@dataclass(frozen=True)
class SimulationJob:
    """A simulation. `streams` fills when it is completed. Times as the service writes them."""

    job_id: str
    status: SimulationStatus
    priority: str | None = None
    created_at: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    error_message: str | None = None
    estimated_wait_minutes: float | None = None
    streams: list[SimulationStream] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether its status will not change any more."""
        return self.status in (
            SimulationStatus.COMPLETED,
            SimulationStatus.FAILED,
            SimulationStatus.CANCELLED,
        )


@dataclass(frozen=True)
class SimulationJobsList:
    jobs: list[SimulationJob]
    total: int
    limit: int
    offset: int


def job_from(fields: dict[str, Any]) -> SimulationJob:
    word = text(fields, "status").strip().lower()
    if word not in {known.value for known in SimulationStatus}:
        raise MalformedError("status is unknown")
    priority = fields.get("priority")
    return SimulationJob(
        job_id=text(fields, "job_id"),
        status=SimulationStatus(word),
        priority=optional_text(fields, "priority") or (str(priority) if isinstance(priority, int) else None),
        created_at=optional_text(fields, "created_at"),
        started_at=optional_text(fields, "started_at"),
        completed_at=optional_text(fields, "completed_at"),
        error_message=optional_text(fields, "error_message"),
        estimated_wait_minutes=optional_number(fields, "estimated_wait_minutes"),
        streams=rows(fields, "streams", _stream),
    )


def _stream(fields: dict[str, Any]) -> SimulationStream:
    return SimulationStream(optional_int(fields, "script_index") or 0, recording_from(fields))
