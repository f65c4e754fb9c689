"""The watch links of channels, in the database."""

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.broadcast.audience.links import WatchLink, WatchLinks
from bot.broadcast.audit import Audit
from bot.broadcast.model import Channel
from bot.kit.references import new_id
from bot.process.clock import SystemClock
from bot.storage.database import open_database
from bot.storage.guilds import DatabaseGuilds
from bot.storage.history import DatabaseHistory
from bot.storage.links import DatabaseLinks
from bot.storage.writer import Writer
from tests.storage.conftest import CHANNEL, NOW, Store
from tests.storage.test_panels import migrated

ELSEWHERE = Channel(CHANNEL.guild_id, CHANNEL.id + 1)


async def test_a_link_comes_back_as_it_was_stored(store: Store) -> None:
    """A channel's newest, whichever it had before; none once it is forgotten."""
    links = DatabaseLinks(store.database, store.writer)
    first, other = WatchLink("a" * 22, CHANNEL, NOW, takes_old_links=True), WatchLink("b", ELSEWHERE, NOW)
    await links.save_link(first)
    await links.save_link(other)
    assert await links.all_links() == [first, other]
    second = WatchLink("c", CHANNEL, NOW)
    await links.save_link(second)
    again = await links.all_links()
    assert (len(again), second in again, other in again) == (2, True, True)
    await links.forget_link(CHANNEL)
    assert await links.all_links() == [other]


@pytest.mark.parametrize("revision", [f"{number:04}" for number in range(1, 10)])
async def test_links_of_before_lead_to_their_channels(url: str, tmp_path: Path, revision: str) -> None:
    """From whatever version: one link for all broadcasts of a channel, and no two channels share one."""
    older = migrated(tmp_path, revision)
    with older.begin() as connection:
        for number, channel in enumerate((CHANNEL, CHANNEL, ELSEWHERE)):
            connection.execute(
                text(
                    "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, host_name, prompt, portrait,"
                    f" state, requested_at) VALUES ('b{number}', {channel.guild_id}, {channel.id}, 3, 'Mika',"
                    " 'A cat', 0, 'ended', '2026-08-01 20:00:00.000000')"
                )
            )
    older.dispose()
    async with open_database(url) as database, Writer(database) as writer:
        audit = Audit(DatabaseGuilds(database, writer), SystemClock())
        history, records = DatabaseHistory(database), DatabaseLinks(database, writer)
        links = WatchLinks(records, history.broadcast, audit, SystemClock(), new_id)
        await links.load()
        first, second, third = [await links.of_broadcast(f"b{number}") for number in range(3)]
        assert first
        assert third
        assert first == second == await links.of(CHANNEL)
        assert third == await links.of(ELSEWHERE)
        assert first.token != third.token
        assert len(first.token) == len(third.token) == 22
