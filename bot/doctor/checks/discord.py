"""Whether Discord takes the token, what it grants, and what the bot may in a channel."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence

import aiohttp

from bot.broadcast.sharding import shard_of
from bot.discord.connection import Account, is_passing, problem_of
from bot.discord.inquiry import Application, Inquiry, NoGatewayError, NoPlaceError, inquiry
from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning
from bot.process.settings import Settings

FEW_SESSIONS = 20
MOST_SERVERS, MANY_SERVERS = 2500, 2000
"""Of a shard: what Discord allows, and what is near that."""
PORTAL = "Developer portal, your application, Bot, Privileged Gateway Intents: switch it on, and restart."


async def check(case: Case) -> AsyncIterator[Finding]:
    if not case.knows("discord_token", "discord_api_url", "discord_gateway_url"):
        yield warning(
            "discord",
            "It was not asked: its settings cannot be read.",
            "Mend the settings first.",
        )
        return
    settings = case.settings
    account = Account(settings.discord_token, settings.discord_api_url, settings.discord_gateway_url)
    try:
        async with inquiry(account) as asked:
            application = await asked.application()
            for finding in _of_the_account(application):
                yield finding
            for finding in await _gateway(asked, settings, application.server_ids):
                yield finding
            if case.channel_id is not None:
                async for finding in _of_the_channel(asked, case.channel_id):
                    yield finding
    except Exception as problem:  # noqa: BLE001 - told as the bot itself would tell it
        yield _trouble(problem)


def _trouble(problem: Exception) -> Finding:
    if is_passing(problem):
        return warning("discord", f"It is unwell ({type(problem).__name__}).", "Try again in some minutes.")
    sentence, _, step = (problem_of(problem) or "").partition(". ")
    if not sentence:
        raise problem
    return error("discord", f"{sentence}.", step)


def _of_the_account(application: Application) -> list[Finding]:
    found = [
        ok("token", f"Discord knows the bot as {application.name}; servers: {len(application.server_ids)}.")
    ]
    if not application.server_ids:
        found.append(warning("discord", "The bot is in no server.", "Invite it: the README has the link."))
    if application.reads_content:
        found.append(ok("intents", "The bot may read messages: chat can steer."))
    else:
        said = "The message content intent is switched off: chat cannot steer, commands and buttons can."
        found.append(warning("intents", said, PORTAL))
    if not application.hears_members:
        said = "The server members intent is switched off: who leaves keeps a place in line."
        found.append(ok("intents", f"{said} The bot does without it."))
    return found


async def _gateway(asked: Inquiry, settings: Settings, server_ids: Sequence[int]) -> list[Finding]:
    url = settings.discord_gateway_url
    try:
        gateway = await asked.gateway(url)
    except (aiohttp.ClientError, OSError, ValueError, TypeError, NoGatewayError) as problem:
        setting = " Check DISCORD_GATEWAY_URL." if url else ""
        said = f"No gateway answers, so the bot could not hear anything ({type(problem).__name__})."
        return [error("gateway", said, f"See that websockets get through to it.{setting}")]
    allowance = gateway.allowance
    found = [
        ok("gateway", f"It answers at {gateway.host}; Discord allows {allowance.remaining} more sessions.")
    ]
    if allowance.remaining < FEW_SESSIONS:
        said = f"Discord allows {allowance.remaining} more sessions today: the bot connects too often."
        if not allowance.has_some:
            said += " They are left alone, and shards without a session wait for the next day."
        step = "See in the log why; Discord resets the token of a bot that uses them up."
        found = [warning("gateway", said, step)]
    return [*found, _shards(settings.shard_count or allowance.shards, allowance.shards, server_ids)]


def _shards(count: int, recommended: int, server_ids: Sequence[int]) -> Finding:
    servers = max(Counter(shard_of(each, count) for each in server_ids).values(), default=0)
    said = f"Shards: {count}, of at most {servers} servers each."
    step = f"Set SHARDS to auto, or to {max(recommended, count + 1)} at least, and restart."
    if servers > MOST_SERVERS:
        return error("shards", f"{said} Discord lets none in that has more than {MOST_SERVERS}.", step)
    if servers > MANY_SERVERS:
        return warning("shards", f"{said} Beyond {MOST_SERVERS} Discord lets none in.", step)
    return ok("shards", said)


async def _of_the_channel(asked: Inquiry, channel_id: int) -> AsyncIterator[Finding]:
    try:
        rights = await asked.rights_in(channel_id)
    except NoPlaceError:
        yield error(
            "channel",
            f"There is no channel {channel_id}, or the bot is not in its server.",
            "Copy its ID anew (Developer Mode, right click), or invite the bot.",
        )
        return
    for name in rights.needed:
        yield error(
            "channel",
            f"In {rights.name} the bot lacks {_label(name)}: no broadcast can start there.",
            f"Allow {_label(name)} to the bot, in the channel's settings.",
        )
    for name in rights.wanted:
        yield warning(
            "channel",
            f"In {rights.name} the bot lacks {_label(name)}.",
            f"Allow {_label(name)} to the bot, in the channel's settings.",
        )
    if not rights.needed and not rights.wanted:
        yield ok("channel", f"In {rights.name} the bot has every permission that it needs.")


def _label(name: str) -> str:
    """As Discord shows it."""
    return name.replace("_", " ").title().replace(" In ", " in ")
