"""What systemd is told, on a real socket."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from bot.process.clock import SystemClock
from bot.process.deadline import CLUSTERS_STOP_S
from bot.process.systemd import Systemd
from tests.broadcast.fakes import SteppedClock

UNIT = Path(__file__).parents[2] / "docs" / "odyssey-bot.service"
PATIENCE_S = 30.0


class Listening:
    """Systemd's end."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(address.replace("@", "\0", 1))

    async def next(self) -> dict[str, str]:
        async with asyncio.timeout(PATIENCE_S):
            datagram = await asyncio.get_running_loop().sock_recv(self.socket, 4096)
        return dict(line.split("=", 1) for line in datagram.decode().split("\n"))

    async def until(self, name: str) -> dict[str, str]:
        while name not in (told := await self.next()):
            pass
        return told

    @property
    def is_told_more(self) -> bool:
        try:
            self.socket.recv(4096)
        except BlockingIOError:
            return False
        return True


@pytest.fixture(params=["file", "abstract"])
async def systemd(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Listening]:
    address = str(tmp_path / "notify") if request.param == "file" else f"@odyssey-test-{os.getpid()}"
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    listening = Listening(address)
    yield listening
    listening.socket.close()


async def test_it_is_told_all_the_way(systemd: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ready, working as often as it asks, how it stands, stopping."""
    monkeypatch.setenv("WATCHDOG_USEC", "40000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    stop, status = asyncio.Event(), ["first"]
    async with Systemd(stop, SystemClock(), hangs=lambda: None, status=lambda: status[0]):
        assert await systemd.next() == {"READY": "1", "STATUS": "first"}
        for _ in range(3):
            assert await systemd.next() == {"WATCHDOG": "1", "STATUS": "first"}
        status[0] = "second"
        while (await systemd.until("WATCHDOG"))["STATUS"] != "second":
            pass
        stop.set()
        assert (await systemd.until("STOPPING"))["STOPPING"] == "1"
    assert not systemd.is_told_more


@pytest.mark.outage("process hangs")
async def test_one_that_hangs_is_not_said_to_work(
    systemd: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So systemd ends it, and starts it anew; a stop is told all the same."""
    monkeypatch.setenv("WATCHDOG_USEC", "40000")
    stop, problem = asyncio.Event(), [None, "the writer does not answer"]
    clock = SteppedClock()
    async with Systemd(stop, clock, hangs=lambda: problem[0], status=str):
        await systemd.until("WATCHDOG")
        problem.reverse()
        await asyncio.sleep(0)
        while systemd.is_told_more:
            pass
        before = clock.steady()
        while clock.steady() < before + 10:
            await asyncio.sleep(0)
        assert not systemd.is_told_more
        stop.set()
        await systemd.until("STOPPING")


@pytest.mark.parametrize(
    "watchdog", [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "40000", "WATCHDOG_PID": "1"}]
)
async def test_without_a_watchdog_none_is_told(
    systemd: Listening, monkeypatch: pytest.MonkeyPatch, watchdog: dict[str, str]
) -> None:
    """None asked for, or of another process: only how it stands."""
    for name, value in watchdog.items():
        monkeypatch.setenv(name, value)
    async with Systemd(asyncio.Event(), SteppedClock(), hangs=lambda: None, status=lambda: "well"):
        await systemd.until("READY")
        assert await systemd.next() == {"STATUS": "well"}


async def test_without_systemd_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is there a task for it."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    before = asyncio.all_tasks()
    async with Systemd(asyncio.Event(), SteppedClock(), hangs=lambda: None, status=str):
        assert asyncio.all_tasks() == before


async def test_a_systemd_that_does_not_listen_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is one line in the log, however often it would be told."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    clock = SteppedClock()
    async with Systemd(asyncio.Event(), clock, hangs=lambda: None, status=str):
        while clock.steady() < 60:
            await asyncio.sleep(0)
    assert caplog.text.count("systemd does not listen at NOTIFY_SOCKET") == 1


def unit() -> ConfigParser:
    parsed = ConfigParser(strict=True, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(UNIT.read_text("utf-8"))
    return parsed


def test_the_unit_gives_the_bot_its_time() -> None:
    """To stop in order, and to say that it works."""
    service = unit()["Service"]
    assert service["Type"] == "notify"
    assert float(service["TimeoutStopSec"]) > CLUSTERS_STOP_S
    assert float(service["WatchdogSec"]) >= 30


def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    """Every name and value in it is one of systemd's."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze was found on this machine")
    copy = tmp_path / UNIT.name
    text = UNIT.read_text("utf-8").replace("/opt/odyssey-bot/.venv/bin/python", shutil.which("sh") or "")
    copy.write_text(text)
    told = subprocess.run([program, "verify", copy], capture_output=True, text=True, check=False)
    ours = [line for line in told.stderr.splitlines() if UNIT.name in line]
    assert (told.returncode, ours) == (0, []), told.stderr
