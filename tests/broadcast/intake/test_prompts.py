"""From what people type to a prompt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.broadcast.errors import BroadcastError, Code, PromptTooLong
from bot.broadcast.intake.prompts import PROMPT_LIMIT, clean_prompt


@pytest.mark.parametrize(
    ("typed", "prompt"),
    [
        ("  it   snows \n hard ", "it snows hard"),
        ("a\u200b cat\u202e", "a cat"),
        ("nul\x00l", "null"),
        ("👩\u200d🚀 lands", "👩\u200d🚀 lands"),
        ("🐈", "🐈"),
    ],
)
def test_a_prompt_is_one_clean_line(typed: str, prompt: str) -> None:
    """White space folds; control and invisible characters go; emoji stay whole."""
    assert clean_prompt(typed) == prompt


@pytest.mark.parametrize(
    "typed", ["", "   ", "\u200b\u200d", "\x00\n", "\u200d \u200d", "\u3164", "\u2800 \ufe0f"]
)
def test_an_empty_prompt_is_refused(typed: str) -> None:
    """What leaves nothing to see is empty."""
    with pytest.raises(BroadcastError) as caught:
        clean_prompt(typed)
    assert caught.value.code is Code.EMPTY_PROMPT


def test_an_over_long_prompt_is_refused_with_the_numbers() -> None:
    """The author learns by how much."""
    assert clean_prompt("x" * PROMPT_LIMIT)
    with pytest.raises(BroadcastError) as caught:
        clean_prompt("x" * (PROMPT_LIMIT + 1))
    assert caught.value.why == PromptTooLong(PROMPT_LIMIT + 1, PROMPT_LIMIT)


@given(st.text())
def test_any_text_is_a_clean_line_or_refused(typed: str) -> None:
    """Whatever is typed, a prompt has no control characters, no line breaks and at most the limit."""
    try:
        prompt = clean_prompt(typed)
    except BroadcastError:
        return
    assert len(prompt) <= PROMPT_LIMIT
    assert prompt.isprintable() or any(ord(character) > 127 for character in prompt)
    assert "\n" not in prompt
    assert clean_prompt(prompt) == prompt
