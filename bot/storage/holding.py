"""Who has a database, wherever it is."""

from bot.storage.address import DatabaseAddress
from bot.storage.lock import Holder, holder


def holder_of(address: DatabaseAddress) -> Holder | None:
    """Who has it now; None if nobody has. Raises `OSError` when a server cannot be asked."""
    if not address.server:
        return holder(address.path) if address.path else None
    from bot.storage.postgresql.sole_use import holder as holder_on_server

    return holder_on_server(address.server)
