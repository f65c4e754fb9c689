"""Simulated viewers for the demo, so that queues, votes and filters can be watched at work."""

import asyncio
import random

from bot.local.discord.people.users import User
from bot.local.discord.people.views import NotPossibleError, SeenMessage
from bot.local.discord.server import LocalDiscord
from bot.local.discord.state import ApiError

CHANNEL = "broadcasts"
PAUSE_S = 12.0

# fmt: off
_NAMES = (
    "Ada", "Bela", "Caro", "Dorian", "Elif", "Finn", "Gita", "Hugo", "Ines", "Jonas",
    "Kaya", "Luca", "Milo", "Nora", "Omar", "Pia", "Quentin", "Rosa", "Samir", "Tess",
    "Ugo", "Vera", "Wanda", "Xenia", "Yuki", "Zoe", "Arlo", "Bruna", "Cleo", "Dario",
)
# fmt: on
_WHO = (
    "a whale",
    "a paper dragon",
    "an old steam train",
    "a flock of cranes",
    "a red balloon",
    "a tiny robot",
)
_DOES = (
    "rises slowly",
    "glides past",
    "begins to glow",
    "lands softly",
    "dances in circles",
    "turns to glass",
)
_WHERE = ("over the water", "between the clouds", "in the falling snow", "under the stars", "in the fog", "")
_SMALL_TALK = (
    "that is so pretty",
    "haha yes",
    "more of this please",
    "who made this?",
    "wow",
    "can we have rain?",
)
# Some of what a moderator has to cope with: shouting, links, repeats, pings.
_MISCHIEF = ("!AAAAAAAAAAAAAAAAAAAAAAAA", "!look at https://example.com now", "!@everyone hello", "!")


class Crowd:
    """`size` viewers who chat, suggest and vote in #broadcasts, and the more so while a broadcast is on.

    Each acts about every `pause_s` seconds; what they do follows from `seed` and the order in which they act.
    """

    def __init__(self, discord: LocalDiscord, size: int, *, pause_s: float = PAUSE_S, seed: int = 7) -> None:
        self._discord = discord
        self._pause_s = pause_s
        self._dice = random.Random(seed)  # noqa: S311 (a simulation, not a secret)
        self._panel_id: int | None = None
        self._viewers = [self._join(number) for number in range(size)]

    async def run(self) -> None:
        """Keeps the crowd busy until it is cancelled."""
        self._discord.world.observe(self._note_panel)
        try:
            async with asyncio.TaskGroup() as tasks:
                for viewer in self._viewers:
                    tasks.create_task(self._live(viewer), name=f"crowd: {viewer.name}")
        finally:
            self._discord.world.stop_observing(self._note_panel)

    def _join(self, number: int) -> User:
        again = number // len(_NAMES)
        name = f"{_NAMES[number % len(_NAMES)]}{again + 1 if again else ''}"
        return self._discord.add_user(name.lower(), display_name=name)

    async def _live(self, viewer: User) -> None:
        while True:
            await asyncio.sleep(self._dice.expovariate(1 / self._pause_s))
            try:
                await self._act(viewer)
            except (NotPossibleError, ApiError):
                continue  # the button or message has gone in the meantime, as it does for people

    async def _act(self, viewer: User) -> None:
        panel = None if self._panel_id is None else viewer.see(self._discord.channel(CHANNEL), self._panel_id)
        if panel is None:
            if self._dice.random() < 0.1:
                await viewer.send(CHANNEL, self._dice.choice(_SMALL_TALK))
            return
        ballot = [b for b in panel.buttons if b.label[:1].isdecimal() and not b.disabled]
        fate = self._dice.random()
        if ballot and fate < 0.6:
            await viewer.click(panel, custom_id=self._dice.choice(ballot).custom_id)
        elif fate < 0.75:
            await viewer.send(CHANNEL, f"!{self._idea()}")
        elif fate < 0.85:
            await self._suggest(viewer, panel)
        else:
            await viewer.send(CHANNEL, self._dice.choice(_SMALL_TALK if fate < 0.96 else _MISCHIEF))

    async def _suggest(self, viewer: User, panel: SeenMessage) -> None:
        shown = await viewer.click(panel, label="Suggest")
        if shown.modal is not None:
            await viewer.submit_modal(shown, {shown.modal.fields[0]["custom_id"]: self._idea()})

    def _idea(self) -> str:
        return " ".join(self._dice.choice(part) for part in (_WHO, _DOES, _WHERE)).strip()

    def _note_panel(self, channel_id: int, message_id: int) -> None:
        """The panel is the bot's newest message that can be answered with Suggest."""
        if channel_id != self._discord.channel(CHANNEL):
            return
        message = self._viewers[0].see(channel_id, message_id) if self._viewers else None
        running = message is not None and message.from_bot and "Suggest" in {b.label for b in message.buttons}
        if running:
            self._panel_id = message_id
        elif message_id == self._panel_id:
            self._panel_id = None
