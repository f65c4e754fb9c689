"""The review of one moderator, while authors and other moderators go on."""

import asyncio

from bot.local.discord.people.views import SeenMessage
from tests.cogs.conftest import until
from tests.cogs.moderating.test_controls import as_now, becomes, labels
from tests.cogs.people import MANAGE_MESSAGES, give, new_role, take
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_, suggest


async def host_mode(house: House, *, gap_s: int = 0) -> SeenMessage:
    """A broadcast in which moderators decide; its panel."""
    await set_(house, gap_s=gap_s, mode="host", line_limit_per_viewer=9)
    return await house.live_broadcast()


async def held_back(house: House, panel: SeenMessage) -> SeenMessage:
    """Has something sent, so that what is approved next waits for its turn; Mika's review, which is open."""
    await suggest(house, "sasha", "a first idea")
    review = await house.review(panel)
    await house.discord.user("mika").click(review, label="Approve")
    await house.shown("> a first idea")
    return review


async def test_an_open_review_follows_what_comes(house: House) -> None:
    """What comes is shown by itself, and how many there are; a second review takes the place of the first."""
    mika = house.discord.user("mika")
    async with house.bot():
        panel = await host_mode(house)
        await suggest(house, "robin", "an owl hoots")
        review = await house.review(panel)
        await mika.click(review, label="Refuse")
        await becomes(house, review, "Nothing waits for you")
        await suggest(house, "robin", "a fox runs")
        shown = await becomes(house, review, "> a fox runs")
        assert labels(shown) == ["Approve", "Edit", "Refuse", "Next"]
        await suggest(house, "sasha", "it snows")
        assert "> a fox runs" in (await becomes(house, review, "2 to decide")).text
        await house.review(panel)

        def reviews() -> list[SeenMessage]:
            return [m for m in mika.messages(CHANNEL) if m.private and "## Review" in m.text]

        await until(house, lambda: len(reviews()) == 1)


async def test_what_is_gone_puts_nothing_else_under_the_finger(house: House) -> None:
    """Withdrawn by its author, it is told as gone; only Next, which is pressed on purpose, shows another."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        panel = await host_mode(house)
        said = await robin.send(CHANNEL, "!an owl hoots")
        await house.shown("Moderate (1)")
        await suggest(house, "sasha", "it snows")
        await house.shown("Moderate (2)")
        review = await house.review(panel)
        await robin.delete(said)
        gone = await becomes(house, review, "What stood here waits no more")
        assert labels(gone) == ["Next"]
        await mika.click(gone, label="Next")
        await becomes(house, review, "> it snows")


async def test_new_words_are_shown_and_not_approved_unseen(house: House) -> None:
    """The first press after an edit says that the words changed; the next one is about the new words."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        panel = await host_mode(house)
        said = await robin.send(CHANNEL, "!an owl hoots")
        await house.shown("Moderate (1)")
        review = await house.review(panel)
        await robin.edit(said, "!a fox runs")
        changed = await becomes(house, review, "its author has changed the words")
        assert "> a fox runs" in changed.text
        await mika.click(changed, label="Approve")
        await house.shown("changed the words meanwhile")
        await becomes(house, review, "1 to decide")
        await mika.click(as_now(house, review), label="Approve")
        await house.shown("> a fox runs")


async def test_two_moderators_on_one_suggestion(house: House) -> None:
    """The first decides; the other sees it gone, or is told so, and the audit list has one of the two."""
    give(house, house.discord.user("robin"), new_role(house, "Crew", MANAGE_MESSAGES))
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        panel = await host_mode(house, gap_s=60)
        opened = await held_back(house, panel)
        await suggest(house, "sasha", "an owl hoots")
        of_mika = await becomes(house, opened, "> an owl hoots")
        of_robin = await house.review(panel, by="robin")
        edit = await robin.click(of_robin, label="Edit")
        await mika.click(of_mika, label="Approve")
        await becomes(house, of_robin, "Nothing waits for you", by="robin")
        answer = await robin.submit_modal(edit, {"What is sent": "fire"})
        assert answer.failed is None
        await house.shown("has decided on that suggestion already", as_user="robin")
        audit = (await (await mika.slash(CHANNEL, "odyssey audit")).final(timeout_s=WAIT_S)).text
        assert audit.count("approved “an owl hoots”") == 1
        assert "fire" not in audit


async def test_another_mode_a_pause_and_the_end_are_told(house: House) -> None:
    """The open review says so each time; a button of before decides nothing."""
    mika = house.discord.user("mika")
    async with house.bot():
        panel = await host_mode(house)
        await suggest(house, "robin", "an owl hoots")
        review = await house.review(panel)
        edit = await mika.click(review, label="Edit")
        await mika.slash(CHANNEL, "odyssey pause")
        await becomes(house, review, "suggestions are paused")
        await set_(house, gap_s=60)
        await mika.slash(CHANNEL, "odyssey mode", mode="draw")
        off = await becomes(house, review, "Decided by lot".lower())
        assert labels(off) == []
        await mika.slash(CHANNEL, "odyssey end")
        await becomes(house, review, "This broadcast is over")
        told = await mika.submit_modal(edit, {"What is sent": "fire"})
        assert "This broadcast is over" in (await told.final(timeout_s=WAIT_S)).text


async def test_who_lost_the_role_sees_no_more(house: House) -> None:
    """The open review is not edited any more, and a press is refused."""
    robin = house.discord.user("robin")
    role = new_role(house, "Crew", MANAGE_MESSAGES)
    give(house, robin, role)
    async with house.bot():
        panel = await host_mode(house)
        await suggest(house, "sasha", "an owl hoots")
        of_robin = await house.review(panel, by="robin")
        of_mika = await house.review(panel)
        take(house, robin, role)
        await suggest(house, "sasha", "a secret plan")
        await becomes(house, of_mika, "2 to decide")
        refused = await robin.click(of_robin, label="Next")
        assert "Only moderators" in refused.text
        await suggest(house, "sasha", "a third idea")
        await becomes(house, of_mika, "3 to decide")
        assert "1 to decide" in as_now(house, of_robin, by="robin").text


async def test_forty_presses_at_once_decide_once(house: House) -> None:
    """All are answered; one approves, and the audit list has that one."""
    mika = house.discord.user("mika")
    async with house.bot():
        panel = await host_mode(house, gap_s=60)
        opened = await held_back(house, panel)
        await suggest(house, "robin", "an owl hoots")
        review = await becomes(house, opened, "> an owl hoots")
        approve = next(button.custom_id for button in review.buttons if button.label == "Approve")
        pressed = await asyncio.gather(*(mika.click(review, custom_id=approve) for _ in range(40)))
        assert {answer.failed for answer in pressed} == {None}
        await house.shown("has decided on that suggestion already")
        await becomes(house, review, "Nothing waits for you")
        audit = (await (await mika.slash(CHANNEL, "odyssey audit")).final(timeout_s=WAIT_S)).text
        assert audit.count("approved “an owl hoots”") == 1
