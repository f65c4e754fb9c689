"""What machines may ask of the bot: whether it is well, and what it counts."""

import logging
from collections.abc import Callable
from contextlib import AsyncExitStack

from bot.broadcast.answers import Answers
from bot.broadcast.clock import Clock
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.session import BroadcastSession
from bot.discord.connection import Connection
from bot.metrics.counting import Tellers, counting
from bot.metrics.standing import Standing
from bot.process.deadline import Deadline
from bot.process.liveness import Liveness
from bot.process.settings import Settings
from bot.web.health import Health, WhyNot
from bot.web.metrics import GuardedMetrics
from bot.web.server import serve_metrics

log = logging.getLogger(__name__)


def health_of(liveness: Liveness, connection: Connection, answers: Answers, deadline: Deadline) -> Health:
    """What a bot needs to serve people, and whether it has it."""
    lacks: dict[str, WhyNot] = {
        "discord": lambda: connection.trouble,
        "database": lambda: None if liveness.can_store else "the database takes nothing",
        "odyssey": lambda: "Odyssey refuses the key" if answers.key_is_refused else None,
        "process": lambda: "the bot is told to stop" if deadline.has_begun else liveness.problem,
    }
    return Health(lambda: liveness.problem, lacks)


def tell_of_public_url(settings: Settings) -> None:
    """Warns the operator where nobody else could open the bot's pages."""
    if settings.watch_base_url is None:
        log.warning(
            "PUBLIC_URL is not set, or leads to this machine alone: nobody else could open the watch page, "
            "so Watch opens the video as Odyssey has it, some seconds behind"
        )


async def open_metrics(
    settings: Settings,
    stack: AsyncExitStack,
    tellers: Tellers,
    standing: Standing,
    find: Callable[[str], BroadcastSession | None],
    clock: Clock,
    health: Health,
) -> GuardedMetrics | None:
    """Counts, if anybody may ask for it, and serves it; gives what the watch pages' server shows.

    Raises `StartError`.
    """
    port, token = settings.metrics_port, settings.metrics_token
    if port is None and token is None:
        return None
    draw = stack.enter_context(counting(tellers, standing, find, clock))
    if port is not None:
        await stack.enter_async_context(serve_metrics(draw, health, host=settings.metrics_host, port=port))
    return GuardedMetrics(draw, token.get_secret_value()) if token else None


def status_of(connection: Connection, broadcasts: Broadcasts) -> str:
    """What systemd shows of the bot."""
    discord = connection.trouble or "connected to Discord"
    return f"{discord}; broadcasts: {len(broadcasts.running)}"
