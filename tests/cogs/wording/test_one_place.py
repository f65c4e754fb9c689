"""Where sentences for people on Discord stand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sources import nodes

ROOT = Path(__file__).parents[3]
WORDED = "cogs/wording"
READ_BY_OTHERS = {
    "bot/local": "not in production",
    "bot/web": "the pages have their own words, and their errors are for operators",
    "bot/broadcast/rights.py": "names of deeds and rights, for the table in the documents",
    "bot/app": "the command line is for operators",
    "bot/doctor": "what it finds is for operators",
    "bot/metrics": "what is counted is for operators",
    "bot/process": "settings of a process, and its log, are for operators",
    "bot/archive": "what is wrong with where it is, is for operators",
    "bot/film": "why a video cannot be played is for the log",
    "bot/storage": "what keeps a database from being opened is for operators",
    "bot/discord": "what keeps the bot from Discord is for operators",
    "bot/kit/decoding.py": "the sentence is for operators; to people its line is told",
    "bot/odyssey": "the client knows no Discord: its errors are for whoever programs, and for the log",
}
NOT_FOR_PEOPLE = {
    "a broadcast cannot go from … to …": "an error that only a bug makes",
    "… is not ours any more": "a lease, for the log",
    "nobody posts recordings now": "an error that is tried again, and not told",
    "panel … has no broadcast": "an error that only a bug makes",
    "mender of panels": "stands in the log",
    "search for broadcast …": "stands in the log",
    "an unknown command": "stands in the log",
    "text rules cannot be used": "stands in the log",
    "text filter failed at a suggestion": "stands in the log",
    "a red dragon over the sea": "a text that not every pattern matches",
    "Рыжий кот и 3 рыбы": "a text that not every pattern matches",
    "A calm, empty meadow under a clear sky": "a prompt, for the world",
    "some people": "a part of a prompt, for the world",
    "some time": "a part of a prompt, for the world",
}
IDENTIFYING = frozenset({"name", "template", "custom_id"})
"""Arguments that nobody reads: of tasks and of buttons."""
SEVERAL_WORDS = re.compile(r"[^\W\d_]{2,}[,;:.!?]?\s[^\W\d_]+")
LABEL = re.compile(r"\W*[A-Z][a-z]+\W*")


def written_for_people(source: str, *, labels: bool) -> Iterator[tuple[int, str]]:
    """The lines and texts that read as such; with `labels`, single words with a capital too."""
    parts = list(nodes(source))
    skipped = {id(part) for node in parts for part in _read_by_nobody(node)}
    for node in parts:
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
            skipped.update(map(id, node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if SEVERAL_WORDS.search(text) or (labels and LABEL.fullmatch(text)):
            yield node.lineno, text


def _read_by_nobody(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, what is logged, names of tasks, IDs of buttons, names of types, and RE2's own words."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif isinstance(node, ast.keyword) and node.arg in IDENTIFYING:
        yield from ast.walk(node)
    elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in IDENTIFYING:
        yield from ast.walk(node.value)
    elif (
        isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "_FAULTS"
        and isinstance(node.value, ast.Dict)
    ):
        yield from filter(None, node.value.keys)
    elif isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if called.startswith("log.") or called in ("TypeVar", "cast"):
            yield from ast.walk(node)
        if called == "super().__init__":  # a button's second argument is its ID
            yield from (part for argument in node.args[1:2] for part in ast.walk(argument))


def _sources() -> list[str]:
    found = (
        path.relative_to(ROOT).as_posix() for room in ("bot", "cogs") for path in (ROOT / room).rglob("*.py")
    )
    return sorted(name for name in found if not name.startswith((WORDED, *READ_BY_OTHERS)))


@pytest.mark.parametrize("name", _sources())
def test_no_sentence_for_people_stands_elsewhere(name: str) -> None:
    """What people read stands in `cogs/wording`, so that it can be read at one go, and put in other words."""
    found = written_for_people((ROOT / name).read_text(), labels=name.startswith("cogs/"))
    assert [f"{name}:{line}: {text}" for line, text in found if text not in NOT_FOR_PEOPLE] == []


def test_what_is_left_out_is_there() -> None:
    """No exception outlives its reason."""
    texts = {
        text for name in _sources() for _, text in written_for_people((ROOT / name).read_text(), labels=True)
    }
    assert set(NOT_FOR_PEOPLE) <= texts
    assert all((ROOT / name).exists() for name in READ_BY_OTHERS)


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('tell(interaction, "The vote is open.")', ["The vote is open."]),
        ('f"{count} words are blocked"', ["… words are blocked"]),
        ('Button(label="Watch", url=url)', ["Watch"]),
        ('super().__init__("Withdraw", f"odyssey:withdraw:{broadcast_id}")', ["Withdraw"]),
        ('raise ValueError("it is a web page")', ["it is a web page"]),
        ('log.info("the panel of %s is gone", name)', []),
        ('create_task(look(), name="look for panels")', []),
        ('def f():\n    """What it does."""', []),
        ('Literal["queue", "vote"]', []),
    ],
)
def test_sentences_are_told_from_other_texts(source: str, texts: list[str]) -> None:
    """Words with blanks between, and labels; not what is logged or only identifies."""
    assert [text for _, text in written_for_people(source, labels=True)] == texts
