"""`docs/rights.md`, walked: every deed, at every door, as every kind of person."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path

import pytest

from bot.broadcast.relay.streams import Streams
from bot.broadcast.rights import RIGHTS, Deed, Right
from cogs.moderating.controls import Control, ControlButton
from cogs.moderating.review import Verdict
from cogs.odyssey import COMMANDS
from cogs.panel.buttons import Action
from tests.cogs.people import Visitor
from tests.cogs.studio import KINDS, Studio
from tests.e2e.conftest import House

DOC = Path(__file__).parents[3] / "docs" / "rights.md"
LACKING = re.compile(
    "Only moderators|Only people who may manage this server"
    "|only some roles may start|only some may start from a picture"
    "|do not vote on the mode here|Only somebody who stands above"
    r"|Only \*\*Host\*\* or a moderator|No broadcast is running|This broadcast is over|no such broadcast"
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


def test_the_document_has_the_table_of_the_code() -> None:
    """Every deed is in it, with the right that it asks for; and every right, for every kind of person."""
    assert {Deed(row["deed"]): Right(row["right"]) for row in table("deed")} == RIGHTS
    assert set(holders()) == set(Right)
    assert [[*row][1:] for row in table("right")] == [KINDS] * len(Right)


def test_every_door_is_in_the_document() -> None:
    """Each command, and each button of a panel, the controls or a review."""
    known = " ".join(door for of_deed in doors().values() for door in of_deed)
    for command in COMMANDS:
        assert f"`/odyssey {command.name}`" in known
    for button in (*Action, *Verdict):
        assert button.value.capitalize() in known
    for control in Control:
        assert str(ControlButton(control, "x").item.label) in known


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
    "`/odyssey link`": command("link"),
    "`/odyssey link new`": command("link", new=True),
    "`/odyssey recording`": command("recording"),
    "`/odyssey recording broadcast`": lambda s, who: who.command(
        s.lounge, "recording", broadcast=s.stream_id
    ),
    "completion of `broadcast`": lambda s, who: s.found(who, "recording", "broadcast", "cat"),
    "menu of streams": lambda s, who: who.choose(s.lounge, f"odyssey:stream:{s.stream_id}:1", "1"),
    "Fresh links": lambda s, who: who.press(s.lounge, f"odyssey:recording:fresh:{s.stream_id}"),
    "Timeline": lambda s, who: who.press(s.lounge, f"odyssey:recording:timeline:{s.stream_id}:0"),
    "Revoke link": lambda s, who: who.press(s.lounge, f"odyssey:recording:link:revoke:{s.stream_id}"),
    "New link": lambda s, who: who.press(s.lounge, f"odyssey:recording:link:new:{s.stream_id}"),
    "`/odyssey clip`": command("clip"),
    "`/odyssey credits`": command("credits", named=True),
    "`/odyssey start`": command("start", prompt="A dog"),
    "Another round": lambda s, who: who.press(s.channel, f"odyssey:again:{s.broadcast_id}"),
    "`/odyssey start image`": command("start", prompt="A dog", image=("dog.png", b"no picture")),
    "`Start from this picture`": lambda s, who: s.picture_menu(who),
    "Picture dialogue": lambda s, who: s.picture_dialogue(who),
    "`/odyssey start mode`": command("start", prompt="A dog", mode="vote"),
    "`/odyssey say`": lambda s, who: who.command(s.channel, "say", prompt=s.idea()),
    "chat with the prefix": lambda s, who: s.chat(who, f"!{s.idea()}"),
    "mention": lambda s, who: s.chat(who, f"<@{s.discord.world.application_id}> {s.idea()}"),
    "reply to the panel": lambda s, who: s.chat(who, s.idea(), to_panel=True),
    "`Suggest this`": lambda s, who: s.menu(who),
    "Suggest": of_broadcast("suggest"),
    "Suggest dialogue": lambda s, who: s.dialogue(who, "suggest"),
    "Withdraw": of_broadcast("withdraw", "gone"),
    "Take it back": of_broadcast("takeback", "gone"),
    "ballot's buttons": lambda s, who: s.button(who, "vote", "1", s.broadcast_id, "gone"),
    "For": of_broadcast("for"),
    "Against": of_broadcast("against"),
    "`/odyssey callvote`": command("callvote", mode="draw"),
    "`/odyssey end`": command("end"),
    "Moderate": of_broadcast("moderate"),
    "End": of_broadcast("end"),
    "End it": of_broadcast("endit"),
    "Keep it on air": of_broadcast("keepit"),
    "`/odyssey mode`": command("mode", mode="draw"),
    "menu of modes": lambda s, who: who.choose(s.lounge, f"odyssey:mode:{s.broadcast_id}", "draw"),
    "`/odyssey pause`": command("pause"),
    "`/odyssey resume`": command("resume"),
    "Pause": of_broadcast("pause"),
    "Resume": of_broadcast("resume"),
    "`/odyssey panic`": command("panic"),
    "Panic": of_broadcast("panic"),
    "Review": of_broadcast("review"),
    **{name.capitalize(): verdict(name) for name in Verdict},
    "Edit dialogue": lambda s, who: s.edit_dialogue(who),
    "`/odyssey health`": command("health"),
    "`/odyssey my-data`": command("my-data"),
    "`/odyssey forget-me`": command("forget-me"),
    "Forget me": lambda s, who: who.press(s.channel, "odyssey:forgetme"),
    "`/odyssey list`": command("list"),
    "`/odyssey list period text`": command("list", period="today", text="cat"),
    "completion of `period`": lambda s, who: s.found(who, "list", "period", "today"),
    "Newer and Older": lambda s, who: s.button(who, "list", "older", "0"),
    "`/odyssey audit`": command("audit"),
    "`/odyssey settings`": command("settings"),
    "`/odyssey settings name value`": command("settings", name="gap_s", value="0"),
    "`/odyssey settings file`": lambda s, who: who.command(s.lounge, "settings", file=s.settings_file()),
    "completion of `name`": lambda s, who: s.found(who, "settings", "name"),
    "menu of settings": lambda s, who: who.choose(s.lounge, "odyssey:settings:overview", "PACE"),
    "Edit settings": lambda s, who: s.button(who, "settings", "PACE", "edit"),
    "Settings dialogue": lambda s, who: s.settings_dialogue(who),
    "`/odyssey words`": command("words"),
    "`/odyssey account`": command("account"),
    "Set key": lambda s, who: who.press(s.lounge, "odyssey:account:set"),
    "Key dialogue": lambda s, who: s.key_dialogue(who),
    "Remove key": lambda s, who: who.press(s.lounge, "odyssey:account:remove"),
    "minutes of the first question": lambda s, who: who.choose(s.lounge, "odyssey:first:minutes", "0"),
    "roles of the first question": lambda s, who: who.choose(s.lounge, "odyssey:first:roles", s.starters),
    "Keep it as it is": lambda s, who: s.button(who, "first", "keep"),
    "`/odyssey words file`": lambda s, who: who.command(s.lounge, "words", file=("words.txt", b"heck")),
    "`/odyssey mute`": lambda s, who: who.command(s.channel, "mute", person=s.other),
    "`/odyssey unmute`": lambda s, who: who.command(s.channel, "unmute", person=s.other),
    "`Mute from steering`": lambda s, who: s.person_menu(who),
    "Mute dialogue": lambda s, who: s.mute_dialogue(who),
    "Unmute": lambda s, who: s.button(who, "unmute", str(s.other), "0"),
    "`/odyssey mutes`": command("mutes"),
    "Sooner and Later": lambda s, who: s.button(who, "mutes", "later", "0"),
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
    house.settings["account_secrets"] = "s" * 32
    studio, may_end = Studio(house), asyncio.Event()
    async with house.bot():
        await studio.open()
        await walk(studio, [deed for deed in Deed if deed not in (Deed.END, Deed.BE_FORGOTTEN)])

        async def end_slowly(*_: object) -> None:
            await may_end.wait()

        # Who may end it is told that it is ending already, all but the first.
        monkeypatch.setattr(Streams, "_end", end_slowly)
        await walk(studio, [Deed.END])
        may_end.set()
        await walk(studio, [Deed.BE_FORGOTTEN])  # a host is none after that
