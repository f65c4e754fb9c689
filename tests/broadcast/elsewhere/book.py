"""The book of what is shown, in memory."""

from collections.abc import Collection
from datetime import timedelta

from bot.broadcast.elsewhere.book import Head, Told
from bot.broadcast.errors import NotStoredError


class MemoryBook:
    """As many processes may have it as a test likes. While it `is_away`, it takes and tells nothing."""

    def __init__(self) -> None:
        self.is_away = False
        self.heads_: dict[str, Head] = {}
        self.texts: dict[str, str] = {}
        self.looked = 0
        self.read: list[str] = []
        """The IDs of those of which the text was asked for."""

    async def show(self, broadcast_id: str, text: str) -> None:
        self._check()
        self.texts[broadcast_id] = text
        self._grow(broadcast_id, is_on=True)

    async def renew(self, broadcast_id: str) -> None:
        self._check()
        self._grow(broadcast_id, is_on=broadcast_id in self.texts, news=1)

    def end(self, broadcast_id: str) -> None:
        """As whoever ends one does."""
        del self.texts[broadcast_id]
        self._grow(broadcast_id, is_on=False)

    async def ask_clip(self, broadcast_id: str) -> None:
        self._check()
        head = self.heads_[broadcast_id]
        self.heads_[broadcast_id] = head._replace(clips_asked=head.clips_asked + 1)

    async def took_clips(self, broadcast_id: str, count: int) -> None:
        self._check()
        head = self.heads_[broadcast_id]
        self.heads_[broadcast_id] = head._replace(clips_asked=head.clips_asked - count)

    async def forget_old(self) -> None:
        self._check()
        self.heads_ = {id_: head for id_, head in self.heads_.items() if head.is_on}

    async def heads(self) -> list[Head]:
        self._check()
        self.looked += 1
        return list(self.heads_.values())

    async def told(self, broadcast_ids: Collection[str]) -> list[Told]:
        self._check()
        self.read += broadcast_ids
        return [
            Told(each, self.heads_[each].number, self.texts[each], timedelta())
            for each in broadcast_ids
            if each in self.texts
        ]

    async def picture(self, broadcast_id: str) -> bytes | None:
        return None

    def _grow(self, broadcast_id: str, *, is_on: bool, news: int = 0) -> None:
        before = self.heads_.get(broadcast_id) or Head(broadcast_id, 0, 0, is_on, 0)
        asked = before.clips_asked if is_on else 0
        grown = before.number + 1, before.news + news
        self.heads_[broadcast_id] = Head(broadcast_id, *grown, is_on, asked)

    def _check(self) -> None:
        if self.is_away:
            raise NotStoredError(OSError("the database is away"))
