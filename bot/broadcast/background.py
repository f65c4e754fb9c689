"""Work that goes on beside all else."""

import asyncio
from abc import ABC, abstractmethod
from typing import Self


class Background(ABC):
    """Goes on for as long as its context lasts. An async context manager: leaving it ends the work.

    What breaks the work breaks the context too, as with a task of an `asyncio.TaskGroup`.
    """

    def __init__(self, *, name: str) -> None:
        self._name = name
        self._tasks = asyncio.TaskGroup()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._task = self._tasks.create_task(self._run(), name=self._name)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
        # The group sees its own tasks' errors only: it would wrap the caller's in an ExceptionGroup.
        await self._tasks.__aexit__(None, None, None)

    @abstractmethod
    async def _run(self) -> None:
        """The work; it need not come to an end."""
