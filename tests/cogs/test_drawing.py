"""What is drawn of a broadcast is drawn of its view, and of nothing else."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from discord.ui import LayoutView

from bot.broadcast.arbitration.policy import Choice, Mode
from bot.broadcast.floor.view import FloorView, ShownCandidate, ShownMotion
from bot.broadcast.model import Broadcast, Channel, Suggestion, Viewer
from bot.broadcast.rights import Person
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State
from cogs.moderating.controls import draw_controls
from cogs.moderating.review import Review
from cogs.panel.panel import Panel
from cogs.panel.text import status_text
from cogs.steering.ballot import draw_votes
from tests.support.sources import nodes

ROOT = Path(__file__).parents[2]
ALIVE = re.compile(r"\b(BroadcastSession|Broadcasts|Floor|Arbiter|Motion)\b")
DRAWS = re.compile(r"\b(\w*View|Panel|Item|str|\w*Button)\b")
NOW = datetime(2026, 8, 1, 20, tzinfo=UTC)
MIKA, ROBIN = Viewer(100, "Mika"), Viewer(101, "Robin")
OWL = Suggestion("owl", "b1", ROBIN, "an owl hoots", NOW)
WON = "🏆 **Robin**'s “a dragon” won: **7 of 12**"
VIEW = BroadcastView(
    Broadcast("b1", Channel(1, 10), MIKA, "A cat", portrait=False, requested_at=NOW, state=State.LIVE),
    "A cat, in soft light",
    floor=FloorView(
        Mode.VOTE,
        waiting=3,
        candidates=(ShownCandidate(1, OWL, ("owl", "owl 2"), 7),),
        closes_at=NOW,
        waiting_for_a_place=2,
        winner=Choice(OWL._replace(prompt="a dragon"), votes=7, all_votes=12),
        motion=ShownMotion(Mode.DRAW, ROBIN, 4, 1, NOW),
    ),
    is_closing=False,
    ends_at=NOW,
)


def drawn(view: LayoutView) -> str:
    """What Discord gets of it."""
    return str(view.to_components())  # type: ignore[no-untyped-call]


def test_all_is_drawn_from_a_view_made_by_hand() -> None:
    """No session, no loop, no Discord: panel, status, controls, review and one's own vote."""
    panel = str(Panel(VIEW, watch_url="http://localhost/", how_to_steer="").payload)
    for shown in ("In Odyssey's words", "an owl hoots", "7 votes", "4 for, 1 against", "2 more wait", WON):
        assert shown in panel
        assert shown in status_text(VIEW)
    assert "odyssey:vote:1:b1:owl" in panel
    own = drawn(draw_votes(VIEW, OWL._replace(id="owl 2"), is_for=True))
    assert "Your vote is for 1 · “" in own
    assert "Your vote is for it" in own
    moderator = Person(MIKA, manages_channel=True, views_channel=True)
    assert "odyssey:mode:b1" in drawn(draw_controls(VIEW, moderator))
    to_review = replace(VIEW, floor=FloorView(Mode.HOST, to_review=(OWL,)))
    assert "an owl hoots" in drawn(Review(None).draw(to_review))
    assert "Review (1)" in drawn(draw_controls(to_review, moderator))


def test_one_that_is_over_is_drawn_as_history_knows_it() -> None:
    """Its view is made of what is stored, and all there is to press begins another round."""
    over = replace(VIEW.broadcast, state=State.ENDED, live_at=NOW, ended_at=NOW)
    panel = Panel(BroadcastView(over, over.prompt), watch_url="http://localhost/", how_to_steer="")
    assert "> A cat" in str(panel.payload)
    assert "came true" not in str(panel.payload)
    assert re.findall(r"odyssey:\w+:\w+", str(panel.payload)) == ["odyssey:again:b1"]


@pytest.mark.parametrize(
    ("ideas", "people", "told"),
    [(1, 1, "**1 idea** from **1 person** came true."), (7, 3, "**7 ideas** from **3 people** came true.")],
)
def test_an_end_says_how_much_came_true(ideas: int, people: int, told: str) -> None:
    """And whose: what was applied, and how many people had wanted it."""
    over = replace(VIEW.broadcast, state=State.ENDED, live_at=NOW, ended_at=NOW)
    view = BroadcastView(over, over.prompt, ideas=ideas, people=people)
    assert told in str(Panel(view, watch_url="http://localhost/", how_to_steer="").payload)


def takes_what_is_alive(source: str) -> Iterator[str]:
    """The classes and functions that draw, and are given something other than values."""
    for node in nodes(source):
        if isinstance(node, ast.ClassDef):
            functions = [part for part in node.body if isinstance(part, ast.FunctionDef)]
            draws = any(ast.unparse(base).endswith("View") for base in node.bases)
        elif isinstance(node, ast.FunctionDef):
            functions, draws = [node], bool(node.returns and DRAWS.search(ast.unparse(node.returns)))
        else:
            continue
        if draws and any(ALIVE.search(ast.unparse(function.args)) for function in functions):
            yield node.name


def test_who_draws_is_given_no_session() -> None:
    """Views, and functions that give them, their texts or buttons; whole modules of them import none."""
    for path in sorted((ROOT / "cogs").rglob("*.py")):
        assert list(takes_what_is_alive(path.read_text("utf-8"))) == [], path
    rooms = [*(ROOT / "cogs/wording").rglob("*.py"), *(ROOT / "bot/web").rglob("*.py")]
    for path in [*rooms, ROOT / "cogs/panel/panel.py", ROOT / "cogs/panel/text.py"]:
        imported = re.findall(r"from (bot\.broadcast\.(?:show|floor)\S*) import", path.read_text("utf-8"))
        assert all(name.endswith(".view") for name in imported), path


def test_a_session_in_what_is_drawn_is_seen() -> None:
    """Else the test above would hold nothing."""
    source = (
        "class Answer(LastingView):\n def __init__(self, of: BroadcastSession): ...\n"
        "def text(floor: Floor) -> str: ...\ndef deed(of: BroadcastSession) -> None: ..."
    )
    assert list(takes_what_is_alive(source)) == ["Answer", "text"]
