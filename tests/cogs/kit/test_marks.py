"""The mark that says that a suggestion waits."""

import asyncio
from typing import Any, cast

from cogs.kit.marks import QUEUED, Marks


class Message:
    """Notes what is done to its reactions."""

    id = 1

    def __init__(self) -> None:
        self.reactions: list[str] = []

    async def add_reaction(self, sign: str) -> None:
        self.reactions.append(f"+{sign}")

    async def remove_reaction(self, sign: str, _: object) -> None:
        self.reactions.append(f"-{sign}")


async def test_what_is_answered_at_once_bears_no_mark_that_it_waits() -> None:
    """The mark gives way to what is sent, and then there is nothing to wait for."""
    marks, message = Marks(), cast("Any", Message())
    settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    putting = asyncio.create_task(marks.put_queued(message, settled))
    await asyncio.sleep(0)
    settling = asyncio.create_task(marks.settle(message, message, "✅", is_earlier=False))
    await asyncio.sleep(0)
    assert not message.reactions
    settled.set_result(None)
    await putting
    await settling
    assert message.reactions == ["+✅"]


async def test_what_waits_is_marked_and_the_next_mark_takes_its_place() -> None:
    """Also one that is to replace it before it is there."""
    marks, message = Marks(), cast("Any", Message())
    settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    putting = asyncio.create_task(marks.put_queued(message, settled))
    await asyncio.sleep(0)
    await marks.settle(message, message, "✅", is_earlier=False)
    await putting
    assert message.reactions == [f"+{QUEUED}", f"-{QUEUED}", "+✅"]
    settled.cancel()
