"""Malformed events of Discord's gateway, interactions among them: one is lost, and the bot goes on."""

import asyncio
import copy
import logging
import os
import random
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.discord import event_guard
from tests.e2e.conftest import CHANNEL, WAIT_S, House, house
from tests.fuzz.mangling import mangled

__all__ = ["house"]  # the fixture

EVENTS = int(os.environ.get("FUZZ_EVENTS", "600"))
AT_A_TIME = 20
LOST = "cannot be read, and is lost"
"""What the log says of an event that discord.py cannot read."""
ANSWERED = "failed at "
"""The same of what was foreseen by nobody, but caught: whoever asked is told so."""
ENDS_IT = ("GUILD_DELETE", "CHANNEL_DELETE")
"""After these there is nothing to be steered any more: the others would be heard by nobody."""

Event = tuple[str, dict[str, Any]]


class Overheard(logging.Handler):
    """Keeps what Discord says to the bot, and what the bot could not cope with."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        super().__init__(logging.ERROR)
        self.events: list[Event] = []
        self.faults: Counter[str] = Counter()
        self.parsers: dict[str, Callable[[Any], None]] = {}
        guard = event_guard.guard

        def listening(parsers: event_guard.Parsers) -> None:
            for name, parse in list(parsers.items()):
                parsers[name] = self._keeping(name, parse)
            guard(parsers)
            self.parsers = dict(parsers)

        patch.setattr("bot.discord.bot.guard", listening)

    def emit(self, record: logging.LogRecord) -> None:
        if LOST in record.msg:
            return
        error = record.exc_info[1] if record.exc_info else None
        where = traceback.extract_tb(error.__traceback__)[-1] if error else None
        self.broke(f"{record.getMessage()}: {error!r} at {where}")

    def broke(self, what: str) -> None:
        self.faults[what] += 1

    @property
    def told(self) -> str:
        """Each fault in a line, with how often it was."""
        return "\n".join(f"{count} {fault}" for fault, count in self.faults.items())

    def _keeping(self, name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
        def heard(data: Any) -> None:
            if len(self.events) < 2000 and isinstance(data, dict):
                self.events.append((name, copy.deepcopy(data)))
            parse(data)

        return heard


@pytest.fixture
def overheard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Overheard]:
    """From now on all that Discord says is kept, and all that goes wrong, as the log has it."""
    overheard = Overheard(monkeypatch)
    logging.getLogger().addHandler(overheard)
    yield overheard
    logging.getLogger().removeHandler(overheard)


async def test_an_event_that_makes_no_sense_is_lost_and_nothing_else(
    house: House, overheard: Overheard
) -> None:
    """Fields are missing, odd or there twice: whoever can be answered is, and the bot goes on."""
    async with house.bot():
        await _an_evening(house)
        events = [each for each in overheard.events if each[0] not in ("READY", "RESUMED", *ENDS_IT)]
        luck = random.Random(1)
        for number in range(EVENTS):
            name, data = luck.choice(events)
            overheard.parsers[name](mangled(luck, data, rate=luck.choice((0.02, 0.1, 0.3))))
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0.005)
        assert (await house.discord.user("mika").slash("lounge", "odyssey list")).text
    assert {"INTERACTION_CREATE", "MESSAGE_CREATE", "GUILD_CREATE"} <= {name for name, _ in events}
    overheard.faults = Counter({f: n for f, n in overheard.faults.items() if not f.startswith(ANSWERED)})
    assert not overheard.faults, overheard.told


async def test_what_discord_says_twice_is_done_once(house: House, overheard: Overheard) -> None:
    """A message that comes again while its suggestion waits is no second suggestion, and no error."""
    async with house.bot():
        await house.live_broadcast()
        await house.discord.user("mika").slash(CHANNEL, "odyssey mode", mode="host")
        said = await house.discord.user("robin").send(CHANNEL, "!rain")
        await house.discord.user("robin").wait_for_message(
            CHANNEL, lambda message: message.id == said.id and bool(message.reactions), timeout_s=WAIT_S
        )
        for name, data in list(overheard.events):
            if name == "MESSAGE_CREATE" and data["id"] == str(said.id):
                overheard.parsers[name](copy.deepcopy(data))
        await asyncio.sleep(0)
        status = await house.discord.user("mika").slash(CHANNEL, "odyssey status")
        assert "1 waits" in status.text or "1 suggestion" in status.text, status.text
    assert not overheard.faults, overheard.told


async def _an_evening(house: House) -> None:
    """Something of all that people do."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    panel = await house.live_broadcast()
    await robin.slash(CHANNEL, "odyssey say", prompt="snow")
    said = await robin.send(CHANNEL, "!rain")
    await robin.edit(said, "!hail")
    await robin.delete(said)
    dialogue = await robin.click(panel, label="Suggest")
    await robin.submit_modal(dialogue, {"What should happen next?": "a red fox"})
    await house.controls(panel)
    message = await mika.send(CHANNEL, "a blue whale")
    await robin.context_menu(message, "Suggest this")
    await mika.slash(CHANNEL, "odyssey mode", mode="vote")
    await mika.slash(CHANNEL, "odyssey end")
    await house.shown("Full video")
