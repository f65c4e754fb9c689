"""The judge of what a crowd is told: it finds what is not so."""

import random
from types import SimpleNamespace
from typing import cast

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.model import Refusal, Suggestion, Viewer
from bot.local.discord.people.users import User
from bot.local.discord.people.views import SeenMessage
from cogs.wording.suggestions import settled_suggestion
from tests.crowd.judge import Judge, Verdict
from tests.crowd.people import Person, Said
from tests.crowd.seen import Version
from tests.crowd.truth import Fate, Moment, Truth
from tests.storage.conftest import NOW

ROBIN, SASHA = Viewer(1, "Robin"), Viewer(2, "Sasha")
THEIRS = Suggestion("theirs", "b", SASHA, "a sonnet", NOW)
OURS = Suggestion("ours", "b", ROBIN, "a riddle", NOW)
ANSWER, MESSAGE = 5, 6
"""IDs: of the private answer to Robin, and of Robin's message in the chat."""


def judged(version: Version, refusal: str | None = None, mode: Mode = Mode.QUEUE) -> Verdict:
    """Of a broadcast in which Robin's riddle waited second; then it was applied, or refused."""
    truth = Truth([ROBIN])
    up = tuple(frozenset([each.id]) for each in (THEIRS, OURS))
    waiting = {each.id: each for each in (THEIRS, OURS)}
    unseen = frozenset(waiting)
    truth.suggestions = waiting
    truth.moments = [
        Moment(0, mode, False, up, dict(enumerate(up, start=1)), 2, waiting, unseen, {1: "theirs"})
    ]
    outcome = "refused" if refusal else "acknowledged"
    fates = {"ours": Fate("ours", 1, "a riddle", outcome, refusal, None if refusal else "A riddle.", None)}
    user = cast("User", SimpleNamespace(id=1, name="Robin"))
    said = Said(1, ["a riddle"], version.message.id, is_chat=version.message.id == MESSAGE)
    person = Person(user, random.Random(1), lambda: None, since=0, said=[said])
    return Judge([person], {version.message.id: [version]}, truth, fates).judged()


def told(words: str) -> Version:
    """The private answer."""
    return Version(1.0, _message(ANSWER, words), to=1)


def marked(mark: str) -> Version:
    """Robin's message, with a mark of the bot's."""
    return Version(1.0, _message(MESSAGE, "!a riddle", reactions=[{"emoji": {"name": mark}}]), to=None)


def _message(message_id: int, words: str, **more: object) -> SeenMessage:
    fields = {"id": str(message_id), "content": words, "author": {"bot": message_id == ANSWER}}
    return SeenMessage({**fields, "components": [], "embeds": [], "reactions": [], **more})


APPLIED = settled_suggestion(OURS.sent("s", NOW).acknowledged("A riddle.", NOW))
STALE = settled_suggestion(OURS.refused(Refusal.STALE, NOW))


@pytest.mark.parametrize(
    ("words", "refusal", "is_so"),
    [
        (APPLIED, None, True),
        (APPLIED, "stale", False),
        (APPLIED.replace("riddle", "sonnet"), None, False),
        (STALE, "stale", True),
        (STALE, "moderator_refused", False),
        (STALE, None, False),
        ("🗳️ Your vote is for 1 · “a sonnet”.", None, True),
        ("🗳️ Your vote is for 2 · “a sonnet”.", None, False),
        ("🗳️ Your vote is for “a riddle”.", None, False),
    ],
)
def test_what_is_told_is_compared_with_what_was_so(words: str, refusal: str | None, is_so: bool) -> None:
    """In the end, and at that moment."""
    verdict = judged(told(words), refusal=refusal)
    assert (verdict.compared, verdict.unknown) == (1, [])
    assert bool(verdict.false) is not is_so


def test_what_nobody_has_taught_it_is_no_truth() -> None:
    """A sentence that it does not know is shown."""
    assert judged(told("All is well.")).unknown == ["All is well."]


@pytest.mark.parametrize(
    ("mark", "refusal", "is_so"),
    [
        ("✅", None, True),
        ("✅", "stale", False),
        ("❌", "stale", True),
        ("❌", None, False),
        ("📨", None, False),
    ],
)
def test_marks_are_compared_too(mark: str, refusal: str | None, is_so: bool) -> None:
    """What is applied has a tick, what is refused a cross, and in the end nothing waits."""
    assert bool(judged(marked(mark), refusal=refusal).false) is not is_so


def test_nobody_sees_what_no_moderator_has() -> None:
    """Where they decide, a panel that lists what waits is a fault; elsewhere it is not."""
    buttons = [{"type": 2, "label": "Suggest", "custom_id": "odyssey:suggest:b"}]
    panel = Version(1.0, _message(ANSWER, "**1** · a sonnet — Sasha", components=buttons), to=None)
    assert judged(panel, mode=Mode.HOST).false
    assert not judged(panel).false
