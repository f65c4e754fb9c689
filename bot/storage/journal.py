"""What happens, written down as it happens."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Executable, Table, delete, func, select, update

from bot.broadcast.model import Broadcast, Outcome, Recording, Stream, Suggestion
from bot.broadcast.owning.lease import of_broadcast
from bot.broadcast.posts import Post
from bot.broadcast.states import Reason, State
from bot.broadcast.telling.errand import (
    Errand,
    Kind,
    owed_for_broadcast,
    owed_for_recording,
    owed_for_stream,
    owed_for_suggestion,
)
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.storage import schema
from bot.storage.executing import Statement, Upsert
from bot.storage.floors import gone_with
from bot.storage.going_on import OVER, GoingOnTables
from bot.storage.names import known, named
from bot.storage.outbox import owed
from bot.storage.search.choosing import index_of
from bot.storage.search.port import TextIndex
from bot.storage.writer import Writer, insert_new, upsert


class DatabaseJournal(GoingOnTables):
    """The domain's `PostJournal`. What a method returns is done once the fact is committed.

    While the database is away, what has happened to broadcasts, streams and suggestions waits for it; what is
    only asked for, and what is told again soon, fails after a moment.
    """

    def __init__(
        self,
        writer: Writer,
        outbox: Outbox,
        index: TextIndex | None = None,
        *,
        lease_of_guild: Callable[[int], str] | None = None,
    ) -> None:
        """What is caused by what is stored is owed by the outbox, in the same transaction.

        In a cluster a broadcast begins under its server's lease (`lease_of_guild`, by ID), and what is stored
        of it while it runs is under its own.
        """
        self.told = Listeners[object]()
        """Told of each broadcast, stream, suggestion and post as it is handed in to be stored."""
        super().__init__(writer)
        self._outbox = outbox
        self._index = index or index_of(writer.dialect)
        self._lease_of_guild = lease_of_guild

    def save_broadcast(self, broadcast: Broadcast) -> Awaitable[None]:
        self.told.tell(broadcast)
        if broadcast.state.is_over:
            self.names.is_over(broadcast.id)
        ending = broadcast.ending
        row = {
            "id": broadcast.id,
            "guild_id": broadcast.channel.guild_id,
            "channel_id": broadcast.channel.id,
            "host_id": broadcast.host.id,
            "prompt": broadcast.prompt,
            "portrait": broadcast.portrait,
            "state": broadcast.state.value,
            "reason": ending.reason.value if ending else None,
            "ended_by_id": ending.by.id if ending and ending.by else None,
            "detail": ending.detail if ending else None,
            "reference": ending.reference if ending else None,
            "requested_at": broadcast.requested_at,
            "live_at": broadcast.live_at,
            "ended_at": broadcast.ended_at,
            "length_s": broadcast.length.total_seconds() if broadcast.length else None,
            "off_air_s": broadcast.off_air.total_seconds(),
        }
        is_new = broadcast.state is State.REQUESTED
        seen = broadcast.host, ending.by if ending else None
        names = (named if is_new else known)(broadcast.channel.guild_id, *seen)
        saved: list[Statement] = [*names, upsert(schema.broadcasts, row), _numbered(broadcast.id)]
        lease = of_broadcast(broadcast.id)
        if is_new:
            its = self._lease_of_guild(broadcast.channel.guild_id) if self._lease_of_guild else None
            return self._writer.execute(*saved, under=its, begins=lease)
        if not broadcast.state.is_over:
            return self._writer.execute(*saved, is_fact=True, under=lease)
        errands = tuple(owed_for_broadcast(broadcast))
        saved += gone_with([broadcast.id])
        return self._owing(errands, *saved, is_fact=True, under=lease, ends=True)

    def save_stream(self, stream: Stream) -> Awaitable[None]:
        return self._save_stream(stream, under=of_broadcast(stream.broadcast_id))

    def save_found_stream(self, stream: Stream) -> Awaitable[None]:
        """The same for what was found of a stream at the service, whoever has its broadcast."""
        return self._save_stream(stream, under=None)

    def _save_stream(self, stream: Stream, *, under: str | None) -> Awaitable[None]:
        self.told.tell(stream)
        its = stream.broadcast_id, stream.id, stream.prompt
        found_by = self._index.enter_stream(*its) if stream.has_begun else ()
        return self._save(
            schema.streams,
            *owed_for_stream(stream),
            after=found_by,
            is_fact=True,
            under=under,
            id=stream.id,
            service_id=stream.service_id,
            number=stream.number,
            broadcast_id=stream.broadcast_id,
            prompt=stream.prompt,
            portrait=stream.portrait,
            state=stream.state.value,
            end_reason=stream.end_reason.value if stream.end_reason else None,
            intended_at=stream.intended_at,
            started_at=stream.started_at,
            ended_at=stream.ended_at,
            session=stream.session,
            account_id=stream.account_id,
        )

    def save_suggestion(
        self, suggestion: Suggestion, *, is_new: bool = False, is_urgent: bool = False
    ) -> asyncio.Future[None]:
        self.told.tell(suggestion)
        origin, viewer = suggestion.origin, suggestion.viewer
        for_good = {"is_urgent": True} if is_urgent else {}
        name = self.names.heard(suggestion.broadcast_id, viewer, is_new=is_new)
        was_applied = suggestion.outcome is Outcome.ACKNOWLEDGED
        found_by = self._index.enter_suggestion(suggestion.id, suggestion.prompt) if was_applied else ()
        stored = self._save(
            schema.suggestions,
            *owed_for_suggestion(suggestion),
            before=name,
            after=found_by,
            is_fact=not is_new,
            under=of_broadcast(suggestion.broadcast_id),
            id=suggestion.id,
            broadcast_id=suggestion.broadcast_id,
            stream_id=suggestion.stream_id,
            viewer_id=viewer.id,
            prompt=suggestion.prompt,
            outcome=suggestion.outcome.value,
            refusal=suggestion.refusal.value if suggestion.refusal else None,
            detail=suggestion.detail,
            applied=suggestion.applied,
            in_others_words=suggestion.in_others_words,
            suggested_at=suggestion.suggested_at,
            sent_at=suggestion.sent_at,
            settled_at=suggestion.settled_at,
            channel_id=origin.channel_id if origin else None,
            message_id=origin.message_id if origin else None,
            is_marked=origin.is_marked if origin else False,
            interaction_id=origin.interaction_id if origin else None,
            **for_good,
        )
        if name:
            stored.add_done_callback(partial(self.names.written, suggestion.broadcast_id, viewer))
        return stored

    def save_recording(self, stream: Stream, recording: Recording) -> Awaitable[None]:
        return self._save(
            schema.recordings,
            *owed_for_recording(stream, recording),
            stream_id=stream.id,
            frame_count=recording.frame_count,
            duration_s=recording.duration_s,
            has_video=recording.video_url is not None,
            has_preview=recording.preview_url is not None,
            has_thumbnail=recording.thumbnail_url is not None,
            has_events=recording.events_url is not None,
            found_at=recording.fetched_at,
        )

    def save_post(self, post: Post) -> Awaitable[None]:
        self.told.tell(post)
        return self._save(schema.posts, **asdict(post))

    def add_post(self, post: Post) -> Awaitable[None]:
        return self._writer.execute(insert_new(schema.posts, asdict(post)))

    def close_panel(self, message_id: int, at: datetime) -> Awaitable[None]:
        panel, its = schema.posts.c.message_id == message_id, schema.broadcasts.c
        is_its = its.id.in_(select(schema.posts.c.broadcast_id).where(panel))
        # One that was not cut off has no panel but those that are remembered.
        is_sought = is_its & its.panels_sought_at.is_(None) & its.state.in_(OVER)
        was_cut_off = its.reason.is_not_distinct_from(Reason.INTERRUPTED.value)
        return self._writer.execute(
            update(schema.posts).where(panel).values(closed_at=at),
            update(schema.broadcasts).where(is_sought, ~was_cut_off).values(panels_sought_at=at),
        )

    def forget_post(self, message_id: int) -> Awaitable[None]:
        return self._writer.execute(delete(schema.posts).where(schema.posts.c.message_id == message_id))

    async def panels_sought(self, broadcast_id: str, at: datetime) -> None:
        broadcast = schema.broadcasts.c.id == broadcast_id
        await self._writer.execute(update(schema.broadcasts).where(broadcast).values(panels_sought_at=at))

    async def drop_recordings(self, broadcast_id: str, at: datetime) -> None:
        theirs = schema.streams.c.broadcast_id == broadcast_id
        awaited = delete(schema.outbox).where(
            schema.outbox.c.broadcast_id == broadcast_id, schema.outbox.c.kind == Kind.RECORDING.value
        )
        dropped = update(schema.streams).where(theirs).values(recording_dropped_at=at)
        await self._writer.execute(dropped, awaited)

    def _save(
        self,
        table: Table,
        *errands: Errand,
        before: Sequence[Upsert] = (),
        after: Sequence[Executable] = (),
        is_fact: bool = False,
        under: str | None = None,
        **row: Any,
    ) -> asyncio.Future[None]:
        return self._owing(errands, *before, upsert(table, row), *after, is_fact=is_fact, under=under)

    def _owing(
        self,
        errands: Sequence[Errand],
        *statements: Statement,
        is_fact: bool,
        under: str | None = None,
        ends: bool = False,
    ) -> asyncio.Future[None]:
        owing = map(owed, errands)
        stored = self._writer.execute(*statements, *owing, is_fact=is_fact, under=under, ends=ends)
        self._outbox.owe(stored, *errands)
        return stored


def _numbered(broadcast_id: str) -> Executable:
    """Gives a broadcast the next number in its server, unless it has one."""
    others, its = schema.broadcasts.alias("others"), schema.broadcasts.c
    highest = select(func.coalesce(func.max(others.c.number), 0)).where(others.c.guild_id == its.guild_id)
    number = highest.correlate(schema.broadcasts).scalar_subquery() + 1
    is_meant = (its.id == broadcast_id) & its.number.is_(None)
    return update(schema.broadcasts).where(is_meant).values(number=number)
