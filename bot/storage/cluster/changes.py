"""What processes tell each other of what they have stored, in a table of its own.

Whoever looks need not read whole tables for it. Rows are found by the transactions that wrote them, not by
numbers or clocks: all that had not ended at one look are read at the next, so none is missed however late it
is committed.
"""

import time
from collections.abc import Sequence

from sqlalchemy import text

from bot.broadcast.owning.bell import Ring
from bot.broadcast.owning.looking import Change, What
from bot.broadcast.telling.listeners import Listeners
from bot.storage.changes import Changes
from bot.storage.cluster.bell import ServerBell
from bot.storage.connections import Database
from bot.storage.writer import Upsert, Writer

KEPT_S = 600
"""So long a change stays noted."""
LATE_S = 300.0
"""Who looked longest ago than that may have missed one: its process was stopped, or the database away."""
TIDIED_EVERY_S = 60.0

_NOTE = text(
    "INSERT INTO changes (what, subject, by, made_in, made_at) VALUES (:what, :subject, :by, "
    "CAST(CAST(pg_current_xact_id() AS text) AS bigint), LOCALTIMESTAMP)"
)
_LOOK = text(
    "SELECT looked.until, looked.at, changes.id, changes.what, changes.subject, "
    "looked.at - EXTRACT(EPOCH FROM changes.made_at) AS age_s FROM (SELECT "
    "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS until, "
    "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS double precision) AS at) AS looked "
    "LEFT JOIN changes ON changes.made_in >= :since AND changes.by <> :by ORDER BY changes.id"
)
# Several tidy at once: what one has, the others leave to it.
_TIDY = text(
    "DELETE FROM changes WHERE id IN (SELECT id FROM changes "
    "WHERE made_at < LOCALTIMESTAMP - make_interval(secs => :kept_s) FOR UPDATE SKIP LOCKED)"
)
_NOTHING_YET = 2**62


class SharedChanges(Changes):
    """Notes what this process changes, with a ring; and the `ChangeRecords` of what others do.

    `begin` comes before anything is read into memory.
    """

    def __init__(self, database: Database, writer: Writer, bell: ServerBell) -> None:
        self.late = Listeners[float]()
        """Told of each change of others' that is found, how many seconds after it was made that is."""
        self._database = database
        self._writer = writer
        self._bell = bell
        self._since = _NOTHING_YET
        self._looked_at = 0.0
        """By the database's clock."""
        self._told: set[int] = set()
        self._tidied_at = time.monotonic()

    def noted(self, what: What, *subjects: object) -> Sequence[Upsert]:
        notes = [Upsert(_NOTE, _row(what, subject, self._bell.tag)) for subject in subjects]
        return (*notes, self._bell.notice(Ring.CHANGES))

    async def begin(self) -> None:
        """What is changed from now on is new."""
        await self.new()

    async def new(self) -> Sequence[Change] | None:
        """As `ChangeRecords.new`."""
        if time.monotonic() - self._tidied_at > TIDIED_EVERY_S:
            self._tidied_at = time.monotonic()
            await self._writer.execute(Upsert(_TIDY, {"kept_s": KEPT_S}))
        asked = {"since": self._since, "by": self._bell.tag}
        rows = await self._database.ask(lambda connection: connection.execute(_LOOK, asked).all())
        is_late = self._since != _NOTHING_YET and rows[0].at - self._looked_at > LATE_S
        self._since, self._looked_at = rows[0].until, rows[0].at
        found = {row.id: Change(row.what, row.subject) for row in rows if row.id is not None}
        new = [change for number, change in found.items() if number not in self._told]
        for row in rows:
            if row.id is not None and row.id not in self._told:
                self.late.tell(float(row.age_s))
        self._told = set(found)
        return None if is_late else new


def _row(what: What, subject: object, tag: str) -> dict[str, str]:
    return {"what": what.value, "subject": str(subject), "by": tag}
