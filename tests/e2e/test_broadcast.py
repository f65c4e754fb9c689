"""One broadcast, from `/odyssey start` to the posted recording."""

import sqlite3
from contextlib import closing

import httpx

from bot.local.discord.people.views import SeenMessage
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.database import entered_anew
from tests.support.watched import EventStream


async def test_a_broadcast_from_start_to_recording(house: House) -> None:
    """Two people start, steer and end a broadcast by command, chat and dialogue; its recording is posted."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot() as settings:
        answer = await mika.slash(CHANNEL, "odyssey start", prompt="A cat on a windowsill")
        panel = await answer.final(timeout_s=WAIT_S)
        assert [b.label for b in panel.buttons] == ["Suggest", "Watch", "Moderate"]
        await house.shown("Live")

        await robin.slash(CHANNEL, "odyssey say", prompt="It starts to snow")
        private = await house.shown("Applied: It starts to snow", as_user="robin")
        assert private.private
        assert "Applied" not in "".join(m.text for m in house.discord.messages(CHANNEL, as_user="sasha"))

        chat = await robin.send(CHANNEL, "!the cat leaps")
        await house.discord.wait_for_message(
            CHANNEL, lambda m: m.id == chat.id and "✅" in str(m.reactions), timeout_s=WAIT_S
        )

        dialogue = await robin.click(panel, label="Suggest")
        await robin.submit_modal(dialogue, {"What should happen next?": "A bird sings"})
        await house.shown("Applied: A bird sings", as_user="robin")
        await house.shown("> A bird sings")  # the panel follows

        status = await robin.slash(CHANNEL, "odyssey status")
        assert "A bird sings" in status.text

        async with EventStream(f"{_watch_link(panel, settings.web_port)}/events") as events:
            shown = (await events.until(state="live")).data["broadcast"]
        assert shown["prompt"] == {"text": "A bird sings", "by": "Robin"}
        assert shown["stream"]["whep"]["token"]

        late = await robin.click(panel, label="Suggest")
        await house.moderate(panel, "End", "End it")
        await house.shown("recording will be posted")
        post = await house.shown("Recording")
        await house.shown("Ended by its host")
        links = [part.split(")")[0] for part in post.text.split("](")[1:]]
        assert [link.rpartition("/r/")[2].partition("/")[2] for link in links] == [
            "1/video",
            "1/preview",
            "1/thumbnail",
        ]
        async with httpx.AsyncClient(follow_redirects=True) as http:
            for link in links:
                assert (await http.get(link)).is_success
        assert {attachment["filename"] for attachment in post.attachments} == {"thumbnail.jpg", "preview.mp4"}
        assert " frames" in post.text

        too_late = await robin.submit_modal(late, {"What should happen next?": "It rains"})
        assert "This broadcast is over" in too_late.text

    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        outcomes = database.execute(
            "SELECT prompt, name, outcome FROM suggestions JOIN people ON person_id = viewer_id"
            " ORDER BY suggested_at"
        )
        assert outcomes.fetchall() == [
            ("It starts to snow", "Robin", "acknowledged"),
            ("the cat leaps", "Robin", "acknowledged"),
            ("A bird sings", "Robin", "acknowledged"),
        ]
        assert database.execute("SELECT state FROM broadcasts").fetchall() == [("ended",)]
        assert database.execute("SELECT state, end_reason FROM streams").fetchall() == [
            ("ended", "host_ended")
        ]
        assert database.execute("SELECT has_video, has_preview FROM recordings").fetchall() == [(1, 1)]
        kinds = database.execute("SELECT kind FROM posts ORDER BY posted_at").fetchall()
        assert kinds == [("panel",), ("recording",)]


async def test_past_broadcasts_are_listed_found_and_fetched(house: House) -> None:
    """A moderator pages through the list; a viewer finds one by typing, and gets fresh links."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        empty = await robin.slash(CHANNEL, "odyssey recording")
        assert "No stream has ended" in (await empty.final(timeout_s=WAIT_S)).text
        await house.whole_broadcast("A lighthouse at dusk", portrait=True)

        listed = await mika.slash(CHANNEL, "odyssey list")
        assert "A lighthouse at dusk" in listed.text
        assert listed.message
        assert listed.message.private
        refused = await robin.slash(CHANNEL, "odyssey list")
        assert "Only moderators" in refused.text

        choices = await robin.autocomplete(CHANNEL, "odyssey recording", "broadcast", "LIGHTHOUSE")
        assert "A lighthouse at dusk" in choices[0]["name"]
        answer = await robin.slash(CHANNEL, "odyssey recording", broadcast=choices[0]["value"])
        found = await answer.final(timeout_s=WAIT_S)
        assert found.private
        assert "Full video" in found.text
        unknown = await robin.slash(CHANNEL, "odyssey recording", broadcast="no-such-stream")
        assert "no such broadcast" in (await unknown.final(timeout_s=WAIT_S)).text


async def test_the_list_turns_its_pages(house: House) -> None:
    """More broadcasts than fit on a page: the buttons lead there and back, for moderators only."""
    mika = house.discord.user("mika")
    async with house.bot():
        pass  # makes the database
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        guild_id, channel_id = house.discord.world.guild_id, house.discord.channel(CHANNEL)
        for number in range(12):
            when = f"2026-08-01 20:{number:02}:00.000000"
            database.execute(
                "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, prompt, portrait,"
                " state, requested_at) VALUES (?, ?, ?, 1, ?, 0, 'ended', ?)",
                (f"b{number}", guild_id, channel_id, f"Picture {number}", when),
            )
            database.execute(
                "INSERT INTO streams (id, service_id, broadcast_id, prompt, portrait, state, intended_at,"
                " started_at) VALUES (?, ?, ?, ?, 0, 'ended', ?, ?)",
                (f"own{number}", f"s{number}", f"b{number}", f"Picture {number}", when, when),
            )
    entered_anew(house.directory / "odyssey.sqlite3")
    async with house.bot():
        first = await mika.slash(CHANNEL, "odyssey list")
        assert "1 to 8 of 12" in first.text
        assert first.message
        second = await mika.click(first.message, label="Older ▶")
        assert "9 to 12 of 12" in second.text
        assert "Picture 0" in second.text
        assert second.message
        back = await mika.click(second.message, label="◀ Newer")
        assert "1 to 8 of 12" in back.text


def _watch_link(panel: SeenMessage, port: int) -> str:
    """The panel's watch link, as this machine reaches it."""
    link = next(button.url for button in panel.buttons if button.label == "Watch")
    assert link
    assert link.startswith(f"http://localhost:{port}/watch/")
    return link.replace("localhost", "127.0.0.1")
