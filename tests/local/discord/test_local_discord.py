"""The local Discord, proven with an unmodified discord.py over real sockets."""

import asyncio
import io
import time

import aiohttp
import discord
import httpx
import pytest

from bot.local.discord.people.users import NO_RESPONSE
from bot.local.discord.people.views import NotPossibleError
from bot.local.discord.server import LocalDiscord
from bot.local.discord.state import ApiError
from tests.local.connection import point_discord_py_at, running
from tests.local.sample_bot import STREAMS, SampleBot


async def test_commands_are_offered_to_those_who_may_run_them(
    bot: SampleBot, local_discord: LocalDiscord
) -> None:
    """Synced commands appear in the picker; one for moderators is hidden from viewers."""
    names = {
        name: [c["name"] for c in local_discord.user(name).commands("lounge")] for name in ("mika", "robin")
    }
    assert names == {"mika": ["odyssey", "settings"], "robin": ["odyssey"]}
    with pytest.raises(NotPossibleError, match="no command /settings"):
        await local_discord.user("robin").slash("lounge", "settings")


async def test_deferred_answer_becomes_a_panel_with_a_picture(
    bot: SampleBot, local_discord: LocalDiscord
) -> None:
    """A deferred slash command first shows "thinking", then a panel whose uploaded picture can be fetched."""
    answer = await local_discord.user("robin").slash("broadcasts", "odyssey start", prompt="a quiet harbour")
    assert answer.message is not None
    assert answer.message.thinking
    panel = await answer.final()
    assert "a quiet harbour" in panel.text
    assert [button.label for button in panel.buttons] == ["Suggest", "Silent", "End", "Closed", "Watch"]
    assert panel.buttons[-1].url == "http://127.0.0.1:1/watch/abc"
    gallery = next(component for component in panel.components if component["type"] == 12)
    url = gallery["items"][0]["media"]["url"]
    assert url.startswith(local_discord.url)
    async with httpx.AsyncClient() as http:
        picture = await http.get(url)
        part = await http.get(url, headers={"Range": "bytes=1-3"})
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    assert (part.status_code, part.content) == (206, b"PNG")


