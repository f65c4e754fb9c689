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
    short = Timeouts(connect_s=10, start_s=10, interact_s=10, end_s=10, queue_s=10, request_s=10)
    async with Odyssey(API_KEY, service.url, timeouts=short) as made:
        yield made
