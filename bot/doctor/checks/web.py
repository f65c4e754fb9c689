"""The watch page: its port, and whether PUBLIC_URL leads from outside to this very bot."""

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from aiohttp import web

from bot.doctor.asking import Asked, ask
from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning
from bot.process.setting_values import is_loopback, networks
from bot.web.instance import PATH, Comes, Instance

ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not listened on, asked
PORT, PUBLIC = "port", "public url"
PROXIES = "docs/proxies.md has what to set."


async def check(case: Case) -> AsyncIterator[Finding]:
    if not case.knows("web_host", "web_port", "trusted_proxies", "public_url"):
        yield warning(PORT, "It was not looked at: the settings cannot be read.", "Mend the settings first.")
        return
    yield _trusted(case)
    host, port = case.settings.web_host, case.settings.web_port
    asked_host = ANY.get(host, host)
    here = await ask(f"http://{f'[{asked_host}]' if ':' in asked_host else asked_host}:{port}{PATH}")
    if here.instance and case.bot_runs:
        yield ok(PORT, f"The bot that runs serves the watch page on {host}:{port}.")
        async for finding in _from_outside(case, here.instance):
            yield finding
    elif here.instance:
        said = f"Another bot, with another database, serves its watch page on {host}:{port}."
        yield error(PORT, said, "Give this one a WEB_PORT of its own.")
    else:
        async for finding in _without_a_bot(case):
            yield finding


async def _without_a_bot(case: Case) -> AsyncIterator[Finding]:
    """Nobody answers there: so the doctor does, as long as it looks from outside."""
    host, port = case.settings.web_host, case.settings.web_port
    if not case.bot_runs and (taken := await _port_of_metrics(case)):
        yield taken
    try:
        async with _served(case) as instance:
            if case.bot_runs:
                said = f"A bot has the database, but serves no watch page on {host}:{port}."
                yield warning(PORT, said, "It may be starting, or has other settings: restart it.")
            else:
                yield ok(PORT, f"{host}:{port} is free.")
            async for finding in _from_outside(case, instance.name):
                yield finding
    except OSError as problem:
        yield _not_to_be_had(problem, host, port, "WEB")


async def _port_of_metrics(case: Case) -> Finding | None:
    """Why metrics could not be served on a port of their own; None if they could, or need not."""
    if not case.knows("metrics_host", "metrics_port") or not case.settings.metrics_port:
        return None
    host, port = case.settings.metrics_host, case.settings.metrics_port
    if port == case.settings.web_port:
        return error(PORT, f"METRICS_PORT is WEB_PORT ({port}).", "Choose another METRICS_PORT.")
    try:
        server = await asyncio.start_server(lambda *_: None, host, port)
    except OSError as problem:
        return _not_to_be_had(problem, host, port, "METRICS")
    server.close()
    await server.wait_closed()
    return None


def _not_to_be_had(problem: OSError, host: str, port: int, setting: str) -> Finding:
    if problem.errno == errno.EADDRINUSE:
        step = f"Choose another {setting}_PORT, or stop that."
        return error(PORT, f"Something else listens on {host}:{port}.", step)
    if problem.errno == errno.EACCES:
        return error(PORT, f"The bot may not listen on port {port}.", f"Choose a {setting}_PORT above 1023.")
    step = f"Set {setting}_HOST to an address of this machine."
    return error(PORT, f"Nobody can listen on {host}:{port} ({problem.strerror}).", step)


@asynccontextmanager
async def _served(case: Case) -> AsyncIterator[Instance]:
    """Answers as a bot would. Raises `OSError`."""
    instance = Instance(networks(case.settings.trusted_proxies))
    app = web.Application()
    for prefix in {"", urlsplit(case.settings.page_url).path.rstrip("/")}:
        app.router.add_get(f"{prefix}{PATH}", instance.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, case.settings.web_host, case.settings.web_port).start()
        yield instance
    finally:
        await runner.cleanup()


def _trusted(case: Case) -> Finding:
    about = "proxies"
    if any(network.prefixlen == 0 for network in networks(case.settings.trusted_proxies)):
        said = "TRUSTED_PROXIES has every address: anybody may say to come from anywhere."
        return warning(about, said, "Name the proxy's own address or network.")
    return ok(about, f"Who may say where viewers come from: {case.settings.trusted_proxies}.")


async def _from_outside(case: Case, instance: str) -> AsyncIterator[Finding]:
    url = case.settings.public_url
    if url is None or (case.knows("discord_api_url") and case.settings.watch_base_url is None):
        said = "PUBLIC_URL is not set" if url is None else f"PUBLIC_URL leads to this machine alone ({url})"
        step = "Set it to the address under which viewers reach the watch page."
        yield warning(PUBLIC, f"{said}: Watch opens the video at Odyssey, some seconds behind.", step)
        return
    if url.startswith("http:") and not is_loopback(url):
        said = "It begins with http: whoever is on the way can read and change the page."
        yield warning(PUBLIC, said, "Put a proxy with HTTPS in front, and set PUBLIC_URL to https://…")
    there = await ask(f"{url}{PATH}")
    if there.instance == instance:
        yield ok(PUBLIC, f"{url} leads to this bot.")
        yield _way(there, is_here=is_loopback(url))
    else:
        yield await _astray(url, there, instance)


async def _astray(url: str, there: Asked, instance: str) -> Finding:
    """It leads elsewhere, or nowhere."""
    if there.problem:
        step = (
            f"Look at {there.culprit}. (Some networks do not lead back to themselves: try it from elsewhere.)"
        )
        return error(PUBLIC, f"{url} cannot be reached: {there.problem}.", step)
    if there.instance:
        return error(
            PUBLIC,
            f"{url} leads to another bot, or to another run of this one.",
            "See where the name and the proxy lead.",
        )
    path = urlsplit(url).path
    origin = url.removesuffix(path)
    if path and (await ask(f"{origin}{PATH}")).instance == instance:
        said = f"{origin} leads to this bot, but not below {path}: the answer is {there.status}."
        return error(PUBLIC, said, f"Have the proxy pass on {path}, or take it out of PUBLIC_URL. {PROXIES}")
    return error(
        PUBLIC,
        f"What answers at {url} is not this bot (the answer is {there.status}).",
        f"Have the proxy pass on to {url} what comes for the bot. {PROXIES}",
    )


def _way(there: Asked, *, is_here: bool) -> Finding:
    """Whether the bot can tell viewers apart."""
    match there.comes:
        case Comes.BY_AN_UNKNOWN_PROXY:
            said = "The proxy in front is not in TRUSTED_PROXIES: all viewers count as one, soon as too many."
            return error("proxies", said, f"Add its address, as the bot sees it. {PROXIES}")
        case Comes.BY_A_SILENT_PROXY if not is_here:
            said = "The proxy in front does not say where viewers come from: all count as one."
            return warning("proxies", said, f"Have it send X-Forwarded-For. {PROXIES}")
        case _:
            return ok("proxies", "Viewers are told apart.")
