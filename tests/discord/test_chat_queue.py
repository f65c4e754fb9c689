"""A crowd's burst of chat, and what does not wait for it: counted in turns of the loop, not in seconds."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from bot.discord import chat_queue
from bot.discord.chat_queue import CHAT, INTERACTION, SLICE, ChatQueue

BURST = 50 * SLICE


class Discord:
    """What was read, in its order; and how Discord's events come in."""

    def __init__(self) -> None:
        self.read: list[str] = []
        names = (*CHAT, INTERACTION, "GUILD_CREATE")
        self.parsers: dict[str, Callable[[Any], None]] = dict.fromkeys(names, self._read)
        self.queue = ChatQueue(self.parsers)

    def _read(self, data: Any) -> None:
        self.read.append(data["id"])

    def says(self, person: str, message: str, event: str = "MESSAGE_CREATE") -> None:
        self.parsers[event]({"id": message, "author": {"id": person}, "member": {}})

    def commands(self, person: str, command: str) -> None:
        self.parsers[INTERACTION]({"id": command, "member": {"user": {"id": person}}})

    def burst(self) -> list[str]:
        names = [f"message {number}" for number in range(BURST)]
        for number, name in enumerate(names):
            self.says(f"viewer {number % 7}", name)
        return names


async def turns(condition: Callable[[], bool]) -> int:
    """How many turns of the loop it takes until something holds."""
    for turn in range(2 * BURST):
        if condition():
            return turn
        await asyncio.sleep(0)
    raise AssertionError("it never holds")


async def test_a_command_does_not_wait_for_a_burst() -> None:
    """Nor does anything else that Discord tells: it is read as it comes."""
    discord = Discord()
    discord.burst()
    discord.commands("mika", "panic")
    discord.parsers["GUILD_CREATE"]({"id": "a server"})
    assert discord.read == ["panic", "a server"]


async def test_the_loop_turns_during_a_burst() -> None:
    """For heartbeats and answers: in each turn only a little of it is read, and all of it in the end."""
    discord = Discord()
    names = discord.burst()
    read = [0]
    while discord.read != names:
        await asyncio.sleep(0)
        read.append(len(discord.read))
    most = max(later - earlier for earlier, later in itertools.pairwise(read))
    assert most == SLICE
    assert len(read) <= BURST / SLICE + 2


async def test_what_one_person_does_keeps_its_order() -> None:
    """Their command comes behind their own messages, and what they say then behind that."""
    discord = Discord()
    names = discord.burst()
    discord.commands("viewer 3", "theirs")
    discord.says("viewer 3", "afterwards")
    discord.commands("mika", "somebody else's")
    await turns(lambda: len(discord.read) == BURST + 3)
    assert discord.read == ["somebody else's", *names, "theirs", "afterwards"]
    discord.commands("viewer 3", "later")
    assert discord.read[-1] == "later"


async def test_changes_stay_behind_what_they_change() -> None:
    """Edits, and deletions, of which nobody knows whose they are."""
    discord = Discord()
    discord.says("robin", "said")
    discord.says("robin", "edited", "MESSAGE_UPDATE")
    discord.parsers["MESSAGE_DELETE"]({"id": "deleted"})
    discord.says("robin", "said again")
    discord.parsers["MESSAGE_DELETE_BULK"]({"id": "swept away"})
    await turns(lambda: len(discord.read) == 5)
    assert discord.read == ["said", "edited", "deleted", "said again", "swept away"]


async def test_a_burst_without_end_takes_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too much is read at once: then Discord has to wait."""
    monkeypatch.setattr(chat_queue, "MOST", 2 * SLICE)
    discord = Discord()
    names = discord.burst()
    assert discord.read == names[: BURST - 2 * SLICE]
    await turns(lambda: discord.read == names)


async def test_what_waits_at_the_end_is_forgotten() -> None:
    """The next run hears it; and what comes later is no worse for it."""
    discord = Discord()
    discord.says("robin", "said")
    discord.queue.clear()
    discord.commands("robin", "command")
    await asyncio.sleep(0)
    assert discord.read == ["command"]


@pytest.mark.parametrize(
    "data", [{"author": None}, {"author": {"id": [1]}}, {"member": 3}, {"user": {"id": 1}}]
)
async def test_what_makes_no_sense_is_passed_on(data: dict[str, Any]) -> None:
    """Whoever reads it is guarded."""
    discord = Discord()
    discord.parsers["MESSAGE_CREATE"](data | {"id": "a message"})
    discord.parsers[INTERACTION](data | {"id": "a command"})
    await turns(lambda: len(discord.read) == 2)
