"""Private answers of one kind do not pile up: one stands, and is edited."""

import asyncio

import pytest

from bot.local.discord.people.views import SeenMessage
from cogs.kit.private_answers import PrivateAnswers
from tests.cogs.conftest import refusing, until
from tests.cogs.people import Visitor
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_, suggest

EDITS = r"/webhooks/.*/messages/"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[PrivateAnswers]:
    """The private answers of the bots that a test starts."""
    made: list[PrivateAnswers] = []
    init = PrivateAnswers.__init__

    def note(self: PrivateAnswers, bot: object) -> None:
        init(self, bot)  # type: ignore[arg-type]
        made.append(self)

    monkeypatch.setattr(PrivateAnswers, "__init__", note)
    return made


async def ballot_of(house: House, *prompts: str) -> SeenMessage:
    """A live broadcast whose ballot has these, and stays open; returns its panel."""
    await set_(house, mode="vote", vote_window_s=60, gap_s=0, line_limit_per_viewer=50, ballot_share=5)
    await house.live_broadcast()
    for prompt in prompts:
        await suggest(house, "sasha", prompt)
    return await house.shown(f"{prompts[-1]} — Sasha")


def votes_told(house: House, to: str = "robin") -> list[SeenMessage]:
    """The private answers about their vote that somebody sees."""
    seen = house.discord.user(to).messages(CHANNEL)
    return [message for message in seen if message.private and "our vote" in message.text]


async def vote(house: House, panel: SeenMessage, number: int, *, by: str = "robin") -> None:
    """Presses a button of the ballot; returns when Discord has heard of it."""
    button = next(button for button in panel.buttons if button.label.startswith(str(number)))
    answer = await house.discord.user(by).click(panel, custom_id=button.custom_id)
    assert answer.failed is None


async def told(house: House, text: str, *, to: str = "robin") -> SeenMessage:
    """The private answer with this text, as soon as there is one."""
    return await house.discord.user(to).wait_for_message(
        CHANNEL, lambda message: message.private and text in message.text, timeout_s=WAIT_S
    )


async def test_each_further_vote_edits_the_one_answer(house: House) -> None:
    """It says what the vote is for now; taken back on it, it says so in its place."""
    robin = house.discord.user("robin")
    async with house.bot():
        panel = await ballot_of(house, "an owl hoots", "a whale leaps")
        await vote(house, panel, 1)
        first = await told(house, "Your vote is for 1 · “an owl hoots”.")
        await vote(house, panel, 2)
        second = await told(house, "Your vote is for 2 · “a whale leaps”.")
        assert second.id == first.id
        await robin.click(second, label="Take it back")
        back = await told(house, "You took your vote back")
        assert back.id == first.id
        assert "Your vote is for" not in back.text
        assert len(votes_told(house)) == 1


async def test_five_presses_in_one_second_are_one_answer(house: House) -> None:
    """Each is heard at once, the last one counts, and one answer stands that says so."""
    async with house.bot():
        panel = await ballot_of(house, *(f"bird {name}" for name in ("one", "two", "three", "four", "five")))
        await asyncio.gather(*(vote(house, panel, number) for number in (1, 2, 3, 4, 5)))
        await told(house, "Your vote is for 5")
        assert len(votes_told(house)) == 1
        await house.shown("bird five — Sasha · 1 vote")


async def test_forty_people_press_in_one_second(house: House) -> None:
    """Everybody has one answer of their own."""
    async with house.bot():
        panel = await ballot_of(house, "an owl hoots", "a whale leaps")
        names = [house.discord.add_user(f"fan{number}").name for number in range(40)]
        await asyncio.gather(*(vote(house, panel, 2, by=name) for name in names))
        await house.shown("a whale leaps — Sasha · 40 votes")
        for name in names:
            await told(house, "Your vote is for 2", to=name)
            assert len(votes_told(house, name)) == 1


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (401, 50027), (404, 10015)])
async def test_an_answer_that_is_gone_is_told_anew(house: House, status: int, code: int) -> None:
    """Dismissed, or its token dead: the next vote is told all the same."""
    async with house.bot():
        panel = await ballot_of(house, "an owl hoots", "a whale leaps")
        await vote(house, panel, 1)
        first = await told(house, "Your vote is for 1")
        with refusing(house.discord, "PATCH", EDITS, status=status, code=code):
            await vote(house, panel, 2)
            second = await told(house, "Your vote is for 2")
        assert second.id != first.id
        await vote(house, panel, 1)
        third = await told(house, "Your vote is for 1 · “an owl hoots”.")
        assert third.id in (first.id, second.id)


