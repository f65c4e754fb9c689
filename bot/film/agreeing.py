"""What parts have to agree in to be one film: what most of them are, and what becomes of the others."""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from bot.broadcast.recordings.footage import Part
from bot.film.look import Look, Shape, Sound, UnreadableError, look
from bot.film.packets import Footage
from bot.film.parameter_sets import in_packet

COUNTED_S = 600.0
"""What a file says of its length counts so much at most when it is asked what most of the film is."""
COMPARED = 12
"""Packets, from a part's first keyframe on, whose pictures are looked at."""
COPIED_SOUND = frozenset({"aac", "mp3"})
"""What plays wherever MP4 does."""


@dataclass(frozen=True, slots=True)
class Common:
    """What the film is to be. `extradata` is None when none of the parts is as it has to be."""

    shape: Shape
    extradata: bytes | None
    has_sound: bool
    sound: Sound | None
    """That which all parts have and which can be copied; None: it is made anew, if there is any."""

    def fits(self, each: Look) -> bool:
        """Whether a part can be copied, as far as can be seen without decoding it."""
        return self.fits_in_picture(each) and (not self.has_sound or self.sound is not None)

    def fits_in_picture(self, each: Look) -> bool:
        return each.is_plain and each.shape == self.shape


def common_to(looks: Sequence[Look]) -> Common:
    """The shape that most of the film has, of the parts that can be copied, if there are such."""
    plain = [each for each in looks if each.is_plain] or list(looks)
    seconds: Counter[Shape] = Counter()
    for each in plain:
        seconds[each.shape] += round(1 + min(each.seconds, COUNTED_S))
    shape = seconds.most_common(1)[0][0]
    extradata = Counter(each.extradata for each in looks if each.is_plain and each.shape == shape)
    sounds = {each.sound for each in looks}
    sound = next(iter(sounds)) if len(sounds) == 1 else None
    return Common(
        shape=Shape(_even(shape.width), _even(shape.height), shape.pixel),
        extradata=extradata.most_common(1)[0][0] if extradata else None,
        has_sound=sounds != {None},
        sound=sound if sound and sound.codec in COPIED_SOUND else None,
    )


def look_at(part: Part) -> Look | None:
    """What a part is; None for one that cannot be played."""
    try:
        return look(part.path)
    except UnreadableError:
        return None


def survives(part: Part, extradata: bytes, reference: bytes) -> bool:
    """Whether a part looks the same to a player that knows only the first parts' parameter sets.

    Most players read them once. What goes before its keyframes has to tell them all that is different.
    """
    alone = _pictures(part.path, extradata, b"")
    return bool(alone) and alone == _pictures(part.path, reference, in_packet(extradata))


def _pictures(path: Path, extradata: bytes, sets: bytes) -> list[bytes]:
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata, decoder.thread_count = extradata, 1
    found: list[bytes] = []
    try:
        with Footage(Part("", path)) as footage:
            for timed in itertools.islice(footage.packets(), COMPARED):
                data = bytes(timed.packet)
                packet = av.Packet(sets + data if timed.packet.is_keyframe else data)
                packet.pts, packet.dts = timed.pts, timed.dts
                found += [bytes(frame.planes[0]) for frame in decoder.decode(packet)]
        found += [bytes(frame.planes[0]) for frame in decoder.decode(None)]
    except (av.FFmpegError, UnreadableError, ValueError):
        return []
    return found


def _even(size: int) -> int:
    return max(2, size // 2 * 2)
