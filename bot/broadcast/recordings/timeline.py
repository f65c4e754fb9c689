"""A broadcast's timeline: what was sent into its world when, who had asked for it, and what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.broadcast.history import PastBroadcast, PastStream
from bot.broadcast.model import Outcome, Suggestion, Viewer
from bot.broadcast.recordings.events import LoggedInteraction

Logs = Mapping[str, Sequence[LoggedInteraction]]
"""What the events logs say, by the streams' own IDs."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A stream, as a part of the whole. `begins_s` is where in it; None if it has no recording."""

    number: int
    prompt: str
    begins_s: float | None
    length_s: float


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that was sent into the world: `said` as it was asked for, `made` as the service took it.

    `by` is everybody who asked for the same; nobody, where only the log knows of it. `made` is None if the
    service did not take it.
    """

    chapter: int
    in_chapter_s: float
    in_all_s: float | None
    by: tuple[Viewer, ...]
    said: str
    made: str | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """In the order of time."""

    chapters: tuple[Chapter, ...]
    moments: tuple[Moment, ...]

    @property
    def length_s(self) -> float:
        """Of all that is recorded."""
        recorded = (each for each in self.chapters if each.begins_s is not None)
        return max(((each.begins_s or 0.0) + each.length_s for each in recorded), default=0.0)


def timeline_of(
    past: PastBroadcast, sent: Iterable[Suggestion], logs: Logs, begins_s: Mapping[str, float]
) -> Timeline:
    """A broadcast's. `sent` are its suggestions that were sent.

    `begins_s` says where in the film its streams begin, by their own IDs; without a film it is empty, and the
    recordings follow each other.
    """
    chapters: list[Chapter] = []
    moments: list[Moment] = []
    so_far_s = 0.0
    asked = _by_stream(sent)
    for each in past.streams:
        length_s = each.length_s or 0.0
        at_s = begins_s.get(each.stream.id, None if begins_s else so_far_s) if each.has_recording else None
        so_far_s += length_s if each.has_recording else 0.0
        chapter = Chapter(each.stream.number, each.stream.prompt, at_s, length_s)
        chapters.append(chapter)
        moments += _moments(each, chapter, asked.get(each.stream.id, []), logs.get(each.stream.id, ()))
    return Timeline(tuple(chapters), tuple(moments))


def _by_stream(sent: Iterable[Suggestion]) -> dict[str, list[list[Suggestion]]]:
    """What was sent to each stream, in order; what was sent for several people at once stands together."""
    by_stream: dict[str, list[list[Suggestion]]] = {}
    in_order = sorted((each for each in sent if each.stream_id and each.sent_at), key=_when)
    for (stream_id, _), together in groupby(in_order, key=_when):
        by_stream.setdefault(stream_id, []).append(list(together))
    return by_stream


def _when(suggestion: Suggestion) -> tuple[str, float]:
    return suggestion.stream_id or "", suggestion.sent_at.timestamp() if suggestion.sent_at else 0.0


def _moments(
    each: PastStream,
    chapter: Chapter,
    asked: Iterable[Sequence[Suggestion]],
    log: Iterable[LoggedInteraction],
) -> list[Moment]:
    """The log knows best when something was seen; what it does not have was seen when it was answered."""
    logged, moments = list(log), list[Moment]()
    for together in asked:
        first = together[0]
        is_taken = first.outcome is Outcome.ACKNOWLEDGED
        entry = next((one for one in logged if is_taken and _is_of(one, together)), None)
        if entry:
            logged.remove(entry)
        at = first.settled_at or first.sent_at or each.stream.started_at
        at_s = entry.at_s if entry else (at - each.stream.started_at).total_seconds()
        made = first.applied or (entry and entry.applied) or first.prompt
        by = tuple({one.viewer.id: one.viewer for one in together}.values())
        moments.append(_moment(chapter, at_s, by, first.prompt, made if is_taken else None))
    moments += [_moment(chapter, one.at_s, (), one.prompt, one.applied or one.prompt) for one in logged]
    return sorted(moments, key=lambda moment: moment.in_chapter_s)


def _is_of(entry: LoggedInteraction, together: Sequence[Suggestion]) -> bool:
    return any(
        entry.prompt == one.prompt or (entry.applied and entry.applied == one.applied) for one in together
    )


def _moment(chapter: Chapter, at_s: float, by: tuple[Viewer, ...], said: str, made: str | None) -> Moment:
    in_chapter_s = min(max(0.0, at_s), chapter.length_s) if chapter.length_s else max(0.0, at_s)
    in_all_s = None if chapter.begins_s is None else chapter.begins_s + in_chapter_s
    return Moment(chapter.number, in_chapter_s, in_all_s, by, said, made)
