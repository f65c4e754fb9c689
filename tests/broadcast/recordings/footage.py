"""Fakes at the ports of films and clips."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.broadcast.errors import NotShownError
from bot.broadcast.history import PastBroadcast
from bot.broadcast.recordings.clip import Clip
from bot.broadcast.recordings.footage import Film, Moment, NoFootageError, NotMadeError, Part

LENGTH_S = 100.0
"""Of each part, as the maker has it."""


class WrittenFilms:
    """A `FilmMaker` whose films say in words what they are made of. Parts with "bad" in them are none."""

    def __init__(self) -> None:
        self.films: list[tuple[tuple[Part, ...], tuple[Moment, ...], bool]] = []
        self.clips: list[tuple[Part, ...]] = []
        self.fails = 0
        """So many times it cannot be made just now."""

    @asynccontextmanager
    async def film(
        self, parts: tuple[Part, ...], moments: tuple[Moment, ...], *, has_credits: bool
    ) -> AsyncIterator[Film]:
        self.films.append((parts, moments, has_credits))
        names = [name for each in moments for name in each.names] if has_credits else []
        with TemporaryDirectory() as name:
            film = self._made(parts, Path(name))
            credits_ = _written(Path(name, "credits"), ",".join(names)) if names else None
            stills = (_written(Path(name, "poster"), "P"), _written(Path(name, "sheet"), "S"))
            yield Film(film.path, film.length_s, film.offsets_s, credits_, *stills)

    @asynccontextmanager
    async def clip(self, parts: tuple[Part, ...]) -> AsyncIterator[Film]:
        self.clips.append(parts)
        with TemporaryDirectory() as name:
            yield self._made(parts, Path(name))

    def _made(self, parts: Sequence[Part], directory: Path) -> Film:
        if self.fails:
            self.fails -= 1
            raise NotMadeError
        shown = [each for each in parts if "bad" not in each.path.read_text()]
        if not shown:
            raise NoFootageError
        path = _written(directory / "film", "+".join(each.path.read_text() for each in shown))
        offsets = {each.stream_id: number * LENGTH_S for number, each in enumerate(shown)}
        return Film(path, LENGTH_S * len(shown), offsets)


class ClipWall:
    """A `ClipPoster` that remembers what stands, and what was edited."""

    def __init__(self) -> None:
        self.messages: dict[int, tuple[Clip, str | None]] = {}
        self.posts = 0
        self.fails = 0

    async def post_clip(
        self, clip: Clip, past: PastBroadcast, video: Path | None, *, may_stand: bool
    ) -> int | None:
        if self.fails:
            self.fails -= 1
            raise NotShownError("Discord is away")
        if clip.message_id is None:
            self.posts += 1
        message_id = clip.message_id or 1000 + self.posts
        self.messages[message_id] = clip, video.read_text() if video else None
        return message_id


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
