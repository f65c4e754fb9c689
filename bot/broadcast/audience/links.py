"""Watch links: each channel has one, the same for all its broadcasts, until moderators revoke it.

A thread, a voice channel's chat and a forum's post are channels like others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.broadcast import rights
from bot.broadcast.audit import ActionKind, Audit
from bot.broadcast.clock import Clock
from bot.broadcast.model import Broadcast, Channel
from bot.broadcast.rights import Deed, Person
from bot.broadcast.telling.listeners import Listeners


@dataclass(frozen=True, slots=True, repr=False)
class WatchLink:
    """What leads to a channel's watch page. Whoever has the token may watch, so repr shows nothing."""

    token: str
    channel: Channel
    made_at: datetime
    takes_old_links: bool = False
    """Whether links of the channel's broadcasts, as earlier versions posted them, lead to it."""


class LinkRecords(Protocol):
    """Where links are kept."""

    async def all_links(self) -> list[WatchLink]: ...

    async def link_of(self, channel: Channel) -> WatchLink | None: ...

    async def save_link(self, link: WatchLink) -> None:
        """Stores a channel's link, in place of the one that it had."""

    async def forget_link(self, channel: Channel) -> None: ...


class WatchLinks:
    """Every channel's link, in memory as it is stored: to ask for a link that does not exist costs nothing.

    `broadcast_of` finds a broadcast by its ID, `new_token` makes what cannot be guessed.
    """

    def __init__(
        self,
        records: LinkRecords,
        broadcast_of: Callable[[str], Awaitable[Broadcast | None]],
        audit: Audit,
        clock: Clock,
        new_token: Callable[[], str],
    ) -> None:
        self._records = records
        self._broadcast_of = broadcast_of
        self._audit = audit
        self._clock = clock
        self._new_token = new_token
        self._by_channel: dict[Channel, WatchLink] = {}
        self._by_token: dict[str, WatchLink] = {}
        self._changing = asyncio.Lock()
        self.revoked: Listeners[WatchLink] = Listeners()
        """Told of each link that leads nowhere any more, in the moment in which that is so."""

    async def load(self) -> None:
        """Reads what is stored."""
        for link in await self._records.all_links():
            self._lead(link.channel, link)

    def find(self, token: str) -> WatchLink | None:
        """The link with this token, unless it was revoked or never was."""
        return self._by_token.get(token)

    async def of(self, channel: Channel) -> WatchLink:
        """A channel's link, which is made when it is first asked for. Raises what the database raises."""
        if link := self._by_channel.get(channel):
            return link
        async with self._changing:  # somebody else may have asked at the same time
            return self._by_channel.get(channel) or await self._make(channel)

    async def of_broadcast(self, broadcast_id: str) -> WatchLink | None:
        """The link of a broadcast's channel, where earlier versions posted one of the broadcast's own.

        None once the channel's was revoked.
        """
        broadcast = await self._broadcast_of(broadcast_id)
        link = self._by_channel.get(broadcast.channel) if broadcast else None
        return link if link and link.takes_old_links else None

    async def renew(self, channel: Channel, *, by: Person) -> WatchLink:
        """Revokes a channel's link, and returns its new one.

        `by` is who does it, as they stand in the channel. Raises what `rights.check` and the database raise,
        and then the old one still holds.
        """
        rights.check(Deed.RENEW_LINK, by)
        async with self._changing:
            link = await self._make(channel)
        await self._audit.record(channel.guild_id, by.viewer, ActionKind.LINK, str(channel.id))
        return link

    async def drop(self, channel: Channel) -> None:
        """Revokes the link of a channel that is gone."""
        async with self._changing:
            await self._records.forget_link(channel)
            self._lead(channel, None)

    async def look_again(self, subject: str | None) -> None:
        """Another process may have made or revoked the link of a channel, `"<server> <channel>"`, or any."""
        async with self._changing:
            if subject is not None:
                guild_id, channel_id = map(int, subject.split())
                channel = Channel(guild_id, channel_id)
                self._follow(channel, await self._records.link_of(channel))
                return
            stored = {link.channel: link for link in await self._records.all_links()}
            for channel in stored.keys() | self._by_channel.keys():
                self._follow(channel, stored.get(channel))

    def drop_server(self, guild_id: int) -> None:
        """All that is stored of a server was deleted."""
        for channel in [channel for channel in self._by_channel if channel.guild_id == guild_id]:
            self._lead(channel, None)

    def __iter__(self) -> Iterator[WatchLink]:
        """All that lead somewhere."""
        return iter(tuple(self._by_channel.values()))

    async def _make(self, channel: Channel) -> WatchLink:
        link = WatchLink(self._new_token(), channel, self._clock.now())
        await self._records.save_link(link)  # first: what is not stored would lead nowhere after a restart
        self._lead(channel, link)
        return link

    def _follow(self, channel: Channel, link: WatchLink | None) -> None:
        if link != self._by_channel.get(channel):
            self._lead(channel, link)

    def _lead(self, channel: Channel, link: WatchLink | None) -> None:
        """From now on this one leads to a channel, and no other."""
        revoked = self._by_channel.pop(channel, None)
        if revoked:
            del self._by_token[revoked.token]
        if link:
            self._by_channel[channel] = self._by_token[link.token] = link
        if revoked:
            self.revoked.tell(revoked)
