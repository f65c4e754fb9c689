"""Discord's markup: none goes to the world, and none that is shown acts."""

import re
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.intake.markup import spelled_out
from bot.broadcast.intake.prompts import PROMPT_LIMIT, clean_prompt
from cogs.wording.text import as_code, plain

ID = "123456789012345678"
FORMS = {
    f"<:dragon:{ID}>": ":dragon:",
    f"<a:big_fire:{ID}>": ":big_fire:",
    "<t:1700000000:R>": "2023-11-14 22:13 UTC",
    "<t:1700000000>": "2023-11-14 22:13 UTC",
    "<t:-86400:D>": "1969-12-31 00:00 UTC",
    "<t:99999999999999999:f>": "some time",
    f"<@{ID}>": "somebody",
    f"<@!{ID}>": "somebody",
    f"<@&{ID}>": "some people",
    f"<#{ID}>": "a channel",
    f"</odyssey say:{ID}>": "/odyssey say",
    "<id:customize>": "customize",
    f"<id:linked-roles:{ID}>": "linked-roles",
    f"<sound:{ID}:{ID}>": "sound",
    "<https://example.com/a>": "https://example.com/a",
    "[a kite](https://example.com)": "a kite",
    '[a kite](<https://example.com/a_(b)> "title")': "a kite",
    "[a [red] kite](https://example.com)": "[a [red] kite]",
}
ACTS = re.compile(
    r"@(everyone|here)|<(@[!&]?|#)\d+>|</[^<>]+:\d+>|<id:[\w:-]+>|<a?:\w+:\d+>|<t:-?\d+(:\w)?>|<https?:[^\s<>]+>|<sound:[\d:]+>"
    r"|(?<!\\)\[[^\[\]]*\]\([^)]+\)"
)


@pytest.mark.parametrize(("typed", "words"), FORMS.items())
def test_the_world_gets_words_for_markup(typed: str, words: str) -> None:
    """Alone, in a sentence, twice, and in another letter case; no number of Discord's is left."""
    assert clean_prompt(typed) == words
    assert clean_prompt(f"the sea {typed}, then {typed}") == f"the sea {words}, then {words}"
    assert ID not in clean_prompt(typed.upper())


@pytest.mark.parametrize(
    "typed",
    ["a <3 b", "1 < 2 > 0", "<b>bold</b>", "[sic] (really)", "a :dragon: lands", "array[0]"],
)
def test_what_only_looks_like_it_stays(typed: str) -> None:
    """Hearts, comparisons, brackets."""
    assert clean_prompt(typed) == typed


PIECES = [*FORMS, "<", ">", "[", "](", ")", ":", "t:", "@", "#", "a", "1", " ", "id:", "/x:", "https://x"]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_markup_within_markup_is_spelled_out_as_well(typed: str) -> None:
    """What is left when one is gone may be another one. And on a panel, nothing of it acts."""
    words = spelled_out(typed)
    assert spelled_out(words) == words
    assert ID not in words or not re.search(rf"<[^<>\s]*{ID}>", words)
    assert not ACTS.search(plain(typed, limit=2000)), plain(typed)
    assert not ACTS.search(as_code(typed)), as_code(typed)


def test_what_is_nothing_without_its_markup_is_empty() -> None:
    """A link without words, for one."""
    with pytest.raises(BroadcastError) as caught:
        clean_prompt("[\u200d](https://example.com)")
    assert caught.value.code is Code.EMPTY_PROMPT


@pytest.mark.parametrize(
    "piece", ["<#1>", "[a](", "<a:1", "<t:1", "</a", "[", "[[a](b)", "<<#1>", "1", "](https://x"]
)
def test_hostile_markup_takes_no_time_and_grows_to_no_more_than_a_prompt(piece: str) -> None:
    """The most that can be typed, of nothing else."""
    began, typed = time.process_time(), piece + "<a:" + piece * (4000 // len(piece))
    with suppress(BroadcastError):
        assert len(clean_prompt(typed)) <= PROMPT_LIMIT
    assert time.process_time() - began < 0.5
