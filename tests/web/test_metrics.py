"""Who may read the metrics."""

import httpx
import pytest

from bot.web.gate import WRONG_LINKS_A_MINUTE
from bot.web.health import Health
from bot.web.metrics import GuardedMetrics
from bot.web.server import serve_metrics
from tests.e2e.conftest import free_port
from tests.support.watched import Watched

RIGHT = "a-token-of-16-characters"


def origin(page: str) -> str:
    return page.partition("/watch/")[0]


async def test_there_are_none_unless_somebody_wants_them() -> None:
    """As for any address that leads nowhere."""
    async with Watched().served() as page, httpx.AsyncClient() as http:
        assert (await http.get(f"{origin(page)}/metrics")).status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        *(b"", RIGHT.encode(), f"Bearer {RIGHT[:-1]}".encode(), f"Bearer {RIGHT}x".encode()),
        *(f"Basic {RIGHT}".encode(), b"Bearer", b"Bearer \xff\xfe", None),
    ],
)
async def test_without_the_token_nobody_reads_them(given: bytes | None) -> None:
    """Nor with half of it, or in another way; and the answer says nothing of them."""
    watched = Watched()
    watched.metrics = GuardedMetrics(lambda: b"odyssey_secret 1\n", RIGHT)
    async with watched.served() as page, httpx.AsyncClient() as http:
        headers = {} if given is None else {b"Authorization": given}
        answer = await http.get(f"{origin(page)}/metrics", headers=headers)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert b"odyssey_secret" not in answer.content


async def test_with_the_token_they_are_read_as_often_as_one_likes() -> None:
    """In Prometheus' text format, and kept by nobody."""
    watched = Watched()
    watched.metrics = GuardedMetrics(lambda: b"odyssey_streams_on_air 1\n", RIGHT)
    async with watched.served() as page, httpx.AsyncClient() as http:
        for _ in range(2 * WRONG_LINKS_A_MINUTE):
            answer = await http.get(f"{origin(page)}/metrics", headers={"Authorization": f"Bearer {RIGHT}"})
            assert (answer.status_code, answer.content) == (200, b"odyssey_streams_on_air 1\n")
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"


async def test_who_guesses_is_not_answered_any_more() -> None:
    """Of one address so many a minute, links and tokens together; others are served."""
    watched = Watched()
    watched.metrics = GuardedMetrics(lambda: b"", RIGHT)
    async with watched.served() as page, httpx.AsyncClient() as http:

        async def status(path: str, address: str, **headers: str) -> int:
            url = f"{origin(page)}{path}"
            return (await http.get(url, headers={"X-Forwarded-For": address, **headers})).status_code

        half = WRONG_LINKS_A_MINUTE // 2
        found = [await status("/metrics", "198.51.100.1", Authorization="Bearer x") for _ in range(half)]
        found += [await status("/watch/wrong", "198.51.100.1") for _ in range(half)]
        assert found == [401] * half + [404] * half
        assert await status("/metrics", "198.51.100.1", Authorization="Bearer y") == 429
        assert await status("/metrics", "198.51.100.2", Authorization="Bearer y") == 401
        assert await status("/metrics", "198.51.100.1", Authorization=f"Bearer {RIGHT}") == 200
        assert await status("/livez", "198.51.100.1") == 200


async def test_a_port_of_their_own_has_them_without_a_token() -> None:
    """And whether the bot is well; no watch page."""
    health, port = Health(lambda: None, {"discord": lambda: "away"}), free_port()
    async with (
        serve_metrics(lambda: b"odyssey_streams_on_air 1\n", health, host="127.0.0.1", port=port),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        paths = ("/metrics", "/livez", "/readyz", "/healthz", "/")
        assert [(await http.get(path)).status_code for path in paths] == [200, 200, 503, 503, 404]
        assert (await http.get("/metrics")).content == b"odyssey_streams_on_air 1\n"
