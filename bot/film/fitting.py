"""Each part as it can be copied into the film: as it is wherever that is right, else made anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from bot.broadcast.recordings.footage import Part
from bot.film.agreeing import Common, survives
from bot.film.encoding import Wanted, encode
from bot.film.look import Look, UnreadableError, look
from bot.film.parameter_sets import in_packet

_REFERENCE, _FITTED = "reference.mp4", "fitted.mp4"


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is copied for a part: see `Joiner.add`. `began_at_s`: where in the part's own file it begins."""

    part: Part
    own_sets: bytes = b""
    began_at_s: float = 0.0


class Fitter:
    """Makes parts fit, one at a time: what was made for one may be gone when the next one is asked for."""

    def __init__(self, common: Common, seen: Sequence[tuple[Part, Look]], directory: Path) -> None:
        self._common = common
        self._seen = seen
        self._directory = directory
        self._is_mixed = not all(self._is_usual(known) for _, known in seen)
        """A player that jumps from part to part has to find in each what holds for it."""
        self._made: dict[str, tuple[Path, float]] = {}
        """The one that was made to be the reference, by its stream."""

    def reference(self, tell: Callable[[str], None]) -> Path | None:
        """A video that is as all are to be; None when none can be made."""
        likeliest = sorted(self._seen, key=lambda each: not self._is_usual(each[1]))
        for part, known in likeliest:
            if self._common.fits(known):
                return part.path
            tell(part.stream_id)
            if made := self._encoded(part, self._directory / _REFERENCE, copies=self._is_usual(known)):
                self._made[part.stream_id] = made
                return made[0]
        return None

    def fitted(self, part: Part, known: Look, reference: bytes) -> Fitted | None:
        """None for a part that cannot be played. `reference`: the reference's parameter sets."""
        copies = self._common.fits_in_picture(known) and (
            known.extradata == reference or survives(part, known.extradata, reference)
        )
        if copies and self._common.fits(known):
            return Fitted(part, self._own_sets(known))
        made = self._made.get(part.stream_id) or self._encoded(part, self._directory / _FITTED, copies=copies)
        if made is None:
            return None
        path, began_at_s = made
        whole = Part(part.stream_id, path)
        try:
            return Fitted(whole, self._own_sets(look(path)), began_at_s)
        except (UnreadableError, ValueError):
            return None

    def _own_sets(self, known: Look) -> bytes:
        return in_packet(known.extradata) if self._is_mixed else b""

    def _is_usual(self, known: Look) -> bool:
        return self._common.fits_in_picture(known) and known.extradata == self._common.extradata

    def _encoded(self, part: Part, path: Path, *, copies: bool) -> tuple[Path, float] | None:
        wanted = Wanted(self._common.shape, copies_picture=copies, has_sound=self._common.has_sound)
        try:
            return path, encode(part, wanted, path)
        except (UnreadableError, av.FFmpegError, ValueError):
            return None
