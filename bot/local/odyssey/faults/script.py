"""The faults that can be armed, by name.

A fault is armed in process with `standin.faults.arm(name, **options)`, or over HTTP with
`POST /faults {"name": …, "times": …, …options}`. It strikes `times` times (1 by default; null: until it is
disarmed). `GET /faults` lists what is armed; `DELETE /faults` disarms everything.

| name | options and their defaults | what happens |
|---|---|---|
| REST | | |
| `rest_error` | `path` "/", `status` 500, `detail` | calls whose path begins with `path` fail |
| `rest_garbage` | `path` "/", `status` 200 | such calls answer with something that is no JSON |
| `rest_slow` | `path` "/", `delay_s` 1 | such calls take that much longer |
| `rest_dropped` | `path` "/" | such calls get no answer: the TCP connection is closed |
| `no_streamers` | | `sessions/request` is 503 |
| `usage_error` | `code` "MONTHLY_LIMIT_REACHED", `bare` false | `sessions/request` is 429 (bare: old form) |
| `auth_forbidden` | `detail` "Account disabled." | `auth/token` is 403 |
| Commands | | |
| `start_unanswered` | | a start is ignored |
| `start_late` | `delay_s` 1 | a start is obeyed later |
| `start_after_others` | | a start is obeyed when no other stream runs any more |
| `start_turned` | | a start is obeyed in the other shape: portrait for landscape |
| `start_error` | `reason` "quota_exceeded", `message` | a start is answered with that error |
| `image_refused` | `reason` "invalid_image", `message` | so is a start from an image |
| `prompt_refused` | `saying` "", `reason` "moderation_failed", `message` | so is a prompt with these words |
| `update_unanswered` | | an interaction is ignored: never acknowledged |
| `update_late` | `delay_s` 1 | an interaction is obeyed and acknowledged later |
| `update_error` | `reason` "moderation_failed", `message` | an interaction is answered with that error |
| `end_unanswered` | | an end is ignored |
| `broadcast_unready` | | `broadcast_ready` is never sent |
| Timed, `after_s` (0) after `since` ("stream" start, its first "frame", or "connection") | | |
| `stream_error` | `reason` "model_error", `message`, `ends` true | a stream error; if `ends`, the end |
| `stream_end` | | the stream ends by itself |
| `model_breaks` | | as when it cannot go on: the stream error `model_error`, and the connection is closed |
| `signalling_error` | `reason` "streamer_disconnected" | an error on signalling, and nothing else |
| `websocket_dropped` | | the websocket's TCP connection is closed without a close frame |
| `websocket_reset` | | it is reset (RST) |
| `websocket_closed` | `code` 1000 | it is closed with that code |
| `peer_gone` | | the service closes its peer connection; signalling stays open |
| `udp_silent` | | the service neither sends nor takes UDP any more; signalling stays open |
| `video_frozen` | | no more video, and none at all when it is so from the stream's start; all else goes on |
| `garbage` | | nonsense of many kinds on `streamerToClient` and on signalling |
| Connecting | | |
| `no_offer` | | signalling opens, but no offer ever comes |
| Recordings | | |
| `recording_late` | `delay_s` 1 | 404 for that long after it was first asked for |
| `recording_lost` | | 404 |
| `recording_failed` | | every field but `stream_id` is null |
| `recording_missing` | `field` "preview_url" | that field is null |
| `urls_expired` | | its URLs have expired already: 403 |
| Downloads | | |
| `download_slow` | `bytes_per_s` 20000 | artifacts come slowly |
| `download_truncated` | `share` 0.5 | the connection is closed after that share of the announced length |
| `download_error` | `status` 500 | artifacts are refused |
| Spectators | | |
| `whep_refused` | `status` 503 | joining is refused |
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_TIMED = {"after_s": 0.0, "since": "stream"}

# Every name with its options and their defaults.
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "rest_error": {"path": "/", "status": 500, "detail": "Scripted error."},
    "rest_garbage": {"path": "/", "status": 200},
    "rest_slow": {"path": "/", "delay_s": 1.0},
    "rest_dropped": {"path": "/"},
    "no_streamers": {},
    "usage_error": {"code": "MONTHLY_LIMIT_REACHED", "bare": False},
    "auth_forbidden": {"detail": "Account disabled."},
    "start_unanswered": {},
    "start_late": {"delay_s": 1.0},
    "start_after_others": {},
    "start_turned": {},
    "start_error": {"reason": "quota_exceeded", "message": "Scripted start error."},
    "image_refused": {"reason": "invalid_image", "message": "Scripted image error."},
    "prompt_refused": {"saying": "", "reason": "moderation_failed", "message": "Scripted prompt error."},
    "update_unanswered": {},
    "update_late": {"delay_s": 1.0},
    "update_error": {"reason": "moderation_failed", "message": "Scripted update error."},
    "end_unanswered": {},
    "broadcast_unready": {},
    "stream_error": {"reason": "model_error", "message": "Scripted stream error.", "ends": True, **_TIMED},
    "stream_end": _TIMED,
    "model_breaks": _TIMED,
    "signalling_error": {"reason": "streamer_disconnected", **_TIMED},
    "websocket_dropped": _TIMED,
    "websocket_reset": _TIMED,
    "websocket_closed": {"code": 1000, **_TIMED},
    "peer_gone": _TIMED,
    "udp_silent": _TIMED,
    "video_frozen": _TIMED,
    "garbage": _TIMED,
    "no_offer": {},
    "recording_late": {"delay_s": 1.0},
    "recording_lost": {},
    "recording_failed": {},
    "recording_missing": {"field": "preview_url"},
    "urls_expired": {},
    "download_slow": {"bytes_per_s": 20_000},
    "download_truncated": {"share": 0.5},
    "download_error": {"status": 500},
    "whep_refused": {"status": 503},
}
TIMED = frozenset(name for name, options in OPTIONS.items() if "after_s" in options)


class FaultError(ValueError):
    """There is no such fault, or it has no such option."""


@dataclass(slots=True)
class Fault:
    """An armed fault. `times` counts down; None strikes until it is disarmed."""

    name: str
    times: int | None = 1
    options: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, option: str) -> Any:
        return self.options[option]


class FaultScript:
    """What is armed now. Faults of one name strike in the order in which they were armed."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []

    @property
    def armed(self) -> tuple[Fault, ...]:
        """Everything that may still strike."""
        return tuple(self._armed)

    def arm(self, name: str, *, times: int | None = 1, **options: Any) -> Fault:
        """Arm a fault. Raises FaultError for an unknown name, option or kind of value."""
        defaults = OPTIONS.get(name)
        if defaults is None:
            raise FaultError(f"there is no fault {name!r}; there are: {', '.join(OPTIONS)}")
        for option, value in options.items():
            if option not in defaults:
                raise FaultError(f"{name} has no option {option!r}; it has: {', '.join(defaults) or 'none'}")
            expected = (int, float) if isinstance(defaults[option], float) else type(defaults[option])
            if not isinstance(value, expected):
                raise FaultError(f"{name}: {option} must be like {defaults[option]!r}")
        if times is not None and (not isinstance(times, int) or times < 1):
            raise FaultError("times must be a whole number from 1 on, or null")
        fault = Fault(name, times, {**defaults, **options})
        self._armed.append(fault)
        return fault

    def disarm(self) -> None:
        """Let nothing strike any more."""
        self._armed.clear()

    def strike(self, name: str, **matching: Any) -> Fault | None:
        """The first armed fault of that name whose options match, counted as having struck; else None."""
        for fault in self._armed:
            if fault.name == name and all(fault[option] == value for option, value in matching.items()):
                self._count(fault)
                return fault
        return None

    def strike_path(self, name: str, path: str) -> Fault | None:
        """As `strike`, for a fault whose `path` is the beginning of this one."""
        for fault in self._armed:
            if fault.name == name and path.startswith(fault["path"]):
                self._count(fault)
                return fault
        return None

    def strike_saying(self, name: str, prompt: str) -> Fault | None:
        """As `strike`, for a fault whose `saying` is in this prompt."""
        for fault in self._armed:
            if fault.name == name and fault["saying"].lower() in prompt.lower():
                self._count(fault)
                return fault
        return None

    def _count(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if not fault.times:
                self._armed.remove(fault)
