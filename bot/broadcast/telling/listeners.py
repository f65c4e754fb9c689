"""Who listens to broadcasts: any number, and each may come and go."""

import logging
from collections.abc import Callable

from bot.broadcast.model import Broadcast

log = logging.getLogger(__name__)

Listener = Callable[[Broadcast], None]
"""Told of a broadcast that changed: its state, or anything else that is shown of it. It must not block."""


class Listeners:
    """All who are told of changes. One that raises is a line in the log, and no harm to the others."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """From now on it is told; whoever comes looks at how things stand by itself."""
        self._listeners.append(listener)

    def leave(self, listener: Listener) -> None:
        self._listeners.remove(listener)

    def tell(self, broadcast: Broadcast) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(broadcast)
            except Exception:  # the boundary of one listener
                log.exception("a change of broadcast %s was not taken", broadcast.id)
