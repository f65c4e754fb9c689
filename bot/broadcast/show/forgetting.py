"""Somebody leaves the broadcasts that run."""

from bot.broadcast.model import Refusal, Viewer
from bot.broadcast.people import Told
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.session import BroadcastSession


class RunningPeople:
    """The domain's `Keeper` of what is in memory of broadcasts: that is, of those that run."""

    def __init__(self, broadcasts: Broadcasts) -> None:
        self._broadcasts = broadcasts

    async def forget(self, person_id: int, nobody: Viewer) -> bool:
        return all([await _forget(each, person_id, nobody) for each in self._broadcasts.running])

    async def tell(self, person_id: int) -> Told:
        """Nothing: what runs is stored as it changes."""
        return {}


async def _forget(session: BroadcastSession, person_id: int, nobody: Viewer) -> bool:
    """What of theirs waits is withdrawn, and so are their votes. A host is none any more.

    False while something of theirs is under way, or all of it comes to its end.
    """
    await session.was_stored.wait()
    await session.floor.refuse_all_of(Viewer(person_id, ""), Refusal.WITHDRAWN)
    session.achieved.forget(person_id, nobody)
    session.broadcast = session.broadcast.without(person_id, nobody)
    is_done = session.floor.outlet.forget(person_id, nobody)
    session.look_again()
    return is_done and not session.is_closing
