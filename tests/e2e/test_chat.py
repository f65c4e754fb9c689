"""Steering by chat, in all its ways."""

from cogs.kit.direct_messages import LIMIT
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_


async def applied(house: House, message_id: int) -> None:
    """Returns when the message has its mark."""
    await house.discord.wait_for_message(
        CHANNEL, lambda seen: seen.id == message_id and "✅" in str(seen.reactions), timeout_s=WAIT_S
    )


async def test_mention_reply_and_menu_steer_like_the_prefix(house: House) -> None:
    """Each becomes a suggestion of whoever did it; ordinary talk does not."""
    robin, sasha = house.discord.user("robin"), house.discord.user("sasha")
    async with house.bot():
        await set_(house, gap_s=0)
        panel = await house.live_broadcast()
        me = house.discord.world.application_id
        await applied(house, (await robin.send(CHANNEL, f"<@{me}> a fox runs by")).id)
        await house.shown("> a fox runs by")
        await applied(house, (await robin.send(CHANNEL, "an owl hoots", reply_to=panel)).id)
        await house.shown("> an owl hoots")
        talk = await robin.send(CHANNEL, "a bear would be nice!")
        await sasha.context_menu(talk, "Suggest this")
        await house.shown("Applied: a bear would be nice!", as_user="sasha")
        await house.shown("Suggested by **Sasha**")
        assert not next(m for m in house.discord.messages(CHANNEL) if m.id == talk.id).reactions


async def test_editing_revises_and_deleting_withdraws(house: House) -> None:
    """While it waits, a suggestion follows its message; it keeps its place, and obeys the rules."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        await set_(house, gap_s=0, mode="host", blocked_words="heck")
        panel = await house.live_broadcast()
        first = await robin.send(CHANNEL, "!a red balloon")
        second = await robin.send(CHANNEL, "!a green balloon")
        await house.shown("2 wait for a moderator", as_user="robin")
        await robin.edit(first, "!a blue balloon")
        await robin.edit(first, "!a heck of a balloon")
        told = await house.told("breaks a rule of this server", to="robin")
        assert "Your earlier words stay in line" in told.text
        await robin.delete(second)
        await house.discord.wait_for_message(
            CHANNEL, lambda m: "1 waits for a moderator" in m.text, timeout_s=WAIT_S
        )
        review = await house.review(panel)
        assert "> a blue balloon" in review.text
        await mika.click(review, label="Approve")
        await applied(house, first.id)


async def test_a_refusal_is_told_to_its_author_alone(house: House) -> None:
    """In a direct message with a link to what was said; after many, in a reply without the reason."""
    robin = house.discord.user("robin")
    async with house.bot():
        await set_(house, gap_s=0, blocked_words="heck")
        await house.live_broadcast()
        said = await robin.send(CHANNEL, "!what the heck")
        told = await house.told("breaks a rule of this server", to="robin")
        assert str(said.id) in told.text
        await house.discord.wait_for_message(
            CHANNEL, lambda seen: seen.id == said.id and "❌" in str(seen.reactions), timeout_s=WAIT_S
        )
        for number in range(LIMIT):
            await robin.send(CHANNEL, f"!heck {number}")
        await house.shown("I cannot say why in front of everyone")
        assert not any("breaks a rule" in message.text for message in house.discord.messages(CHANNEL))


async def test_a_suggestion_can_be_withdrawn_by_its_button(house: House) -> None:
    """The private answer has a button for it, until the suggestion is on its way."""
    robin = house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="host")
        await house.live_broadcast()
        answer = await robin.slash(CHANNEL, "odyssey say", prompt="snow")
        taken = await answer.final(timeout_s=WAIT_S)
        await robin.click(taken, label="Withdraw")
        await house.shown("You withdrew it", as_user="robin")
