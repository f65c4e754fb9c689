"""Whether the bot is well, as machines ask it."""

from collections.abc import Callable

import httpx

from bot.web.health import Health
from tests.support.watched import Watched


async def answers(health: Health) -> dict[str, tuple[int, object]]:
    watched = Watched()
    watched.health = health
    async with watched.served() as page, httpx.AsyncClient() as http:
        origin = page.partition("/watch/")[0]
        asked = {name: await http.get(f"{origin}/{name}") for name in ("livez", "readyz", "healthz")}
    assert {answer.headers["Cache-Control"] for answer in asked.values()} == {"no-store"}
    return {name: (answer.status_code, answer.json()) for name, answer in asked.items()}


def saying(problem: str | None) -> Callable[[], str | None]:
    return lambda: problem


WELL = (200, {"status": "ok"})


async def test_a_bot_that_is_well_says_so() -> None:
    """At all three addresses."""
    found = await answers(Health(saying(None), {"discord": saying(None), "database": saying(None)}))
    assert found == {"livez": WELL, "readyz": WELL, "healthz": WELL}


async def test_a_bot_without_discord_is_alive_and_not_ready() -> None:
    """So nobody ends it for an outage of Discord."""
    found = await answers(
        Health(saying(None), {"discord": saying("not connected"), "database": saying(None)})
    )
    assert found == {
        "livez": WELL,
        "readyz": (503, {"status": "not ready", "why": {"discord": "not connected"}}),
        "healthz": (503, {"status": "not connected"}),
    }


async def test_all_that_is_missing_is_named() -> None:
    """Each by its name, and nothing else."""
    lacks = {"discord": saying(None), "database": saying("locked"), "key": saying("refused")}
    found = await answers(Health(saying(None), lacks))
    assert found["readyz"] == (503, {"status": "not ready", "why": {"database": "locked", "key": "refused"}})
    assert found["healthz"] == WELL


async def test_a_bot_that_hangs_is_to_be_ended() -> None:
    """And says why."""
    found = await answers(Health(saying("the writer does not answer"), {"discord": saying(None)}))
    assert found["livez"] == (503, {"status": "the writer does not answer"})
