"""PRIVACY.md says what is stored of people, and how it is taken out; here it is held to that."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Table

from bot.broadcast.accounts import StoredAccount
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.audience.links import WatchLink
from bot.broadcast.audit import Action, ActionKind
from bot.broadcast.history import RecordingLink
from bot.broadcast.intake.intake import Mute
from bot.broadcast.interrupted import MotionLeft
from bot.broadcast.kept_files import FileKind, KeptFile
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Broadcast, Channel, Ending, Recording, Stream, Suggestion, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.recordings.clip import Clip
from bot.broadcast.states import Reason, State
from bot.broadcast.telling.errand import Errand, Kind
from bot.process.clock import SystemClock
from bot.storage import schema
from bot.storage.accounts import DatabaseAccounts
from bot.storage.clips import DatabaseClips
from bot.storage.films import DatabaseFilms
from bot.storage.guilds import DatabaseGuilds
from bot.storage.kept_files import DatabaseKeptFiles
from bot.storage.links import DatabaseLinks
from bot.storage.people import DatabaseServers
from bot.storage.recording_links import DatabaseRecordingLinks
from tests.storage.conftest import NOW, Store
from tests.storage.test_shows import shows_of

pytestmark = pytest.mark.sqlite

PRIVACY = (Path(__file__).parents[2] / "PRIVACY.md").read_text()
OF_A_PERSON, OF_A_SERVER = re.findall(r"```sql\n(.*?)```", PRIVACY, re.DOTALL)
PLACES = {"guild_id", "channel_id", "message_id", "interaction_id", "text_id"}
ROBIN, SASHA = Viewer(111, "Robin Redbreast"), Viewer(222, "Sasha")
HERE, ELSEWHERE = Channel(7_001, 7_002), Channel(8_001, 8_002)


@pytest.mark.parametrize("table", schema.metadata.sorted_tables, ids=lambda table: table.name)
def test_what_is_stored_of_people_is_named(table: Table) -> None:
    """Every table, and each of its columns that has words of somebody's or the ID of somebody, in its row."""
    row = next(line for line in PRIVACY.splitlines() if line.startswith("|") and f"`{table.name}`" in line)
    for column in table.columns:
        has_words = isinstance(column.type, schema.AnyText) and not (
            column.primary_key or column.foreign_keys
        )
        has_an_id = isinstance(column.type, BigInteger) and column.name not in PLACES
        assert not (has_words or has_an_id) or f"`{column.name}`" in row, column.name


async def test_a_person_can_be_taken_out(store: Store) -> None:
    """No ID, name or word of theirs is left in the file; all of others is, but for their mute of them."""
    await fill(store, HERE)
    before = everything(store)
    assert all(text in before for text in ("111", "Robin", "robin says"))
    await _run(store, OF_A_PERSON, ROBIN.id)
    after = everything(store)
    assert not [text for text in ("111", "Robin", "robin says") if text in after]
    assert after.count("222") == before.count("222") - 1
    assert "last_moments" not in after, "worlds that are made of their words, too"
    kept = "\n".join(line for line in before.splitlines() if not line.startswith("last_moments"))
    assert after.count("sasha says") == kept.count("sasha says")
    assert b"robin says" not in b"".join(file.read_bytes() for file in file_of(store).parent.iterdir())


async def test_a_server_can_be_taken_out(store: Store) -> None:
    """Nothing of it is left, and all of another one."""
    await fill(store, HERE)
    await fill(store, ELSEWHERE)
    await _run(store, OF_A_SERVER, HERE.guild_id)
    after = everything(store)
    assert "7001" not in after
    assert "robin says: in 7002" not in after
    for table in schema.metadata.sorted_tables:
        assert re.search(f"^{table.name}: ", after, re.MULTILINE), table.name


