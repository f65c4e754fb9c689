"""A post that was being edited when the bot closed its connections is the next run's, and no error."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot.broadcast.errors import NotShownError
from cogs.recordings.board import RecordingBoard


@pytest.mark.parametrize(("is_closed", "raised"), [(True, NotShownError), (False, RuntimeError)])
async def test_what_is_shown_as_the_bot_stops_is_shown_later(
    monkeypatch: pytest.MonkeyPatch, is_closed: bool, raised: type[Exception]
) -> None:
    """The same from a bot that runs is a mistake of ours, and told as one."""

    async def none_yet(_: str) -> None:
        """There is no post."""

    async def gone(*_: object) -> None:
        raise RuntimeError("Session is closed")

    history = SimpleNamespace(recording_post=none_yet)
    bot: Any = SimpleNamespace(services=SimpleNamespace(history=history), is_closed=lambda: is_closed)
    past: Any = SimpleNamespace(broadcast=SimpleNamespace(id="b"))
    board = RecordingBoard(bot)
    monkeypatch.setattr(board, "_brought_up_to_date", gone)
    with pytest.raises(raised):
        await board.post_recordings(past, None)
