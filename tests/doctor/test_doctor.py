"""The doctor at a bot that is well, beside one that runs, and on its own."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.doctor import report, rounds
from bot.doctor.case import Case
from bot.doctor.checks import backups, database
from bot.doctor.finding import Finding, Level
from bot.doctor.rounds import Check, examine
from bot.process.settings import Settings
from bot.storage.lock import sole_use
from tests.doctor.conftest import KEY, PLANTED, Patient, told
from tests.e2e.conftest import CHANNEL, House, free_port, house
from tests.support.processes import python_m_bot

__all__ = ["house"]


async def test_a_bot_that_is_well_is_found_to_be(patient: Patient) -> None:
    """Not a word of warning, exit code 0; nothing is made and nothing is changed."""
    patient.channel_id = patient.discord.channel(CHANNEL)
    before = {path: path.read_bytes() for path in patient.directory.rglob("*") if path.is_file()}
    findings = await patient.found()
    assert {finding.level for finding in findings} == {Level.OK}, told(findings)
    assert report.exit_code(findings) == 0
    assert {
        "settings",
        "archive",
        "token",
        "intents",
        "gateway",
        "shards",
        "channel",
        "odyssey",
        "database",
        "lock",
        "backups",
        "disk",
        "clock",
        "port",
        "public url",
        "proxies",
        "python",
        "packages",
        "open files",
        "codecs",
    } == {finding.about for finding in findings}
    assert {path: path.read_bytes() for path in patient.directory.rglob("*") if path.is_file()} == before
    assert patient.discord.messages(CHANNEL) == []


async def test_a_running_bot_is_looked_at_beside_it(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It has the database and the port: that is as it should be, and it goes on."""
    async with AsyncExitStack() as proxy:
        patient = Patient(tmp_path, house.discord, house.standin, monkeypatch, proxy)
        monkeypatch.chdir(tmp_path)
        async with house.bot() as settings:
            patient.is_bot_of(house, settings)
            patient.set(PUBLIC_URL=await patient.in_front())
            findings = await patient.found()
            assert {finding.level for finding in findings} == {Level.OK}, told(findings)
            said = " ".join(finding.said for finding in findings)
            assert "The bot that runs serves the watch page" in said
            assert f"A bot that runs has the database: process {os.getpid()} on" in said
            assert "leads to this bot" in said
            patient.set(DATABASE_URL=f"sqlite:///{tmp_path}/other.sqlite3")
            [port] = [finding for finding in await patient.found() if finding.about == "port"]
            assert (port.level, "Another bot" in port.said) == (Level.ERROR, True)
            assert await house.goes_on()


async def test_a_bot_that_has_the_database_and_no_page_is_noticed(patient: Patient) -> None:
    """It runs with other settings, or is about to serve."""
    with sole_use(patient.database):
        findings = await patient.found()
    [port] = [finding for finding in findings if finding.about == "port"]
    assert (port.level, "A bot has the database" in port.said) == (Level.WARNING, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
async def test_whoever_may_not_look_is_told_so(patient: Patient) -> None:
    """An operator's own account, say, while the bot's files are the bot's alone."""
    case = Case.read()
    os.seteuid(65_534)
    try:
        found = [finding for check in (database, backups) async for finding in check.check(case)]
    finally:
        os.seteuid(0)
    assert [finding.about for finding in found] == ["database", "backups"]
    for finding in found:
        assert finding.level is not Level.OK
        assert "may not even look" in finding.said
        assert "as the user that the bot runs as" in (finding.next_step or "")


async def test_a_check_that_breaks_or_hangs_stops_no_other(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is bounded in time; what it found before counts, and what its error says is told to nobody."""

    async def breaks(case: Case) -> AsyncIterator[Finding]:
        yield Finding(Level.OK, "before", "It was looked at.")
        raise ValueError(PLANTED)

    async def hangs(case: Case) -> AsyncIterator[Finding]:
        await asyncio.Event().wait()
        yield Finding(Level.OK, "never", "")

    checks = (Check("first", breaks), Check("second", hangs, limit_s=0.01), *rounds.CHECKS[:1])
    monkeypatch.setattr("bot.doctor.rounds.CHECKS", checks)
    findings = await examine(Case.read(), checks)
    assert [(finding.about, finding.level) for finding in findings] == [
        ("before", Level.OK),
        ("first", Level.WARNING),
        ("second", Level.WARNING),
        ("settings", Level.OK),
    ]
    assert PLANTED not in told(findings)


async def test_a_secret_that_is_quoted_is_masked(patient: Patient) -> None:
    """Whatever a service says back, and whatever stands in a URL."""
    quoted = Finding(Level.ERROR, "x", f"No: {KEY}", f"See https://x.org/y?sig={PLANTED} or {KEY}")
    for shown in (report.as_text([quoted]), report.as_json([quoted])):
        assert KEY not in shown
        assert PLANTED not in shown
        assert "***" in shown


async def test_it_is_run_by_a_command(patient: Patient) -> None:
    """For people and for programs, with an exit code; nothing else is printed, and no secret."""
    names = [name.upper() for name in Settings.model_fields if name.upper() in os.environ]
    environment = {name: os.environ[name] for name in names}
    channel = str(patient.discord.channel(CHANNEL))
    async with python_m_bot(
        "doctor", "--json", "--channel", channel, cwd=patient.directory, **environment
    ) as it:
        out, complained = await it.communicate()
    assert (it.returncode, complained) == (0, b"")
    found = json.loads(out)
    assert found["worst"] == "ok"
    assert {"level", "about", "said", "next_step"} == found["findings"][0].keys()
    environment["ODYSSEY_API_KEY"] = PLANTED
    async with python_m_bot("doctor", cwd=patient.directory, **environment) as it:
        out, complained = await it.communicate()
    assert (it.returncode, complained) == (2, b"")
    assert b"error    odyssey" in out
    assert b"-> Copy the key anew" in out
    assert PLANTED.encode() not in out
    assert out.decode().splitlines()[-1].startswith("error: 1, warning: 0, ok: ")


async def test_a_bot_without_any_settings_can_be_looked_at(tmp_path: Path) -> None:
    """The first thing that somebody tries."""
    async with python_m_bot("doctor", cwd=tmp_path, WEB_PORT=str(free_port())) as process:
        out, complained = await process.communicate()
    assert (process.returncode, complained) == (2, b"")
    assert b"DISCORD_TOKEN is missing" in out
