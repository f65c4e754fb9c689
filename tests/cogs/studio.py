"""A place in which every door can be tried."""

import itertools
import json
import sqlite3
from contextlib import closing

from tests.cogs.conftest import until
from tests.cogs.people import (
    ADMINISTRATOR,
    MANAGE_MESSAGES,
    VIEW,
    Visitor,
    give,
    new_channel,
    new_role,
    overwrite,
)
from tests.e2e.conftest import WAIT_S, House
from tests.support.steering import set_

KINDS = [
    "stranger",
    "viewer",
    "host",
    "channel moderator",
    "server moderator",
    "role moderator",
    "administrator",
]


class Studio:
    """A channel with a broadcast of the host's, and somebody of each kind."""

    def __init__(self, house: House) -> None:
        self.house, self.discord = house, house.discord
        self.channel, self.lounge = new_channel(house, "studio"), house.discord.channel("lounge")
        users = {
            kind: self.discord.add_user(kind.replace(" ", "-"), display_name=kind.capitalize())
            for kind in KINDS
        }
        self.people = {kind: Visitor(house, user) for kind, user in users.items()}
        self.other = self.discord.add_user("other").id
        self.starters, self.crew = new_role(house, "Starters"), new_role(house, "Crew")
        give(house, users["host"], self.starters)
        give(house, users["role moderator"], self.crew)
        give(house, users["server moderator"], new_role(house, "Moderators of messages", MANAGE_MESSAGES))
        give(house, users["administrator"], new_role(house, "Admins", ADMINISTRATOR))
        overwrite(house, self.channel, users["stranger"], deny=VIEW)
        overwrite(house, self.channel, users["channel moderator"], allow=MANAGE_MESSAGES)
        self.stream_id = self.broadcast_id = ""
        self._numbers = itertools.count()

    async def open(self) -> None:
        """One broadcast that is over and recorded, and one that is live."""
        host = self.people["host"]
        await set_(self.house, gap_s=0, line_limit_per_viewer=50, blocked_words="heck", repeat_window_s=0)
        await set_(self.house, starter_roles=self.starters, moderator_roles=self.crew)
        for is_last in (False, True):
            await host.command(self.channel, "start", prompt="A cat")
            await host.user.wait_for_message(
                self.channel, lambda message: "🔴 Live" in message.text, timeout_s=WAIT_S
            )
            if not is_last:
                await host.command(self.channel, "end")
                await host.user.wait_for_message(
                    self.channel, lambda message: "Full video" in message.text, timeout_s=WAIT_S
                )
        self.stream_id, self.broadcast_id = self._stored(
            "SELECT service_id, broadcast_id FROM streams ORDER BY started_at"
        )

    def idea(self) -> str:
        """Something that nobody has suggested yet."""
        return f"bird {next(self._numbers):03}"

    async def button(self, who: Visitor, name: str, *arguments: str) -> str:
        """Presses one, in a channel that everyone views: it is the broadcast's that counts."""
        return await who.press(self.lounge, ":".join(("odyssey", name, *arguments)))

    async def in_review(self, who: Visitor, verdict: str) -> str:
        return await self.button(who, verdict, self.broadcast_id, "gone", "0" * 8)

    async def dialogue(self, who: Visitor, opener: str, *arguments: str) -> str:
        """Submits one that a moderator opened."""
        moderator = self.people["server moderator"]
        modal = await moderator.opened(
            self.lounge, ":".join(("odyssey", opener, self.broadcast_id, *arguments))
        )
        return await who.submit(self.lounge, modal, self.idea())

    async def edit_dialogue(self, who: Visitor) -> str:
        mika = self.people["server moderator"]
        await mika.command(self.channel, "mode", mode="host")
        await mika.command(self.channel, "say", prompt=self.idea())
        [waiting] = self._stored("SELECT id FROM suggestions WHERE outcome = 'queued' ORDER BY suggested_at")
        return await self.dialogue(who, "edit", waiting, "0" * 8)

    async def chat(self, who: Visitor, text: str, *, to_panel: bool = False) -> str:
        """The word back, if it is a refusal. Who does not view a channel cannot write there either."""
        user = who.user
        if who is self.people["stranger"]:
            return "No broadcast is running"
        panel = next(
            m for m in reversed(user.messages(self.channel)) if "🔴 Live" in m.text and not m.private
        )
        said = await user.send(self.channel, text, reply_to=panel if to_panel else None)

        def refusal() -> str:
            told = [message.text for message in user.messages(user.direct_channel)]
            return next((text for text in told if str(said.id) in text), "")

        await until(self.house, lambda: bool(refusal()) or self._is_taken(said.content))
        return refusal()

    def _is_taken(self, words: str) -> bool:
        prompts = [row[0] for row in self._rows("SELECT prompt FROM suggestions")]
        return any(prompt in words for prompt in prompts)

    async def menu(self, who: Visitor) -> str:
        """`Suggest this`, on a message in a channel that they view."""
        if who is self.people["stranger"]:
            return "No broadcast is running"
        said = await self.discord.user("mika").send(self.channel, self.idea())
        return (await (await who.user.context_menu(said, "Suggest this")).final(timeout_s=WAIT_S)).text

    async def picture_menu(self, who: Visitor) -> str:
        """`Start from this picture`, on a message in a channel that they view."""
        if who is self.people["stranger"]:
            return "No broadcast is running"
        said = await self.discord.user("mika").send(self.channel, "", files=[("dog.png", b"no picture")])
        answer = await who.user.context_menu(said, "Start from this picture")
        return "a dialogue" if answer.modal else (await answer.final(timeout_s=WAIT_S)).text

    async def picture_dialogue(self, who: Visitor) -> str:
        """Submits one that a moderator opened."""
        mika = self.people["server moderator"].user
        said = await mika.send(self.channel, "", files=[("dog.png", b"no picture")])
        opened = (await mika.context_menu(said, "Start from this picture")).modal
        assert opened
        return await who.submit(self.channel, opened.payload, "A dog")

    async def mute_dialogue(self, who: Visitor) -> str:
        """Submits one that a moderator opened from somebody's menu."""
        mika = self.people["server moderator"].user
        opened = (await mika.user_menu(self.lounge, self.other, "Mute from steering")).modal
        assert opened
        return await who.submit(self.lounge, opened.payload, ["10"])

    async def person_menu(self, who: Visitor) -> str:
        """`Mute from steering`, in a channel that they view."""
        answer = await who.user.user_menu(self.lounge, self.other, "Mute from steering")
        return "a dialogue" if answer.modal else (await answer.final(timeout_s=WAIT_S)).text

    async def found(self, who: Visitor, command: str, option: str, typed: str = "") -> str:
        return "" if await who.completion(self.lounge, command, option, typed) else "Only moderators"

    async def settings_dialogue(self, who: Visitor) -> str:
        """Submits one that a moderator opened, unchanged but for a word."""
        moderator = self.people["server moderator"]
        modal = await moderator.opened(self.lounge, "odyssey:settings:SPEECH:edit")
        return await who.submit(self.lounge, modal, "heck\ndarn")

    async def key_dialogue(self, who: Visitor) -> str:
        """Submits one that an administrator opened, with a key that is none."""
        modal = await self.people["administrator"].opened(self.lounge, "odyssey:account:set")
        return await who.submit(self.lounge, modal, "none")

    def settings_file(self) -> tuple[str, bytes]:
        """The settings as they are."""
        settings = {"gap_s": 0, "line_limit_per_viewer": 50, "blocked_words": ["heck"], "repeat_window_s": 0}
        roles = {"starter_roles": [self.starters], "moderator_roles": [self.crew]}
        return "settings.json", json.dumps(settings | roles).encode()

    def _stored(self, query: str) -> tuple[str, ...]:
        return self._rows(query)[-1]

    def _rows(self, query: str) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(self.house.directory / "odyssey.sqlite3")) as database:
            return database.execute(query).fetchall()
