"""Many people, one world: ways to decide, moderation, settings."""

import io
import json
import sqlite3
from contextlib import closing

import httpx
import pytest
from PIL import Image

from bot.local.discord.people.views import SeenMessage
from tests.e2e.conftest import CHANNEL, WAIT_S, House, id_of
from tests.support.steering import set_, suggest


def stored_prompts(house: House) -> list[str]:
    """The words of all suggestions, as they are in the database."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        return [row[0] for row in database.execute("SELECT prompt FROM suggestions")]


async def test_a_vote_is_held_and_its_winner_applied(house: House) -> None:
    """Two candidates, three votes: the panel shows counts and a closing time, and the majority wins."""
    robin = house.discord.user("robin")
    async with house.bot():
        await set_(house, vote_window_s=5, gap_s=0)
        await house.live_broadcast()
        await house.discord.user("mika").slash(CHANNEL, "odyssey mode", mode="vote")
        await house.shown("for everybody to vote on")
        assert "on the ballot" in (await suggest(house, "robin", "A dog barks")).text
        await suggest(house, "sasha", "A whale leaps")
        ballot = await house.shown("A whale leaps — Sasha · 1 vote")
        assert "Vote for what is next** · closes <t:" in ballot.text
        vote = await robin.click(ballot, label="2 · A whale leaps")
        assert "Your vote is for 2 · “A whale leaps”" in vote.text
        await house.shown("Applied: A whale leaps", as_user="sasha")


async def test_viewers_change_the_mode_by_a_vote(house: House) -> None:
    """Where the server allows it: the panel has the question, the counts and two buttons."""
    robin, sasha = house.discord.user("robin"), house.discord.user("sasha")
    async with house.bot():
        await house.live_broadcast()
        refused = await robin.slash(CHANNEL, "odyssey callvote", mode="draw")
        assert "do not vote on the mode" in refused.text
        await set_(house, viewers_may_call_votes="yes")
        await robin.slash(CHANNEL, "odyssey callvote", mode="draw")
        asked = await house.shown("1 for, 0 against")
        assert "Robin** asks to decide **by lot" in asked.text
        vote = await sasha.click(asked, label="Against")
        assert "Your vote is against it" in vote.text
        await house.shown("1 for, 1 against")
        twice = await sasha.slash(CHANNEL, "odyssey callvote", mode="vote")
        assert "running already" in twice.text
        audit = await (await house.discord.user("mika").slash(CHANNEL, "odyssey audit")).final(
            timeout_s=WAIT_S
        )
        assert "**Robin** called a vote of the viewers on the mode draw" in audit.text


async def test_moderators_approve_edit_and_refuse(house: House) -> None:
    """Nothing passes by itself; the author of each suggestion learns its fate; viewers cannot review."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        await set_(house, gap_s=0, mode="host")
        panel = await house.live_broadcast()
        for prompt in ("first idea", "second idea", "third idea"):
            assert "A moderator will look at it" in (await suggest(house, "robin", prompt)).text
        stranger = await robin.click(panel, custom_id=id_of(panel, "Moderate"))
        assert "Only moderators" in stranger.text
        review = await house.review(panel)
        assert "first idea" in review.text
        await mika.click(review, label="Approve")
        await house.shown("Applied: first idea", as_user="robin")
        await _goes_on(house, review, "> second idea")
        dialogue = await mika.click(review, label="Edit")
        await mika.submit_modal(dialogue, {"What is sent": "second idea, softly"})
        await house.shown("Applied: second idea, softly", as_user="robin")
        await _goes_on(house, review, "> third idea")
        await mika.click(review, label="Refuse")
        await house.shown("A moderator refused it", as_user="robin")


async def _goes_on(house: House, review: SeenMessage, text: str) -> None:
    await house.discord.user("mika").wait_for_message(
        review.channel_id, lambda seen: seen.id == review.id and text in seen.text, timeout_s=WAIT_S
    )


async def test_two_people_type_at_the_same_time(house: House) -> None:
    """Each gets their own suggestion taken, in whatever order the dialogues were opened."""
    robin, sasha = house.discord.user("robin"), house.discord.user("sasha")
    async with house.bot():
        await set_(house, mode="host")
        panel = await house.live_broadcast()
        of_robin, of_sasha = (
            await robin.click(panel, label="Suggest"),
            await sasha.click(panel, label="Suggest"),
        )
        await robin.submit_modal(of_robin, {"What should happen next?": "A robin sings"})
        await sasha.submit_modal(of_sasha, {"What should happen next?": "A snail hurries"})
        await house.shown("2 wait for a moderator", as_user="robin")


async def test_what_was_not_seen_is_not_approved(house: House) -> None:
    """Its author changes the words after the moderator saw them: they do not pass unseen."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="host", gap_s=30)
        panel = await house.live_broadcast()
        await robin.send(CHANNEL, "!nice clouds")
        await house.shown("1 waits for a moderator", as_user="robin")
        await mika.click(await house.review(panel), label="Approve")
        await house.shown("> nice clouds", as_user="robin")  # from now on the gap holds the next one back
        second = await robin.send(CHANNEL, "!nice flowers")
        await house.shown("1 waits for a moderator", as_user="robin")
        await house.review(panel)
        shown = await house.shown("> nice flowers")
        await robin.edit(second, "!something awful")
        while "something awful" not in stored_prompts(house):
            assert await house.goes_on()
        await mika.click(shown, label="Approve")
        await house.shown("changed the words meanwhile")


async def test_muted_people_and_blocked_words_open_no_broadcast(house: House) -> None:
    """The opening prompt obeys the same rules as every other."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        await set_(house, blocked_words="heck")
        blocked = await robin.slash(CHANNEL, "odyssey start", prompt="a heck of a storm")
        assert "blocked word" in blocked.text
        await (await mika.slash(CHANNEL, "odyssey mute", person=robin.id)).final(timeout_s=WAIT_S)
        muted = await robin.slash(CHANNEL, "odyssey start", prompt="a storm")
        assert "has muted you from steering" in muted.text


