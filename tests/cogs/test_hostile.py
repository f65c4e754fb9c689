"""Ten thousand hostile strings through everything that shows or takes what people write."""

import re
from datetime import UTC, datetime

import pytest

from bot.broadcast.errors import BroadcastError
from bot.broadcast.intake.intake import Intake
from bot.broadcast.intake.prefixes import prompt_in_chat
from bot.broadcast.intake.prompts import PROMPT_LIMIT, clean_prompt
from bot.broadcast.model import Suggestion, Viewer
from bot.guilds.settings.guild_settings import GuildSettings
from bot.guilds.words.text_rules import make_text_filter
from bot.process.clock import SystemClock
from cogs.wording.requests import refused_request
from cogs.wording.suggestions import settled_suggestion
from cogs.wording.text import as_code, plain
from tests.support.hostile_texts import RULES, hostile_texts
from tests.support.rules import intake_rules

NOW = datetime(2026, 8, 1, tzinfo=UTC)
MASKED_LINK = r"(?<!\\)(\\\\)*\[.*\]\("
"""A link that shows other words than its address: its bracket has no backslash, or an escaped one."""


@pytest.fixture(scope="module")
def intake() -> Intake:
    """A gate with words, patterns (one of them catastrophic for a backtracking engine) and all rules on."""
    settings = GuildSettings.model_validate(RULES)
    return Intake(intake_rules(), make_text_filter(settings), SystemClock())


def test_no_string_raises_anything_but_a_refusal_or_passes_the_filter_it_should_not(intake: Intake) -> None:
    """A prompt is one clean line, or refused by name; links, invites and mentions never pass."""
    viewer, passed = Viewer(1, "Robin"), 0
    refusals: set[str] = set()
    for hostile in hostile_texts(10_000):
        try:
            typed = prompt_in_chat(f"!{hostile.text}", "!") or hostile.text
            prompt = clean_prompt(typed)
            intake.check_words(viewer, prompt, typed=typed, is_exempt=False)
        except BroadcastError as error:
            refusals.add(refused_request(error))
            continue
        passed += 1
        assert not hostile.is_forbidden, hostile
        assert len(prompt) <= PROMPT_LIMIT
        assert "\n" not in prompt
        assert "\x00" not in prompt
        assert "\u202e" not in prompt
        assert not re.search(r"@(everyone|here)(?![a-z0-9])", prompt)
        for forbidden in ("<@", "https://evil", "discord.gg"):
            assert forbidden not in prompt
    assert passed > 500  # the filter is not a wall
    assert len(refusals) > 4


def test_whatever_is_shown_can_neither_ping_nor_break_a_line() -> None:
    """Every way in which text from outside is shown keeps it text."""
    for text in (hostile.text for hostile in hostile_texts(10_000)):
        suggestion = Suggestion("x", "b", Viewer(1, text), text, NOW)
        for shown in (
            plain(text),
            as_code(text),
            settled_suggestion(suggestion.acknowledged(text, NOW)),
        ):
            assert "@everyone" not in shown.replace("`", "") or shown.startswith("`")
            assert "\n" not in shown
            assert "\u202e" not in shown or shown.startswith("`")
            assert len(shown) < 2000 or shown.startswith("`")
            assert not re.search(r"<(#\d+|/.+:\d+|id:\w+)>", shown) or shown.startswith("`")
            assert not re.search(MASKED_LINK, shown) or shown.startswith("`")
