"""The bot as Discord sees it."""

import asyncio
import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import discord
from discord.ext import commands

from bot.broadcast.answers import Answers
from bot.broadcast.audience.links import WatchLinks
from bot.broadcast.audience.recording_links import RecordingLinks
from bot.broadcast.audit import Audit
from bot.broadcast.clock import Clock
from bot.broadcast.model import Broadcast
from bot.broadcast.people import People, Redo
from bot.broadcast.ports import FullHistory, PictureReader, PostJournal
from bot.broadcast.recordings.archive import Archive
from bot.broadcast.recordings.clips import Clips
from bot.broadcast.recordings.desk import RecordingDesk
from bot.broadcast.recordings.films import Films
from bot.broadcast.recordings.posting import CurrentPoster
from bot.broadcast.recordings.timelines import ReadFile, Timelines
from bot.broadcast.show.deeds import Deeds
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.telling.backoff import Backoff
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.discord.chat_queue import ChatQueue
from bot.discord.event_guard import guard, guard_tasks
from bot.guilds.accounts.server_accounts import ServerAccounts
from bot.guilds.first_questions import FirstQuestions
from bot.guilds.guilds import Guilds
from bot.guilds.left_servers import LeftServers
from bot.kit.references import new_reference
from bot.process.deadline import Deadline
from bot.process.sealing import Seal
from bot.worlds.artifacts import FetchArtifact

log = logging.getLogger(__name__)

EXTENSION = "cogs.odyssey"

LOGIN_TIMEOUT_S = 90.0
LONGEST_LIMIT_S = 30.0
"""While it logs in, the bot waits itself for a rate limit that takes longer: so that it can say so."""
GUILDS_COME_WITHIN_S = 0.5
"""Each after the one before: the bot is ready when none came for so long. Nothing here waits for them."""
TELLING_HEAD_START_S = 2.0
"""For the list of commands to be there when the bot is."""
TELLING_AGAIN_S = (60.0, 3600.0)
CONNECTING_AGAIN_S = (1.0, 300.0)
"""The first pause and the longest."""
LASTING_S = 600.0
"""A connection that held for so long was a good one: pauses begin anew."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the cogs work with: it shows no key, and has no setting but those that they need."""

    broadcasts: Broadcasts
    deeds: Deeds
    audit: Audit
    desk: RecordingDesk
    archive: Archive
    outbox: Outbox
    journal: PostJournal
    history: FullHistory
    answers: Answers
    """What the service said to the operator's account."""
    accounts: ServerAccounts
    answers_of: Callable[[str | None], Answers]
    """The same, to the account with an ID."""
    guilds: Guilds
    links: WatchLinks
    recording_links: RecordingLinks
    timelines: Timelines
    read_file: ReadFile
    people: People
    left_servers: LeftServers
    redos: Sequence[Redo]
    """What makes anew what shows names, of a broadcast in which somebody was forgotten."""
    pictures: PictureReader
    fetch_artifact: FetchArtifact
    first_questions: FirstQuestions
    listeners: Listeners[Broadcast]
    films: Films
    clips: Clips
    poster: CurrentPoster
    clock: Clock
    deadline: Deadline
    seal: Seal
    resume_within: timedelta
    """What was said longer ago, when nobody heard it, is not heard any more."""
    watch_base_url: str | None
    """Where watch links start, without a slash at the end; None where others cannot reach the page."""


