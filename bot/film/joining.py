"""Videos joined to one MP4, packet by packet: as much memory for a hundred as for one."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
from av.container import OutputContainer
from av.stream import Stream

from bot.broadcast.recordings.footage import Part
from bot.film.cues import Cue
from bot.film.look import open_video, video_of
from bot.film.packets import TICKS, Footage, Packet, Timed

TIME_BASE = Fraction(1, TICKS)
TITLE_BYTES = 250
"""The players' oldest list of chapters has one byte for the length of a title."""
CUE_BYTES = 2000
SOUND_AHEAD = 5 * TICKS
"""Sound that goes on for longer than the picture is left out."""


class Placed(NamedTuple):
    """Where a part stands in the film, in ticks, and where in its file it began, in seconds."""

    begins: int
    ends: int
    began_at_s: float


class Chapter(NamedTuple):
    """In ticks of the film."""

    begins: int
    ends: int
    title: str


class Joiner:
    """Writes a film. A context manager; what is written is a film once it is left without an error.

    `reference` is a video with which all that are added agree in codec, shape and sound.
    """

    def __init__(self, path: Path, reference: Path, *, has_sound: bool, has_text: bool) -> None:
        self._path = path
        self._reference = reference
        self._has_sound = has_sound
        self._has_text = has_text
        self._end = 0
        self._last_dts: dict[int, int] = {}

    def __enter__(self) -> "Joiner":
        self._film: OutputContainer = av.open(
            str(self._path), "w", format="mp4", options={"movflags": "+faststart"}
        )
        with open_video(self._reference) as reference:
            video = video_of(reference)
            self.extradata = video.codec_context.extradata or b""
            self._video = self._film.add_stream_from_template(video)
            self._video.time_base = TIME_BASE
            self._sound: Stream | None = None
            if self._has_sound:
                self._sound = self._film.add_stream_from_template(reference.streams.audio[0])
            self._text: Stream | None = None
            if self._has_text:
                self._text = self._film.add_mux_stream("mov_text")
                self._text.time_base = TIME_BASE
            self._film.start_encoding()
        return self

    def __exit__(self, *_: object) -> None:
        self._film.close()

    def add(self, part: Part, *, own_sets: bytes = b"") -> Placed | None:
        """Copies a part behind what there is; None when it has not one packet that can be decoded.

        `own_sets` are its parameter sets, where not all parts have the same: they go before each keyframe.
        """
        begins = end = self._end
        shift: int | None = None
        with Footage(part, with_sound=self._has_sound) as footage:
            for timed in footage.packets():
                if not timed.is_video and (shift is None or begins + timed.pts > end + SOUND_AHEAD):
                    continue
                if shift is None:
                    shift = self._room_before(begins + timed.dts)
                    begins += shift
                if self._copy(timed, begins, own_sets):
                    end = max(end, begins + timed.pts + timed.duration)
            if shift is None:
                return None
            self._end = end
            return Placed(begins, end, footage.began_at_s)

    def tell(self, cues: Sequence[Cue]) -> None:
        """Writes what stands below the picture from when to when, behind what was written so."""
        if self._text is None:
            return
        for cue in cues:
            text = cue.plain.encode()[:CUE_BYTES].decode(errors="ignore").encode()
            packet: Packet = av.Packet(len(text).to_bytes(2, "big") + text)
            packet.is_keyframe = True
            self._mux(packet, self._text, cue.begins, cue.begins, cue.ends - cue.begins)

    def name(self, chapters: Sequence[Chapter]) -> None:
        """Names the film's chapters."""
        self._film.set_chapters(
            [
                {
                    "id": number,
                    "start": chapter.begins,
                    "end": chapter.ends,
                    "time_base": TIME_BASE,
                    "metadata": {"title": fitting(chapter.title)},
                }
                for number, chapter in enumerate(chapters)
            ]
        )

    def _copy(self, timed: Timed, begins: int, own_sets: bytes) -> bool:
        track = self._video if timed.is_video else self._sound
        if track is None:
            return False
        packet = timed.packet
        if own_sets and timed.is_video and packet.is_keyframe:
            packet = av.Packet(own_sets + bytes(packet))
            packet.is_keyframe = True
        return self._mux(packet, track, begins + timed.dts, begins + timed.pts, timed.duration)

    def _mux(self, packet: Packet, track: Stream, dts: int, pts: int, duration: int) -> bool:
        if dts <= self._last_dts.get(track.index, -1 << 62):
            return False  # sound that reached into the part before
        self._last_dts[track.index] = dts
        packet.stream, packet.time_base = track, TIME_BASE
        packet.dts, packet.pts, packet.duration = dts, pts, duration
        self._film.mux_one(packet)
        return True

    def _room_before(self, dts: int) -> int:
        """By how much a part comes later, when its pictures are decoded sooner than the last ones were."""
        last = self._last_dts.get(self._video.index)
        return 0 if last is None else max(0, last + 1 - dts)


def fitting(title: str) -> str:
    """A title as long as every player takes it."""
    words = " ".join(title.split())
    if len(words.encode()) <= TITLE_BYTES:
        return words
    return words.encode()[: TITLE_BYTES - 3].decode(errors="ignore").rstrip() + "…"
