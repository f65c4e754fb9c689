"""Between the desk, which always has something to post, and Discord, which comes and goes."""

from bot.broadcast.errors import NotShownError
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Recording
from bot.broadcast.ports import RecordingPoster


class CurrentPoster:
    """Has recordings posted by whoever does that now."""

    def __init__(self) -> None:
        self.poster: RecordingPoster | None = None
        """None while nobody is there to post."""

    async def post_recordings(self, past: PastBroadcast, newest: Recording | None) -> None:
        if self.poster is None:
            raise NotShownError("nobody posts recordings now")
        await self.poster.post_recordings(past, newest)
