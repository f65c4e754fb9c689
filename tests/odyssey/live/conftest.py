"""A broadcast to watch."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.odyssey.live.whep import Broadcast


@pytest.fixture
async def broadcast() -> AsyncIterator[Broadcast]:
    """A broadcast on loopback."""
    async with Broadcast().running() as running:
        yield running
