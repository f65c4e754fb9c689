"""`/odyssey clip`: the last seconds, from the command to the message that plays them."""

import io

import av
import httpx
import pytest

from bot.local.discord.people.views import SeenMessage
from cogs.clips import wall
from tests.e2e.conftest import CHANNEL, House


async def clip_of(post: SeenMessage) -> bytes:
    (attachment,) = [each for each in post.attachments if each["filename"] == wall.NAME]
    async with httpx.AsyncClient() as http:
        return (await http.get(attachment["url"])).content


def pictures_in(video: bytes) -> int:
    with av.open(io.BytesIO(video), "r") as container:
        return len(list(container.decode(video=0)))


async def test_whoever_asks_gets_the_last_seconds_in_the_channel(house: House) -> None:
    """Several who ask for one moment get one clip, under which all are named; it is the highlight then."""
    async with house.bot():
        await house.live_broadcast("A lighthouse")
        await house.discord.user("robin").slash(CHANNEL, "odyssey clip", seconds=10)
        await house.shown("The last 10 s are kept", as_user="robin")
        await house.discord.user("mika").slash(CHANNEL, "odyssey clip")
        await house.shown("under the same clip", as_user="mika")
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        post = await house.shown("The highlight of this broadcast")
        assert "of “A lighthouse”" in post.text
        assert "Kept by **Robin** and **Mika**" in post.text
        assert pictures_in(await clip_of(post)) > 0
        assert len([each for each in house.discord.messages(CHANNEL) if "-# Clip" in each.text]) == 1


async def test_after_the_end_its_last_seconds_can_be_had(house: House) -> None:
    """In a later run of the bot too."""
    async with house.bot():
        await house.whole_broadcast("A harbour")
    async with house.bot():
        await house.discord.user("mika").slash(CHANNEL, "odyssey clip")
        post = await house.shown("-# Clip")
        assert pictures_in(await clip_of(post)) > 0


async def test_what_is_too_large_for_the_server_is_posted_in_words(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall.ClipWall, "_takes", lambda *_: False)
    async with house.bot():
        await house.whole_broadcast("A harbour")
        await house.discord.user("mika").slash(CHANNEL, "odyssey clip")
        post = await house.shown("-# Clip")
        assert post.attachments == []
        assert "larger than this server takes" in post.text


async def test_without_a_broadcast_there_is_nothing_to_keep(house: House) -> None:
    async with house.bot():
        await house.discord.user("mika").slash(CHANNEL, "odyssey clip")
        await house.shown("No stream has ended", as_user="mika")