class OdysseyBot(commands.Bot):
    """A discord.py bot with our services on it, which goes on with less when Discord grants it less."""

    def __init__(self, services: Services) -> None:
        # No voice here, so nobody needs to hear that its packages are missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            # For servers that the bot is in: elsewhere it could neither keep a panel nor post a recording.
            allowed_installs=discord.app_commands.AppInstallationType(guild=True, user=False),
            intents=discord.Intents(guilds=True, moderation=True, guild_messages=True, message_content=True),
            # Nothing that users write can ping anyone.
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            guild_ready_timeout=GUILDS_COME_WITHIN_S,
        )
        self.services = services
        self.reads_chat = True
        """Whether it gets the content of messages."""
        self.was_ready = False
        """Whether it was ever connected."""
        self.is_connected = False
        """Whether Discord is there at the moment."""
        self._pauses = Backoff(*CONNECTING_AGAIN_S)
        self._telling: asyncio.Task[None] | None = None
        self._answered = asyncio.Event()  # what Discord says to the list of commands, the first time
        guard(self._connection.parsers)
        self._chat = ChatQueue(self._connection.parsers)

    async def login(self, token: str) -> None:
        """As discord.py's, but it comes to an end, also when Discord does not answer or asks to wait long."""
        self.http.max_ratelimit_timeout = LONGEST_LIMIT_S
        async with asyncio.timeout(LOGIN_TIMEOUT_S):
            await super().login(token)
        self.http.max_ratelimit_timeout = None

    async def setup_hook(self) -> None:
        """Loads the cogs, and has Discord told of the commands; it may know them, so nothing waits long."""
        guard_tasks(asyncio.get_running_loop())
        self._ask_for_members()
        await self.load_extension(EXTENSION)
        self._telling = asyncio.create_task(self._tell_commands(), name="tell Discord of the commands")
        await self.services.clock.wait(self._answered, self.services.clock.steady() + TELLING_HEAD_START_S)

    async def connect(self, *, reconnect: bool = True) -> None:
        """As discord.py's, but neither an intent that is taken away nor nonsense from Discord ends it.

        Then the connection is made anew, and the cogs go on with what they know.
        """
        while not self.is_closed():
            began_at = self.services.clock.steady()
            try:
                await super().connect(reconnect=reconnect)
            except discord.PrivilegedIntentsRequired:
                await self._ask_for_less()
            except Exception:  # the boundary of one connection: whatever came, the next one may be without it
                if self.is_closed() or not self.was_ready:
                    raise
                log.exception("the connection to Discord broke", extra={"ref": new_reference()})
                self.dispatch("disconnect")
                await self.cut_off()
                if self.services.clock.steady() - began_at > LASTING_S:
                    self._pauses.reset()
                await self.services.clock.sleep(self._pauses.next_s())

    async def close(self) -> None:
        self._note(is_connected=False)
        self._chat.clear()
        # The second is discord.py's own, which it leaves behind when it is closed within moments.
        tasks = [task for task in (self._telling, self._connection._ready_task) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await super().close()

    async def cut_off(self) -> None:
        """Drops the connection, without waiting for what the other side says to that."""
        with suppress(Exception):  # it is broken
            async with asyncio.timeout(1):
                await self.ws.close()

    async def on_ready(self) -> None:
        self.was_ready = True
        self._note(is_connected=True)
        log.info("connected to Discord as %s, in %d servers", self.user, len(self.guilds))

    async def on_resumed(self) -> None:
        self._note(is_connected=True)

    async def on_disconnect(self) -> None:
        self._note(is_connected=False)

    async def on_message(self, message: discord.Message, /) -> None:
        """Chat goes to the cogs' listeners; there are no text commands."""

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """What a listener did not foresee is a line in the log."""
        log.error("failed at %s", event_method, exc_info=sys.exception(), extra={"ref": new_reference()})

    def _note(self, *, is_connected: bool) -> None:
        self.is_connected = is_connected
        self.services.answers.discord(is_there=is_connected)

    async def _tell_commands(self) -> None:
        pauses = Backoff(*TELLING_AGAIN_S)
        while True:
            try:
                await self.tree.sync()
            except Exception as error:  # noqa: BLE001 - the boundary of one telling: the bot goes on without
                pause_s = pauses.next_s()
                log.warning(
                    "Discord did not take the list of commands (%s). Those that it knows work; "
                    "it is told again in %.0f s",
                    " ".join(str(error).split())[:200],
                    pause_s,
                )
                self._answered.set()
                await self.services.clock.sleep(pause_s)
            else:
                self._answered.set()
                return

    def _ask_for_members(self) -> None:
        """Asks to hear who leaves, where the developer portal has that intent switched on."""
        flags = self.application_flags
        if flags.gateway_guild_members or flags.gateway_guild_members_limited:
            self._connection._intents.members = True  # too late for the constructor: who logs in learns it

    async def _ask_for_less(self) -> None:
        """Goes on without the intents that are switched off. Raises when there is none to spare."""
        intents = self._connection._intents
        before = (intents.message_content, intents.members)
        if before == (False, False):
            raise discord.PrivilegedIntentsRequired(None)
        content, members = await self._granted()
        if (content, members) == before:
            content = members = False  # whatever it says, it did not grant them
        intents.message_content, intents.members = content, members
        self.reads_chat = content
        if not content:
            log.warning(
                "The message content intent is switched off in Discord's developer portal (Bot, Privileged "
                "Gateway Intents): chat messages cannot steer. Slash commands and buttons work."
            )
        if before[1] and not members:
            log.warning("The server members intent was switched off: who leaves may keep a place in line.")

    async def _granted(self) -> tuple[bool, bool]:
        """Whether the portal has message content and members switched on, of those that were asked for."""
        intents = self._connection._intents
        try:
            flags = (await self.application_info()).flags
        except Exception as error:  # noqa: BLE001 - the boundary of one question: without an answer, neither
            log.warning("Discord does not say which intents it grants (%s)", type(error).__name__)
            return False, False
        content = flags.gateway_message_content or flags.gateway_message_content_limited
        members = flags.gateway_guild_members or flags.gateway_guild_members_limited
        return intents.message_content and content, intents.members and members
