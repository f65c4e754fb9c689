"""What authors are told of their places on the ballot, and of what became of them."""

from contextlib import AsyncExitStack

from bot.local.discord.people.views import SeenMessage
from bot.local.odyssey.service import Standin, StandinSettings
from tests.cogs.conftest import HastyClock, until
from tests.e2e.conftest import API_KEY, CHANNEL, WAIT_S, House
from tests.support.steering import set_, suggest


async def test_who_gets_a_place_reads_it_in_the_answer_that_said_they_wait(
    house: House, clock: HastyClock
) -> None:
    """The one answer is edited, and no further one is told."""
    robin = house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="vote", vote_window_s=300)
        await house.live_broadcast()
        first = await suggest(house, "robin", "an owl hoots")
        second = await suggest(house, "robin", "a whale leaps")
        assert "It is on the ballot" in first.text
        assert "It waits for a place on the ballot: you have your share of it already." in second.text
        await robin.click(first, label="Withdraw")
        await until(
            house,
            lambda: "It is on the ballot" in seen(house, "robin")[second.id].text,
            meanwhile=lambda: clock.skip(at_most_s=5),
        )
        assert len(seen(house, "robin")) == 2


async def test_who_is_applied_in_the_words_of_another_is_told_so(house: House, clock: HastyClock) -> None:
    """Whoever's own words were sent is told just that they were applied."""
    async with house.bot():
        await set_(house, mode="vote", vote_window_s=60)
        await house.live_broadcast()
        await suggest(house, "robin", "a huge dragon")
        shared = await suggest(house, "sasha", "A huge dargon")
        assert "It is on the ballot, together with another one that says the same" in shared.text
        clock.forward(seconds=60)
        await house.shown("✅ Applied: a huge dragon", as_user="robin")
        await house.shown("✅ Applied, in the words of another one that says the same: ", as_user="sasha")


async def test_everybody_who_voted_reads_what_became_of_it(house: House, clock: HastyClock) -> None:
    """In the answer that they have of their vote, without asking: once more after the next ballot."""
    names = [house.discord.add_user(f"fan{number}").name for number in range(8)]
    async with house.bot():
        await set_(house, mode="vote", vote_window_s=60, gap_s=0, ballot_share=2)
        await house.live_broadcast()
        for prompt in ("an owl hoots", "a whale leaps"):
            await suggest(house, "sasha", prompt)
        panel = await house.shown("a whale leaps — Sasha")
        whale = next(button for button in panel.buttons if "whale" in button.label)
        owl = next(button for button in panel.buttons if "owl" in button.label)
        for name in names:
            button = owl if name == "fan0" else whale
            await house.discord.user(name).click(panel, custom_id=button.custom_id)
        first = await house.shown("Your vote is for 1 · “an owl hoots”.", as_user="fan0")
        clock.forward(seconds=60)
        for name in names[1:]:
            await house.shown("“a whale leaps”: it won, 7 of 9.", as_user=name)
        lost = await house.shown("“an owl hoots” has not won: 2 of 9.", as_user="fan0")
        assert lost.id == first.id
        assert "Your vote is for 1 · “an owl hoots”." in lost.text
        await until(
            house,
            lambda: "“an owl hoots”: it won, 2 of 2." in seen(house, "fan0")[first.id].text,
            meanwhile=lambda: clock.skip(at_most_s=60),
        )


async def test_a_failed_broadcast_thanks_those_who_waited_and_marks_no_message(house: House) -> None:
    """Privately, where they asked: the panel says why it failed, and thanks nobody for it."""
    async with AsyncExitStack() as service:
        doomed = await service.enter_async_context(Standin(StandinSettings(api_key=API_KEY)))
        bot = house.bot(odyssey_api_url=doomed.url, recording_timeout_s=0.5, relay_tries=0)
        await service.enter_async_context(bot)
        await set_(house, mode="vote", vote_window_s=300)
        await house.live_broadcast()
        await suggest(house, "robin", "an owl hoots")
        said = await house.discord.user("sasha").send(CHANNEL, "!a whale leaps")
        await house.shown("a whale leaps — Sasha")
        await doomed.__aexit__(None, None, None)
        failed = await house.shown("The connection to Odyssey was lost")
        assert "Thank you" not in failed.text
        await house.shown("Thank you for taking part", as_user="robin")
        await house.discord.wait_for_message(
            CHANNEL, lambda m: m.id == said.id and not m.reactions, timeout_s=WAIT_S
        )
    sasha = house.discord.user("sasha")
    assert sasha.messages(sasha.direct_channel) == []
    [end] = [m for m in house.discord.messages(CHANNEL) if m.id == said.id]
    assert end.reactions == []


def seen(house: House, who: str) -> dict[int, SeenMessage]:
    """The private answers that somebody sees, by their IDs."""
    messages = house.discord.user(who).messages(CHANNEL)
    return {message.id: message for message in messages if message.private}
