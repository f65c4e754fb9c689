"""Rows as the domain's things."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, String, and_, bindparam, select

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.history import PastBroadcast, PastStream
from bot.broadcast.kept_files import FileKind, KeptFile
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import (
    Broadcast,
    Channel,
    Ending,
    Origin,
    Outcome,
    Refusal,
    Stream,
    Suggestion,
    Viewer,
)
from bot.broadcast.picture import Picture
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.recordings.archive import ArchiveState
from bot.broadcast.states import Reason, State
from bot.storage.connections import Database
from bot.storage.schema import (
    broadcasts,
    kept_files,
    known,
    people,
    recordings,
    streams,
    suggestions,
)

HAS_BEGUN = streams.c.service_id.is_not(None)
IS_KNOWN = kept_files.c.kind.in_([kind.value for kind in FileKind])
"""A newer version of the bot may keep more."""
IS_KEPT = and_(kept_files.c.state == ArchiveState.KEPT.value, IS_KNOWN)

HOST, ENDER, AUTHOR = people.alias("host"), people.alias("ender"), people.alias("author")


def is_called(
    person: FromClause, person_id: ColumnElement[int], guild_id: ColumnElement[int]
) -> ColumnElement[bool]:
    """Joins what somebody is called in a server: nothing, of whom no name is known (any more)."""
    return (person.c.guild_id == guild_id) & (person.c.person_id == person_id)


BROADCASTS = select(
    broadcasts, HOST.c.name.label("host_name"), ENDER.c.name.label("ended_by_name")
).select_from(
    broadcasts.outerjoin(HOST, is_called(HOST, broadcasts.c.host_id, broadcasts.c.guild_id)).outerjoin(
        ENDER, is_called(ENDER, broadcasts.c.ended_by_id, broadcasts.c.guild_id)
    )
)
"""Broadcasts as `broadcast` takes them."""
SUGGESTIONS = select(suggestions, AUTHOR.c.name.label("viewer_name")).select_from(
    suggestions.join(broadcasts).outerjoin(
        AUTHOR, is_called(AUTHOR, suggestions.c.viewer_id, broadcasts.c.guild_id)
    )
)
"""Suggestions as `suggestion` takes them."""


_IDS = bindparam("ids", type_=String, expanding=True)
_STREAMS = (
    select(streams, recordings.c.has_video, recordings.c.duration_s, recordings.c.frame_count)
    .select_from(streams.outerjoin(recordings))
    .where(streams.c.broadcast_id.in_(_IDS), HAS_BEGUN)
    .order_by(streams.c.number, streams.c.started_at)
)
KEPT_FILES = (
    select(kept_files)
    .select_from(kept_files.outerjoin(streams))
    .where(kept_files.c.broadcast_id.in_(_IDS), IS_KEPT)
    .order_by(streams.c.number.nulls_last(), kept_files.c.kept_at, kept_files.c.id)
)
"""The files of broadcasts with these `ids` that are kept: by their streams' numbers, what is of none last."""


def past_broadcasts_of(connection: Connection, found: Sequence[Row[Any]]) -> list[PastBroadcast]:
    """Rows of `BROADCASTS` in their order, each with its streams that have begun, by number."""
    if not found:
        return []
    ids = {"ids": [row.id for row in found]}
    rows_of: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(_STREAMS, ids):
        rows_of.setdefault(row.broadcast_id, []).append(row)
    files_of: dict[str, list[KeptFile]] = {}
    for row in connection.execute(KEPT_FILES, ids):
        files_of.setdefault(row.broadcast_id, []).append(kept_file(row))
    return [
        PastBroadcast(
            broadcast(each),
            tuple(
                PastStream(stream(row), bool(row.has_video), row.duration_s, row.frame_count)
                for row in rows_of.get(each.id, ())
            ),
            has_no_place=any(row.recording_dropped_at for row in rows_of.get(each.id, ())),
            files=tuple(files_of.get(each.id, ())),
            number=each.number,
        )
        for each in found
    ]


async def past_broadcast(database: Database, is_meant: ColumnElement[bool]) -> PastBroadcast | None:
    """The same of one."""
    those = BROADCASTS.where(is_meant)

    def asked(connection: Connection) -> list[PastBroadcast]:
        return past_broadcasts_of(connection, connection.execute(those).all())

    return next(iter(await database.ask(asked)), None)


def kept_file(row: Row[Any]) -> KeptFile:
    return KeptFile(
        id=row.id,
        broadcast_id=row.broadcast_id,
        stream_id=row.stream_id,
        clip_id=row.clip_id,
        kind=FileKind(row.kind),
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        kept_at=row.kept_at,
    )


def stream(row: Row[Any]) -> Stream:
    return Stream(
        id=row.id,
        broadcast_id=row.broadcast_id,
        prompt=row.prompt,
        portrait=row.portrait,
        intended_at=row.intended_at,
        number=row.number,
        service_id=row.service_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
        end_reason=known(Reason, row.end_reason, Reason.UNKNOWN) if row.end_reason else None,
        session=row.session,
        account_id=row.account_id,
    )


def broadcast(row: Row[Any]) -> Broadcast:
    by = Viewer(row.ended_by_id, row.ended_by_name or "") if row.ended_by_id else None
    reason = known(Reason, row.reason, Reason.UNKNOWN) if row.reason else None
    return Broadcast(
        id=row.id,
        channel=Channel(row.guild_id, row.channel_id),
        host=Viewer(row.host_id, row.host_name or ""),
        prompt=row.prompt,
        portrait=row.portrait,
        requested_at=row.requested_at,
        state=known(State, row.state, State.ENDED if row.ended_at else State.LIVE),
        live_at=row.live_at,
        ended_at=row.ended_at,
        ending=Ending(reason, by, row.detail, row.reference) if reason else None,
        length=None if row.length_s is None else timedelta(seconds=row.length_s),
        off_air=timedelta(seconds=row.off_air_s),
    )


def suggestion(row: Row[Any]) -> Suggestion:
    """An outcome that a newer version knows is none, but the suggestion was sent."""
    origin = Origin(row.channel_id, row.message_id, row.is_marked, row.interaction_id)
    return Suggestion(
        id=row.id,
        broadcast_id=row.broadcast_id,
        viewer=Viewer(row.viewer_id, row.viewer_name or ""),
        prompt=row.prompt,
        suggested_at=row.suggested_at,
        origin=origin if row.channel_id else None,
        outcome=known(Outcome, row.outcome, Outcome.SENT),
        stream_id=row.stream_id,
        sent_at=row.sent_at,
        settled_at=row.settled_at,
        applied=row.applied,
        refusal=known(Refusal, row.refusal, Refusal.INTERRUPTED) if row.refusal else None,
        detail=row.detail,
        in_others_words=row.in_others_words,
    )


def last_moment(row: Row[Any]) -> LastMoment:
    """The mode of a newer version is the server's."""
    mode = Mode(row.mode) if row.mode in list(Mode) else None
    picture = None if row.picture is None else Picture(row.picture, row.portrait)
    return LastMoment(row.opening, tuple(row.applied), mode, picture)


def post(row: Row[Any]) -> Post:
    return Post(**row._asdict() | {"kind": PostKind(row.kind)})
