"""The scripted service and a client of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.odyssey import Odyssey, Timeouts
from tests.odyssey.service import API_KEY, Service


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A scripted service on loopback."""
    async with Service().running() as running:
        yield running


@pytest.fixture
async def client(service: Service) -> AsyncIterator[Odyssey]:
    """A client of it with short timeouts; disconnected at the end."""
    short = Timeouts(connect_s=5, start_s=5, interact_s=5, end_s=5, queue_s=5, request_s=5)
    async with Odyssey(API_KEY, service.url, timeouts=short) as made:
        yield made
