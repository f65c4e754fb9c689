"""When in the film something happened: what names its chapters, and stands below the picture."""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

from bot.broadcast.recordings.footage import Moment
from bot.film.cues import Cue
from bot.film.joining import Chapter, Placed
from bot.film.packets import TICKS

SHORTEST = TICKS // 1000
"""Players count in milliseconds."""


class Timetable:
    """The moments of each stream, laid out where the stream stands in the film."""

    def __init__(self, moments: Sequence[Moment]) -> None:
        self._moments: dict[str, list[Moment]] = {}
        for moment in sorted(moments, key=attrgetter("at_s")):
            self._moments.setdefault(moment.stream_id, []).append(moment)

    def of(self, stream_id: str, placed: Placed) -> list[tuple[int, Moment]]:
        """A stream's moments in ticks of the film, from its first picture to before its end.

        Of several in one millisecond, and of those before the first picture, the last one counts.
        """
        found: dict[int, Moment] = {}
        for moment in self._moments.get(stream_id, ()):
            at = placed.begins + round((moment.at_s - placed.began_at_s) * TICKS)
            at = max(placed.begins, at // SHORTEST * SHORTEST)
            if at < placed.ends:
                found[at] = moment
        return sorted(found.items())

    def cues(self, stream_id: str, placed: Placed) -> list[Cue]:
        """Who is credited when: until something else happens, or the stream ends."""
        moments = self.of(stream_id, placed)
        return [
            Cue(at, end, moment.names, moment.words)
            for (at, moment), end in _until_next(moments, placed.ends)
            if moment.names and end - at >= SHORTEST
        ]

    def chapters(self, placed: Mapping[str, Placed]) -> list[Chapter]:
        """Of the whole film, without a gap."""
        begins = [each for stream_id, place in placed.items() for each in self.of(stream_id, place)]
        end = max((place.ends for place in placed.values()), default=0)
        return [Chapter(at, until, moment.words) for (at, moment), until in _until_next(begins, end)]


def _until_next(moments: Sequence[tuple[int, Moment]], end: int) -> Iterator[tuple[tuple[int, Moment], int]]:
    return zip(moments, [*(at for at, _ in moments), end][1:], strict=True) if moments else iter(())
