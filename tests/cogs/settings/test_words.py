"""`/odyssey words`: lists of blocked words, imported and given back."""

from typing import Any

import httpx

from bot.local.discord.people.views import SeenMessage
from bot.moderation.rules import WORDS_LIMIT
from tests.cogs.settings.test_settings import settings
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import suggest


async def words(house: House, **options: Any) -> SeenMessage:
    """Mika's answer."""
    answer = await house.discord.user("mika").slash(CHANNEL, "odyssey words", **options)
    return await answer.final(timeout_s=WAIT_S)


async def given_back(answer: SeenMessage) -> list[str]:
    """The words in the file that an answer has."""
    [file] = answer.attachments
    assert file["filename"] == "odyssey-words.txt"
    async with httpx.AsyncClient() as http:
        return (await http.get(file["url"])).text.splitlines()


async def test_a_list_is_imported_and_holds_at_once(house: House) -> None:
    """Its answer says what was taken, what was there already, and what was not understood."""
    async with house.bot():
        assert "No words are blocked here" in (await words(house)).text
        await house.live_broadcast()
        await settings(house, name="blocked_words", value="heck")
        answer = await words(house, file=("list.txt", b"HECK\ndarn\ndarn\n\\bfie\\b\na\n"))
        assert answer.private
        assert "✅ 1 word is taken; 2 words are blocked now" in answer.text
        assert "1 word is blocked already." in answer.text
        assert "1 stood there more than once." in answer.text
        assert "2 were not understood" in answer.text
        assert "entry 4 (`\\bfie\\b`): it looks like a regular expression" in answer.text
        assert await given_back(answer) == ["heck", "darn"]
        assert "breaks a rule" in (await suggest(house, "robin", "darn it")).text
        answer = await words(house, file=("list.json", b'{"words": ["fie"]}'), how="replace")
        assert "✅ 1 word is taken; 1 word is blocked now" in answer.text
        assert await given_back(await words(house)) == ["fie"]
        assert "Taken" in (await suggest(house, "robin", "darn it")).text


async def test_a_list_that_cannot_be_taken_changes_nothing(house: House) -> None:
    """Too long together with what is there, empty, no text, or larger than any list."""
    most = "\n".join(f"word {number}" for number in range(WORDS_LIMIT)).encode()
    async with house.bot():
        await settings(house, name="blocked_words", value="heck")
        for data, said in (
            (most, "it has 5001 entries, 5000 are the most"),
            (b"# nothing", "there are no words in it"),
            (b"a\nb", "a single letter"),
            (b"\x89PNG\r\n\x1a\n", "is not UTF-8"),
            (b"x" * 2_000_001, "it is larger than 2 MB"),
        ):
            refused = await words(house, file=("list.txt", data))
            assert "Nothing was changed" in refused.text
            assert said in refused.text
        assert await given_back(await words(house)) == ["heck"]
        answer = await words(house, file=("list.txt", most), how="replace")
        assert "5,000 words are taken" in answer.text
        export = await settings(house)
        [file] = export.attachments
        async with httpx.AsyncClient() as http:
            content = (await http.get(file["url"])).content
        assert "it changes nothing" in (await settings(house, file=("settings.json", content))).text
