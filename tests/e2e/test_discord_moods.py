"""What Discord sends, refuses and takes away, at the start and in mid-run."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web

from bot.app.wiring import run_bot
from bot.kit.errors import StartError
from bot.local.discord.gateway import GatewayCloseError
from bot.local.discord.rest import RestApi
from bot.local.discord.server import LocalDiscord
from tests.cogs.conftest import refusing
from tests.e2e.conftest import CHANNEL, WAIT_S, House

LIST = r"/commands$"
ME = r"/users/@me$"
APPLICATION = r"/oauth2/applications/@me$"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """We do not wait before the bot comes again."""
    monkeypatch.setattr("bot.discord.shard_connection.CONNECTING_AGAIN_S", (0.05, 0.05))
    monkeypatch.setattr("bot.discord.connection.CONNECTING_AGAIN_S", (0.05, 0.05))


@pytest.fixture
async def strange_discord(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[..., None]]:
    """Has calls to Discord answered by the test: by method, path and a function that may say None."""
    answers: list[tuple[str, str, Callable[[], web.Response | None]]] = []
    handle = RestApi.handle

    async def handle_strangely(api: RestApi, request: web.Request) -> web.Response:
        for method, path, answer in answers:
            if request.method == method and re.search(path, request.path) and (strange := answer()):
                return strange
        return await handle(api, request)

    monkeypatch.setattr(RestApi, "handle", handle_strangely)
    async with LocalDiscord(response_timeout_s=WAIT_S) as discord:
        house.discord = discord
        yield lambda method, path, answer: answers.append((method, path, answer))


def times(number: int, make: Callable[[], web.Response]) -> Callable[[], web.Response | None]:
    """So many such answers, then ordinary ones."""
    left = [number]

    def answer() -> web.Response | None:
        left[0] -= 1
        return make() if left[0] >= 0 else None

    return answer


async def still_steers(house: House, prompt: str) -> None:
    """The broadcast goes on: a command is done, and the panel shows it."""
    await house.discord.user("robin").slash(CHANNEL, "odyssey say", prompt=prompt)
    await house.shown(f"Applied: {prompt}", as_user="robin")
    await house.shown(prompt)


async def until_sessions(house: House, number: int) -> None:
    """Returns when the bot has begun so many sessions in all."""
    async with asyncio.timeout(WAIT_S):
        while house.discord.starts.begun < number:
            await asyncio.sleep(0.02)


async def test_commands_are_for_servers_that_the_bot_is_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the application's own settings are: nobody takes them along to another server."""
    commands: list[dict[str, object]] = []
    answer = house.discord.world.rest

    def note_and_answer(method: str, path: str, **rest: Any) -> Any:
        if method == "PUT" and re.search(LIST, path):
            commands.extend(rest["body"])
        return answer(method, path, **rest)

    monkeypatch.setattr(house.discord.world, "rest", note_and_answer)
    async with house.bot():
        pass
    menus = {"Suggest this", "Start from this picture", "Mute from steering"}
    assert {command["name"] for command in commands} == {"odyssey", *menus}
    assert all((command["integration_types"], command["contexts"]) == ([0], [0]) for command in commands)


