"""What somebody looks for among the broadcasts of a server, and who finds it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.broadcast.history import PastBroadcast

COUNTED = 200
"""Broadcasts that are counted at most, or fewer if they are rare among those that are looked at: to tell how
many thousands fit, all of them would have to be read."""


class Standing(StrEnum):
    """How a broadcast stands, as far as one looks for it."""

    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """All of it has to fit; what is left out does not matter.

    `text`: words of its prompt, of its streams' or of suggestions that were applied in it. `person_id`: its
    host, or somebody of whom something was applied in it. It was asked for `since` then, and before `until`.
    """

    text: str = ""
    person_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    standing: Standing | None = None


EVERYTHING = Wanted()


class Offered(NamedTuple):
    """A broadcast as one chooses it from many: how many `streams` of it have begun, and when it did."""

    id: str
    number: int
    at: datetime
    prompt: str
    streams: int


class Page(NamedTuple):
    """Some of the broadcasts that fit, the newest first; whether there are newer and older ones.

    `total` of them fit, None if that is not known; then at least those that are `counted`. The page begins
    with the one in this place of all, from 1; None behind those that are counted.
    """

    broadcasts: list[PastBroadcast]
    has_newer: bool
    has_older: bool
    first: int | None
    total: int | None
    counted: int


class Catalogue(Protocol):
    """A server's broadcasts, as far as they have begun, by their running numbers.

    What belongs to a server is shown to that server only. What belongs to a channel is for those who may view
    it: `channels` are theirs, None for all of a server's.
    """

    async def channels(self, guild_id: int) -> list[int]:
        """The IDs of a server's channels that had broadcasts, those with the newest first."""

    async def past_broadcasts(
        self,
        guild_id: int,
        channels: Collection[int] | None = None,
        wanted: Wanted = EVERYTHING,
        *,
        limit: int,
        older_than: int | None = None,
        newer_than: int | None = None,
    ) -> Page:
        """The newest that are wanted; or the next older or newer ones than that with this number."""

    async def search_broadcasts(
        self,
        guild_id: int,
        typed: str,
        channels: Collection[int] | None = None,
        *,
        limit: int,
        of_period: Wanted | None = None,
    ) -> list[Offered]:
        """The newest in which these words stand, the last maybe not to its end; or a host's name does.

        Before them that with this number or this ID of a stream, or its front; and before all, the newest of
        the period, if what was typed is one.
        """

    async def find_broadcast(self, guild_id: int, shown_id: str) -> PastBroadcast | None:
        """A broadcast by its number, its own ID or that of one of its streams."""
