"""The composition root: opens everything in order, wires it, and closes it in reverse order."""

import asyncio
import logging
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

from bot.app.accounts import open_accounts
from bot.app.archiving import open_archive
from bot.app.copies import nightly_copies
from bot.app.films import open_films
from bot.app.joining import open_company
from bot.app.key import check_key
from bot.app.looks import looks_of
from bot.app.pages import Answered, open_gate, serve_pages
from bot.app.people import forgets_with, keepers_in_memory, open_left_servers, people_of
from bot.app.recordings import shown_recordings
from bot.app.stage import Stage, open_stage, tell_of_recordings
from bot.app.taking_up import TakingUp
from bot.app.watching import health_of, open_metrics, status_of, tell_of_public_url
from bot.broadcast.answers import Answers
from bot.broadcast.audience.links import WatchLinks
from bot.broadcast.audience.recording_links import RecordingLinks
from bot.broadcast.audit import Audit
from bot.broadcast.clock import Clock
from bot.broadcast.limits.continuation import RelayRules
from bot.broadcast.model import Broadcast
from bot.broadcast.outage import Outage
from bot.broadcast.ports import Ports
from bot.broadcast.recordings.archiving import ArchiveKeeper
from bot.broadcast.recordings.desk import RecordingDesk
from bot.broadcast.recordings.posting import CurrentPoster
from bot.broadcast.recordings.reconciling import Reconciler
from bot.broadcast.show.deeds import Deeds
from bot.broadcast.show.heartbeat import Heartbeat
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.unstored import Unstored
from bot.broadcast.telling.listeners import Listeners
from bot.discord.connection import Account, Connection
from bot.discord.services import Services
from bot.discord.sharding import Sharding
from bot.guilds.first_questions import FirstQuestions
from bot.guilds.guilds import Guilds
from bot.guilds.words.text_rules import make_text_filter
from bot.kit.references import new_id, new_reference
from bot.metrics.counting import Tellers
from bot.metrics.standing import Standing
from bot.process.clock import SystemClock
from bot.process.deadline import Deadline, stop_s
from bot.process.liveness import Liveness
from bot.process.memory import old_objects_left_alone, tidied_at_rest
from bot.process.sealing import Seal
from bot.process.settings import Settings
from bot.process.signals import stop_on_signals
from bot.process.systemd import Systemd
from bot.storage.accounts import DatabaseAccounts
from bot.storage.address import database_address
from bot.storage.clips import FilmTables
from bot.storage.database import errors_explained
from bot.storage.guilds import DatabaseGuilds
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.kept_files import DatabaseKeptFiles
from bot.storage.links import DatabaseLinks
from bot.storage.people import DatabasePeople, DatabaseServers
from bot.storage.recording_links import DatabaseRecordingLinks
from bot.storage.unsettled import DatabaseStreamBooks
from bot.worlds.account import lists_of
from bot.worlds.artifacts import artifacts_of
from bot.worlds.odyssey import OdysseyRecordings
from bot.worlds.pictures import PictureProcess

log = logging.getLogger(__name__)

CUT_OFF_AFTER_S = 1.0
"""After a stop that took too long: what cannot be given up, the look-up of a name say, is cut off then."""


async def run_until_signalled(settings: Settings) -> None:
    """Runs the bot until it is told to stop. Raises `StartError` when it cannot start."""
    async with old_objects_left_alone():
        takes_s = stop_s(is_one_of_several=settings.cluster)
        await run_bot(settings, stop_on_signals(takes_s, cut_off_after_s=takes_s + CUT_OFF_AFTER_S))


async def run_bot(settings: Settings, stop: asyncio.Event, *, clock: Clock | None = None) -> None:
    """Runs the bot until `stop` is set, and then ends in order. Raises `StartError` when it cannot start.

    `clock` is the machine's, unless a test brings one that it can step.
    """
    async with AsyncExitStack() as stack:
        account = Account(settings.discord_token, settings.discord_api_url, settings.discord_gateway_url)
        sharding = Sharding(settings.shard_count, holds_all=not settings.cluster)
        connection = Connection(account, sharding)
        services = await _open_services(settings, clock or SystemClock(), stack, connection, stop)
        await connection.stay(services, stop)


