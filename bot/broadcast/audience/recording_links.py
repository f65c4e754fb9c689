"""Recording links: each broadcast has one of its own, until moderators revoke it.

Then it has none, until they have a new one made. There are as many as broadcasts, so they stay where they are
stored.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from bot.broadcast import rights
from bot.broadcast.audit import ActionKind, Audit
from bot.broadcast.clock import Clock
from bot.broadcast.history import PastBroadcast, RecordingLink
from bot.broadcast.model import Broadcast
from bot.broadcast.rights import Deed, Person
from bot.broadcast.telling.listeners import Listeners


class RecordingLinkRecords(Protocol):
    """Where they are kept: one for a broadcast, also one that was revoked."""

    async def find_recording_link(self, token: str) -> RecordingLink | None: ...

    async def recording_link_of(self, broadcast_id: str) -> RecordingLink | None: ...

    async def save_recording_link(self, link: RecordingLink) -> None:
        """Stores a broadcast's link, in place of the one that it had."""


class RecordingLinks:
    """Every broadcast's link. `new_token` makes what cannot be guessed.

    Where nobody could follow one (`can_be_followed`), none is made or shown.
    """

    def __init__(
        self,
        records: RecordingLinkRecords,
        audit: Audit,
        clock: Clock,
        new_token: Callable[[], str],
        *,
        can_be_followed: bool,
    ) -> None:
        self._records = records
        self._audit = audit
        self._clock = clock
        self._new_token = new_token
        self._can_be_followed = can_be_followed
        self._changing = asyncio.Lock()
        self.changed: Listeners[RecordingLink] = Listeners()
        """Told of each link that was revoked or made anew, in the moment in which that is so."""

    async def find(self, token: str) -> RecordingLink | None:
        """The link with this token, unless it was revoked or never was."""
        return await self._records.find_recording_link(token)

    async def linked(self, past: PastBroadcast) -> PastBroadcast:
        """A broadcast as it is shown, with its link, which is made when it is first shown.

        Raises what the database raises.
        """
        if not self._can_be_followed:
            return past
        async with self._changing:  # somebody else may have it made at the same time
            link = await self._records.recording_link_of(past.broadcast.id)
            return replace(past, link=link or await self._save(past.broadcast.id, self._new_token()))

    async def revoke(self, broadcast: Broadcast, *, by: Person) -> None:
        """From now on a broadcast's link leads nowhere, and it has no other.

        `by` is who does it, as they stand in its channel. Raises what `rights.check` and the database raise,
        and then the link still holds.
        """
        await self._change(broadcast, by, ActionKind.REVOKE_LINK, None)

    async def renew(self, broadcast: Broadcast, *, by: Person) -> None:
        """Has a new link made of a broadcast; the one that it had leads nowhere. As `revoke`."""
        await self._change(broadcast, by, ActionKind.NEW_LINK, self._new_token())

    async def _change(self, broadcast: Broadcast, by: Person, kind: ActionKind, token: str | None) -> None:
        rights.check(Deed.REVOKE_RECORDING_LINK, by)
        async with self._changing:
            link = await self._save(broadcast.id, token)
        self.changed.tell(link)
        await self._audit.record(broadcast.channel.guild_id, by.viewer, kind, broadcast.id)

    async def _save(self, broadcast_id: str, token: str | None) -> RecordingLink:
        link = RecordingLink(token, broadcast_id, self._clock.now())
        await self._records.save_recording_link(link)  # first: what is not stored would lead nowhere
        return link
