"""Every ordinary way to stop the bot, and a stop while a service is silent."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing

import pytest

from bot.process.signals import TWICE_S
from tests.e2e.conftest import API_KEY, House, free_port, until_healthy
from tests.e2e.relay import Relay, relay_to
from tests.support.processes import Program, python_m_bot

PROMISED_S = 10.0
SLOWER = 2
"""So many times what is promised is waited for: the machine may be busy."""


@pytest.fixture(autouse=True)
def ordinary_hang_up() -> Iterator[None]:
    """Processes are started as from a terminal, also when these tests are to outlive theirs."""
    earlier = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, earlier)


def environment(house: House) -> dict[str, str]:
    """Of a bot in a process of its own."""
    return {
        "DISCORD_TOKEN": house.discord.token,
        "DISCORD_API_URL": house.discord.api_url,
        "DISCORD_GATEWAY_URL": house.discord.gateway_url,
        "ODYSSEY_API_KEY": API_KEY,
        "ODYSSEY_API_URL": house.standin.url,
        "WEB_PORT": str(free_port()),
        "ON_STOP": "end",
    }


@asynccontextmanager
async def bot_process(house: House, **changes: str) -> AsyncIterator[Program]:
    """The bot as a process of its own, connected."""
    settings = environment(house) | changes
    async with python_m_bot("run", cwd=house.directory, **settings) as process:
        await until_healthy(f"http://127.0.0.1:{settings['WEB_PORT']}/healthz")
        yield process


def urls_by(relay: Relay) -> dict[str, str]:
    """Where the bot finds Discord, if it is to go by the relay."""
    there = f"127.0.0.1:{relay.port}"
    return {"DISCORD_API_URL": f"http://{there}/api/v10", "DISCORD_GATEWAY_URL": f"ws://{there}/gateway"}


def how_it_ended(house: House) -> list[tuple[str, str]]:
    """State and reason of the broadcasts in the bot's own folder."""
    with closing(sqlite3.connect(house.directory / "data" / "odyssey.sqlite3")) as database:
        return database.execute("SELECT state, reason FROM broadcasts").fetchall()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
async def test_every_signal_that_stops_programs_stops_it_in_order(
    house: House, number: signal.Signals
) -> None:
    """A service that is stopped, a terminal that is closed: the stream is ended, the panel says so."""
    async with bot_process(house) as process:
        await house.live_broadcast()
        process.send_signal(number)
        _, log = await process.communicate()
    assert process.returncode == 0, log.decode()
    assert b"Traceback" not in log, log.decode()
    assert how_it_ended(house) == [("ended", "shutdown")]
    await house.shown("the bot restarts")


async def test_a_silent_discord_does_not_hold_up_a_stop(house: House) -> None:
    """It takes connections and answers nothing: the stream is ended all the same, within what is promised.

    A second word in the same moment is the first one, passed on by somebody else: it cuts nothing off.
    """
    async with relay_to(house.discord.port) as relay, bot_process(house, **urls_by(relay)) as process:
        await house.live_broadcast()
        relay.is_silent = True
        began_at = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGHUP)
        _, log = await process.communicate()
        took_s = time.monotonic() - began_at
    assert took_s < SLOWER * PROMISED_S, log.decode()
    assert process.returncode == 0, log.decode()
    assert b"already stopping, in order" in log
    assert b"Traceback" not in log, log.decode()
    assert how_it_ended(house) == [("ended", "shutdown")]


@pytest.mark.outage("both services silent at a stop")
async def test_two_silent_services_do_not_hold_up_a_stop(house: House) -> None:
    """Odyssey too: nothing is left to do in order, and the process still ends in time."""
    async with relay_to(house.discord.port) as relay, relay_to(house.standin.port) as other:
        urls = urls_by(relay) | {"ODYSSEY_API_URL": f"http://127.0.0.1:{other.port}"}
        async with bot_process(house, **urls) as process:
            await house.live_broadcast()
            relay.is_silent = other.is_silent = True
            began_at = time.monotonic()
            process.terminate()
            _, log = await process.communicate()
            took_s = time.monotonic() - began_at
    assert took_s < SLOWER * PROMISED_S, log.decode()


@pytest.mark.outage("told to stop a second time")
async def test_a_second_word_stops_it_at_once(house: House) -> None:
    """While Discord is silent, and it would take its time: nothing more is waited for."""
    async with relay_to(house.discord.port) as relay, bot_process(house, **urls_by(relay)) as process:
        await house.live_broadcast()
        relay.is_silent = True
        process.send_signal(signal.SIGINT)
        assert process.stderr
        while b"stopping" not in await process.stderr.readline():
            pass
        await asyncio.sleep(2 * TWICE_S)  # a real one comes from a person
        process.send_signal(signal.SIGINT)
        _, log = await process.communicate()
    assert process.returncode == 1
    assert b"cut off" in log


async def test_a_program_that_is_to_outlive_its_terminal_does(house: House) -> None:
    """What nohup has it ignore stays ignored."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    async with bot_process(house) as process:
        process.send_signal(signal.SIGHUP)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(process.wait(), 1)
        assert await house.goes_on()
        process.terminate()
        await process.communicate()
    assert process.returncode == 0
