"""What of the local Discord outlives its process: people, channels, messages and their files.

Private answers are not among it, as on Discord, where they go when the client starts again; nor is what the
bot tells anew at each start.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter
from simcord.backend.models import Channel, Guild, Message, User

from bot.local.discord.state.backend import LocalBackend

VERSION = 1
"""Of what is written. One that is not this is not read."""
_LOADING = 1 << 7


class UnreadableError(Exception):
    """What was kept cannot be read."""


@dataclass
class Kept:
    """`base_url` is where the attachments were served, which the next run does elsewhere."""

    version: int
    base_url: str
    bot_id: int
    users: dict[int, User]
    guilds: dict[int, Guild]
    channels: dict[int, Channel]
    dm_channels: dict[int, int]
    messages: dict[int, dict[int, Message]]


_KEPT = TypeAdapter(Kept)


class Memory:
    """The memory in `directory`, which exists. All its methods block, for some milliseconds."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "discord.json"
        self._uploads = directory / "attachments"

    def recall(self, backend: LocalBackend) -> None:
        """Gives a new backend back what was kept, if anything was. Raises `UnreadableError`."""
        try:
            content = self.file.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise UnreadableError(f"{self.file} cannot be read ({error.strerror})") from error
        try:
            text = content.decode()
            known = json.loads(text)
            if known["version"] != VERSION:
                raise UnreadableError(f"{self.file} was written by another version of the demo")
            before = f"{known['base_url']}/attachments/"
            kept = _KEPT.validate_json(text.replace(before, f"{backend.cdn.base_url}/attachments/"))
            backend.bot_user = kept.users[kept.bot_id]
        except (ValueError, KeyError, TypeError) as error:  # pydantic's own error is a ValueError
            raise UnreadableError(f"{self.file} is damaged") from error
        members = [guild.members.keys() for guild in kept.guilds.values()]
        if not members or not all(members) or not {kept.bot_id}.union(*members) <= kept.users.keys():
            raise UnreadableError(f"{self.file} is damaged")
        backend.application_id = kept.bot_id
        backend.users, backend.guilds, backend.channels = kept.users, kept.guilds, kept.channels
        backend.dm_channels = kept.dm_channels
        backend.messages = {channel: kept.messages.get(channel, {}) for channel in kept.channels}
        for attachment in _attachments(kept.messages):
            stored = self._uploads / attachment["id"]
            if stored.is_file():
                backend.cdn.put_back(attachment["url"], stored.read_bytes())

    def keep(self, backend: LocalBackend) -> None:
        """Writes down how things stand; a crash meanwhile leaves what was kept before. Raises `OSError`."""
        messages = {
            channel: {m.id: m for m in known.values() if not m.is_ephemeral and not m.flags & _LOADING}
            for channel, known in backend.messages.items()
        }
        kept = Kept(
            version=VERSION,
            base_url=backend.cdn.base_url,
            bot_id=backend.bot_user.id,
            users=backend.users,
            guilds=backend.guilds,
            channels=backend.channels,
            dm_channels=backend.dm_channels,
            messages=messages,
        )
        self._uploads.mkdir(exist_ok=True)
        wanted = {attachment["id"]: attachment["url"] for attachment in _attachments(messages)}
        there = {path.name for path in self._uploads.iterdir()}
        for attachment_id in wanted.keys() - there:
            data = backend.cdn.get(wanted[attachment_id])
            if data is not None:
                (self._uploads / attachment_id).write_bytes(data)
        _write(self.file, _KEPT.dump_json(kept))
        for attachment_id in there - wanted.keys():
            (self._uploads / attachment_id).unlink()


def _attachments(messages: dict[int, dict[int, Message]]) -> list[dict[str, str]]:
    return [a for known in messages.values() for message in known.values() for a in message.attachments]


def _write(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".new")
    draft.write_bytes(content)
    draft.replace(path)
