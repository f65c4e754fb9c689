"""The broadcasts that run: at most one in a channel."""

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Channel
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.show.view import BroadcastView


class Running:
    """Finds them, by where they are and by what they are called."""

    def __init__(self) -> None:
        self._by_channel: dict[int, BroadcastSession] = {}

    def in_channel(self, channel: Channel) -> BroadcastSession:
        """The channel's broadcast. Raises NOT_RUNNING."""
        session = self._by_channel.get(channel.id)
        if session is None:
            raise BroadcastError(Code.NOT_RUNNING)
        return session

    def in_guild(self, guild_id: int) -> list[BroadcastSession]:
        return [s for s in self._by_channel.values() if s.broadcast.channel.guild_id == guild_id]

    @property
    def running(self) -> list[BroadcastSession]:
        """All broadcasts that have not ended."""
        return list(self._by_channel.values())

    def is_running_in(self, channel: Channel) -> bool:
        return channel.id in self._by_channel

    def find(self, broadcast_id: str) -> BroadcastSession | None:
        """A broadcast that has not ended, by its ID."""
        return next((s for s in self._by_channel.values() if s.broadcast.id == broadcast_id), None)

    def view_in(self, channel: Channel) -> BroadcastView | None:
        """What is shown of a channel's broadcast, if it has one that has not ended."""
        session = self._by_channel.get(channel.id)
        return session.view if session and not session.broadcast.state.is_over else None
