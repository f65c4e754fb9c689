"""`docs/rights.md`, walked: every deed, at every door, as every kind of person."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.broadcast.rights import RIGHTS, Deed, Right
from bot.broadcast.session import BroadcastSession
from cogs.buttons import Action
from cogs.odyssey import OdysseyCog
from cogs.review import Verdict
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
from tests.e2e.test_crowd import set_

DOC = Path(__file__).parents[2] / "docs" / "rights.md"
LACKING = re.compile(
    "Only moderators|only some roles may start|do not vote on the mode here|Only somebody who stands above"
    r"|Only \*\*Host\*\* or a moderator|No broadcast is running|This broadcast is over|no such stream"
    "|No stream has ended|only moderators choose another mode|breaks a rule of this server"
)
"""What people are told who lack a right; everything else is said to those who have it."""


def table(first: str) -> Iterator[dict[str, str]]:
    """The rows of the table in the document whose first column has this name."""
    lines = iter(DOC.read_text().splitlines())
    names = next(_cells(line) for line in lines if line.startswith(f"| {first} |"))
    next(lines)
    for line in lines:
        if not line.startswith("|"):
            return
        yield dict(zip(names, _cells(line), strict=True))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def doors() -> dict[Deed, list[str]]:
    """The doors that lead to each deed."""
    return {Deed(row["deed"]): row["doors"].split("; ") for row in table("deed")}


def holders() -> dict[Right, set[str]]:
    """The kinds of people who have each right."""
    return {
        Right(row["right"]): {kind for kind, mark in row.items() if mark == "✓"} for row in table("right")
    }


KINDS = [
    "stranger",
    "viewer",
    "host",
    "channel moderator",
    "server moderator",
    "role moderator",
    "administrator",
]


def test_the_document_has_the_table_of_the_code() -> None:
    """Every deed is in it, with the right that it asks for; and every right, for every kind of person."""
    assert {Deed(row["deed"]): Right(row["right"]) for row in table("deed")} == RIGHTS
    assert set(holders()) == set(Right)
    assert [[*row][1:] for row in table("right")] == [KINDS] * len(Right)


def test_every_door_is_in_the_document() -> None:
    """Each command, and each button of a panel or a review."""
    known = " ".join(door for of_deed in doors().values() for door in of_deed)
    for command in OdysseyCog.__cog_app_commands__:
        assert f"`/odyssey {command.name}`" in known
    for button in (*Action, *Verdict):
        assert button.value.capitalize() in known


class Studio:
    """A channel with a broadcast of the host's, and somebody of each kind."""

    def __init__(self, house: House) -> None:
        self.house, self.discord = house, house.discord
        self.channel, self.lounge = new_channel(house, "studio"), house.discord.channel("lounge")
        users = {
            kind: self.discord.user("mika")
            if kind == "server moderator"
            else self.discord.add_user(kind.replace(" ", "-"), display_name=kind.capitalize())
            for kind in KINDS
        }
        self.people = {kind: Visitor(house, user) for kind, user in users.items()}
        self.other = self.discord.add_user("other").id
        self.starters, self.crew = new_role(house, "Starters"), new_role(house, "Crew")
        give(house, users["host"], self.starters)
        give(house, users["role moderator"], self.crew)
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
            "SELECT id, broadcast_id FROM streams ORDER BY started_at"
        )

    def idea(self) -> str:
        """Something that nobody has suggested yet."""
        return f"{next(self._numbers)} birds"

    async def button(self, who: Visitor, name: str, *arguments: str) -> str:
        """Presses one, in a channel that everyone views: it is the broadcast's that counts."""
        return await who.press(self.lounge, ":".join(("odyssey", name, *arguments)))

    async def in_review(self, who: Visitor, verdict: str) -> str:
        return await self.button(who, verdict, self.broadcast_id, "gone", "0" * 8)

    async def dialogue(self, who: Visitor, opener: str, *arguments: str) -> str:
        """Submits one that a moderator opened."""
        mika = self.people["server moderator"]
        modal = await mika.opened(self.lounge, ":".join(("odyssey", opener, self.broadcast_id, *arguments)))
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
        panel = next(m for m in reversed(user.messages(self.channel)) if "🔴 Live" in m.text)
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

    async def found(self, who: Visitor, command: str, option: str, typed: str = "") -> str:
        return "" if await who.completion(self.lounge, command, option, typed) else "Only moderators"

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


Door = Callable[[Studio, Visitor], Awaitable[str]]


def command(name: str, /, **options: object) -> Door:
    """A slash command, in the studio."""
    return lambda studio, who: who.command(studio.channel, name, **options)