async def test_an_answer_that_is_too_old_is_told_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its token is not even tried."""
    monkeypatch.setattr("cogs.kit.private_answers.ANSWER_LIFETIME_S", 0)
    async with house.bot():
        panel = await ballot_of(house, "an owl hoots", "a whale leaps")
        await vote(house, panel, 1)
        first = await told(house, "Your vote is for 1")
        with refusing(house.discord, "PATCH", EDITS, status=401, code=50027) as refused:
            await vote(house, panel, 2)
            assert (await told(house, "Your vote is for 2")).id != first.id
        assert not refused


async def test_who_presses_the_same_again_sees_the_answer_again(house: House) -> None:
    """Discord does not say who has dismissed it: it is told anew below, and still only one stands."""
    async with house.bot():
        panel = await ballot_of(house, "an owl hoots", "a whale leaps")
        await vote(house, panel, 2)
        first = await told(house, "Your vote is for 2")
        await vote(house, panel, 2)
        await until(house, lambda: first.id not in [told.id for told in votes_told(house)])
        assert len(votes_told(house)) == 1
        await house.shown("a whale leaps — Sasha · 1 vote")


async def test_an_answer_that_nobody_remembers_is_edited_in_place(
    house: House, answers: list[PrivateAnswers]
) -> None:
    """A button on it says where it stands, also to a bot that has forgotten all."""
    robin = house.discord.user("robin")
    async with house.bot():
        panel = await ballot_of(house, "an owl hoots", "a whale leaps")
        await vote(house, panel, 2)
        first = await told(house, "Your vote is for 2")
        answers[0]._kept.clear()
        await robin.click(first, label="Take it back")
        assert (await told(house, "You took your vote back")).id == first.id
        await vote(house, panel, 1)
        assert (await told(house, "Your vote is for 1")).id == first.id


async def test_two_broadcasts_have_answers_of_their_own_until_they_end(
    house: House, answers: list[PrivateAnswers]
) -> None:
    """What belongs to one that is over is forgotten."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        panel = await ballot_of(house, "an owl hoots", "a whale leaps")
        await mika.slash("lounge", "odyssey start", prompt="A dog")
        await robin.wait_for_message("lounge", lambda message: "🔴" in message.text, timeout_s=WAIT_S)
        await robin.slash("lounge", "odyssey say", prompt="it barks")
        other = await robin.wait_for_message(
            "lounge", lambda message: "it barks — Robin" in message.text, timeout_s=WAIT_S
        )
        await vote(house, panel, 2)
        await vote(house, other, 1)
        await told(house, "Your vote is for 2 · “a whale leaps”.")
        await robin.wait_for_message(
            "lounge", lambda m: "Your vote is for 1 · “it barks”." in m.text, timeout_s=WAIT_S
        )
        assert len(answers[0]._kept) == 2
        await mika.slash(CHANNEL, "odyssey end")
        await mika.slash("lounge", "odyssey end")
        async with asyncio.timeout(WAIT_S):
            while answers[0]._kept:
                await robin.slash(CHANNEL, "odyssey status")


async def test_a_vote_for_what_is_gone_says_so(house: House) -> None:
    """Withdrawn meanwhile, or sent: pressing its button, and taking that vote back, answer truthfully."""
    robin, sasha = house.discord.user("robin"), house.discord.user("sasha")
    async with house.bot():
        panel = await ballot_of(house, "an owl hoots", "a whale leaps")
        await vote(house, panel, 2)
        first = await told(house, "Your vote is for 2")
        whale = [m for m in sasha.messages(CHANNEL) if "Withdraw" in [b.label for b in m.buttons]][-1]
        gone = next(button.custom_id for button in panel.buttons if button.label.startswith("2"))
        await sasha.click(whale, label="Withdraw")
        await house.shown("You withdrew it: “a whale leaps”", as_user="sasha")
        await robin.click(first, label="Take it back")
        assert (await told(house, "Your vote is not for that any more")).id == first.id
        await Visitor(house, robin).press(house.discord.channel(CHANNEL), str(gone))
        await told(house, "That suggestion is not in line any more: it was sent, withdrawn or refused.")


async def test_a_vote_on_the_mode_is_told_in_the_same_answer(house: House) -> None:
    """Beside that for a suggestion, where those count; it tells what becomes of it too."""
    robin, mika = house.discord.user("robin"), house.discord.user("mika")
    async with house.bot():
        await set_(house, mode="host")
        await house.live_broadcast()
        await suggest(house, "robin", "an owl hoots")
        await mika.slash(CHANNEL, "odyssey callvote", mode="vote")
        asked = await house.shown("asks to decide **by vote**")
        await robin.click(asked, label="Against")
        against = await told(house, "Your vote is against it: to decide by vote from now on.")
        assert "an owl hoots" not in against.text
        await robin.click(asked, label="For")
        await told(house, "Your vote is for it: to decide by vote from now on.")
        await robin.click(against, label="Take it back")
        await told(house, "You took your vote back")
        await robin.click(asked, label="For")
        await told(house, "Your vote is for it")
        await mika.slash(CHANNEL, "odyssey mode", mode="vote")  # which takes it off
        await house.shown("an owl hoots — Robin", as_user="sasha")
        closed = await told(house, "The vote on the mode is off")
        assert closed.id == against.id
        assert "Your vote is for 1 · “an owl hoots”." in closed.text
