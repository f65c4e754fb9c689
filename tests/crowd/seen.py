"""All that the bot shows to a crowd, as it was shown: every version of every message, to whom, and when."""

import asyncio
import re
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from aiohttp import web

from bot.local.discord.people.users import User
from bot.local.discord.people.views import TEXT_DISPLAY, SeenMessage
from bot.local.discord.server import LocalDiscord
from tests.e2e.conftest import CHANNEL

SCREEN = 20
"""Messages that are about a screen of Discord's, on a desk."""
LIMIT_WINDOW_S = 5.0


@dataclass(frozen=True, slots=True)
class Version:
    """How a message looked from one moment on. `to` is whose eyes alone it is for; None: everybody's.

    `until` is when it was replaced or deleted, None while it stands.
    """

    at: float
    message: SeenMessage
    to: int | None
    until: float | None = None

    @property
    def words(self) -> str:
        """All that can be read in it, without the labels of buttons."""
        texts = [self.message.content]
        texts += [part["content"] for part in self.message.components if part["type"] == TEXT_DISPLAY]
        return "\n".join(text for text in texts if text)


class Seen:
    """Watches a local Discord. `people` are those whose private answers and direct messages are looked at.

    What becomes of messages up to the one with the ID `since` is about something earlier, and not looked at.
    """

    def __init__(self, discord: LocalDiscord, people: list[User], since: int) -> None:
        self._discord = discord
        self._people = people
        self._since = since
        self._direct = {user.direct_channel: user for user in people}
        self._channel = discord.channel(CHANNEL)
        self._owners: dict[int, User | None] = {}
        self._public: set[int] = set()
        self._away_since: float | None = None
        self.versions: defaultdict[int, list[Version]] = defaultdict(list)
        """Of the bot's messages, by their IDs; and of people's, for their marks."""
        self._has_changed = asyncio.Event()
        self.panel_id: int | None = None
        self.longest_away_s = 0.0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Sees what happens while the context lasts."""
        self._discord.world.observe(self._changed)
        try:
            yield
        finally:
            self._discord.world.stop_observing(self._changed)
            self._measure(time.monotonic(), is_over=True)

    @property
    def panel(self) -> SeenMessage | None:
        """The panel of the broadcast that runs, as it is now."""
        return None if self.panel_id is None else self._people[0].see(self._channel, self.panel_id)

    async def until_quiet(self, quiet_s: float) -> None:
        """Returns when nothing has changed for so long."""
        with suppress(TimeoutError):
            while True:
                self._has_changed.clear()
                async with asyncio.timeout(quiet_s):
                    await self._has_changed.wait()

    def _changed(self, channel_id: int, message_id: int) -> None:
        if message_id <= self._since or (channel_id != self._channel and channel_id not in self._direct):
            return
        self._has_changed.set()
        now, versions = time.monotonic(), self.versions[message_id]
        message, to = self._look(channel_id, message_id)
        if versions and versions[-1].until is None:
            last = versions[-1]
            if message and message.payload == last.message.payload:
                return
            versions[-1] = Version(last.at, last.message, last.to, now)
        if message:
            versions.append(Version(now, message, to))
        if channel_id == self._channel and to is None:
            (self._public.add if message else self._public.discard)(message_id)
            self._note_panel(message_id, message)
            self._measure(now)

    def _look(self, channel_id: int, message_id: int) -> tuple[SeenMessage | None, int | None]:
        """A message, and whose alone it is."""
        if user := self._direct.get(channel_id):
            return user.see(channel_id, message_id), user.id
        owner = self._owners.get(message_id)
        if message_id not in self._owners:
            seers = [user for user in self._people if user.see(channel_id, message_id)]
            owner = self._owners[message_id] = seers[0] if len(seers) == 1 else None
        return (owner or self._people[0]).see(channel_id, message_id), owner.id if owner else None

    def _note_panel(self, message_id: int, message: SeenMessage | None) -> None:
        labels = [button.label for button in message.buttons] if message and message.from_bot else []
        if "Suggest" in labels:
            self.panel_id = max(self.panel_id or 0, message_id)
        elif message_id == self.panel_id:
            self.panel_id = None

    def _measure(self, now: float, *, is_over: bool = False) -> None:
        """How long the panel has been farther away than a screen, at a stretch."""
        panel_id = self.panel_id
        is_away = panel_id is not None and sum(each > panel_id for each in self._public) > SCREEN
        if self._away_since is not None and (not is_away or is_over):
            self.longest_away_s = max(self.longest_away_s, now - self._away_since)
        self._away_since = (self._away_since or now) if is_away and not is_over else None


class Requests:
    """What the bot asks of Discord in a channel: the most within five seconds, of each kind."""

    def __init__(self) -> None:
        self.most: defaultdict[str, int] = defaultdict(int)
        self._recent: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def listen(self, app: web.Application, _: LocalDiscord) -> None:
        """Hears all requests from now on; to be given to `LocalDiscord` as `add_routes`."""

        @web.middleware
        async def heard(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            self._note(request.method, request.path)
            return await handler(request)

        app.middlewares.append(heard)

    def _note(self, method: str, path: str) -> None:
        found = re.search(r"/channels/(\d+)/messages(/\d+)?(/reactions)?", path)
        if not found or method == "GET":
            return
        kind = "marks" if found[3] else {"POST": "sent", "PATCH": "edited"}.get(method, "deleted")
        now, recent = time.monotonic(), self._recent[found[1], kind]
        recent.append(now)
        while now - recent[0] > LIMIT_WINDOW_S:
            recent.popleft()
        self.most[kind] = max(self.most[kind], len(recent))
