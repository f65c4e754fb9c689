"""One broadcast, from `/odyssey start` to the posted recording."""

from __future__ import annotations

from tests.e2e.conftest import CHANNEL, WAIT_S, House


async def test_a_broadcast_from_start_to_recording(house: House) -> None:
    """Two people start, steer and end a broadcast, and the recording is posted."""
    async with house.bot():
        mika, robin = house.discord.user("mika"), house.discord.user("robin")
        answer = await mika.slash(CHANNEL, "odyssey start", prompt="A cat on a windowsill", portrait=False)
        panel = await answer.final(timeout_s=WAIT_S)
        print(panel.text, panel.buttons)
        panel = await house.discord.wait_for_message(CHANNEL, lambda m: "Live" in m.text, timeout_s=WAIT_S)
        print(panel.text)
        said = await robin.slash(CHANNEL, "odyssey say", prompt="It starts to snow")
        print((await said.final(timeout_s=WAIT_S)).text)
        m = await house.discord.wait_for_message(
            CHANNEL, lambda m: "Applied" in m.text, timeout_s=WAIT_S, as_user="robin"
        )
        print(m.text)
        ended = await mika.slash(CHANNEL, "odyssey end")
        print(ended.text)
        post = await house.discord.wait_for_message(
            CHANNEL, lambda m: "Recording" in m.text, timeout_s=WAIT_S
        )
        print(post.text, post.attachments)