async def fill(store: Store, channel: Channel) -> None:
    """A broadcast of Robin's and one of Sasha's in a channel; each did to the other what can be done."""
    records = DatabaseGuilds(store.database, store.writer)
    for host, other in ((ROBIN, SASHA), (SASHA, ROBIN)):
        words, others = (f"{who.name.split()[0].lower()} says: in {channel.id}" for who in (host, other))
        key = f"{host.name[0]}{channel.id}"
        ending = Ending(Reason.HOST_ENDED, by=other, detail=f"no: {words}")
        await store.journal.save_broadcast(
            Broadcast(key, channel, host, words, False, NOW, State.ENDED, ended_at=NOW, ending=ending)
        )
        stream = Stream(f"s{key}", key, words, False, NOW, NOW, 1, f"s{key}", NOW, Reason.HOST_ENDED)
        await store.journal.save_stream(stream)
        for number, (who, said) in enumerate(((host, words), (other, others))):
            suggestion = Suggestion(f"{key}{number}", key, who, said, NOW).sent(f"s{key}", NOW)
            await store.journal.save_suggestion(suggestion.acknowledged(f"Scene: {said}", NOW))
        moment = LastMoment(words, (f"Scene: {others}",), Mode.VOTE, Picture(b"a JPEG", portrait=True))
        await store.journal.save_last_moment(key, moment, NOW)
        for who in (host, other):
            store.journal.note_vote(key, who.id, f"{key}0")
        store.journal.note_motion(key, MotionLeft(Mode.DRAW, other, NOW, {other.id: True, host.id: False}))
        await store.journal.save_handed_in(key, Picture(f"{words}: a JPEG".encode(), portrait=True))
        await store.journal.save_recording(stream, Recording(NOW))
        await shows_of(store).renew(key)
        links = DatabaseRecordingLinks(store.database, store.writer)
        await links.save_recording_link(RecordingLink(f"token{key}", key, NOW))
        await DatabaseKeptFiles(store.database, store.writer).save(
            KeptFile(key, key, stream.id, None, FileKind.VIDEO, "video/mp4", 7, "ab" * 32, NOW)
        )
        films = DatabaseFilms(store.database, store.writer, SystemClock())
        await films.save_offsets(key, {stream.id: 0.0})
        await films.credit(host, is_named=False)
        for who in (host, other):
            asked = Errand(Kind.CLIP, key, NOW, key)
            await DatabaseClips(store.database, store.writer, store.outbox).ask(
                Clip(key, key, NOW, 15), who, channel, asked
            )
        await store.journal.save_post(
            Post(key, channel.id * 10 + host.id, channel.id, PostKind.RECORDING, key, NOW)
        )
        await records.save_mute(channel.guild_id, Mute(other, NOW + timedelta(hours=1), host))
        for kind, subject in (
            (ActionKind.MUTE, "10 min"),
            (ActionKind.APPROVE, others),
            (ActionKind.END, words),
            (ActionKind.MODE, "vote"),
        ):
            whom = other if kind is ActionKind.MUTE else None
            await records.save_action(Action(channel.guild_id, host, kind, subject, NOW, whom))
        account = StoredAccount(key, channel.guild_id, b"sealed", 2, host, NOW)
        await DatabaseAccounts(store.database, store.writer).save_accounts(account)
    await records.save_settings(channel.guild_id, "{}", NOW)
    await records.save_asked(channel.guild_id, NOW)
    await DatabaseServers(store.database, store.writer).note_left([channel.guild_id], NOW)
    await DatabaseLinks(store.database, store.writer).save_link(WatchLink(f"token{channel.id}", channel, NOW))


def file_of(store: Store) -> Path:
    return Path(store.url.removeprefix("sqlite:///"))


async def _run(store: Store, sql: str, of: int) -> None:
    await store.writer._connection.close()
    await store.let_go()  # as of a bot that was stopped
    with closing(sqlite3.connect(file_of(store))) as database:
        database.execute("PRAGMA foreign_keys = ON")
        database.executescript(sql.replace("123456789012345678", str(of)))


def everything(store: Store) -> str:
    """All rows of all tables, a line each."""
    with closing(sqlite3.connect(file_of(store))) as database:
        return "\n".join(
            f"{table.name}: {row}"
            for table in schema.metadata.sorted_tables
            for row in database.execute(f"SELECT * FROM {table.name}")
        )