def verdict(name: str) -> Door:
    """A button of a review."""
    return lambda studio, who: studio.in_review(who, name)


def of_broadcast(name: str, *arguments: str) -> Door:
    """A button of the live broadcast."""
    return lambda studio, who: studio.button(who, name, studio.broadcast_id, *arguments)


DOORS: dict[str, Door] = {
    "`/odyssey status`": command("status"),
    "`/odyssey recording`": command("recording"),
    "`/odyssey recording stream`": lambda s, who: who.command(s.lounge, "recording", stream=s.stream_id),
    "completion of `stream`": lambda s, who: s.found(who, "recording", "stream", "cat"),
    "`/odyssey start`": command("start", prompt="A dog"),
    "`/odyssey start mode`": command("start", prompt="A dog", mode="vote"),
    "`/odyssey say`": lambda s, who: who.command(s.channel, "say", prompt=s.idea()),
    "chat with the prefix": lambda s, who: s.chat(who, f"!{s.idea()}"),
    "mention": lambda s, who: s.chat(who, f"<@{s.discord.world.application_id}> {s.idea()}"),
    "reply to the panel": lambda s, who: s.chat(who, s.idea(), to_panel=True),
    "`Suggest this`": lambda s, who: s.menu(who),
    "Suggest": of_broadcast("suggest"),
    "Suggest dialogue": lambda s, who: s.dialogue(who, "suggest"),
    "Withdraw": of_broadcast("withdraw", "gone"),
    "ballot's buttons": lambda s, who: s.button(who, "vote", "1", s.broadcast_id, "gone"),
    "For": of_broadcast("for"),
    "Against": of_broadcast("against"),
    "`/odyssey callvote`": command("callvote", mode="draw"),
    "`/odyssey end`": command("end"),
    "End": of_broadcast("end"),
    "`/odyssey mode`": command("mode", mode="draw"),
    "`/odyssey pause`": command("pause"),
    "`/odyssey resume`": command("resume"),
    "Pause": of_broadcast("pause"),
    "Resume": of_broadcast("resume"),
    "`/odyssey panic`": command("panic"),
    "Panic": of_broadcast("panic"),
    "Review": of_broadcast("review"),
    **{name.capitalize(): verdict(name) for name in Verdict},
    "Edit dialogue": lambda s, who: s.edit_dialogue(who),
    "`/odyssey list`": command("list"),
    "Newer and Older": lambda s, who: s.button(who, "list", "older", "0"),
    "`/odyssey audit`": command("audit"),
    "`/odyssey settings`": command("settings"),
    "`/odyssey settings name value`": command("settings", name="gap_s", value="0"),
    "`/odyssey settings file`": lambda s, who: who.command(s.lounge, "settings", file=s.settings_file()),
    "completion of `name`": lambda s, who: s.found(who, "settings", "name"),
    "`/odyssey mute`": lambda s, who: who.command(s.channel, "mute", person=s.other),
    "`/odyssey unmute`": lambda s, who: who.command(s.channel, "unmute", person=s.other),
}
BYPASSING: dict[str, Door] = {
    "`/odyssey say`": lambda s, who: who.command(s.channel, "say", prompt=f"heck, {s.idea()}"),
    "chat with the prefix": lambda s, who: s.chat(who, f"!heck, {s.idea()}"),
}


async def walk(studio: Studio, deeds: Iterable[Deed]) -> None:
    """Tries all doors of these deeds; says of all that are open or shut to the wrong people."""
    wrong = []
    for deed in deeds:
        for door in doors()[deed]:
            for kind, who in studio.people.items():
                answer = await (BYPASSING if deed is Deed.BYPASS else DOORS)[door](studio, who)
                may = kind in holders()[RIGHTS[deed]]
                if may is bool(LACKING.search(answer)) or "went wrong" in answer:
                    wrong.append(f"{deed}, {door}, {kind}: {answer!r}")
            if deed is Deed.PANIC:
                await studio.people["administrator"].command(studio.channel, "resume")
    assert not wrong


async def test_every_deed_at_every_door_as_everybody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the document says holds, no more and no less."""
    studio, may_end = Studio(house), asyncio.Event()
    async with house.bot():
        await studio.open()
        await walk(studio, [deed for deed in Deed if deed is not Deed.END])

        async def end_slowly(*_: object) -> None:
            await may_end.wait()

        # Who may end it is told that it is ending already, all but the first.
        monkeypatch.setattr(BroadcastSession, "_end_stream", end_slowly)
        await walk(studio, [Deed.END])
        may_end.set()
