"""What one process changes holds in the others: two of them, and a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from bot.app.people import forgets_with
from bot.broadcast.accounts import Account
from bot.broadcast.audience.links import WatchLink, WatchLinks
from bot.broadcast.audit import Audit
from bot.broadcast.limits.continuation import StreamLimit
from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.model import Outcome, Refusal, Suggestion, Viewer
from bot.broadcast.owning.looking import Change, Looking, What
from bot.broadcast.telling.outbox import Outbox
from bot.guilds.accounts.server_accounts import ServerAccounts
from bot.guilds.first_questions import FirstQuestions
from bot.guilds.guilds import Guilds
from bot.kit.references import new_id
from bot.process.clock import SystemClock
from bot.process.sealing import Vault
from bot.storage.accounts import DatabaseAccounts
from bot.storage.cluster import changes as changing
from bot.storage.cluster.changes import SharedChanges
from bot.storage.cluster.people import ForgottenElsewhere
from bot.storage.connections import Database
from bot.storage.guilds import DatabaseGuilds
from bot.storage.journal import DatabaseJournal
from bot.storage.links import DatabaseLinks
from bot.storage.outbox import DatabaseOutbox
from bot.storage.people import DatabaseServers
from bot.storage.writer import Upsert
from tests.broadcast.fakes import ScriptedWorld
from tests.storage import conftest
from tests.storage.conftest import CHANNEL, NOW, guilds_of, live_broadcast
from tests.storage.shared import Process, process, until
from tests.storage.test_guilds import Followed
from tests.support.postgres import EMPTY, Postgres

GUILD = CHANNEL.guild_id
MODERATOR = replace(conftest.MODERATOR, views_channel=True, manages_channel=True, is_manager=True)
ROBIN = Viewer(77, "Robin")


@dataclass
class Memory:
    """What a process has in memory that others may change."""

    process: Process
    changes: SharedChanges
    looking: Looking
    guilds: Guilds
    running: Followed
    questions: FirstQuestions
    links: WatchLinks
    revoked: list[WatchLink]
    accounts: ServerAccounts
    servers: DatabaseServers
    deleted: list[str | None]


@asynccontextmanager
async def memory(url: str, *, looks: bool = True) -> AsyncIterator[Memory]:
    """It never looks without a ring. Unless it `looks`, not then either, but when a test asks it to."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        shared = await stack.enter_async_context(process(url))
        database, writer = shared.database, shared.writer
        changes = SharedChanges(database, writer, shared.bell)
        await changes.begin()
        records, running = DatabaseGuilds(database, writer, changes), Followed()
        audit = Audit(records, clock)
        guilds = guilds_of(records, running_in=lambda _: [running])  # type: ignore[list-item]
        questions = FirstQuestions(records, clock)
        links = WatchLinks(DatabaseLinks(database, writer, changes), _no_broadcast, audit, clock, new_id)

        def opened(account_id: str | None, key: str, slots: int) -> Account:
            world = ScriptedWorld()
            return Account(world.open, world.leave, StreamPool(slots, clock), StreamLimit(), account_id)

        accounts = ServerAccounts(
            DatabaseAccounts(database, writer, changes),
            audit,
            clock,
            Vault(["a secret that is long enough"]),
            opened(None, "", 1),
            open_account=opened,
            close_account=lambda _: None,
            check=_checked,
            new_id=new_id,
            is_shared=True,
        )
        for each in (guilds, questions, links, accounts):
            await each.load()
        revoked: list[WatchLink] = []
        links.revoked.listen(revoked.append)
        deleted: list[str | None] = []

        async def was_deleted(subject: str | None) -> None:
            deleted.append(subject)

        looking = Looking(
            shared.bell,
            changes,
            {
                What.SETTINGS: guilds.look_at_settings,
                What.MUTES: guilds.look_at_mutes,
                What.QUESTIONS: questions.look_again,
                What.LINKS: links.look_again,
                What.ACCOUNTS: accounts.look_again,
                What.SERVERS: was_deleted,
            },
        )
        if looks:
            await stack.enter_async_context(looking)
        servers = DatabaseServers(database, writer, changes)
        yield Memory(
            shared, changes, looking, guilds, running, questions, links, revoked, accounts, servers, deleted
        )


async def _no_broadcast(_: str) -> None:
    return None


async def _checked(_: str) -> None:
    """The service takes any key."""


async def count(database: Database) -> int:
    """How many changes are noted."""
    return len(await database.ask(lambda asked: asked.execute(text("SELECT id FROM changes")).all()))


@pytest.fixture
def url(empty_postgres: Postgres) -> Iterator[str]:
    with empty_postgres.database(EMPTY) as made:
        yield made


@pytest.fixture
async def pair(url: str) -> AsyncIterator[tuple[Memory, Memory]]:
    async with memory(url) as one, memory(url) as other:
        yield one, other


async def change(one: Memory, name: str, value: str) -> None:
    await one.guilds.change(GUILD, lambda was: was.changed(name, value), "", by=MODERATOR, names=[name])