@pytest.mark.parametrize(("status", "code"), [(400, 30034), (400, 50035), (403, 50001), (503, 0)])
async def test_a_list_of_commands_that_is_refused_does_not_keep_the_bot_away(
    house: House, caplog: pytest.LogCaptureFixture, status: int, code: int
) -> None:
    """Discord knows the commands since the last start, and they work."""
    async with house.bot():
        pass
    with refusing(house.discord, "PUT", LIST, status=status, code=code):
        async with house.bot():
            assert await house.goes_on()
    assert "Discord did not take the list of commands" in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_list_of_commands_that_was_refused_is_told_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the background: a first start gets its commands as soon as Discord takes them; chat works before."""
    monkeypatch.setattr("bot.discord.commands_telling.AGAIN_S", (0.1, 0.1))
    with refusing(house.discord, "PUT", LIST, status=500) as refused:
        async with house.bot():
            assert refused
            assert not house.discord.user("mika").commands(CHANNEL)
    async with house.bot():
        with refusing(house.discord, "PUT", LIST, status=400, code=30034):
            pass
        await house.live_broadcast()


async def test_a_list_of_commands_that_has_to_wait_does_not_keep_the_bot_away(
    house: House, strange_discord: Callable[..., None]
) -> None:
    """A rate limit of a quarter of an hour."""
    async with house.bot():
        pass
    body = {"message": "You are being rate limited.", "retry_after": 900.0, "global": False}
    strange_discord("PUT", LIST, lambda: web.json_response(body, status=429, headers={"Via": "1.1 google"}))
    async with house.bot():
        assert await house.goes_on()


@pytest.mark.outage("Discord unwell at the start")
@pytest.mark.parametrize(
    ("path", "make"),
    [
        (ME, lambda: web.Response(status=503, text="<html>upstream</html>", content_type="text/html")),
        (ME, lambda: web.Response(status=429, text="error code: 1015")),
        (APPLICATION, lambda: web.json_response({"message": "busy"}, status=520)),
    ],
)
async def test_a_discord_that_is_unwell_at_the_start_is_waited_for(
    house: House,
    strange_discord: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    path: str,
    make: Callable[[], web.Response],
) -> None:
    """Each try is a line in the log; an exit would only have it started again and again."""
    strange_discord("GET", path, times(2, make))
    async with house.bot():
        assert await house.goes_on()
    assert caplog.text.count("Discord is unwell") == 2
    assert "Traceback" not in caplog.text


async def test_a_stop_while_discord_is_waited_for(
    house: House, strange_discord: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not have to get well for the bot to end."""
    monkeypatch.setattr("bot.discord.connection.CONNECTING_AGAIN_S", (60.0, 60.0))
    asked, stop = asyncio.Event(), asyncio.Event()

    def unwell() -> web.Response:
        asked.set()
        return web.Response(status=503)

    strange_discord("GET", ME, unwell)
    async with asyncio.timeout(WAIT_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(run_bot(house.settings_of(), stop))
        await asked.wait()
        stop.set()


@pytest.mark.parametrize(
    "make",
    [
        lambda: web.json_response({"message": "no", "code": 40001}, status=403),
        lambda: web.Response(status=404, text="<html>nothing here</html>", content_type="text/html"),
        lambda: web.json_response({}),
        lambda: web.json_response([1, 2]),
        lambda: web.Response(text="<html>welcome</html>", content_type="text/html"),
    ],
)
async def test_what_discord_does_not_allow_at_the_start_is_one_clear_sentence(
    house: House, strange_discord: Callable[..., None], make: Callable[[], web.Response]
) -> None:
    """Also an answer that makes no sense, as from a wrong DISCORD_API_URL."""
    strange_discord("GET", ME, make)
    with pytest.raises(StartError, match=r"Discord does not let the bot in|The bot could not start"):
        async with house.bot():
            pass


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4013])
async def test_a_gateway_that_refuses_at_the_start_is_one_clear_sentence(
    house: House, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """4011: too many servers for one connection, say."""

    def refuse(_data: object) -> None:
        raise GatewayCloseError(code, "not like this")

    monkeypatch.setattr(house.discord._gateway, "_identify", refuse)
    with pytest.raises(StartError, match="Discord refused DISCORD_TOKEN" if code == 4004 else str(code)):
        async with house.bot():
            pass


async def test_an_event_that_cannot_be_read_is_one_lost_event(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is wrong with it: the same connection goes on, and so does the broadcast."""
    async with house.bot():
        await house.live_broadcast()
        gateway = house.discord._gateway
        (session,) = gateway._sessions
        lounge = {
            "channel_id": str(house.discord.channel("lounge")),
            "guild_id": str(house.discord.world.guild_id),
        }
        for event, payload in (
            ("MESSAGE_UPDATE", {"id": "1", "embeds": [], **lounge}),  # as Discord documented it for years
            ("MESSAGE_CREATE", {"id": "not a number"}),
            ("MESSAGE_DELETE", {}),
            ("GUILD_MEMBER_UPDATE", {"guild_id": None}),
            ("INTERACTION_CREATE", {"id": "1", "type": 2}),
            ("GUILD_CREATE", {"unexpected": True}),
            ("AN_EVENT_OF_NEXT_YEAR", {"a": 1}),
        ):
            session.push(event, payload)
        await still_steers(house, "snow")
        assert list(gateway._sessions) == [session]
    assert caplog.text.count("cannot be read, and is lost") >= 4


@pytest.mark.outage("gateway breaks")
async def test_a_frame_that_cannot_be_read_costs_a_connection_and_no_more(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The next one is made anew, and panel, chat and commands go on."""
    frames: list[str | bytes] = ["no json", "[]", "null", '{"op": 10, "d": null}', b"none\x00\x00\xff\xff"]
    async with house.bot():
        panel = await house.live_broadcast()
        for number, frame in enumerate(frames, start=2):
            (ws,) = house.discord._gateway._connections
            await (ws.send_bytes(frame) if isinstance(frame, bytes) else ws.send_str(frame))
            await until_sessions(house, number)
        await still_steers(house, "snow")
        await house.discord.user("robin").send(CHANNEL, "!rain")
        await house.discord.wait_for_message(CHANNEL, lambda m: m.id == panel.id and "rain" in m.text)
    assert caplog.text.count("the connection to Discord broke") == len(frames)


@pytest.mark.outage("message content intent taken")
async def test_a_message_content_intent_that_is_taken_away_leaves_the_panel_in_step(house: House) -> None:
    """The session is lost, the next one is granted less: the show goes on, and says how to steer it now."""
    async with house.bot():
        panel = await house.live_broadcast()
        assert "type `!your idea` here" in panel.text
        house.discord.world.message_content = False
        await house.discord.lose_session()
        await until_sessions(house, 2)
        assert (await house.shown("use `/odyssey say`")).id == panel.id
        await still_steers(house, "snow")
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        ended = await house.shown("Another round")
        assert ended.id == panel.id
        assert [button.label for button in ended.buttons] == ["Another round", "Watch"]


@pytest.mark.outage("token reset")
async def test_a_token_that_is_reset_in_mid_run_leaves_the_broadcast_on_air(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator is told; if the token is good again, the panel goes on where it was."""
    async with house.bot():
        panel = await house.live_broadcast()
        gateway, token = house.discord._gateway, house.discord.token
        monkeypatch.setattr(gateway, "token", "another")
        await house.discord.drop_gateway()
        async with asyncio.timeout(WAIT_S):
            while "Discord refused DISCORD_TOKEN" not in caplog.text:
                await asyncio.sleep(0.05)
        assert "Broadcasts go on" in caplog.text
        monkeypatch.setattr(gateway, "token", token)
        await until_sessions(house, 2)
        await still_steers(house, "snow")
        assert (await house.shown("snow")).id == panel.id
