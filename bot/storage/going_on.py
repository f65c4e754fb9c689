"""What is stored of a broadcast as it changes, so that it can go on after a crash."""

import asyncio
import logging
from collections.abc import Awaitable, Collection, Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, exists, select, update

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import DeposedError
from bot.broadcast.interrupted import MotionLeft
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Ending
from bot.broadcast.owning.lease import of_broadcast
from bot.broadcast.picture import Picture
from bot.broadcast.states import State
from bot.storage import schema
from bot.storage.executing import Statement
from bot.storage.floors import put_to_the_vote, voted_on_mode
from bot.storage.names import Names
from bot.storage.schema import storable
from bot.storage.writer import Writer, upsert

log = logging.getLogger(__name__)

OVER = [state.value for state in State if state.is_over]

MOMENTS_KEPT = 32
"""Broadcasts that are over of which the last moment is kept, with its picture: eight megabytes of them."""


class GoingOnTables:
    """The domain's `GoingOn`: a part of the journal."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.names = Names()

    def save_signs_of_life(self, broadcast_ids: Collection[str], at: datetime) -> Awaitable[None]:
        seen = update(schema.broadcasts).values(last_seen_at=at)
        its = schema.broadcasts.c.id
        if not self._writer.is_fenced:
            return self._writer.execute(seen.where(its.in_(broadcast_ids)))
        stored = [
            self._writer.execute(seen.where(its == each), under=of_broadcast(each)) for each in broadcast_ids
        ]
        return _all_that_can_be(stored)

    def save_last_moment(self, broadcast_id: str, moment: LastMoment, at: datetime) -> Awaitable[None]:
        row = {
            "broadcast_id": broadcast_id,
            "at": at,
            "mode": moment.mode.value if moment.mode else None,
            "opening": moment.opening,
            "applied": list(map(storable, moment.applied)),
            "portrait": bool(moment.picture and moment.picture.portrait),
            "picture": moment.picture.jpeg if moment.picture else None,
        }
        moments = schema.last_moments.c
        newest = select(moments.broadcast_id).order_by(moments.at.desc()).limit(MOMENTS_KEPT)
        is_over = exists().where(
            schema.broadcasts.c.id == moments.broadcast_id, schema.broadcasts.c.state.in_(OVER)
        )
        older = delete(schema.last_moments).where(moments.broadcast_id.not_in(newest), is_over)
        its_own = schema.opening_pictures.c.broadcast_id == broadcast_id
        handed_in = [delete(schema.opening_pictures).where(its_own)] if moment.picture else []
        its = of_broadcast(broadcast_id)
        return self._writer.execute(upsert(schema.last_moments, row), older, *handed_in, under=its)

    def save_handed_in(self, broadcast_id: str, picture: Picture) -> Awaitable[None]:
        row = {"broadcast_id": broadcast_id, **asdict(picture)}
        return self._writer.execute(upsert(schema.opening_pictures, row), under=of_broadcast(broadcast_id))

    def note_floor(self, broadcast_id: str, mode: Mode, *, is_paused: bool) -> None:
        its_row = schema.broadcasts.c.id == broadcast_id
        stands = {"mode": mode.value, "is_intake_paused": is_paused}
        self._note(broadcast_id, update(schema.broadcasts).where(its_row).values(stands))

    def note_ending(self, broadcast_id: str, ending: Ending) -> None:
        its_row = schema.broadcasts.c.id == broadcast_id
        why = {"reason": ending.reason.value, "ended_by_id": ending.by.id if ending.by else None}
        name = self.names.heard(broadcast_id, ending.by, is_new=True) if ending.by else []
        self._note(broadcast_id, *name, update(schema.broadcasts).where(its_row).values(why))

    def note_approval(self, broadcast_id: str, suggestion_id: str, at: datetime | None) -> None:
        its_row = schema.suggestions.c.id == suggestion_id
        self._note(broadcast_id, update(schema.suggestions).where(its_row).values(approved_at=at))

    def note_place(self, broadcast_id: str, suggestion_id: str, place: int | None) -> None:
        its_row = schema.suggestions.c.id == suggestion_id
        self._note(broadcast_id, update(schema.suggestions).where(its_row).values(ballot_place=place))

    def note_vote(self, broadcast_id: str, viewer_id: int, suggestion_id: str | None) -> None:
        row = {"broadcast_id": broadcast_id, "viewer_id": viewer_id, "suggestion_id": suggestion_id}
        self._note(broadcast_id, upsert(schema.votes, row))

    def note_ballot(self, broadcast_id: str, closes_at: datetime | None) -> None:
        its_row = schema.broadcasts.c.id == broadcast_id
        self._note(broadcast_id, update(schema.broadcasts).where(its_row).values(ballot_closes_at=closes_at))

    def note_motion(self, broadcast_id: str, motion: MotionLeft | None) -> None:
        name = self.names.heard(broadcast_id, motion.by, is_new=True) if motion else []
        self._note(broadcast_id, *name, *put_to_the_vote(broadcast_id, motion))

    def note_vote_on_mode(self, broadcast_id: str, viewer_id: int, is_for: bool | None) -> None:
        self._note(broadcast_id, voted_on_mode(broadcast_id, viewer_id, is_for))

    def _note(self, broadcast_id: str, *statements: Statement) -> None:
        noted = self._writer.execute(*statements, is_fact=True, under=of_broadcast(broadcast_id))
        noted.add_done_callback(_tell_failure)


async def _all_that_can_be(stored: Iterable[Awaitable[None]]) -> None:
    """Raises what kept one from it, but not that somebody else has it."""
    for each in await asyncio.gather(*stored, return_exceptions=True):
        if each and not isinstance(each, DeposedError):
            raise each


def _tell_failure(written: asyncio.Future[None]) -> None:
    """Of what nobody waits for."""
    if not written.cancelled() and (error := written.exception()):
        log.warning("how a floor stands could not be stored: %s", type(error).__name__)
