"""Which of a server's broadcasts are wanted: their numbers, newest first, of no more rows than it takes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from bot.broadcast.wanted import Wanted
from bot.storage.search.asking import IDENTIFIED, Kind, by_numbers, by_places, ends_of_period, unpacked
from bot.storage.search.persons import Share, share_of
from bot.storage.search.places import LAST, bounds, broadcast_number, server_number
from bot.storage.search.port import TextIndex

PARTS = (2_000, 8_000, 40_000)
"""Places that are read, one part after the other, until enough broadcasts are found. More are not: of what
fits only in part (in channels that may not be viewed, say), the newest is found."""
QUICK_PARTS = 2
"""So many of them, where it is only to be told how many broadcasts there are."""


class Found(NamedTuple):
    """Numbers, newest first, and whether they are all that there are: others may not have been looked for."""

    numbers: list[int]
    is_all: bool


@dataclass(frozen=True, slots=True)
class Finder:
    """Looks among those of a server's broadcasts that have begun, in these channels (None: in all)."""

    connection: Connection
    index: TextIndex
    guild_id: int
    channels: Collection[int] | None = None

    def numbers(
        self, wanted: Wanted, limit: int, *, first: int = 0, last: int = LAST, oldest: bool = False
    ) -> list[int]:
        """The newest (or oldest) of the wanted ones from `first` to `last`, newest first."""
        return self.look(wanted, limit, first=first, last=last, oldest=oldest).numbers

    def look(
        self,
        wanted: Wanted,
        limit: int,
        *,
        first: int = 0,
        last: int = LAST,
        oldest: bool = False,
        is_quick: bool = False,
    ) -> Found:
        """The same, and whether there are more. If it `is_quick`, only where they are soon found."""
        if wanted.since or wanted.until:
            since, until = self._of_period(wanted)
            first, last = max(first, since), min(last, until)
        if first > last:
            return Found([], is_all=True)
        if wanted.text or wanted.person_id is not None:
            found, is_all = self._placed(
                wanted, limit, (first, last), PARTS[:QUICK_PARTS] if is_quick else PARTS, oldest=oldest
            )
        else:
            kind = Kind(self.in_channels, wanted.standing, oldest)
            asked = self.here | {"first": first, "last": last, "limit": limit}
            found = unpacked(self.connection.execute(by_numbers(kind), asked).scalar())
            is_all = len(found) < limit
        return Found(sorted(found, reverse=True), is_all)

    @property
    def in_channels(self) -> bool:
        """Whether only some are looked at."""
        return self.channels is not None

    @property
    def here(self) -> dict[str, Any]:
        """The parameters of `is_in`."""
        its: dict[str, Any] = {"guild": self.guild_id}
        return its if self.channels is None else its | {"channels": list(self.channels)}

    def numbers_of(self, ids: Collection[str]) -> list[int]:
        """Of these broadcasts those that may be found, newest first."""
        if not ids:
            return []
        rows = self.connection.execute(IDENTIFIED, {"ids": list(ids)})
        return sorted((row.number for row in rows if self._takes(row)), reverse=True)

    def _takes(self, row: Row[*tuple[Any, ...]]) -> bool:
        """As `is_in`, of a row that was read."""
        is_begun = row.guild_id == self.guild_id and row.text_id is not None
        return is_begun and (self.channels is None or row.channel_id in self.channels)

    def _of_period(self, wanted: Wanted) -> tuple[int, int]:
        """Numbers grow with the time: those at its ends, one more than the last where there is none."""
        ends = ends_of_period(has_since=wanted.since is not None, has_until=wanted.until is not None)
        its = {"since": wanted.since, "until": wanted.until}
        asked = {name: at for name, at in its.items() if at}
        row = self.connection.execute(ends, {"guild": self.guild_id} | asked).one()
        return (LAST + 1 if row.first is None else row.first, -1 if row.last is None else row.last)

    def _placed(
        self, wanted: Wanted, limit: int, between: tuple[int, int], parts: Sequence[int], *, oldest: bool
    ) -> Found:
        """Of a text or a person: what they have is read place by place, from one end on."""
        server = server_number(self.connection, self.guild_id)
        question = self.index.question(server, wanted.text) if server is not None and wanted.text else None
        if server is None or (wanted.text and question is None):
            return Found([], is_all=True)
        share = None
        if (who := wanted.person_id) is not None:
            is_only = not wanted.text  # of whom it is not asked how much they said
            share = Share.LITTLE if is_only else share_of(self.connection, server, self.guild_id, who)
        kind = Kind(self.in_channels, wanted.standing, oldest, bool(wanted.text), share)
        part, asked = by_places(kind, self.index), self.here | {"question": question, "person": who}
        (first, last), found = between, list[int]()
        for size in parts:
            lowest, highest = bounds(server, first, last)
            its = {"lowest": lowest, "highest": highest, "size": size, "limit": limit - len(found)}
            packed, read, edge = self.connection.execute(part, asked | its).one()
            found += unpacked(packed)
            if len(found) == limit or read < size:
                return Found(found, is_all=len(found) < limit)
            reached = broadcast_number(edge)
            first, last = (reached + 1, last) if oldest else (first, reached - 1)
        return Found(found, is_all=False)
