"""Simulation scripts: what a stream is to do, and when, written down beforehand (protocol page, "REST")."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

TAIL_MS = 5_000  # a script without an end goes on for so long after its last event
SCRIPTS_LIMIT = 10
EVENTS_LIMIT = 1_000
LATEST_MS = 86_400_000


class ScriptError(ValueError):
    """The script cannot be run; the message says why."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A prompt at a moment of the stream."""

    at_s: float
    prompt: str


@dataclass(frozen=True, slots=True)
class Script:
    """A stream's opening prompt and image, its interactions in order, and its length."""

    prompt: str
    image: str | None
    cues: tuple[Cue, ...]
    length_s: float


def read_scripts(body: dict[str, Any], longest_s: float) -> tuple[Script, ...]:
    """The scripts of a job: its `script`, or each of its `scripts`. Raises ScriptError."""
    many = body["scripts"] if body.get("scripts") is not None else [body.get("script")]
    if not isinstance(many, list) or not 0 < len(many) <= SCRIPTS_LIMIT:
        raise ScriptError(f"a job has 1 to {SCRIPTS_LIMIT} scripts")
    return tuple(_script(entries, longest_s) for entries in many)


def _script(entries: object, longest_s: float) -> Script:
    if not isinstance(entries, list) or not 0 < len(entries) <= EVENTS_LIMIT:
        raise ScriptError(f"a script is a list of 1 to {EVENTS_LIMIT} events")
    events = sorted((_event(entry) for entry in entries), key=lambda event: event[0])
    first_ms, kind, opening = events[0]
    if kind != "start" or [kind for _, kind, _ in events].count("start") != 1:
        raise ScriptError("a script begins with its only start")
    ends = [at_ms for at_ms, kind, _ in events if kind == "end"]
    length_s = ((ends[0] if ends else events[-1][0] + TAIL_MS) - first_ms) / 1000
    if not 0 < length_s <= longest_s:
        raise ScriptError(f"a script lasts longer than 0 s and at most {longest_s:g} s")
    image = opening.get("image")
    if image is not None and not isinstance(image, str):
        raise ScriptError("an image is a data URL")
    return Script(_prompt(opening), image or None, _cues(events, first_ms, length_s), length_s)


def _cues(
    events: Sequence[tuple[int, str, dict[str, Any]]], first_ms: int, length_s: float
) -> tuple[Cue, ...]:
    cues = (
        Cue((at_ms - first_ms) / 1000, _prompt(what)) for at_ms, kind, what in events if kind == "interact"
    )
    return tuple(cue for cue in cues if cue.at_s < length_s)


def _event(entry: object) -> tuple[int, str, dict[str, Any]]:
    if not isinstance(entry, dict):
        raise ScriptError("an event is an object")
    at_ms = entry.get("timestamp_ms")
    kinds = [kind for kind in ("start", "interact", "end") if isinstance(entry.get(kind), dict)]
    if not isinstance(at_ms, int) or isinstance(at_ms, bool) or len(kinds) != 1:
        raise ScriptError("an event has a timestamp_ms and one of start, interact and end")
    if not 0 <= at_ms <= LATEST_MS:
        raise ScriptError(f"a timestamp_ms is from 0 to {LATEST_MS}")
    return at_ms, kinds[0], entry[kinds[0]]


def _prompt(what: dict[str, Any]) -> str:
    prompt = what.get("prompt")
    if not isinstance(prompt, str):
        raise ScriptError("a prompt is text")
    return prompt