async def test_pause_and_panic_stop_everything_at_once(house: House) -> None:
    """Paused, nothing is taken; in a panic the line is emptied too, and the safe prompt is sent."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="host", safe_prompt="A quiet lake")
        panel = await house.live_broadcast()
        await suggest(house, "robin", "something awful")
        assert "Only moderators" in (await robin.click(panel, custom_id=id_of(panel, "Moderate"))).text
        await house.moderate(panel, "Panic")
        await house.shown("the line is empty")
        await house.shown("A moderator stopped everything", as_user="robin")
        await house.shown("> A quiet lake")
        assert "paused suggestions" in (await suggest(house, "robin", "hello?")).text
        await (await mika.slash(CHANNEL, "odyssey resume")).final(timeout_s=WAIT_S)
        assert "Taken" in (await suggest(house, "robin", "hello again")).text
        audit = await (await mika.slash(CHANNEL, "odyssey audit")).final(timeout_s=WAIT_S)
        assert "**Mika** pressed Panic: “A quiet lake”" in audit.text
        assert "**Mika** resumed suggestions" in audit.text


async def test_a_muted_person_can_watch_but_not_steer(house: House) -> None:
    """A mute takes what waits, outlives a restart, and ends when a moderator says so."""
    mika = house.discord.user("mika")
    async with house.bot():
        await set_(house, mode="host")
        await house.live_broadcast()
        await suggest(house, "robin", "a hail of frogs")
        await suggest(house, "sasha", "a rainbow")
        await house.shown("2 wait for a moderator", as_user="robin")
        await mika.slash(CHANNEL, "odyssey mute", person=house.discord.user("robin").id, minutes=5)
        await house.shown("A moderator has muted you from steering for a while", as_user="robin")
        await house.shown("1 waits for a moderator", as_user="robin")
    async with house.bot():
        await house.live_broadcast()
        assert "has muted you from steering" in (await suggest(house, "robin", "snow")).text
        assert "Taken" in (await suggest(house, "sasha", "rain")).text
        unmuted = await mika.slash(CHANNEL, "odyssey unmute", person=house.discord.user("robin").id)
        await unmuted.final(timeout_s=WAIT_S)
        assert "Taken" in (await suggest(house, "robin", "snow")).text


@pytest.mark.parametrize(
    ("prompt", "rule"),
    [
        ("what a h3ck of a storm", "blocked word"),
        ("code 1234 red", "blocked pattern"),
        ("see https://evil.example/x", "link"),
        ("join discord.gg/abc", "invite"),
        ("x" * 60, "50 are the most"),
    ],
)
async def test_what_breaks_a_rule_is_refused_with_the_rule(house: House, prompt: str, rule: str) -> None:
    """Only the author is told, in one sentence, which rule it was; others go on."""
    async with house.bot():
        await set_(house, blocked_words="heck, blood bath", blocked_patterns=r"code \d+", prompt_limit=50)
        await house.live_broadcast()
        refused = await suggest(house, "robin", prompt)
        assert rule in refused.text
        assert refused.private
        assert "Taken" in (await suggest(house, "sasha", "a checkered flag")).text


async def test_the_panel_shows_a_picture_of_the_stream(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A JPEG of what is to be seen, and none once it is over."""
    monkeypatch.setattr("bot.local.odyssey.studio.LANDSCAPE", (1280, 704))
    async with house.bot():
        panel = await house.live_broadcast()
        pictured = await house.discord.wait_for_message(
            CHANNEL, lambda m: m.id == panel.id and bool(m.attachments), timeout_s=WAIT_S
        )
        async with httpx.AsyncClient() as http:
            picture = (await http.get(pictured.attachments[0]["url"])).content
        assert Image.open(io.BytesIO(picture)).size == (640, 352)
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        ended = await house.shown("Ended by its host")
        assert ended.attachments == []


async def test_settings_are_checked_kept_exported_and_imported(house: House) -> None:
    """A wrong value changes nothing and says why; a right one is there after a restart."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        refused = await robin.slash(CHANNEL, "odyssey settings")
        assert "Only moderators" in refused.text
        for name, value in (("gap_s", "99"), ("nonsense", "1"), ("blocked_patterns", "(((")):
            wrong = await mika.slash(CHANNEL, "odyssey settings", name=name, value=value)
            assert "Nothing was changed" in (await wrong.final(timeout_s=WAIT_S)).text
        names = await mika.autocomplete(CHANNEL, "odyssey settings", "name", "vote_w")
        assert [choice["value"] for choice in names] == ["vote_window_s"]
        await set_(house, gap_s=7.5)
    async with house.bot():
        shown = await (await mika.slash(CHANNEL, "odyssey settings")).final(timeout_s=WAIT_S)
        assert "Seconds between two changes of the world: 7.5" in shown.text
        async with httpx.AsyncClient() as http:
            exported = (await http.get(shown.attachments[0]["url"])).json()
        assert exported["gap_s"] == 7.5
        exported["gap_s"] = 4
        changed = json.dumps(exported).encode()
        imported = await mika.slash(CHANNEL, "odyssey settings", file=("settings.json", changed))
        told = (await imported.final(timeout_s=WAIT_S)).text.replace("*", "")
        assert "The file is taken; it changes Seconds between two changes of the world (`gap_s`)." in told
        assert "Seconds between two changes of the world: 4" in told
