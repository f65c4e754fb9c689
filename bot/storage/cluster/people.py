"""Somebody is forgotten by all processes: those that have them in memory come before the tables."""

from sqlalchemy import select

from bot.broadcast.model import Viewer
from bot.broadcast.owning.looking import What
from bot.broadcast.people import Told
from bot.storage.changes import Changes
from bot.storage.connections import Database, read
from bot.storage.schema import suggestions
from bot.storage.writer import Writer


class ForgottenElsewhere:
    """The domain's `Keeper` of what other processes have in memory of somebody.

    They are told each time. It is done once they had the time to hear it, and nothing is open any more that
    somebody has said.
    """

    def __init__(self, database: Database, writer: Writer, changes: Changes) -> None:
        self._database = database
        self._writer = writer
        self._changes = changes
        self._told: set[int] = set()

    async def forget(self, person_id: int, nobody: Viewer) -> bool:
        await self._writer.execute(*self._changes.noted(What.PEOPLE, f"{person_id} {nobody.id}"))
        is_new = person_id not in self._told
        self._told.add(person_id)
        if is_new or await self._is_open(person_id):
            return False
        self._told.discard(person_id)
        return True

    async def tell(self, person_id: int) -> Told:
        """What runs is stored as it changes."""
        return {}

    async def _is_open(self, person_id: int) -> bool:
        theirs = select(suggestions.c.id).where(
            suggestions.c.viewer_id == person_id, suggestions.c.settled_at.is_(None)
        )
        return bool(await read(self._database, theirs.limit(1)))
