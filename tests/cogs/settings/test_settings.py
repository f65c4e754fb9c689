"""`/odyssey settings`, and what moderators and viewers are told of settings that cannot be used."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from bot.local.discord.people.views import SeenMessage
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import suggest


async def settings(house: House, **options: Any) -> SeenMessage:
    """Mika's answer to a change of the settings."""
    answer = await house.discord.user("mika").slash(CHANNEL, "odyssey settings", **options)
    return await answer.final(timeout_s=WAIT_S)


def store(house: House, **values: object) -> None:
    """Puts the server's settings into the database, as another version of the bot may have done."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        row = (house.discord.world.guild_id, json.dumps(values), "2026-01-01 00:00:00")
        database.execute(
            "INSERT OR REPLACE INTO guild_settings (guild_id, settings, changed_at) VALUES (?, ?, ?)", row
        )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
async def test_an_export_that_an_editor_saved_again_is_imported(house: House, encoding: str) -> None:
    """Also with a mark in front, or as what Windows calls Unicode."""
    async with house.bot():
        await settings(house, name="blocked_words", value="heck")
        text = json.dumps({"blocked_words": ["heck", "größe"], "mode": "vote"})
        taken = await settings(house, file=("settings.json", text.replace(",", ",\r\n").encode(encoding)))
        assert (
            "✅ The file is taken; it changes **How it is decided what happens next** (`mode`)," in taken.text
        )


async def test_what_cannot_be_meant_is_refused_in_peoples_words(house: House) -> None:
    """Nothing is changed then, and nothing ignored."""
    async with house.bot():
        file = ("settings.json", b'{"gap_s": 5}')
        for options, said in (
            ({"file": file, "name": "gap_s", "value": "7"}, "give it without a name and a value"),
            ({"file": file, "value": "7"}, "give it without a name and a value"),
            ({"value": "7"}, "say which setting"),
            ({"name": "gapp_s"}, "there is no such setting"),
            ({"name": " ", "value": "7"}, "say which setting"),
            ({"name": "blocked_patterns", "value": r"fine;\Qbad"}, r"entry 2 (`\Qbad`): it does not end"),
            ({"name": "blocked_words", "value": "heck, a"}, "entry 2 (`a`): a single letter"),
            ({"file": ("words.txt", b"heck\ndarn")}, "it is no file of settings"),
        ):
            refused = await settings(house, **options)
            assert "Nothing was changed" in refused.text
            assert said in refused.text
        assert "**Pace** · as it comes" in (await settings(house)).text
        assert "Settings: Pace" in (await settings(house, name="gap_s")).text


async def test_moderators_are_told_what_is_not_understood(house: House) -> None:
    """The rest of the rules holds, and what is not understood stays stored."""
    async with house.bot():
        pass
    store(house, blocked_words=["heck"], line_limit=5000, colour="red")
    async with house.bot():
        await house.live_broadcast()
        assert "breaks a rule" in (await suggest(house, "robin", "what the heck")).text
        assert "Taken" in (await suggest(house, "robin", "a red kite")).text
        assert "(`line_limit`) is not understood" in (await settings(house)).text
        assert "is not understood" not in (await settings(house, name="line_limit", value="200")).text
        export = json.loads(stored_settings(house))
        assert (export["colour"], export["line_limit"], export["blocked_words"]) == ("red", 200, ["heck"])


def stored_settings(house: House) -> str:
    """The text that is stored."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        return str(database.execute("SELECT settings FROM guild_settings").fetchone()[0])


async def test_the_filter_fails_closed_and_moderators_mend_it(house: House) -> None:
    """A stored pattern that is none any more: nothing passes, and everyone is told what to do."""
    async with house.bot():
        pass
    store(house, blocked_patterns=["fine", "((("], starter_roles=[])
    robin = house.discord.user("robin")
    async with house.bot():
        refused = await robin.slash(CHANNEL, "odyssey start", prompt="A cat")
        assert "text rules cannot be used just now" in refused.text
        panel = await house.live_broadcast()  # by a moderator, whom no rule holds
        assert "so nothing is taken" in panel.text
        assert "text rules cannot be used just now" in (await suggest(house, "robin", "a red kite")).text
        await robin.send(CHANNEL, "!a red kite")
        await house.told("text rules cannot be used just now", to="robin")
        shown = await settings(house, name="gap_s", value="1")
        assert "(`blocked_patterns`), entry 2 (`(((`)" in shown.text.replace("\\_", "_")
        assert "nothing that viewers suggest is taken" in shown.text
        assert "nothing that" not in (await settings(house, name="blocked_patterns", value="fine")).text
        await robin.wait_for_message(
            CHANNEL, lambda m: m.id == panel.id and "so nothing is taken" not in m.text, timeout_s=WAIT_S
        )
        assert "Taken" in (await suggest(house, "robin", "a red kite")).text
