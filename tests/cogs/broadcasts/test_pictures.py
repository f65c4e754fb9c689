"""Broadcasts that start from a picture, by every door."""

import io
from typing import Any

import pytest
from PIL import Image

from bot.local.discord.people.answers import Answer
from bot.local.odyssey.stream import LiveStream
from bot.local.odyssey.studio import Studio
from bot.local.odyssey.world.scene import Scene
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_

MENU = "Start from this picture"
QUESTION = "What happens in this picture?"


def file(size: tuple[int, int] = (400, 300), kind: str = "PNG") -> tuple[str, bytes]:
    """An attachment: nothing but red."""
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return f"red.{kind.lower()}", out.getvalue()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, bool]]:
    """The stand-in's streams: whether each is upright, and whether it begins with an image."""
    streams: list[tuple[bool, bool]] = []
    open_stream = Studio.open

    async def noted(
        self: Studio, scene: Scene, *, portrait: bool, image: str | None, **more: Any
    ) -> LiveStream:
        streams.append((portrait, image is not None))
        return await open_stream(self, scene, portrait=portrait, image=image, **more)

    monkeypatch.setattr(Studio, "open", noted)
    return streams


async def text_of(answer: Answer) -> str:
    return (await answer.final(timeout_s=WAIT_S)).text


@pytest.mark.parametrize(
    ("size", "said", "portrait"),
    [((400, 300), {}, False), ((300, 400), {}, True), ((300, 400), {"portrait": False}, False)],
)
async def test_a_broadcast_starts_from_an_image(
    house: House,
    opened: list[tuple[bool, bool]],
    size: tuple[int, int],
    said: dict[str, bool],
    portrait: bool,
) -> None:
    """The stream begins with it, in its shape if none is named; the panel stands for everyone."""
    async with house.bot():
        mika = house.discord.user("mika")
        given = {"prompt": "A red sea", "image": file(size), **said}
        answer = await mika.slash(CHANNEL, "odyssey start", **given)
        assert "its panel is in the channel" in await text_of(answer)
        await house.shown("Live", as_user="robin")
        assert opened == [(portrait, True)]


async def test_a_broadcast_starts_from_a_picture_that_somebody_posted(
    house: House, opened: list[tuple[bool, bool]]
) -> None:
    """By the menu of its message, with the first of several, said so; what is typed is the prompt."""
    async with house.bot():
        mika, robin = house.discord.user("mika"), house.discord.user("robin")
        said = await robin.send(CHANNEL, "Look!", files=[("notes.txt", b"no"), file((300, 400)), file()])
        dialogue = await mika.context_menu(said, MENU)
        assert dialogue.modal
        assert "2 pictures" in str(dialogue.modal.payload)
        await mika.submit_modal(dialogue, {QUESTION: "A red wall"})
        panel = await house.shown("Live", as_user="robin")
        assert "A red wall" in panel.text
        assert opened == [(True, True)]


async def test_a_message_without_a_picture_is_told_so(house: House) -> None:
    """Before anything is typed."""
    async with house.bot():
        mika = house.discord.user("mika")
        said = await mika.send(CHANNEL, "Look!", files=[("notes.txt", b"no")])
        answer = await mika.context_menu(said, MENU)
        assert "has no picture attached" in await text_of(answer)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (("page.png", b"<html></html>"), "no picture that can be read"),
        (("nothing.png", b""), "no picture that can be read"),
        (("large.png", bytes(25 * 1024**2 + 1)), "25 MB"),
    ],
)
async def test_what_cannot_be_a_picture_starts_nothing(
    house: House, image: tuple[str, bytes], words: str
) -> None:
    """Whatever it is called; its user alone is told why."""
    async with house.bot():
        answer = await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A sea", image=image)
        message = await answer.final(timeout_s=WAIT_S)
        assert words in message.text
        assert message.private
        assert await house.goes_on()


async def test_who_may_start_from_a_picture_is_set(house: House) -> None:
    """By default moderators and who has a role that starts; where it is off, nobody."""
    async with house.bot():
        robin, mika = house.discord.user("robin"), house.discord.user("mika")

        async def told(who: Any) -> str:
            return await text_of(
                await who.slash(CHANNEL, "odyssey start", prompt="A", image=("a.png", b"no"))
            )

        assert "only some may start from a picture" in await told(robin)
        assert "no picture that can be read" in await told(mika)
        await set_(house, pictures="everyone")
        assert "no picture that can be read" in await told(robin)
        await set_(house, pictures="off")
        assert "is switched off" in await told(mika)


async def test_the_rules_of_a_start_hold_for_one_from_a_picture(house: House) -> None:
    """The text filter too, and there is no second broadcast beside one that runs."""
    async with house.bot():
        await set_(house, blocked_words="heck", pictures="everyone")
        robin = house.discord.user("robin")
        answer = await robin.slash(CHANNEL, "odyssey start", prompt="What the heck", image=file())
        assert "blocked word" in await text_of(answer)
        await house.live_broadcast()
        answer = await robin.slash(CHANNEL, "odyssey start", prompt="A sea", image=file())
        assert "already running" in await text_of(answer)
