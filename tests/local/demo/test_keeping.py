"""What of the demo is there again in the next run, and what is said when it cannot be."""

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import httpx
import pytest

from bot.local.demo.keeping import DirectoryError, keeping, kept_port, own_directory
from bot.local.discord.server import HOST, LocalDiscord
from bot.local.discord.state import Memory, UnreadableError
from tests.local.connection import point_discord_py_at, running
from tests.local.sample_bot import PNG, Panel, SampleBot


@asynccontextmanager
async def _run(directory: Path, *, port: int = 0) -> AsyncIterator[LocalDiscord]:
    memory = Memory(directory)
    async with LocalDiscord(memory=memory, port=port) as server, keeping(server.world, memory):
        yield server


async def test_the_next_run_has_the_same_people_channels_and_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every ID, who joined, what was said, reactions, and files under the next run's own address."""
    async with _run(tmp_path) as first:
        point_discord_py_at(first, monkeypatch)
        async with running(SampleBot(), first.token) as bot:
            channel = bot.get_partial_messageable(first.channel("broadcasts"))
            await channel.send(
                view=Panel("live", "a harbour"), file=discord.File(io.BytesIO(PNG), "snapshot.png")
            )
            await first.add_user("ada", display_name="Ada").send("lounge", "!hello")
            await first.wait_for_message("lounge", lambda message: message.reactions == ["👀"])
            await first.user("robin").slash("lounge", "odyssey status")
            await first.wait_for_message(
                "lounge", lambda message: "Start one" in message.text, as_user="robin"
            )
            own_id, direct = bot.user and bot.user.id, first.user("robin").direct_channel
        before = {name: first.channel(name) for name in ("broadcasts", "lounge")}
        ids = {user.name: user.id for user in first.users}
        guild_id = first.world.guild_id
    async with _run(tmp_path) as second:
        assert {name: second.channel(name) for name in before} == before
        assert {user.name: user.id for user in second.users} == ids
        assert second.world.guild_id == guild_id
        assert second.user("robin").direct_channel == direct
        assert second.add_user("ada").id == ids["ada"]
        (panel,) = second.messages("broadcasts")
        assert "a harbour" in panel.text
        (said,) = second.messages("lounge", "robin")  # and not the private answer to robin
        assert (said.text, said.reactions) == ("!hello", ["👀"])
        gallery = next(component for component in panel.components if component["type"] == 12)
        url = gallery["items"][0]["media"]["url"]
        assert url.startswith(second.url)
        async with httpx.AsyncClient() as http:
            assert (await http.get(url)).content == PNG
        point_discord_py_at(second, monkeypatch)
        async with running(SampleBot(), second.token) as bot:
            assert bot.user
            assert bot.user.id == own_id
            channel = bot.get_partial_messageable(panel.channel_id)
            await channel.get_partial_message(panel.id).delete()
            await second.user("mika").delete(said)
    assert list((tmp_path / "attachments").iterdir()) == []


async def test_a_run_that_was_killed(tmp_path: Path) -> None:
    """What was said is written down while the demo runs, so a crash loses some seconds at most."""
    async with _run(tmp_path) as first:
        await first.user("robin").send("lounge", "hello")
        await _until(lambda: b"hello" in _content(tmp_path))


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"version": 1, "base_url": "x"}'])
async def test_a_memory_that_is_damaged(tmp_path: Path, content: bytes) -> None:
    """It is said which file cannot be read, the port is free again, and the file stays."""
    (tmp_path / "discord.json").write_bytes(content)
    with pytest.raises(UnreadableError, match=r"discord\.json is damaged"):
        async with _run(tmp_path):
            pass
    assert (tmp_path / "discord.json").read_bytes() == content


async def test_a_memory_of_a_newer_demo(tmp_path: Path) -> None:
    """It is left alone."""
    (tmp_path / "discord.json").write_text('{"version": 2, "people": []}')
    with pytest.raises(UnreadableError, match="by another version"):
        async with _run(tmp_path):
            pass


def test_a_directory_is_for_one_demo(tmp_path: Path) -> None:
    """A second one is refused, under another name of it too; afterwards it is free."""
    data = tmp_path / "data"
    with own_directory(data) as full:
        assert full.is_dir()
        (tmp_path / "link").symlink_to(data)
        with pytest.raises(DirectoryError, match="Another demo uses"), own_directory(tmp_path / "link"):
            pass
    with own_directory(data):
        pass


async def test_a_memory_without_a_guild(tmp_path: Path) -> None:
    """A file that can be read but makes no sense is damaged too."""
    async with _run(tmp_path):
        pass
    kept = json.loads(_content(tmp_path))
    (tmp_path / "discord.json").write_text(json.dumps(kept | {"guilds": {}}))
    with pytest.raises(UnreadableError, match="is damaged"):
        async with _run(tmp_path):
            pass


@pytest.mark.parametrize("where", ["file", "file/below", "/proc/nothing", "\0", "x" * 300])
def test_what_cannot_be_a_directory(tmp_path: Path, where: str) -> None:
    """One sentence each, and nothing is changed."""
    (tmp_path / "file").write_text("mine")
    with (
        pytest.raises(DirectoryError, match=r"no directory|cannot keep"),
        own_directory(tmp_path / where),
    ):
        pass
    assert (tmp_path / "file").read_text() == "mine"


def _content(directory: Path) -> bytes:
    file = directory / "discord.json"
    return file.read_bytes() if file.exists() else b""


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.02)


def test_the_pages_stay_at_their_port(tmp_path: Path) -> None:
    """As long as nobody else has it; what is no port is none."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        first = taken.getsockname()[1]
    assert kept_port(tmp_path, otherwise=first) == first
    assert kept_port(tmp_path, otherwise=1) == first
    with socket.socket() as other:
        other.bind((HOST, first))
        other.listen()
        assert kept_port(tmp_path, otherwise=2) == 2
    for nonsense in ("", "x", "70000", "-1", "9" * 5000, "0", "ы"):
        (tmp_path / "web_port").write_text(nonsense)
        assert kept_port(tmp_path, otherwise=3) == 3
