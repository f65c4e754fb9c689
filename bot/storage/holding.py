"""Who has a database, wherever it is."""

from collections.abc import Sequence

from bot.storage.address import DatabaseAddress
from bot.storage.lock import Holder, holder


def holders_of(address: DatabaseAddress) -> Sequence[Holder]:
    """Who has it now: several only where a cluster does. Raises `OSError` when a server cannot be asked."""
    if not address.server:
        found = holder(address.path) if address.path else None
        return [found] if found else []
    from bot.storage.postgresql.sole_use import holders

    return holders(address.server)


def holder_of(address: DatabaseAddress) -> Holder | None:
    """One of them; None if nobody has it."""
    return next(iter(holders_of(address)), None)
