"""What the cogs work with."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

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
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.guilds.accounts.server_accounts import ServerAccounts
from bot.guilds.first_questions import FirstQuestions
from bot.guilds.guilds import Guilds
from bot.guilds.left_servers import LeftServers
from bot.process.deadline import Deadline
from bot.process.sealing import Seal
from bot.worlds.artifacts import FetchArtifact


class EndStreams(Protocol):
    async def __call__(self, *, within_s: float) -> None: ...


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
    is_ours: Callable[[int], bool]
    """Whether a server, by its ID, is this process's: it is, unless several are this bot."""
    keeps_house: asyncio.Event
    """Set while this process does what only one of several does."""
    end_streams: EndStreams
    """Has all that runs stop in order."""
    watch_base_url: str | None
    """Where watch links start, without a slash at the end; None where others cannot reach the page."""
