"""The people of a crowd: they do all that can be done in a channel, and remember what they did."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bot.local.discord.people.answers import Answer
from bot.local.discord.people.users import User
from bot.local.discord.people.views import Button, NotPossibleError, SeenMessage
from bot.local.discord.state import ApiError
from tests.crowd.ideas import MISCHIEF, TALK, idea
from tests.e2e.conftest import CHANNEL

Panel = Callable[[], SeenMessage | None]
"""The panel that is to be seen now."""


@dataclass(eq=False)
class Said:
    """Something that a person proposed.

    `prompts` are its words, the newest last; `message_id` is where word of it is looked for: the private
    answer, or the message in the chat. `suggestion_id` is known once a button of the answer has named it.
    """

    viewer_id: int
    prompts: list[str]
    message_id: int
    is_chat: bool
    suggestion_id: str | None = None


@dataclass(eq=False)
class Person:
    """One of the crowd.

    `said` is all that they proposed, `pressed` the suggestions that they voted for, `let_go` those that they
    would not be for any more.

    Answers up to the message `since` belong to another broadcast.
    """

    user: User
    dice: random.Random
    panel: Panel
    since: int
    said: list[Said] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    let_go: list[str] = field(default_factory=list)

    async def live(self, until: asyncio.Event, *, pause_s: float) -> None:
        """Does something about every `pause_s` seconds, until the event is set."""
        while not await passed(until, self.dice.expovariate(1 / pause_s)):
            # The button or message may have gone in the meantime, as it does for people.
            with suppress(NotPossibleError, ApiError):
                await self._act()

    async def _act(self) -> None:
        panel = self.panel()
        ways = {
            self._vote: 30,
            self._say: 14,
            self._dialogue: 10,
            self._chat: 14,
            self._mention: 3,
            self._reply: 3,
            self._suggest_talk: 4,
            self._talk: 8,
            self._withdraw: 5,
            self._take_back: 4,
            self._edit: 4,
            self._delete: 3,
            self._status: 2,
        }
        act = self.dice.choices(list(ways), list(ways.values()))[0]
        if panel:
            await act(panel)

    async def _vote(self, panel: SeenMessage) -> None:
        ballot = [button for button in panel.buttons if _is_of(button, "vote")]
        if ballot:
            custom_id = str(self.dice.choice(ballot).custom_id)
            self.pressed.append(custom_id.rpartition(":")[2])
            await self.user.click(panel, custom_id=custom_id)

    async def _say(self, _: SeenMessage) -> None:
        prompt = self._idea()
        self._remember(prompt, await self.user.slash(CHANNEL, "odyssey say", prompt=prompt))

    async def _dialogue(self, panel: SeenMessage) -> None:
        shown = await self.user.click(panel, label="Suggest")
        prompt = self._idea()
        if shown.modal:
            typed = {shown.modal.fields[0]["custom_id"]: prompt}
            self._remember(prompt, await self.user.submit_modal(shown, typed))

    async def _suggest_talk(self, _: SeenMessage) -> None:
        talk = [each for each in self.user.messages(CHANNEL, limit=30) if each.content in TALK]
        if talk:
            message = self.dice.choice(talk)
            self._remember(message.content, await self.user.context_menu(message, "Suggest this"))

    async def _chat(self, _: SeenMessage) -> None:
        await self._write("!", self._idea() if self.dice.random() < 0.85 else self.dice.choice(MISCHIEF))

    async def _mention(self, panel: SeenMessage) -> None:
        await self._write(f"<@{panel.payload['author']['id']}> ", self._idea())

    async def _reply(self, panel: SeenMessage) -> None:
        await self._write("", self._idea(), reply_to=panel)

    async def _talk(self, _: SeenMessage) -> None:
        await self.user.send(CHANNEL, self.dice.choice(TALK))

    async def _status(self, _: SeenMessage) -> None:
        await self.user.slash(CHANNEL, "odyssey status")

    async def _withdraw(self, _: SeenMessage) -> None:
        await self._press("withdraw")

    async def _take_back(self, _: SeenMessage) -> None:
        self.let_go += await self._press("takeback")

    async def _edit(self, _: SeenMessage) -> None:
        """Also words that are refused: then the earlier ones stay."""
        if found := self._chat_message():
            said, message = found
            prompt = self._idea() if self.dice.random() < 0.8 else self.dice.choice(MISCHIEF)
            beginning = message.content.removesuffix(said.prompts[-1])
            said.prompts.append(prompt)
            await self.user.edit(message, beginning + prompt)

    async def _delete(self, _: SeenMessage) -> None:
        if found := self._chat_message():
            await self.user.delete(found[1])

    async def _press(self, deed: str) -> list[str]:
        """Presses a button of one's newest private answer that has it; returns what that was about."""
        for message in reversed(self.user.messages(CHANNEL, limit=60)):
            custom_id = next((button.custom_id for button in message.buttons if _is_of(button, deed)), None)
            if message.private and custom_id and message.id > self.since:
                await self.user.click(message, custom_id=custom_id)
                return [custom_id.rpartition(":")[2]]
        return []

    async def _write(self, beginning: str, prompt: str, *, reply_to: SeenMessage | None = None) -> None:
        message = await self.user.send(CHANNEL, beginning + prompt, reply_to=reply_to)
        self.said.append(Said(self.user.id, [prompt], message.id, is_chat=True))

    def _remember(self, prompt: str, answer: Answer) -> None:
        if answer.message_id:
            self.said.append(Said(self.user.id, [prompt], answer.message_id, is_chat=False))

    def _chat_message(self) -> tuple[Said, SeenMessage] | None:
        channel_id = self.user.messages(CHANNEL, limit=1)[0].channel_id
        for said in reversed([said for said in self.said if said.is_chat][-3:]):
            if message := self.user.see(channel_id, said.message_id):
                return said, message
        return None

    def _idea(self) -> str:
        """One that this person has not had yet; others may have had it, or almost."""
        had = {prompt for said in self.said for prompt in said.prompts}
        while (new := idea(self.dice, self.panel())) in had:
            pass
        return new


async def passed(event: asyncio.Event, within_s: float) -> bool:
    """Waits for an event, and says whether it came within that time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await event.wait()
    return event.is_set()


def _is_of(button: Button, deed: str) -> bool:
    return bool(button.custom_id) and str(button.custom_id).startswith(f"odyssey:{deed}:")