async def _open_services(
    settings: Settings, clock: Clock, stack: AsyncExitStack, connection: Connection, stop: asyncio.Event
) -> Services:
    listeners, poster = Listeners[Broadcast](), CurrentPoster()
    deadline = Deadline(clock, stop_s=stop_s(is_one_of_several=settings.cluster))
    answers, outage = Answers(clock), Outage()

    is_on_server = database_address(settings.database_url).server is not None
    company = await open_company(settings, stack, connection, clock)
    database, writer, changes = company.database, company.writer, company.changes
    writer.tried.listen(lambda one: outage.tell(is_on=one.is_for_want_of_the_database))
    # By the machine's own clock: what a test does to the domain's says nothing of the loop.
    liveness = await stack.enter_async_context(Liveness(writer, SystemClock()))
    outbox = await stack.enter_async_context(company.outbox())
    journal = DatabaseJournal(writer, outbox, lease_of_guild=company.lease_of_guild)
    company.follow(journal.told)
    records = DatabaseGuilds(database, writer, changes)
    audit, first_questions = Audit(records, clock), FirstQuestions(records, clock)
    guilds = Guilds(
        records,
        audit,
        clock,
        make_text_filter,
        lambda guild_id: broadcasts.in_guild(guild_id),  # opened below, since they go by its rules
        own_prefix=settings.chat_prefix,
    )
    history = DatabaseHistory(database)
    links = WatchLinks(DatabaseLinks(database, writer, changes), history.broadcast, audit, clock, new_id)
    link_books, is_public = DatabaseRecordingLinks(database, writer), settings.watch_base_url is not None
    recording_links = RecordingLinks(link_books, audit, clock, new_id, can_be_followed=is_public)
    with errors_explained(settings.database_url):
        for remembers in (guilds, first_questions, links):
            await remembers.load()
    own = DatabaseAccounts(database, writer, changes)
    with errors_explained(settings.database_url):
        accounts = await open_accounts(
            settings, stack, own, audit, answers, clock, shared_slots=company.slots
        )
    await stack.enter_async_context(accounts.servers)
    await check_key(accounts.keys.by_account[None])
    kept = open_archive(settings, DatabaseKeptFiles(database, writer), outbox, clock)
    archiving = await stack.enter_async_context(kept.archiving(outbox, accounts.keys_of, history, clock))
    desk = await stack.enter_async_context(
        RecordingDesk(
            outbox,
            OdysseyRecordings(accounts.keys_of, clock),
            ArchiveKeeper(journal, kept.intake),
            poster,
            history,
            clock,
            timeout_s=settings.recording_timeout_s,
            linked=recording_links.linked,
        )
    )
    desk.recorded.listen(lambda stream: accounts.keys.answers_of(stream.account_id).found(stream))
    ports = Ports(
        accounts=accounts.servers,
        journal=journal,
        history=history,
        listeners=listeners,
        clock=clock,
        relay_rules=RelayRules(settings.continuation, settings.relay_tries),
        intake_of=guilds.intake_of,
        budget_of=lambda guild_id: guilds.settings_of(guild_id).budget,
        arbitration_of=lambda guild_id: guilds.settings_of(guild_id).arbitration,
        new_id=new_id,
        new_reference=new_reference,
        outage=outage,
    )
    nightly = await nightly_copies(settings, stack, clock)
    hands_over = settings.on_stop == "hand-over"
    broadcasts = await stack.enter_async_context(Broadcasts(ports, hands_over=hands_over))
    await stack.enter_async_context(tidied_at_rest(lambda: not broadcasts.running))
    stored_people = DatabasePeople(database, writer, outbox, journal.names, clock)
    people = await stack.enter_async_context(
        people_of(stored_people, broadcasts, guilds, accounts.servers, outbox, clock, company.also_forgets())
    )
    here = keepers_in_memory(broadcasts, guilds, accounts.servers)
    forget = forgets_with(here, journal.names.forget)
    await company.look_with(stack, looks_of(guilds, first_questions, links, accounts.servers, forget))
    servers, in_memory = DatabaseServers(database, writer, changes), (guilds, first_questions, links)
    left_servers = await open_left_servers(settings, stack, servers, kept.archive, clock, *in_memory)
    left_servers.gone.listen(accounts.servers.left)
    await stack.enter_async_context(Heartbeat(broadcasts, journal, clock))
    await stack.enter_async_context(Unstored(broadcasts, outage, clock, of_server=is_on_server))
    resume_within = timedelta(seconds=settings.resume_within_s)
    await company.take_up(TakingUp(database, broadcasts, outbox, clock, resume_within))
    await company.keep_house(
        stack, partial(kept.retaining, settings, clock), partial(kept.catching_up, outbox, history, clock)
    )
    reconciler = Reconciler(
        lists_of(accounts.keys_of, clock),
        DatabaseStreamBooks(database, company.is_ours),
        clock,
        save=journal.save_found_stream,
    )
    journal.told.listen(reconciler.told)
    await stack.enter_async_context(reconciler)
    gate = open_gate(settings, clock)
    health = health_of(liveness, connection, answers, deadline)
    tellers = Tellers(
        stored=journal.told,
        answers=answers.heard,
        tries=writer.tried,
        turns=liveness.turned,
        broadcasts=listeners,
        recorded=desk.recorded,
        cluster=company.counted,
    )
    standing = Standing(
        lambda: broadcasts.running,
        accounts.servers.all_in_use,
        lambda: gate.open_in_all,
        lambda: connection.latency_s,
        lambda: connection.latencies_s,
        lambda: nightly.made_at if nightly else None,
        lambda: outbox.waiting,
        clock.now,
        archiving,
    )
    metrics = await open_metrics(settings, stack, tellers, standing, broadcasts.find, clock, health)
    fetch_artifact = artifacts_of(settings.odyssey_api_url)
    books = FilmTables(database, writer, outbox, clock)
    films, clips = await open_films(stack, books, outbox, kept, guilds, listeners, clock)
    own_stage = Stage(
        broadcasts.view_in, connection.name_of, clips.ask_unknown, listeners, renewed=people.unnamed
    )
    stage = await open_stage(settings, stack, own_stage, broadcasts, company, clock)
    recordings = shown_recordings(
        recording_links, kept.archive, history, desk, fetch_artifact, films, stage.renewed
    )
    tell_of_recordings(recordings, stage)
    await serve_pages(
        settings,
        stack,
        stage,
        recordings,
        Answered(links, history.last_broadcast, desk.fetch, fetch_artifact),
        clock,
        last_picture=broadcasts.last_moments.picture_of,
        health=health,
        gate=gate,
        metrics=metrics,
    )
    await stack.enter_async_context(
        Systemd(stop, clock, hangs=lambda: liveness.problem, status=lambda: status_of(connection, broadcasts))
    )
    tell_of_public_url(settings)
    await company.begin(stack)
    return Services(
        broadcasts=broadcasts,
        deeds=Deeds(audit, lambda guild_id: guilds.settings_of(guild_id).safe_prompt),
        audit=audit,
        desk=desk,
        archive=kept.archive,
        outbox=outbox,
        journal=journal,
        history=history,
        answers=answers,
        accounts=accounts.servers,
        answers_of=accounts.keys.answers_of,
        guilds=guilds,
        links=links,
        recording_links=recording_links,
        timelines=recordings.timelines,
        read_file=recordings.archive.read,
        people=people,
        left_servers=left_servers,
        redos=[films.redo, clips.redraw, desk.redraw],
        pictures=PictureProcess(),
        fetch_artifact=fetch_artifact,
        first_questions=first_questions,
        listeners=listeners,
        films=films,
        clips=clips,
        poster=poster,
        clock=clock,
        deadline=deadline,
        seal=Seal(settings.discord_token.get_secret_value()),
        resume_within=resume_within,
        is_ours=company.is_ours,
        keeps_house=company.keeps_house,
        end_streams=company.end_streams,
        watch_base_url=settings.watch_base_url,
    )
