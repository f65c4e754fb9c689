"""What is secret stays so: a whole evening with faults, and then everything that the bot has written."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.local.odyssey.studio import Studio
from bot.local.odyssey.tokens import AccessTokens, Signer
from bot.process.settings import Settings
from tests.cogs.accounts.test_account import set_key
from tests.cogs.conftest import refusing
from tests.e2e.conftest import API_KEY, CHANNEL, OTHER_KEYS, WAIT_S, House, free_port, until_healthy
from tests.support.processes import python_m_bot
from tests.support.steering import suggest

OWN_KEY, MISTYPED_KEY = OTHER_KEYS[0], "ody_mistyped_by_a_manager"
ACCOUNT_SECRETS = ("the-newer-of-two-sealing-secrets", "the-older-of-two-sealing-secrets")
METRICS_TOKEN = "metrics-token-nobody-else-has"
PROXY_PASSWORD = "proxy-password-nobody-else-has"
FAULTS: list[dict[str, Any]] = [
    {"name": "rest_garbage", "path": "/sessions/request"},
    {"name": "update_error"},
    {"name": "garbage"},
    {"name": "stream_error", "after_s": 0.5},
    {"name": "recording_late", "delay_s": 0.2},
    {"name": "urls_expired"},
    {"name": "download_error", "times": 2},
]


class Handed:
    """All secrets that the local Odyssey has handed out, by what they are for."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.by_kind: dict[str, set[str]] = {}
        self._note(patch, AccessTokens, "issue", "access token", lambda token: [token])
        self._note(patch, Signer, "session_token", "session token", lambda token: [token])
        self._note(patch, Signer, "url_query", "presigned link", lambda query: [query["signature"]])
        self._note(patch, Studio, "open_to_spectators", "spectator token", lambda token: [token])

    def _note(
        self,
        patch: pytest.MonkeyPatch,
        owner: type,
        method: str,
        kind: str,
        secrets_in: Callable[[Any], list[str]],
    ) -> None:
        makes = getattr(owner, method)
        noted = self.by_kind.setdefault(kind, set())

        @wraps(makes)
        def make(*args: Any, **kwargs: Any) -> Any:
            made = makes(*args, **kwargs)
            noted.update(secrets_in(made))
            return made

        patch.setattr(owner, method, make)


