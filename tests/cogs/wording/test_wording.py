"""What users read."""

import re
from enum import Enum
from importlib import import_module
from pkgutil import iter_modules

import pytest

from bot.broadcast import errors
from bot.broadcast.arbitration.policy import Mode, Prospect
from bot.broadcast.audit import Action, ActionKind
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Ending, Refusal, Suggestion, Viewer
from bot.broadcast.states import Reason
from bot.guilds.settings.complaints import WrongSettingError
from bot.guilds.settings.problems import Mistake, UnfitRule
from bot.moderation import Rule
from bot.moderation.rules import Fault
from cogs import wording
from cogs.kit.answers import explain
from cogs.wording.endings import ending
from cogs.wording.moderating import deed
from cogs.wording.problems import problem
from cogs.wording.requests import refused_request
from cogs.wording.suggestions import settled_suggestion, taken_suggestion
from cogs.wording.text import duration, plain
from tests.cogs.test_hostile import MASKED_LINK
from tests.storage.conftest import NOW

REFUSALS: list[BroadcastError | WrongSettingError] = [
    *map(BroadcastError, Code),
    BroadcastError(errors.PromptTooLong(11, 10)),
    BroadcastError(errors.AlreadyRunning(Viewer(1, "Mi*ka"))),
    BroadcastError(errors.MayNotEnd(Viewer(1, "Mi*ka"))),
    BroadcastError(errors.MissingPermissions(("attach_files",))),
    BroadcastError(errors.Muted(NOW)),
    BroadcastError(errors.Repeated(NOW)),
    BroadcastError(errors.CoolingDown(NOW)),
    BroadcastError(errors.SlowMode(NOW)),
    *(BroadcastError(errors.Filtered(rule)) for rule in Rule),
    BroadcastError(errors.LineFull(10)),
    BroadcastError(errors.TooManyOfYours(10)),
    BroadcastError(errors.TooManyBroadcasts(10)),
    BroadcastError(errors.BroadcastTooLong(10)),
    BroadcastError(errors.DayIsUsedUp(10, NOW)),
    BroadcastError(errors.PictureTooLarge(25, 80)),
    BroadcastError(errors.RecordingNotReady("s")),
    BroadcastError(errors.RecordingUnreachable("s")),
    WrongSettingError("gap_s", Mistake.NO_TEXT),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_every_refusal_of_a_request_has_its_sentence(refusal: BroadcastError | WrongSettingError) -> None:
    """With its facts as people read them, and nothing in it acts."""
    sentence = refused_request(refusal)
    assert len(sentence) > 20
    assert not re.search(r"[{}]|Mi\*ka|datetime", sentence)


@pytest.mark.parametrize("kind", [*Mistake, *map(UnfitRule, Fault)], ids=str)
def test_every_problem_of_a_setting_has_its_words(kind: Mistake | UnfitRule) -> None:
    """None is forgotten, neither a mistake nor what a rule cannot be."""
    assert problem(kind)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_ending_has_its_sentence(reason: Reason) -> None:
    """None is forgotten, with or without a person behind it."""
    assert ending(Ending(reason))
    assert "{" not in ending(Ending(reason, by=Viewer(1, "Mika"), detail="no more hours"))


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_has_its_sentence(refusal: Refusal) -> None:
    """None is forgotten."""
    suggestion = Suggestion("x", "b", Viewer(1, "Robin"), "snow", NOW).refused(refusal, NOW)
    assert "snow" in settled_suggestion(suggestion)


@pytest.mark.parametrize(
    "text",
    [
        "@everyone",
        "<@123456789012345678>",
        "**bold**",
        "[x](https://evil.example)",
        "[a](b) [x](https://evil.example)",
        "[a](b) \\[x](https://evil.example)",
        "https://safe.example/[x](https://evil.example)",
        "https://safe.example/\\[x](https://evil.example)",
        "a\n# heading",
        "`",
    ],
)
def test_text_from_outside_is_shown_as_text(text: str) -> None:
    """No ping, no markdown, no second line."""
    shown = plain(text)
    assert "\n" not in shown
    assert "@everyone" not in shown
    assert "<@123456789012345678>" not in shown
    assert "**" not in shown.replace("\\*", "")
    assert not re.search(MASKED_LINK, shown)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.13, "0.1 s"), (9.96, "10 s"), (42.4, "42 s"), (150, "2 min 30 s")]
)
def test_durations_read_well(seconds: float, text: str) -> None:
    """Short ones keep a decimal, long ones have minutes."""
    assert duration(seconds) == text


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_a_refusal_carries_no_reference(refusal: BroadcastError | WrongSettingError) -> None:
    """Its sentence says all: a reference is for what nobody foresaw."""
    assert "Reference" not in explain(refusal, "a test")
    assert "Reference" in explain(ValueError("a bug"), "a test")


def test_a_place_in_line_is_said_to_be_of_now() -> None:
    """It is told once, and others may be served first."""
    assert "number 4 in line as of now" in taken_suggestion(Prospect(Mode.QUEUE, before=3))
    assert "As of now it is next" in taken_suggestion(Prospect(Mode.QUEUE))


@pytest.mark.parametrize("kind", list(ActionKind))
def test_every_action_reads_as_a_sentence(kind: ActionKind) -> None:
    """Who did what, and nothing in it acts."""
    line = deed(Action(1, Viewer(1, "Mi*ka"), kind, "@everyone", NOW))
    assert "**Mi\\*ka**" in line
    assert "@everyone" not in line
    assert "{" not in line


TOLD_APART = {Refusal.WITHDRAWN, Refusal.BROADCAST_ENDED}
"""They are no refusals to their authors."""


def test_every_table_has_a_row_for_each_member() -> None:
    """Of an enumeration that words are looked up by: a missing one would be a KeyError before people."""
    tables = 0
    for module in (import_module(f"cogs.wording.{found.name}") for found in iter_modules(wording.__path__)):
        for name, table in vars(module).items():
            kinds = {type(key) for key in table} if isinstance(table, dict) else set()
            if len(kinds) == 1 and issubclass(kind := kinds.pop(), Enum):
                tables += 1
                assert set(kind) - table.keys() <= TOLD_APART, f"{module.__name__}.{name}"
    assert tables > 5