async def test_settings_hold_everywhere(pair: tuple[Memory, Memory]) -> None:
    """The broadcasts that run there adopt them; and who changed them adopts them once."""
    one, other = pair
    await change(one, "gap_s", "7")
    await until(lambda: other.guilds.settings_of(GUILD).gap_s == 7)
    await change(other, "line_limit", "9")
    await until(lambda: one.guilds.settings_of(GUILD).line_limit == 9)
    for each in pair:
        assert each.guilds.settings_of(GUILD) == one.guilds.settings_of(GUILD)
        assert each.running.told == ["adopted", "adopted"]


async def test_how_late_a_change_is_found_is_told_once(pair: tuple[Memory, Memory]) -> None:
    """By the database's clock, to who looked and not to who made it; another look finds nothing new."""
    one, other = pair
    late: dict[int, list[float]] = {0: [], 1: []}
    for number, each in enumerate(pair):
        each.changes.late.listen(late[number].append)
    await change(one, "gap_s", "7")
    await until(lambda: other.guilds.settings_of(GUILD).gap_s == 7)
    await other.looking.look()
    assert late[0] == []
    assert len(late[1]) == 1
    assert 0 <= late[1][0] < 600


async def test_a_word_that_is_blocked_is_blocked_everywhere(pair: tuple[Memory, Memory]) -> None:
    """The filter is made anew where it is used."""
    one, other = pair
    await change(one, "blocked_words", "zucchini")
    await until(lambda: other.guilds.settings_of(GUILD).blocked_words)
    assert other.guilds.intake_of(GUILD)._text_filter("a zucchini") is not None


async def test_mutes_hold_everywhere(pair: tuple[Memory, Memory]) -> None:
    """What the muted have in line is taken out where it waits; a mute that is lifted is lifted."""
    one, other = pair
    until_when = SystemClock().now() + timedelta(hours=1)
    await one.guilds.mute(GUILD, ROBIN, until_when, "", by=MODERATOR)
    await until(lambda: other.running.told)
    assert other.running.told == [(ROBIN, Refusal.MUTED)]
    assert other.guilds.intake_of(GUILD).muted_until(ROBIN)
    assert await other.guilds.unmute(GUILD, ROBIN, by=MODERATOR)
    await until(lambda: one.guilds.intake_of(GUILD).muted_until(ROBIN) is None)
    assert len(one.running.told) == 1, "its own mute, once"


async def test_links_lead_everywhere_to_the_same(pair: tuple[Memory, Memory]) -> None:
    """One that was revoked leads nowhere, and those who watch by it are told."""
    one, other = pair
    link = await one.links.of(CHANNEL)
    await until(lambda: other.links.find(link.token))
    newer = await other.links.renew(CHANNEL, by=MODERATOR)
    await until(lambda: one.links.find(newer.token))
    assert (one.links.find(link.token), one.revoked) == (None, [link])
    await one.links.drop(CHANNEL)
    await until(lambda: other.links.find(newer.token) is None)
    assert other.revoked == [link, newer]


async def test_accounts_are_everywhere_the_same(pair: tuple[Memory, Memory]) -> None:
    """A key that is set, its slots, another key in its place, and none."""
    one, other = pair
    await one.accounts.set(GUILD, "a-key-that-is-long", 2, by=MODERATOR)
    await until(lambda: other.accounts.of_guild(GUILD).is_own)
    first = other.accounts.of_guild(GUILD)
    await one.accounts.set(GUILD, "a-key-that-is-long", 5, by=MODERATOR)
    await until(lambda: first.pool.size == 5)
    assert other.accounts.of_guild(GUILD) is first, "it stays open"
    await other.accounts.set(GUILD, "another-key-that-is-long", 1, by=MODERATOR)
    await until(lambda: one.accounts.of_guild(GUILD).id not in (None, first.id))
    assert one.accounts.of_guild(GUILD).id == other.accounts.of_guild(GUILD).id
    assert one.accounts.find(first.id), "for its recordings"
    await one.accounts.remove(GUILD, by=MODERATOR)
    await until(lambda: not other.accounts.of_guild(GUILD).is_own)
    assert other.accounts.find(first.id) is None


async def test_a_server_is_asked_once_by_all(pair: tuple[Memory, Memory]) -> None:
    one, other = pair

    async def question() -> None:
        pass

    await one.questions.ask(GUILD, question)
    await until(lambda: not other.questions.is_open(GUILD))


async def test_a_server_that_was_deleted_is_deleted_everywhere(pair: tuple[Memory, Memory]) -> None:
    one, other = pair
    await one.servers.delete(GUILD)
    await until(lambda: other.deleted)
    assert (other.deleted, one.deleted) == ([str(GUILD)], [])


async def test_what_is_committed_late_is_not_missed(url: str) -> None:
    """Of two transactions the one that began first may end last: whoever looked in between looks again."""
    async with memory(url, looks=False) as one, memory(url, looks=False) as other:
        with psycopg.connect(url) as slow:  # as of a process that is stopped in the middle
            slow.execute(
                "INSERT INTO changes (what, subject, by, made_in, made_at) VALUES ('settings', '1', 'slow', "
                "CAST(CAST(pg_current_xact_id() AS text) AS bigint), LOCALTIMESTAMP)"
            )
            await one.process.writer.execute(*one.changes.noted(What.SETTINGS, 2))
            assert [each.subject for each in await other.changes.new() or ()] == ["2"]
            slow.commit()
        assert [each.subject for each in await other.changes.new() or ()] == ["1"], "and nothing twice"
        assert await other.changes.new() == []
        assert [each.subject for each in await one.changes.new() or ()] == ["1"], "not its own"


