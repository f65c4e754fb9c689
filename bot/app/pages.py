"""The pages, served: of broadcasts and of recordings."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import NamedTuple

from bot.app.stage import Stage
from bot.broadcast.audience.links import WatchLinks
from bot.broadcast.clock import Clock
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Channel
from bot.broadcast.picture import Picture
from bot.process.open_files import raise_open_files_limit
from bot.process.setting_values import framing_sites, networks
from bot.process.settings import Settings
from bot.web.app import Sources, WebSettings
from bot.web.gate import Gate
from bot.web.health import Health
from bot.web.metrics import GuardedMetrics
from bot.web.playlist.live import LivePlaylists
from bot.web.recordings.fresh import FetchRecording
from bot.web.recordings.routes import RecordingSources
from bot.web.recordings.thumbnails import PICTURE_LIMIT_BYTES
from bot.web.server import serve_web
from bot.worlds.artifacts import FetchArtifact
from bot.worlds.playlists import playlist_reader

FILES_FOR_OTHERS = 300
"""Of those that the process may have open: for Discord, streams and the database, not for watch pages."""


class Answered(NamedTuple):
    """Who answers what pages ask: which link leads where, what was on last, what the service has of it."""

    links: WatchLinks
    last_in: Callable[[Channel], Awaitable[PastBroadcast | None]]
    fetch_recording: FetchRecording
    fetch_artifact: FetchArtifact


def open_gate(settings: Settings, clock: Clock) -> Gate:
    """Lets in as many pages as the process may have open."""
    return Gate(
        clock,
        networks(settings.trusted_proxies),
        per_address=settings.pages_per_address,
        in_all=max(1, raise_open_files_limit() - FILES_FOR_OTHERS),
    )


async def serve_pages(
    settings: Settings,
    stack: AsyncExitStack,
    stage: Stage,
    recordings: RecordingSources,
    answered: Answered,
    clock: Clock,
    *,
    last_picture: Callable[[str], Picture | None],
    health: Health,
    gate: Gate,
    metrics: GuardedMetrics | None,
) -> None:
    """Serves them for as long as the stack is open. Raises `StartError`."""
    read = await stack.enter_async_context(playlist_reader(settings.odyssey_api_url))
    playlists = await stack.enter_async_context(LivePlaylists(stage.view_in, read, stage.listeners, clock))
    sources = Sources(
        links=answered.links,
        listeners=stage.listeners,
        recorded=recordings.recorded,
        clock=clock,
        view_in=stage.view_in,
        name_of=stage.name_of,
        last_in=answered.last_in,
        last_picture=last_picture,
        fetch_recording=answered.fetch_recording,
        fetch_file=partial(answered.fetch_artifact, limit_bytes=PICTURE_LIMIT_BYTES),
        playlist=playlists,
        ask_clip=stage.ask_clip_in,
        recordings=recordings,
        health=health,
        gate=gate,
        metrics=metrics,
        renewed=stage.renewed,
        stored_pictures=stage.stored_pictures,
        lasts_known_s=stage.lasts_known_s,
    )
    served = WebSettings(
        base_url=settings.page_url,
        trusted_proxies=networks(settings.trusted_proxies),
        frame_ancestors=framing_sites(settings.frame_ancestors),
    )
    await stack.enter_async_context(
        serve_web(sources, served, host=settings.web_host, port=settings.web_port)
    )
