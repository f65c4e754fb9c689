"""One post for all recordings of a broadcast: what older versions remembered is carried over."""

from pathlib import Path

from sqlalchemy import text

from bot.broadcast.posts import PostKind
from bot.storage.database import open_database
from bot.storage.history import DatabaseHistory
from tests.storage.conftest import CHANNEL
from tests.storage.test_panels import migrated

AT = "2026-08-01 20:00:00.000000"


async def test_of_two_messages_the_one_with_the_recording_stays(url: str, tmp_path: Path) -> None:
    """The word that there is none was deleted, and what came late has a message of its own; panels stay."""
    older = migrated(tmp_path, "0007")
    with older.begin() as connection:
        for broadcast_id in ("both", "word"):
            connection.execute(
                text(
                    "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, host_name, prompt, portrait,"
                    f" state, requested_at) VALUES ('{broadcast_id}', {CHANNEL.guild_id}, {CHANNEL.id}, 3,"
                    f" 'Mika', 'A cat', 0, 'ended', '{AT}')"
                )
            )
            connection.execute(
                text(
                    "INSERT INTO streams (id, service_id, broadcast_id, prompt, portrait, state, started_at,"
                    f" ended_at) VALUES ('{broadcast_id}', '{broadcast_id}', '{broadcast_id}', 'A cat', 0,"
                    f" 'ended', '{AT}', '{AT}')"
                )
            )
        connection.execute(text(f"INSERT INTO recordings VALUES ('both', 840, 42.0, 1, 1, 1, 1, '{AT}')"))
        for message_id, broadcast_id, kind, stream_id in (
            (1, "both", "panel", "NULL"),
            (2, "both", "panel", "NULL"),
            (3, "both", "no_recording", "'both'"),
            (4, "both", "recording", "'both'"),
            (5, "word", "no_recording", "'word'"),
        ):
            connection.execute(
                text(
                    "INSERT INTO posts (id, message_id, channel_id, kind, broadcast_id, stream_id, posted_at)"
                    f" VALUES ('{message_id}', {message_id}, 7, '{kind}', '{broadcast_id}', {stream_id},"
                    f" '{AT}')"
                )
            )
    older.dispose()
    async with open_database(url) as database:
        history = DatabaseHistory(database)
        recording, word = await history.recording_post("both"), await history.recording_post("word")
        assert recording
        assert word
        assert (recording.message_id, recording.kind) == (4, PostKind.RECORDING)
        assert (word.message_id, word.kind, word.closed_at) == (5, PostKind.NO_RECORDING, None)
        assert len(await history.open_panels("both")) == 2