async def test_who_did_not_look_for_long_looks_at_all(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was stopped meanwhile: what was noted may be gone by now."""
    async with memory(url, looks=False) as one, memory(url, looks=False) as other:
        await change(one, "gap_s", "7")
        link = await one.links.of(CHANNEL)
        await one.accounts.set(GUILD, "a-key-that-is-long", 2, by=MODERATOR)
        await one.guilds.mute(GUILD, ROBIN, SystemClock().now() + timedelta(hours=1), "", by=MODERATOR)
        await one.process.writer.execute(text("DELETE FROM changes"))
        await other.looking.look()
        assert other.links.find(link.token) is None, "it does not know"
        monkeypatch.setattr(changing, "LATE_S", -1.0)
        await other.looking.look()
        assert other.links.find(link.token)
        assert other.guilds.settings_of(GUILD).gap_s == 7
        assert other.guilds.intake_of(GUILD).muted_until(ROBIN)
        assert other.accounts.of_guild(GUILD).is_own


async def test_what_was_noted_is_let_go(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By whoever looks, at times; several at once are not in each other's way."""
    monkeypatch.setattr(changing, "TIDIED_EVERY_S", -1.0)
    async with memory(url, looks=False) as one, memory(url, looks=False) as other:
        for at in ("LOCALTIMESTAMP", "LOCALTIMESTAMP - interval '11 minutes'"):
            await one.process.writer.execute(
                text(
                    "INSERT INTO changes (what, subject, by, made_in, made_at) "
                    f"VALUES ('people', '5', 'x', 1, {at})"
                )
            )
        await asyncio.gather(one.changes.new(), other.changes.new())
        left = await one.process.database.ask(
            lambda asked: asked.execute(text("SELECT id FROM changes")).all()
        )
        assert len(left) == 1


async def test_what_is_not_understood_is_left(url: str) -> None:
    """A newer version beside this one may change what this one does not have, or name it otherwise."""
    async with memory(url, looks=False) as one, memory(url, looks=False) as other:
        odd = changing._NOTE
        for what, subject in (("weather", "1"), ("settings", "all of them"), ("links", "1 2 3")):
            await one.process.writer.execute(Upsert(odd, {"what": what, "subject": subject, "by": "x"}))
        await change(one, "gap_s", "7")
        await other.looking.look()
        assert other.guilds.settings_of(GUILD).gap_s == 7


async def test_a_look_that_fails_is_repeated(url: str) -> None:
    """Until it goes well: nothing that was heard of is lost."""
    async with memory(url, looks=False) as one, memory(url, looks=False) as other:
        await change(one, "gap_s", "7")
        records = other.guilds._records
        other.guilds._records = None  # type: ignore[assignment]
        with pytest.raises(AttributeError):
            await other.looking.look()
        other.guilds._records = records
        await other.looking.look()
        assert other.guilds.settings_of(GUILD).gap_s == 7


async def test_others_forget_somebody_before_the_tables_do(url: str) -> None:
    """Each is told who, and what to have in their place; the first time nobody can have heard it yet."""
    async with memory(url, looks=False) as one, memory(url, looks=False) as other:
        writer, database = one.process.writer, one.process.database
        journal = DatabaseJournal(writer, Outbox(DatabaseOutbox(database, writer), SystemClock()))
        broadcast, _ = live_broadcast()
        await journal.save_broadcast(broadcast)
        said = Suggestion("said", broadcast.id, ROBIN, "snow", NOW)
        await journal.save_suggestion(said)
        elsewhere, nobody = ForgottenElsewhere(database, writer, one.changes), Viewer(-9, "")
        assert not await elsewhere.forget(ROBIN.id, nobody)
        assert await other.changes.new() == [Change("people", f"{ROBIN.id} -9")]
        assert not await elsewhere.forget(ROBIN.id, nobody), "what they said is still open"
        await journal.save_suggestion(said._replace(outcome=Outcome.REFUSED, settled_at=NOW))
        assert await elsewhere.forget(ROBIN.id, nobody)
        assert not await elsewhere.forget(ROBIN.id, nobody), "asked for once more, it is told once more"


async def test_who_is_told_forgets_until_it_is_done() -> None:
    """By all that is in memory here, and by the names that are known to be stored."""
    told: list[object] = []

    class Slow:
        async def forget(self, person_id: int, nobody: Viewer) -> bool:
            told.append((person_id, nobody.id))
            return len(told) > 1

        async def tell(self, person_id: int) -> dict[str, list[dict[str, object]]]:
            return {}

    look_again = forgets_with([Slow()], lambda people: None)
    assert [await look_again("77 -9") for _ in range(2)] == [False, True]
    assert told == [(77, -9), (77, -9)]
    assert await look_again(None)
