"""Who steered when: below the picture, as WebVTT and as a track of the film."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.film.packets import TICKS

NAMED = 3
"""People in one cue; of more it is told how many."""
WORDS_LIMIT = 300
NAME_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Cue:
    """What stands from when to when, in ticks of the film."""

    begins: int
    ends: int
    names: Sequence[str]
    words: str

    @property
    def who(self) -> str:
        named = ", ".join(_on_one_line(each, NAME_LIMIT) for each in self.names[:NAMED])
        return named + (f" +{len(self.names) - NAMED}" if len(self.names) > NAMED else "")

    @property
    def plain(self) -> str:
        """As it is read."""
        return f"{self.who}: {_on_one_line(self.words, WORDS_LIMIT)}"

    @property
    def voiced(self) -> str:
        """As WebVTT has it: who speaks stands in a tag."""
        return f"<v {_escaped(self.who)}>{_escaped(_on_one_line(self.words, WORDS_LIMIT))}</v>"


def write_webvtt(path: Path, cues: Iterable[Cue]) -> None:
    """https://www.w3.org/TR/webvtt1/"""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("WEBVTT\n")
        for cue in cues:
            file.write(f"\n{_time(cue.begins)} --> {_time(cue.ends)}\n{cue.voiced}\n")


def _time(ticks: int) -> str:
    ms = ticks * 1000 // TICKS
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _on_one_line(text: str, limit: int) -> str:
    words = " ".join(text.encode(errors="replace").decode().replace("\0", "?").split())
    return words if len(words) <= limit else f"{words[: limit - 1].rstrip()}…"
