"""From what people type to a prompt."""

import unicodedata

from bot.broadcast.errors import BroadcastError, Code, PromptTooLong
from bot.broadcast.intake.markup import spelled_out

PROMPT_LIMIT = 1000
"""Characters in a prompt at most. The service names no limit; more than this is no longer one idea."""

_ALLOWED_FORMAT_CHARACTERS = {"\u200c", "\u200d"}  # joiners: emoji and several scripts need them
_BLANK = "\u200c\u200d\u115f\u1160\u3164\uffa0\u2800\ufe0f "
"""What can be in a prompt and shows nothing: joiners, fillers, the empty Braille cell, a selector, spaces."""


def clean_prompt(text: str) -> str:
    """The prompt in `text`: on one line, without control or invisible format characters, or Discord's markup.

    Raises `BroadcastError` with EMPTY_PROMPT or PromptTooLong.
    """
    prompt = on_one_line(text)
    if may_have_markup(prompt):
        prompt = on_one_line(spelled_out(prompt))
    if not prompt.strip(_BLANK):
        raise BroadcastError(Code.EMPTY_PROMPT)
    if len(prompt) > PROMPT_LIMIT:
        raise BroadcastError(PromptTooLong(length=len(prompt), limit=PROMPT_LIMIT))
    return prompt


def may_have_markup(text: str) -> bool:
    """False if there is none of Discord's in `text`, at a glance."""
    return "<" in text or "[" in text


def on_one_line(text: str) -> str:
    """What was typed, markup and all, for the rules that it may break."""
    return " ".join(_visible(text).split())


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():  # nearly all there is, in a fraction of the time
        return text
    return "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace()
        or character in _ALLOWED_FORMAT_CHARACTERS
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    )
