"""Every way in which what people write comes into the bot, over the wire."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field

from bot.broadcast.intake.prefixes import Prefixes, says_something
from bot.local.discord.people.answers import Answer
from bot.local.discord.people.users import User
from bot.local.discord.people.views import SeenMessage
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.e2e.wiretap import Wiretap
from tests.support.hostile_texts import RULES, HostileText

LOUNGE = "lounge"
UNEXPECTED = "Something went wrong"
PREFIXES = Prefixes("!")
Way = Callable[["Visitor", HostileText], Awaitable[None]]


@dataclass
class Visitor:
    """Brings texts as a viewer whom the rules bind, and as a moderator whom they do not.

    `broken` is what the bot could not explain.
    """

    house: House
    tap: Wiretap
    panel: SeenMessage
    broken: list[str] = field(default_factory=list)

    @property
    def viewer(self) -> User:
        """Whom the rules bind."""
        return self.house.discord.user("robin")

    @property
    def moderator(self) -> User:
        """Whom they do not."""
        return self.house.discord.user("mika")

    async def say(self, hostile: HostileText) -> None:
        """`/odyssey say`."""
        await self._privately(self.viewer.slash(CHANNEL, "odyssey say", prompt=hostile.text))

    async def prefix(self, hostile: HostileText) -> None:
        """Chat with the prefix; what says nothing behind it is talk."""
        if PREFIXES.proposal_in(f"!{hostile.text}"[:2000]) is not None:
            await self._in_chat(f"!{hostile.text}")

    async def mention(self, hostile: HostileText) -> None:
        """Chat that mentions the bot."""
        if PREFIXES.is_for_another(hostile.text):
            return
        await self._in_chat(f"<@{self.house.discord.world.application_id}> {hostile.text}")

    async def reply(self, hostile: HostileText) -> None:
        """A reply to the panel; what says nothing is talk."""
        if says_something(hostile.text[:2000]) and not PREFIXES.is_for_another(hostile.text):
            await self._in_chat(hostile.text, reply_to=self.panel)

    async def modal(self, hostile: HostileText) -> None:
        """The panel's Suggest button, whose field takes 1,000 characters."""
        dialogue = await self.viewer.click(self.panel, label="Suggest")
        typed = {"What should happen next?": hostile.text[:1000]}
        await self._privately(self.viewer.submit_modal(dialogue, typed))

    async def context_menu(self, hostile: HostileText) -> None:
        """`Suggest this` on what somebody else said."""
        if text := _as_message(hostile.text):
            message = await self.moderator.send(CHANNEL, text)
            await self._privately(self.viewer.context_menu(message, "Suggest this"))

    async def name(self, hostile: HostileText) -> None:
        """A viewer is called like that, and suggests something innocent."""
        guest = self.house.discord.add_user(f"guest{id(hostile)}", display_name=hostile.text[:32])
        await self._privately(guest.slash(CHANNEL, "odyssey say", prompt=f"rain {hostile.marker}"))

    async def opening(self, hostile: HostileText) -> None:
        """An opening prompt, where a broadcast runs already: it is refused for its words, or for that."""
        await self._privately(self.viewer.slash(CHANNEL, "odyssey start", prompt=hostile.text))

    async def past_stream(self, hostile: HostileText) -> None:
        """What is typed to find a past stream, and is then sent as if it were one."""
        await self.viewer.autocomplete(CHANNEL, "odyssey recording", "broadcast", hostile.text)
        await self._privately(self.viewer.slash(CHANNEL, "odyssey recording", broadcast=hostile.text))

    async def edit(self, hostile: HostileText) -> None:
        """A message whose suggestion waits is edited; what then waits is what the rules allow."""
        message = await self.viewer.send(CHANNEL, "!as it was")
        await self.tap.answered(message.id)
        await self.viewer.edit(message, f"!{hostile.text}"[:2000])
        review = await self.house.review(self.panel)
        was_changed = "as it was" not in review.text
        assert not (was_changed and hostile.is_forbidden), review.text
        await self.viewer.delete(message)
        await self.until_nothing_waits()  # else the next review is about it

    async def until_nothing_waits(self) -> None:
        """Returns when all that was suggested is settled."""
        async with asyncio.timeout(WAIT_S):
            with closing(sqlite3.connect(self.house.directory / "odyssey.sqlite3")) as database:
                while database.execute("SELECT 1 FROM suggestions WHERE settled_at IS NULL").fetchone():
                    await asyncio.sleep(0.005)

    async def review(self, hostile: HostileText) -> None:
        """A moderator edits a suggestion that waits: the server's rules do not bind them."""
        await self._privately(self.viewer.slash(CHANNEL, "odyssey say", prompt="as it was"))
        review = await self.house.review(self.panel)
        dialogue = await self.moderator.click(review, label="Edit")
        edited = self.moderator.submit_modal(dialogue, {"What is sent": hostile.text[:1000]})
        after = await self._privately(edited)
        if "as it was" in after.text or "prompt is empty" in after.text:
            await self.moderator.click(review, label="Refuse")

    async def setting(self, hostile: HostileText) -> None:
        """A moderator sets each list and text to it, and imports it; panics; then all is as it was."""
        for name in ("blocked_words", "blocked_patterns", "safe_prompt", "moderator_roles", hostile.text):
            await self._set(name=name, value=hostile.text)
        lists = {"blocked_words": [hostile.text], "blocked_patterns": [hostile.text]}
        for file in (json.dumps(lists), json.dumps({"safe_prompt": hostile.text}), hostile.text):
            await self._set(file=("settings.json", file.encode(errors="surrogatepass")))
        await self._privately(self.moderator.slash(CHANNEL, "odyssey panic"))
        await self._privately(self.moderator.slash(CHANNEL, "odyssey resume"))
        await self.set_rules()

    async def start(self, hostile: HostileText) -> None:
        """A broadcast of its own begins with it, or is refused; what begins ends again."""
        answer = await self._privately(self.viewer.slash(LOUNGE, "odyssey start", prompt=hostile.text))
        if not answer.private:
            assert not hostile.is_forbidden
            await self._until_status("Live")
            await self._privately(self.viewer.slash(LOUNGE, "odyssey end"))
            await self._until_status("No broadcast is running")

    async def _until_status(self, words: str) -> None:
        """Asks how the broadcast stands, until it stands so: its panel is edited only now and then."""
        async with asyncio.timeout(WAIT_S):
            while words not in (await self._privately(self.viewer.slash(LOUNGE, "odyssey status"))).text:
                await asyncio.sleep(0.02)

    async def set_rules(self) -> None:
        """Rules as in `tests.support.hostile_texts`, no gap, and a panel that stays where it is."""
        rules = json.dumps({**RULES, "panel_follows_after": 0}).encode()
        await self._set(file=("settings.json", rules))

    async def look_back(self) -> None:
        """What shows past things shows them."""
        for command in ("odyssey audit", "odyssey list", "odyssey status", "odyssey settings"):
            await self._privately(self.moderator.slash(CHANNEL, command))

    async def _set(self, **options: object) -> None:
        await self._privately(self.moderator.slash(CHANNEL, "odyssey settings", **options))

    async def _privately(self, asking: Awaitable[Answer]) -> SeenMessage:
        """The answer, once there is one."""
        message = await self._final(await asking)
        assert message.text
        if UNEXPECTED in message.text:
            self.broken.append(message.text)
        return message

    async def _final(self, answer: Answer) -> SeenMessage:
        """As `Answer.final`, but looks at one message only: here the channels become long."""
        assert answer.failed is None, answer.failed
        world, changed = self.house.discord.world, asyncio.Event()

        def notice(_channel_id: int, message_id: int) -> None:
            if message_id == answer.message_id:
                changed.set()

        world.observe(notice)
        try:
            async with asyncio.timeout(WAIT_S):
                while (message := answer.message) is None or message.thinking:
                    await changed.wait()
                    changed.clear()
        finally:
            world.stop_observing(notice)
        return message

    async def _in_chat(self, text: str, reply_to: SeenMessage | None = None) -> None:
        if said := _as_message(text):
            message = await self.viewer.send(CHANNEL, said, reply_to=reply_to)
            await self.tap.answered(message.id)


def _as_message(text: str) -> str:
    """What Discord makes of it: 2,000 characters at most, and none but white space is no message."""
    return text[:2000] if text[:2000].strip() else ""


SUGGESTING: tuple[Way, ...] = (
    Visitor.say,
    Visitor.prefix,
    Visitor.mention,
    Visitor.reply,
    Visitor.modal,
    Visitor.context_menu,
    Visitor.opening,
)
"""Walked by many texts, since strangers are on them."""
DECIDED: tuple[Way, ...] = (Visitor.edit, Visitor.review)
"""Walked where moderators decide, so that something waits."""
OTHERS: tuple[Way, ...] = (Visitor.name, Visitor.past_stream, Visitor.setting)
