"""What has to be noted for other processes, which have it in memory too."""

from collections.abc import Sequence

from bot.broadcast.owning.looking import What
from bot.storage.writer import Upsert


class Changes:
    """Nothing has to be, where one process has the database alone."""

    def noted(self, what: What, *subjects: object) -> Sequence[Upsert]:
        """What belongs into the transaction that changes these."""
        return ()


NOBODY_ELSE = Changes()
