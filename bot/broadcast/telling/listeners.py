"""Who listens to what changes: any number, and each may come and go."""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

Changed = TypeVar("Changed")

log = logging.getLogger(__name__)


class Listeners(Generic[Changed]):
    """All who are told of changes, each by what has changed; none may block.

    One that raises is a line in the log, and no harm to the others. Of a broadcast they are told whatever is
    shown of it.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[Changed], None]] = []

    def listen(self, listener: Callable[[Changed], None]) -> None:
        """From now on it is told; whoever comes looks at how things stand by itself."""
        self._listeners.append(listener)

    def leave(self, listener: Callable[[Changed], None]) -> None:
        self._listeners.remove(listener)

    def tell(self, changed: Changed) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(changed)
            except Exception:  # the boundary of one listener
                log.exception("a change was not taken")
