"""What is open on the floor of a broadcast, as it is stored while that runs."""

from typing import Any

from sqlalchemy import Delete, Row, Update, delete, select

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.interrupted import MotionLeft
from bot.broadcast.model import Viewer
from bot.broadcast.picture import Picture
from bot.storage.connections import Database, read
from bot.storage.executing import Upsert
from bot.storage.rows import is_called
from bot.storage.schema import broadcasts, motion_votes, motions, opening_pictures, people
from bot.storage.schema.floors import GO_WITH_IT
from bot.storage.shows import shown_no_more
from bot.storage.writer import upsert


def gone_with(broadcast_ids: Any) -> list[Delete | Update]:
    """Takes out all that goes with the end of these: a select of their IDs, or the IDs."""
    return [
        *(delete(table).where(table.c.broadcast_id.in_(broadcast_ids)) for table in GO_WITH_IT),
        shown_no_more(broadcast_ids),
    ]


def put_to_the_vote(broadcast_id: str, left: MotionLeft | None) -> list[Delete | Upsert]:
    """This is the vote on the mode that is open, with the votes that it has; None if there is none."""
    tables = (motion_votes, motions)
    over: list[Delete | Upsert] = [delete(each).where(each.c.broadcast_id == broadcast_id) for each in tables]
    if left is None:
        return over
    row = {
        "broadcast_id": broadcast_id,
        "called_by": left.by.id,
        "mode": left.mode.value,
        "closes_at": left.closes_at,
    }
    return [*over, upsert(motions, row), *(voted_on_mode(broadcast_id, *each) for each in left.votes.items())]


def voted_on_mode(broadcast_id: str, viewer_id: int, is_for: bool | None) -> Upsert:
    row = {"broadcast_id": broadcast_id, "viewer_id": viewer_id, "is_for": is_for}
    return upsert(motion_votes, row)


async def motion_left(database: Database, broadcast_id: str) -> MotionLeft | None:
    """The vote on the mode that was open; none on a mode of a newer version."""
    query = (
        select(motions, people.c.name)
        .select_from(
            motions.join(broadcasts).outerjoin(
                people, is_called(people, motions.c.called_by, broadcasts.c.guild_id)
            )
        )
        .where(motions.c.broadcast_id == broadcast_id, motions.c.mode.in_([mode.value for mode in Mode]))
    )
    found = await read(database, query)
    if not found:
        return None
    row = found[0]
    votes = select(motion_votes).where(
        motion_votes.c.broadcast_id == broadcast_id, motion_votes.c.is_for.is_not(None)
    )
    is_for = {vote.viewer_id: vote.is_for for vote in await read(database, votes)}
    return MotionLeft(Mode(row.mode), Viewer(row.called_by, row.name or ""), row.closes_at, is_for)


async def handed_in(database: Database, broadcast_id: str) -> Picture | None:
    """What a broadcast is still to begin with."""
    query = select(opening_pictures).where(opening_pictures.c.broadcast_id == broadcast_id)
    found: list[Row[Any]] = list(await read(database, query))
    return Picture(found[0].jpeg, found[0].portrait) if found else None
