"""What a server calls its own in chat, and what belongs to other bots there."""

from tests.cogs.chat.test_chat import outcomes
from tests.cogs.conftest import until
from tests.cogs.settings.test_settings import settings
from tests.e2e.conftest import CHANNEL, House
from tests.support.steering import set_


async def test_a_servers_prefix_holds_at_once(house: House) -> None:
    """The panel tells it, and the operator's is talk from then on."""
    robin = house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="host")
        await house.live_broadcast()
        await house.shown("type `!your idea` here")
        await settings(house, name="prefix", value="odyssey ")
        await house.shown("type `odyssey your idea` here")
        await robin.send(CHANNEL, "!a kite")
        await robin.send(CHANNEL, "Odyssey a dog")
        await until(house, lambda: outcomes(house) == [("a dog", "queued")])
        await settings(house, name="prefix", value="none")
        await house.shown(
            "Steer it: use `/odyssey say`, press Suggest, mention the bot, or reply to this panel."
        )
        await settings(house, name="prefix", value="")
        await house.shown("type `!your idea` here")


async def test_what_is_said_to_other_bots_is_none_of_ours(house: House) -> None:
    """By prefix, behind a mention, or in a reply to the panel; and talk is passed over in silence."""
    robin, me = house.discord.user("robin"), house.discord.world.application_id
    async with house.bot():
        await set_(house, mode="host", other_prefixes="!play ? /")
        panel = await house.live_broadcast()
        for text in ("!play a song", "!!help", "!", "!!!", "!?", "! ", f"<@{me}> ?rank", f"<@{me}> !play it"):
            await robin.send(CHANNEL, text)
        for text in ("/skip", "?rank", "!!help", "!?"):
            await robin.send(CHANNEL, text, reply_to=panel)
        last = await robin.send(CHANNEL, "!an owl")
        await until(house, lambda: outcomes(house) == [("an owl", "queued")])
        earlier = [m for m in robin.messages(house.discord.channel(CHANNEL)) if m.id < last.id]
        assert not any(message.reactions for message in earlier)
        assert not robin.messages(robin.direct_channel)


async def test_a_prefix_cannot_be_another_bots_too(house: House) -> None:
    """Whichever of the two is set last is refused, the operator's own prefix among them."""
    async with house.bot():
        refused = await settings(house, name="other_prefixes", value="? ！")
        assert "(`other_prefixes`): suggestions would start as what is said to other bots" in refused.text
        await settings(house, name="prefix", value="ody")
        await settings(house, name="other_prefixes", value="? !")
        refused = await settings(house, name="prefix", value="?")
        assert "(`prefix`): suggestions would start" in refused.text
        refused = await settings(house, name="prefix", value="")
        assert "(`prefix`): suggestions would start" in refused.text
        assert "would start" not in (await settings(house, name="prefix", value="none")).text


async def test_an_operators_new_prefix_may_be_another_bots(house: House) -> None:
    """Then chat is not heard there, the panel does not offer it, and the settings say why."""
    async with house.bot():
        await settings(house, name="other_prefixes", value="?")
    async with house.bot(chat_prefix="?"):
        page = await settings(house, name="prefix")
        assert "`?`, the bot's own: not heard, since it is said to other bots" in page.text
        panel = await house.live_broadcast()
        assert "Steer it: use" in panel.text
