"""Who has what: the port of the domain, and that of the leases behind it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.broadcast.telling.listeners import Listeners

ALL, WEB = "all", "web"
"""The roles of a process: it does all, or answers for pages alone and has nothing to itself."""


@dataclass(frozen=True, slots=True)
class Member:
    """A process of a cluster, as it tells the others of itself."""

    id: str
    """Made at its start, and never used again."""
    name: str
    """For people."""
    role: str
    version: str
    revision: str
    """The newest of the schema that it knows."""
    shards: int | None
    """Of how many it goes out; None if it knows of none yet."""
    digest: str
    """Of what all have to agree on."""
    started_at: datetime
    is_draining: bool = False
    """It goes, and hands over what it has."""
    guilds: int = 0

    @property
    def takes_shards(self) -> bool:
        """Whether it is to have some."""
        return self.role == ALL and not self.is_draining


@dataclass(frozen=True, slots=True)
class Held:
    """A shard's lease: whose it is, if anybody's, and how many servers the shard has, as was last told."""

    owner: str | None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is there, and has which shards: all at one moment."""

    members: tuple[Member, ...]
    """Those who are alive."""
    shards: Mapping[int, Held]
    """All of which there is a lease, or was one."""


class LeaseBook(Protocol):
    """The leases of one process, as they are stored. Raises `NotStoredError` when they cannot be reached."""

    async def take(self, names: Collection[str]) -> Mapping[str, int]:
        """Takes of these what is free, given back, or over; each with its fence.

        Also what is held already, with a fence of its own; never what somebody holds, nor waits for anybody.
        """
        ...

    async def renew(
        self, member: Member, sizes: Mapping[str, int], held: Mapping[str, int]
    ) -> Collection[str]:
        """Renews what is held, each with its fence, and says again that this process is there.

        In one statement. Returns what is not its own any more. `sizes` says of shards' leases how many
        servers they have.
        """
        ...

    async def give_back(self, names: Collection[str]) -> None:
        """Whoever wants them has them at once; what is not ours stays as it is."""

    async def leave(self) -> None:
        """Gives back all that there is, and is no member any more."""

    async def standing(self) -> Standing: ...


class Directory(Protocol):
    """What this process has to itself."""

    lost: Listeners[str]
    """Told the name of each lease that is not ours any more, unless we gave it back."""

    def holds(self, name: str) -> bool:
        """Whether it is ours, and was renewed lately enough to act on that."""

    async def take(self, names: Collection[str]) -> set[str]:
        """Takes what of these can be had now; returns that, and what is held already."""
        ...

    async def give_back(self, names: Collection[str]) -> None:
        """Ours no more from this moment on, which `lost` is not told of; anybody's who wants it."""


class Alone:
    """The directory of a process that shares its database with nobody."""

    def __init__(self) -> None:
        self.lost = Listeners[str]()

    def holds(self, name: str) -> bool:
        return True

    async def take(self, names: Collection[str]) -> set[str]:
        return set(names)

    async def give_back(self, names: Collection[str]) -> None:
        """Nobody else is there to have them."""
