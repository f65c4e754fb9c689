"""A process of a cluster that serves its pages, and no more: it is not on Discord, and has no lease."""

import asyncio
import logging
import os
import socket
from contextlib import AsyncExitStack

from bot import __version__
from bot.app.accounts import open_accounts
from bot.app.archiving import open_archive
from bot.app.cluster.agreeing import check_agreement, digest_of
from bot.app.pages import Answered, open_gate, serve_pages
from bot.app.recordings import recording_sources
from bot.app.stage import open_shows, others_stage
from bot.app.watching import open_metrics
from bot.broadcast.answers import Answers
from bot.broadcast.audience.links import WatchLinks
from bot.broadcast.audience.recording_links import RecordingLinks
from bot.broadcast.audit import Audit
from bot.broadcast.clock import Clock
from bot.broadcast.model import Broadcast, Stream
from bot.broadcast.owning.directory import WEB, Member
from bot.broadcast.owning.looking import LookAgain, Looking, What
from bot.broadcast.owning.owning import Owning
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.kit.references import new_id
from bot.metrics.counting import Tellers
from bot.metrics.standing import Standing
from bot.process.clock import SystemClock
from bot.process.deadline import STOP_S
from bot.process.liveness import Liveness
from bot.process.memory import old_objects_left_alone
from bot.process.settings import PageSettings
from bot.process.signals import stop_on_signals
from bot.process.systemd import Systemd
from bot.storage.accounts import DatabaseAccounts
from bot.storage.cluster.bell import ServerBell
from bot.storage.cluster.changes import SharedChanges
from bot.storage.database import errors_explained, open_database
from bot.storage.films import DatabaseFilms
from bot.storage.guilds import DatabaseGuilds
from bot.storage.history import DatabaseHistory
from bot.storage.kept_files import DatabaseKeptFiles
from bot.storage.leases import DatabaseLeases
from bot.storage.links import DatabaseLinks
from bot.storage.outbox import DatabaseOutbox
from bot.storage.postgresql.connections import ServerDatabase, ServersOwnConnection
from bot.storage.recording_links import DatabaseRecordingLinks
from bot.storage.revisions import known_revisions
from bot.storage.writer import Writer
from bot.web.health import Health
from bot.worlds.artifacts import artifacts_of
from bot.worlds.odyssey import OdysseyRecordings

log = logging.getLogger(__name__)


async def run_pages_until_signalled(settings: PageSettings) -> None:
    """Serves until the process is told to stop. Raises `StartError` when it cannot start."""
    async with old_objects_left_alone():
        await run_pages(settings, stop_on_signals(STOP_S, cut_off_after_s=STOP_S + 1.0))


async def run_pages(settings: PageSettings, stop: asyncio.Event, *, clock: Clock | None = None) -> None:
    """Serves pages until `stop` is set. Raises `StartError` when it cannot start."""
    async with AsyncExitStack() as stack:
        await _open(settings, clock or SystemClock(), stack, stop)
        log.info("this process answers for pages alone")
        await stop.wait()
        log.info("stopping")


async def _open(settings: PageSettings, clock: Clock, stack: AsyncExitStack, stop: asyncio.Event) -> None:
    database = await stack.enter_async_context(open_database(settings.database_url, shared=True))
    assert isinstance(database, ServerDatabase)  # noqa: S101 - no other can be shared
    await _join(settings, stack, database, clock, stop)
    writer = await stack.enter_async_context(Writer(database, patience_s=settings.database_patience_s))
    liveness = await stack.enter_async_context(Liveness(writer, SystemClock()))
    bell = await stack.enter_async_context(ServerBell(database.server, writer, clock))
    changes = SharedChanges(database, writer, bell)
    audit, answers = Audit(DatabaseGuilds(database, writer), clock), Answers(clock)
    history = DatabaseHistory(database)
    links = WatchLinks(DatabaseLinks(database, writer, changes), history.broadcast, audit, clock, new_id)
    shows = open_shows(settings, database, writer, clock)
    own = DatabaseAccounts(database, writer, changes)
    with errors_explained(settings.database_url):
        await changes.begin()
        await links.load()
        accounts = await open_accounts(settings, stack, own, audit, answers, clock, may_store=False)
        stage = await others_stage(stack, shows, bell, clock)

    async def look_at_servers(subject: str | None) -> None:
        if subject is not None:
            links.drop_server(int(subject))

    looks: dict[What, LookAgain] = {
        What.LINKS: links.look_again,
        What.ACCOUNTS: accounts.servers.look_again,
        What.SERVERS: look_at_servers,
    }
    await stack.enter_async_context(Looking(bell, changes, looks))
    # Nothing of it is loaded, so nothing is delivered here.
    outbox = Outbox(DatabaseOutbox(database, writer), clock)
    kept = open_archive(settings, DatabaseKeptFiles(database, writer), outbox, clock)
    source, fetch_artifact = (
        OdysseyRecordings(accounts.keys_of, clock),
        artifacts_of(settings.odyssey_api_url),
    )
    recorded = Listeners[Stream]()
    recordings = recording_sources(
        RecordingLinks(DatabaseRecordingLinks(database, writer), audit, clock, new_id, can_be_followed=True),
        kept.archive,
        history,
        source.find,
        fetch_artifact,
        DatabaseFilms(database, writer, clock).offsets,
        recorded,
        stage.renewed,
    )
    gate = open_gate(settings, clock)
    health = Health(
        lambda: liveness.problem,
        {
            "database": lambda: None if liveness.can_store else "the database takes nothing",
            "process": lambda: "it is told to stop" if stop.is_set() else liveness.problem,
        },
        role="web",
    )
    tellers = Tellers(
        Listeners(), answers.heard, writer.tried, liveness.turned, Listeners[Broadcast](), recorded
    )
    standing = Standing(
        running=lambda: (),
        accounts=lambda: (),
        pages_open=lambda: gate.open_in_all,
        latency_s=None,
        shards=dict,
        copied_at=lambda: None,
        owed=lambda: (),
        now=clock.now,
        archive=None,
    )
    metrics = await open_metrics(settings, stack, tellers, standing, lambda _: None, clock, health)
    await serve_pages(
        settings,
        stack,
        stage,
        recordings,
        Answered(links, history.last_broadcast, source.find, fetch_artifact),
        clock,
        last_picture=lambda _: None,
        health=health,
        gate=gate,
        metrics=metrics,
    )
    status = "serves pages"
    await stack.enter_async_context(
        Systemd(stop, clock, hangs=lambda: liveness.problem, status=lambda: status)
    )


async def _join(
    settings: PageSettings, stack: AsyncExitStack, database: ServerDatabase, clock: Clock, stop: asyncio.Event
) -> None:
    """The others know of it, and it agrees with them. Raises `StartError`."""
    its_id, digest, started_at = new_id(), digest_of(settings), clock.now()
    leases = ServersOwnConnection(database)
    stack.push_async_callback(leases.close)
    book = DatabaseLeases(leases, its_id)

    def member() -> Member:
        return Member(
            id=its_id,
            name=f"{socket.gethostname()}:{os.getpid()}",
            role=WEB,
            version=__version__,
            revision=known_revisions()[-1],
            shards=None,
            digest=digest,
            started_at=started_at,
            is_draining=stop.is_set(),
        )

    with errors_explained(settings.database_url):
        standing = await book.standing()
        check_agreement(digest, None, standing.members)
        await stack.enter_async_context(Owning(book, clock, member))