async def test_no_secret_is_written_anywhere(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of settings, links and tokens none is in the log at DEBUG, a file, a message, a page, or the metrics.

    But those that a page or a post is there to hand on: a viewer's browser needs the spectator token, and who
    downloads a recording its link.
    """
    handed = Handed(monkeypatch)
    port, told = free_port(), dict[str, str]()
    environment = {
        "DISCORD_TOKEN": house.discord.token,
        "DISCORD_API_URL": house.discord.api_url,
        "DISCORD_GATEWAY_URL": house.discord.gateway_url,
        "ODYSSEY_API_KEY": API_KEY,
        "ODYSSEY_API_URL": house.standin.url,
        "METRICS_TOKEN": METRICS_TOKEN,
        "ACCOUNT_SECRETS": ",".join(ACCOUNT_SECRETS),
        "HTTPS_PROXY": f"http://somebody:{PROXY_PASSWORD}@127.0.0.1:9",
        "WEB_PORT": str(port),
        "LOG_LEVEL": "DEBUG",
    }
    page = f"http://127.0.0.1:{port}"
    async with python_m_bot("run", cwd=tmp_path, **environment) as process:
        read = asyncio.create_task(process.communicate())
        try:
            await until_healthy(f"{page}/healthz")
            for fault in FAULTS:
                house.standin.faults.arm(**fault)
            told["page's state"] = await _evening(house, handed)
            async with httpx.AsyncClient(timeout=WAIT_S) as http:
                authorised = {"Authorization": f"Bearer {METRICS_TOKEN}"}
                for path in ("/healthz", "/livez", "/readyz", "/metrics", "/watch/wrong"):
                    told[path] = (await http.get(page + path, headers=authorised)).text
            house.standin.faults.arm("auth_forbidden", times=None, detail=f"{API_KEY} is not known.")
            told["doctor"] = await _said("doctor", cwd=tmp_path, **environment)
            process.send_signal(signal.SIGTERM)
            out, log = await read
        finally:
            read.cancel()
    assert process.returncode == 0, log.decode()
    told["log"], told["output"] = log.decode(), out.decode()
    assert "DEBUG" in told["log"]
    for file in (found for found in tmp_path.rglob("*") if found.is_file()):
        told[str(file.relative_to(tmp_path))] = file.read_bytes().decode("latin-1")
    assert "data/odyssey.sqlite3" in told
    told["messages"] = "\n".join(map(str, house.discord.messages(CHANNEL)))
    secrets = {
        "DISCORD_TOKEN": {house.discord.token},
        "ODYSSEY_API_KEY": {API_KEY},
        "METRICS_TOKEN": {METRICS_TOKEN},
        "ACCOUNT_SECRETS": {*ACCOUNT_SECRETS},
        "a server's own key": {OWN_KEY, MISTYPED_KEY},
        "proxy's password": {PROXY_PASSWORD},
        "interaction token": set(house.discord.world.backend.interaction_tokens),
        **handed.by_kind,
    }
    for kind, values in secrets.items():
        assert values, f"there was no {kind}"
        found = {name for name, text in told.items() if any(value in text for value in values)}
        meant = {"presigned link": {"messages"}, "spectator token": {"page's state"}}.get(kind, set())
        assert found <= meant, f"the {kind} is in {found}"


async def _evening(house: House, handed: Handed) -> str:
    """A start that fails, a broadcast that breaks off and comes back, its recording; what a page is told."""
    mika = house.discord.user("mika")
    await mika.slash(CHANNEL, "odyssey start", prompt="An attic")
    await house.shown("Failed")
    await house.live_broadcast("A cellar")
    with refusing(house.discord, "PATCH", r"/messages/", status=500) as refused:
        await house.discord.user("robin").slash(CHANNEL, "odyssey say", prompt="a lamp")
        async with asyncio.timeout(WAIT_S):
            while not refused:
                await asyncio.sleep(0.01)
    await suggest(house, "robin", "a mouse")
    async with asyncio.timeout(WAIT_S):
        while not handed.by_kind["spectator token"]:
            await asyncio.sleep(0.01)
    link = await (await mika.slash(CHANNEL, "odyssey link")).final(timeout_s=WAIT_S)
    state = await _state_of(link.text.rpartition("http://")[2].strip("<>)"))
    await mika.slash(CHANNEL, "odyssey end")
    await house.shown("Full video")
    await (await mika.slash(CHANNEL, "odyssey recording")).final(timeout_s=WAIT_S)
    assert "refuses that key" in await set_key(house, MISTYPED_KEY)
    assert "takes the key" in await set_key(house, OWN_KEY)
    await house.live_broadcast("A garden")
    return state


async def _said(*arguments: str, cwd: Path, **environment: str) -> str:
    """All that a command prints."""
    async with python_m_bot(*arguments, cwd=cwd, **environment) as command:
        out, errors = await command.communicate()
    assert out
    return (out + errors).decode()


async def _state_of(link: str) -> str:
    """The page, and the first document that it is told to show with a spectator's token."""
    async with httpx.AsyncClient(timeout=WAIT_S) as http:
        page = (await http.get(f"http://{link}")).text
        async with http.stream("GET", f"http://{link}/events") as events:
            told = ""
            async for text in events.aiter_text():
                told += text
                if "whep" in told or "token" in told:
                    break
    return page + told


def test_settings_do_not_show_their_secrets() -> None:
    """Neither printed nor in a complaint; whoever adds a secret setting need not think of it here."""
    planted: dict[str, Any] = {
        name: f"planted-secret-{name}"
        for name, field in Settings.model_fields.items()
        if "Secret" in str(field.annotation)
    }
    assert planted.keys() >= {"discord_token", "odyssey_api_key", "metrics_token"}
    settings = Settings(_env_file=None, **planted)
    assert sorted(settings.secrets) == sorted(planted.values())
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert "planted-secret" not in shown
