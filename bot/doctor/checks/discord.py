"""Whether Discord takes the token, what it grants, and what the bot may in a channel."""

from collections.abc import AsyncIterator

import aiohttp

from bot.discord.connection import Account, is_passing, problem_of
from bot.discord.inquiry import Application, Inquiry, NoGatewayError, NoPlaceError, inquiry
from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning

FEW_CONNECTIONS = 20
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
            yield await _gateway(asked, settings.discord_gateway_url)
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
    found = [ok("token", f"Discord knows the bot as {application.name}; servers: {application.servers}.")]
    if not application.servers:
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


async def _gateway(asked: Inquiry, url: str | None) -> Finding:
    try:
        gateway = await asked.gateway(url)
    except (aiohttp.ClientError, OSError, ValueError, TypeError, NoGatewayError) as problem:
        setting = " Check DISCORD_GATEWAY_URL." if url else ""
        return error(
            "gateway",
            f"No gateway answers, so the bot could not hear anything ({type(problem).__name__}).",
            f"See that websockets get through to it.{setting}",
        )
    if gateway.connections_left < FEW_CONNECTIONS:
        return warning(
            "gateway",
            f"Discord allows {gateway.connections_left} more connections today: the bot connects too often.",
            "See in the log why; Discord resets the token of a bot that uses them up.",
        )
    return ok("gateway", f"It answers at {gateway.host}.")


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
