"""A film, from its parts to its files: all that is done in the process of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.broadcast.recordings.footage import Moment, NoFootageError, Part
from bot.film.agreeing import Common, common_to, look_at
from bot.film.chapters import Timetable
from bot.film.cues import Cue, write_webvtt
from bot.film.fitting import Fitter
from bot.film.joining import Joiner, Placed
from bot.film.look import Look
from bot.film.packets import TICKS
from bot.film.stills import draw_stills

FILM, CREDITS, POSTER, SHEET = "film.mp4", "credits.vtt", "poster.jpg", "sheet.jpg"


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be made. A clip has no chapters, credits or pictures."""

    parts: tuple[Part, ...]
    moments: tuple[Moment, ...] = ()
    has_credits: bool = False
    is_clip: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What was made, in the directory that was named. In seconds."""

    length_s: float
    offsets_s: dict[str, float]
    has_credits: bool
    has_stills: bool


Tell = Callable[[str], None]
"""Told which part is attended to, by its stream: should it break all, it is known which it was."""


def make(job: Job, into: Path, tell: Tell = lambda _: None) -> Made:
    """Writes the files. Raises `NoFootageError`."""
    seen = _looked_at(job.parts, tell)
    if not seen:
        raise NoFootageError
    common = common_to([each for _, each in seen])
    timetable = Timetable(job.moments)
    placed, cues = _joined(seen, common, timetable, job, into, tell)
    if not placed:
        (into / FILM).unlink(missing_ok=True)
        raise NoFootageError
    if cues:
        write_webvtt(into / CREDITS, cues)
    tell("")
    chapters = timetable.chapters(placed)
    has_stills = not job.is_clip and draw_stills(into / FILM, chapters, into / POSTER, into / SHEET)
    length = max(place.ends for place in placed.values())
    offsets = {stream_id: place.begins / TICKS for stream_id, place in placed.items()}
    return Made(length / TICKS, offsets, bool(cues), has_stills)


def _looked_at(parts: Sequence[Part], tell: Tell) -> list[tuple[Part, Look]]:
    seen: list[tuple[Part, Look]] = []
    for part in parts:
        tell(part.stream_id)
        if found := look_at(part):
            seen.append((part, found))
    return seen


def _joined(
    seen: Sequence[tuple[Part, Look]],
    common: Common,
    timetable: Timetable,
    job: Job,
    into: Path,
    tell: Tell,
) -> tuple[dict[str, Placed], list[Cue]]:
    placed: dict[str, Placed] = {}
    cues: list[Cue] = []
    fitter = Fitter(common, seen, into)
    reference = fitter.reference(tell)
    if reference is None:
        return placed, cues
    with Joiner(into / FILM, reference, has_sound=common.has_sound, has_text=job.has_credits) as joiner:
        for part, known in seen:
            tell(part.stream_id)
            fitted = fitter.fitted(part, known, joiner.extradata)
            place = joiner.add(fitted.part, own_sets=fitted.own_sets) if fitted else None
            if place is None or fitted is None:
                continue
            place = place._replace(began_at_s=place.began_at_s + fitted.began_at_s)
            placed[part.stream_id] = place
            if job.has_credits:
                told = timetable.cues(part.stream_id, place)
                joiner.tell(told)
                cues += told
        if not job.is_clip:
            joiner.name(timetable.chapters(placed))
    return placed, cues
