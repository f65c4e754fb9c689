"""Whether a bot is well, asked from outside, as an operator's health check does: it is another process."""

import asyncio

import aiohttp

_POLL_INTERVAL_S = 0.05


async def until_healthy(url: str) -> None:
    """Returns when the bot whose pages are there says so."""
    async with aiohttp.ClientSession() as http:
        while not await _is_healthy(http, f"{url}/healthz"):  # noqa: ASYNC110
            await asyncio.sleep(_POLL_INTERVAL_S)


async def _is_healthy(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False
