"""For tests of the watch page."""

import pytest


@pytest.fixture(autouse=True)
def counted_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that comes or goes is told within a moment."""
    monkeypatch.setattr("bot.web.events.hall.WATCHING_S", 0.1)