async def test_background_edits_reach_everyone(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """An edit by channel and message ID, with no interaction token, changes what others see."""
    await (await local_discord.user("robin").slash("broadcasts", "odyssey start", prompt="a harbour")).final()
    await bot.edit_panel("now it snows")
    seen = await local_discord.wait_for_message(
        "broadcasts", lambda message: "now it snows" in message.text, as_user="sasha"
    )
    assert bot.panel is not None
    assert seen.id == bot.panel[1]


async def test_required_options_and_lengths_are_checked(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """What Discord's client refuses never reaches the bot, and says which option is wrong."""
    robin = local_discord.user("robin")
    with pytest.raises(NotPossibleError, match="'prompt' is required"):
        await robin.slash("broadcasts", "odyssey start")
    with pytest.raises(NotPossibleError, match="'prompt' must be 3 to 200"):
        await robin.slash("broadcasts", "odyssey start", prompt="ab")
    with pytest.raises(NotPossibleError, match="'portrait' does not take"):
        await robin.slash("broadcasts", "odyssey start", prompt="abc", portrait="yes")
    with pytest.raises(NotPossibleError, match="needs a subcommand"):
        await robin.slash("broadcasts", "odyssey")


async def test_autocomplete_comes_from_the_bot(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """Choices follow what is typed."""
    robin = local_discord.user("robin")
    choices = await robin.autocomplete("lounge", "odyssey recording", "stream", "lantern")
    assert choices == [{"name": STREAMS[1], "value": STREAMS[1]}]
    answer = await robin.slash("lounge", "odyssey recording", stream=STREAMS[1])
    assert answer.message is not None
    assert answer.message.embeds[0]["title"] == STREAMS[1]


async def test_modal_and_private_answer(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """A button opens a modal; its answer is seen by the one who submitted it and by nobody else."""
    robin = local_discord.user("robin")
    panel = await (await robin.slash("broadcasts", "odyssey start", prompt="a harbour")).final()
    shown = await robin.click(panel, label="Suggest")
    assert shown.modal is not None
    assert shown.modal.title == "Suggest a change"
    with pytest.raises(NotPossibleError, match="3 to 200"):
        await robin.submit_modal(shown, {"What should happen?": "x"})
    answer = await robin.submit_modal(shown, {"What should happen?": "It snows"})
    assert answer.text == "Taken: It snows"
    assert answer.message is not None
    assert answer.message.private
    others = [message.id for message in local_discord.messages("broadcasts", "mika")]
    assert answer.message_id not in others
    assert answer.message_id in [message.id for message in robin.messages("broadcasts")]


async def test_followups_stay_private(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """A private answer and its followup are both shown, to their user only."""
    robin = local_discord.user("robin")
    await robin.slash("lounge", "odyssey status")
    seen = await robin.wait_for_message("lounge", lambda message: "Start one" in message.text)
    assert seen.private
    assert local_discord.messages("lounge", "sasha") == []


async def test_update_by_click_and_unclickable_buttons(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """A click may edit its own message; disabled and link buttons cannot be clicked."""
    robin = local_discord.user("robin")
    panel = await (await robin.slash("broadcasts", "odyssey start", prompt="a harbour")).final()
    with pytest.raises(NotPossibleError, match="disabled"):
        await robin.click(panel, label="Closed")
    with pytest.raises(NotPossibleError, match="link"):
        await robin.click(panel, label="Watch")
    answer = await robin.click(panel, custom_id="panel:end")
    assert answer.message_id == panel.id
    assert "ended" in answer.text


@pytest.mark.parametrize("response_timeout_s", [0.4])
async def test_a_bot_that_says_nothing(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """Without an answer in time the user reads that the application did not respond, and nothing is left."""
    answer = await local_discord.user("robin").slash("lounge", "odyssey slow")
    assert answer.text == NO_RESPONSE
    assert local_discord.messages("lounge", "robin") == []


async def test_message_command(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """A message command receives the message that it was used on."""
    robin = local_discord.user("robin")
    message = await robin.send("lounge", "make it rain")
    assert robin.context_commands("lounge") == ["Suggest this"]
    answer = await local_discord.user("sasha").context_menu(message, "Suggest this")
    assert answer.text == "Suggested: make it rain"


async def test_users_and_files_as_options(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """A member option arrives as a member, and a file option can be read by the bot."""
    sasha = local_discord.user("sasha")
    answer = await local_discord.user("mika").slash(
        "lounge", "settings", muted=sasha.id, rules=("rules.json", b"{}")
    )
    assert answer.text == "Sasha 2"


async def test_chat_replies_edits_and_reactions(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """Chat reaches the bot in order, the bot reacts, and people edit and delete their own messages only."""
    robin, sasha, mika = (local_discord.user(name) for name in ("robin", "sasha", "mika"))
    first = await robin.send("broadcasts", "!let it snow")
    await sasha.send("broadcasts", "yes please", reply_to=first)
    seen = await local_discord.wait_for_message("broadcasts", lambda message: message.reactions == ["👀"])
    assert seen.id == first.id
    assert bot.heard == ["!let it snow", "yes please"]
    await robin.edit(first, "!let it rain")
    with pytest.raises(ApiError, match="50005"):
        await sasha.edit(first, "mine now")
    with pytest.raises(ApiError, match="50013"):
        await sasha.delete(first)
    await mika.delete(first)
    assert [message.content for message in mika.messages("broadcasts")] == ["yes please"]


async def test_the_bot_acts_within_its_rights(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """The bot may delete a viewer's message, fetch history, and hears Discord's own error codes."""
    message = await local_discord.user("robin").send("lounge", "hello")
    channel = await bot.fetch_channel(message.channel_id)
    assert isinstance(channel, discord.TextChannel)
    assert [m.content async for m in channel.history()] == ["hello"]
    await (await channel.fetch_message(message.id)).delete()
    with pytest.raises(discord.NotFound) as refusal:
        await channel.fetch_message(message.id)
    assert refusal.value.code == 10008


async def test_a_file_beyond_the_limit_is_refused(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """Uploads above 10 MiB get 413 (40005), as on a server without boosts."""
    channel = bot.get_partial_messageable(local_discord.channel("lounge"))
    with pytest.raises(discord.HTTPException) as refusal:
        await channel.send(file=discord.File(io.BytesIO(bytes(10 * 1024 * 1024 + 1)), "film.mp4"))
    assert (refusal.value.status, refusal.value.code) == (413, 40005)


async def test_resume_after_a_broken_connection(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """What was said while the gateway connection was broken arrives after RESUME, once."""
    await local_discord.drop_gateway()
    await local_discord.user("robin").send("lounge", "said while away")
    async with asyncio.timeout(10):
        await bot.resumed.wait()
    await local_discord.user("robin").send("lounge", "!and back")
    await local_discord.wait_for_message("lounge", lambda message: message.reactions == ["👀"])
    assert bot.heard == ["said while away", "!and back"]


async def test_two_thousand_messages_pass(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """2,000 chat messages reach the bot in order, and the server keeps a bounded number of them."""
    robin = local_discord.user("robin")
    started = time.monotonic()
    for number in range(2_000):
        await robin.send("lounge", f"message {number}")
    await robin.send("lounge", "!last")
    await local_discord.wait_for_message("lounge", lambda message: message.reactions == ["👀"], timeout_s=30)
    print(f"2,000 messages in {time.monotonic() - started:.2f} s")  # noqa: T201 (shown with -s)
    assert bot.heard == [*(f"message {number}" for number in range(2_000)), "!last"]


async def test_a_wrong_token_is_refused(local_discord: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py reports a wrong token as such."""
    point_discord_py_at(local_discord, monkeypatch)
    async with SampleBot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.start("wrong")


async def test_the_gateway_refuses_a_wrong_token(local_discord: LocalDiscord) -> None:
    """A wrong token ends with close code 4004, garbage with 4002, anything before IDENTIFY with 4003."""
    identify = {"op": 2, "d": {"token": "wrong", "intents": 0, "properties": {}}}
    async with aiohttp.ClientSession() as http:
        for frame, code in ((identify, 4004), ([], 4002), ({"op": 8, "d": {}}, 4003)):
            async with http.ws_connect(local_discord.gateway_url) as ws:
                assert (await ws.receive_json())["op"] == 10
                await ws.send_json(frame)
                await ws.receive()
                assert ws.close_code == code


async def test_a_heartbeat_is_not_answered_at_once(local_discord: LocalDiscord) -> None:
    """discord.py takes an answer that is faster than a network for a late one, and fills the log with it."""
    async with aiohttp.ClientSession() as http, http.ws_connect(local_discord.gateway_url) as ws:
        await ws.receive_json()
        await ws.send_json({"op": 2, "d": {"token": local_discord.token, "intents": 0, "properties": {}}})
        assert (await ws.receive_json())["t"] == "READY"
        sent = time.monotonic()
        await ws.send_json({"op": 1, "d": 1})
        while (await ws.receive_json())["op"] != 11:
            pass
        assert time.monotonic() - sent >= 0.05


async def test_the_message_content_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the switch off, asking for the intent fails as on Discord; without it chat arrives empty."""
    async with LocalDiscord(message_content_intent=False) as server:
        point_discord_py_at(server, monkeypatch)
        async with SampleBot() as refused:
            with pytest.raises(discord.PrivilegedIntentsRequired):
                await refused.start(server.token)
        async with running(SampleBot(message_content=False), server.token) as bot:
            robin = server.user("robin")
            await robin.send("lounge", "secret")
            await robin.send("lounge", f"!open <@{server.world.application_id}>")
            await server.wait_for_message("lounge", lambda message: message.reactions == ["👀"])
            assert bot.heard == ["", f"!open <@{server.world.application_id}>"]
