"""Hears all that the bot says to Discord, and holds it against what it may never say."""

import asyncio
import re
from collections import defaultdict
from typing import Any

import pytest

from bot.local.discord.people.views import walk
from tests.e2e.conftest import WAIT_S, House

_ACTIVE = re.compile(
    r"@everyone|@here|<@[!&]?\d+>|<#\d+>|</[^<>]+:\d+>|<id:\w+>"
    r"|(?<!\\)\[[^]]*\]\(https?://(?!127\.0\.0\.1|localhost:)"
)
"""What Discord would make into a mention, or into a link under another name."""
_OWN_CHANNEL = re.compile(r"<#\d+>(?= · )")
"""The list of past streams names their channels."""


class Wiretap:
    """`faults` has a line for each message that could ping, or that shows a text as more than text."""

    def __init__(self, house: House, patch: pytest.MonkeyPatch) -> None:
        self.faults: list[str] = []
        self._rest = house.discord.world.rest
        self._answered: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        patch.setattr(house.discord.world, "rest", self._call)

    async def answered(self, message_id: int) -> None:
        """Returns when a chat message has a mark, or its author was told something."""
        async with asyncio.timeout(WAIT_S):
            await self._answered[message_id].wait()

    def _call(self, method: str, path: str, *, body: Any = None, **more: Any) -> Any:
        if method == "PUT" and (match := re.search(r"/messages/(\d+)/reactions/", path)):
            self._answered[int(match[1])].set()
        if isinstance(body, dict):
            self._note_reply(body)
            self._check(f"{method} {path.split('/')[1]}", body)
        return self._rest(method, path, body=body, **more)

    def _note_reply(self, body: dict[str, Any]) -> None:
        reference = (body.get("message_reference") or {}).get("message_id")
        link = re.search(r"/channels/\d+/\d+/(\d+)$", str(body.get("content")))
        if message_id := int(reference or (link and link[1]) or 0):
            self._answered[message_id].set()

    def _check(self, where: str, body: dict[str, Any]) -> None:
        said = body["data"] if isinstance(body.get("data"), dict) else body
        texts = [said.get("content"), *(part.get("content") for part in walk(said.get("components") or []))]
        shown = [text for text in texts if text]
        if not shown:
            return
        pings = said.get("allowed_mentions") or {}
        if pings.get("parse") != [] or pings.get("users") or pings.get("roles") or pings.get("replied_user"):
            self.faults.append(f"{where} may ping: {pings}")
        shown = [_OWN_CHANNEL.sub("", text) for text in shown]
        self.faults += [f"{where} says {text!r}" for text in shown if _ACTIVE.search(text)]
