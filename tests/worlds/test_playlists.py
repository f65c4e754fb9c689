"""Playlists of the service, as they are read for the watch page."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.worlds import playlists
from bot.worlds.playlists import playlist_reader

SECRET = "spectator-token"


@pytest.fixture
async def service() -> AsyncIterator[str]:
    """The base of its addresses."""

    async def serve(request: web.Request) -> web.StreamResponse:
        match request.path:
            case "/moved/index.m3u8":
                raise web.HTTPFound(f"/here/index.m3u8?{request.query_string}")
            case "/here/index.m3u8":
                return web.Response(body="#EXTM3U\n# \u00e9\n".encode() + b"\xff")
            case "/large/index.m3u8":
                return web.Response(body=b"#" * (playlists.LIMIT_BYTES + 1))
            case "/late/index.m3u8":
                await asyncio.sleep(60)
            case "/away/index.m3u8":
                raise web.HTTPFound("http://10.0.0.1/index.m3u8")
        raise web.HTTPNotFound

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_playlist_is_read_with_where_it_came_from(service: str) -> None:
    """What it lists is found from there. Its status is told, and odd letters are no reason to refuse it."""
    async with playlist_reader(service) as read:
        moved = await read(f"{service}/moved/index.m3u8?token={SECRET}")
        assert moved
        assert (moved.status, moved.url) == (200, f"{service}/here/index.m3u8?token={SECRET}")
        assert moved.text == "#EXTM3U\n# \u00e9\n\ufffd"
        assert SECRET not in repr(moved)
        gone = await read(f"{service}/gone/index.m3u8")
        assert gone
        assert gone.status == 404


@pytest.mark.parametrize("path", ["large", "late", "away"])
async def test_what_has_no_end_is_no_playlist(
    service: str, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In size or in time; nor what leads from this machine to another. No secret is in the log."""
    monkeypatch.setattr(playlists, "TIMEOUT_S", 0.2 if path == "late" else 10.0)
    caplog.set_level("DEBUG")
    async with playlist_reader(service) as read:
        assert await read(f"{service}/{path}/index.m3u8?token={SECRET}") is None
    assert SECRET not in caplog.text


async def test_a_service_that_is_not_there_gives_none() -> None:
    """Nor does an address that makes no sense."""
    async with playlist_reader("http://127.0.0.1:1") as read:
        assert await read("http://127.0.0.1:1/index.m3u8") is None
        assert await read("http://[broken/index.m3u8") is None
