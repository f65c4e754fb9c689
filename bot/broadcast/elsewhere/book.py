"""Where it is kept what other processes are to show."""

from collections.abc import Awaitable, Collection, Sequence
from datetime import timedelta
from typing import NamedTuple, Protocol


class Head(NamedTuple):
    """How it stands with a broadcast: `number` grows by one with all that is new of it, whoever says so.

    `news` is how often that was something beside what is shown while it is on. `is_on`: there is something
    to show of it, since it is not over. `clips_asked`: so many pages of processes that do not run it ask for
    its last seconds.
    """

    broadcast_id: str
    number: int
    news: int
    is_on: bool
    clips_asked: int


class Told(NamedTuple):
    """What is to be shown of a broadcast that is on: see `document.py`. It was written `age` ago."""

    broadcast_id: str
    number: int
    text: str
    age: timedelta


class ShowBook(Protocol):
    """The book of what is shown. Whoever ends a broadcast, in which way ever, takes out what is shown of it.

    What cannot be stored raises `NotStoredError`; what another process has to say by now, `DeposedError`.
    """

    def show(self, broadcast_id: str, text: str) -> Awaitable[None]:
        """This is to be shown of a broadcast of ours from now on, until it is over."""

    def renew(self, broadcast_id: str) -> Awaitable[None]:
        """There is news of a broadcast, which may be over: of its recordings, say."""

    def ask_clip(self, broadcast_id: str) -> Awaitable[None]:
        """Somebody who watches it here wants its last seconds kept."""

    def took_clips(self, broadcast_id: str, count: int) -> Awaitable[None]:
        """So many of them were seen to by us, who run it."""

    def forget_old(self) -> Awaitable[None]:
        """Takes out those that were over an hour ago: of them everybody has heard."""

    async def heads(self) -> Sequence[Head]: ...

    async def told(self, broadcast_ids: Collection[str]) -> Sequence[Told]:
        """What is to be shown of those of them that are on, and can be read."""
        ...

    async def picture(self, broadcast_id: str) -> bytes | None:
        """A JPEG of how it looked some seconds ago, or looked last."""
