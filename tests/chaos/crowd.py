"""Who steers an evening: people who suggest, vote and chat, and a moderator. No two ideas are alike."""

from __future__ import annotations

import asyncio
import itertools
import random
from contextlib import suppress
from dataclasses import dataclass, field

from bot.local.discord.people.users import User
from bot.local.discord.people.views import NotPossibleError, SeenMessage
from bot.local.discord.server import LocalDiscord
from bot.local.discord.state import ApiError

CHANNEL = "broadcasts"
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
_VERBS = ("visits", "paints", "follows", "answers", "forgets", "carries", "wakes", "builds")


@dataclass(eq=False)
class Said:
    """An idea: in a chat message, or else in a private answer, by its ID; 0 if there came none."""

    by: User
    prompt: str
    message_id: int
    is_chat: bool


@dataclass
class Crowd:
    """In a channel. `said` is all that anybody proposed; all follows from `dice`, but how fast the bot is."""

    discord: LocalDiscord
    dice: random.Random
    said: list[Said] = field(default_factory=list)
    channel: int | str = CHANNEL

    def __post_init__(self) -> None:
        self.people = [self.discord.add_user(f"viewer{number}") for number in range(5)]
        self.mika = self.discord.user("mika")
        self._numbers = itertools.count(1)

    async def live(self, *, pause_s: float) -> None:
        """Each acts about every `pause_s` seconds, until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for person in self.people:
                tasks.create_task(self._live(person, pause_s), name=f"chaos: {person.name}")
            tasks.create_task(self._moderate(pause_s), name="chaos: mika")

    def panel(self) -> SeenMessage | None:
        """The newest message that can be steered by."""
        for message in reversed(self.mika.messages(self.channel, limit=40)):
            if message.from_bot and any(button.label == "Suggest" for button in message.buttons):
                return message
        return None

    def idea(self) -> str:
        """Words that nobody has used yet, nor anything like them."""
        who, whom, where = ("".join(self.dice.choices(_SYLLABLES, k=4)).capitalize() for _ in range(3))
        return f"{who} {self.dice.choice(_VERBS)} {whom} of {where}"

    async def _live(self, person: User, pause_s: float) -> None:
        while True:
            await asyncio.sleep(self.dice.expovariate(1 / pause_s))
            act = self.dice.choices(
                [self._chat, self._say, self._suggest, self._vote, self._talk, self._status],
                [30, 20, 12, 25, 8, 5],
            )[0]
            with suppress(NotPossibleError, ApiError):  # the panel, or what is on it, has gone just now
                await act(person)

    async def _moderate(self, pause_s: float) -> None:
        while True:
            await asyncio.sleep(self.dice.expovariate(1 / pause_s))
            with suppress(NotPossibleError, ApiError):
                fate = self.dice.random()
                if fate < 0.75:
                    await self._review()
                elif fate < 0.85:
                    someone = self.dice.choice(self.people)
                    await self.mika.slash(self.channel, "odyssey mute", person=someone.id, minutes=1)
                    await self.mika.slash(self.channel, "odyssey unmute", person=someone.id)
                elif fate < 0.9:
                    await self.mika.slash(self.channel, "odyssey panic")
                    await self.mika.slash(self.channel, "odyssey resume")

    async def _chat(self, person: User) -> None:
        prompt = self.idea()
        message = await person.send(self.channel, f"!{prompt}")
        self.said.append(Said(person, prompt, message.id, is_chat=True))

    async def _say(self, person: User) -> None:
        prompt = self.idea()
        answer = await person.slash(self.channel, "odyssey say", prompt=prompt)
        self.said.append(Said(person, prompt, answer.message_id or 0, is_chat=False))

    async def _suggest(self, person: User) -> None:
        panel, prompt = self.panel(), self.idea()
        if panel is None:
            return
        shown = await person.click(panel, label="Suggest")
        if shown.modal:
            answer = await person.submit_modal(shown, {shown.modal.fields[0]["custom_id"]: prompt})
            self.said.append(Said(person, prompt, answer.message_id or 0, is_chat=False))

    async def _vote(self, person: User) -> None:
        panel = self.panel()
        ballot = [b for b in panel.buttons if str(b.custom_id).startswith("odyssey:vote:")] if panel else []
        if panel and ballot:
            await person.click(panel, custom_id=str(self.dice.choice(ballot).custom_id))

    async def _talk(self, person: User) -> None:
        await person.send(self.channel, f"how pretty, {next(self._numbers)}")

    async def _status(self, person: User) -> None:
        await person.slash(self.channel, "odyssey status")

    async def _review(self) -> None:
        """Presses what leads to a verdict, or gives one; in other modes, there is nothing to review."""
        own = [each for each in reversed(self.mika.messages(self.channel, limit=40)) if each.private]
        panel = self.panel()
        for wanted in ("Approve", "Review", "Moderate"):
            for message in [*own, *([panel] if panel else [])]:
                labels = [button.label for button in message.buttons if not button.disabled]
                label = next((label for label in labels if label.startswith(wanted)), None)
                if label:
                    is_refused = wanted == "Approve" and self.dice.random() < 0.15
                    await self.mika.click(message, label="Refuse" if is_refused else label)
                    return
