"""The doctor at bots whose database is a server's."""

import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.doctor.finding import Level
from bot.storage.database import open_database
from bot.storage.postgresql import connecting
from tests.doctor.conftest import Patient, told
from tests.e2e.conftest import House, house
from tests.support.postgres import EMPTY, Postgres, empty_postgres, postgres

__all__ = ["empty_postgres", "house", "postgres"]


@pytest.fixture
def url(empty_postgres: Postgres) -> Iterator[str]:
    with empty_postgres.database(EMPTY) as made:
        yield made


async def test_a_running_bot_is_known_by_its_lock(
    house: House, url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What answers at its port is no stranger. Only that somebody else has to make copies is said."""
    house.settings["database_url"] = url
    async with AsyncExitStack() as proxy:
        patient = Patient(tmp_path, house.discord, house.standin, monkeypatch, proxy)
        monkeypatch.chdir(tmp_path)
        async with house.bot() as settings:
            patient.is_bot_of(house, settings)
            patient.set(PUBLIC_URL=await patient.in_front())
            findings = await patient.found()
    wrong = {finding.about for finding in findings if finding.level is not Level.OK}
    assert wrong == {"backups"}, told(findings)
    said = " ".join(finding.said for finding in findings)
    assert "The bot that runs serves the watch page" in said
    assert f"A bot that runs has the database: process {os.getpid()} on" in said


async def test_all_processes_of_a_cluster_are_named(
    patient: Patient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With their machines: here is none."""
    patient.set(DATABASE_URL=url, CLUSTER="true")
    async with AsyncExitStack() as others:
        for name in ("odyssey bot 7 one", "odyssey bot 8 another"):
            monkeypatch.setattr(connecting, "own_name", lambda name=name: name)
            await others.enter_async_context(open_database(url, shared=True))
        found = {finding.about: finding for finding in await patient.found()}
    assert "2 processes of a cluster share the database: process 7 on one" in found["lock"].said
    assert "process 8 on another" in found["lock"].said
    assert found["port"].level is Level.OK
