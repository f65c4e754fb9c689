"""The bots of the cluster, and the board of what each of them has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bot.local.demo.cluster.board import Board
from bot.local.demo.cluster.member import Life, Member
from bot.storage.address import Server
from bot.storage.postgresql.owned import Owned, Watcher

LOOK_EVERY_S = 0.4


class Fleet:
    """Before the bots are there, nothing can be done to them."""

    name = "One of the bots"

    def __init__(self) -> None:
        self.observers: list[Callable[[], None]] = []
        """Called when the board has changed."""
        self.members: Sequence[Member] = ()
        self._board: Board | None = None
        self._owned: Owned | None = None
        self._shown: dict[str, Any] = {}
        self._tasks: Sequence[asyncio.Task[None]] = ()

    @property
    def news(self) -> dict[str, Any]:
        """What a page is told, and told again when it has changed."""
        return {"type": "board", "board": self._shown}

    @property
    def origins(self) -> list[str]:
        """Where pages are answered just now."""
        return [each.url for each in self.members if each.life in (Life.RUNNING, Life.STOPPING)]

    def act(self, deed: str, name: str) -> bool:
        """Does "kill", "stop" or "begin" to the bot of that name. Whether that was possible."""
        member = next((each for each in self.members if each.name == name), None)
        if member is None:
            return False
        match deed:
            case "kill":
                return member.kill()
            case "stop":
                return member.stop()
            case "begin":
                return member.begin()
        return False

    async def ended(self) -> int:
        """Waits until one has ended by itself before it was ever up; returns its exit status."""
        failed, waits_for = [each.failed for each in self.members], list[asyncio.Future[Any]](self._tasks)
        await asyncio.wait([*failed, *waits_for], return_when=asyncio.FIRST_COMPLETED)
        for task in waits_for:
            if task.done():
                task.result()  # none of them ends but by an error
        return next(each.result() for each in failed if each.done())

    def hear(self, member: Member) -> None:
        """A bot's life has changed."""
        if self._board:
            self._board.news.hear(member)
            self._draw()

    @asynccontextmanager
    async def running(
        self, members: Sequence[Member], server: Server, place_of: Callable[[int], str]
    ) -> AsyncIterator[None]:
        """They live, and the board is kept, for as long as the context lasts."""
        self._board, self.members = Board(place_of), members
        async with Watcher(server) as watcher:
            tasks = [asyncio.create_task(each.live(), name=f"demo: {each.name}") for each in members]
            tasks.append(asyncio.create_task(self._keep(watcher), name="demo: the board"))
            self._tasks = tasks
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)

    async def _keep(self, watcher: Watcher) -> None:
        while True:
            self._owned = await watcher.look()
            self._draw()
            await asyncio.sleep(LOOK_EVERY_S)

    def _draw(self) -> None:
        assert self._board  # noqa: S101 - there is one since `running`
        shown = self._board.drawn(self._owned, self.members)
        if shown != self._shown:
            self._shown = shown
            for observer in list(self.observers):
                observer()
