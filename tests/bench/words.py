"""Lists of blocked words: what taking one in costs, and holding a suggestion against it.

The baseline, in the same run: a list of 500.
"""

import random
import time
import tracemalloc
from collections.abc import Callable, Sequence

from bot.moderation import words
from bot.moderation.text_filter import TextFilter
from tests.support.rules import text_rules

LISTS = (500, 5_000, 20_000)
SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "sto", "tri", "ven", "zu", "cha", "per", "dal", "gri", "ho")
TEXTS = 300


def main() -> None:
    """`python -m tests.bench words`. Longer lists than a server may have are measured too."""
    vars(words)["WORDS_LIMIT"] = max(LISTS)
    chance = random.Random(1)
    innocent = [
        f"The quick brown fox jumps over {number} lazy dogs by the lighthouse" for number in range(TEXTS)
    ]
    hostile = ["".join(chance.choices("b4@e3l1!os5$ ", k=500)) for _ in range(TEXTS)]
    print(
        f"{'words':>8}{'taken in, ms':>14}{'MB':>6}"
        f"{'a text, ms':>12}{'ratio':>8}{'hostile, ms':>13}{'ratio':>8}"
    )
    baseline: tuple[float, float] | None = None
    for count in LISTS:
        listed = _words(count, random.Random(1))
        taken_in_ms, grown_mb, made = _taking_in(listed)
        text_ms, hostile_ms = _each_ms(made.check, innocent), _each_ms(made.check, hostile)
        baseline = baseline or (text_ms, hostile_ms)
        print(
            f"{count:>8}{taken_in_ms:>14.0f}{grown_mb:>6.1f}{text_ms:>12.2f}{text_ms / baseline[0]:>8.2f}"
            f"{hostile_ms:>13.2f}{hostile_ms / baseline[1]:>8.2f}"
        )


def _words(count: int, chance: random.Random) -> tuple[str, ...]:
    found: dict[str, None] = {}
    while len(found) < count:
        stem = "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))
        found[stem + chance.choice(("", "s", "er", "ing", " off"))] = None
    return tuple(found)


def _taking_in(listed: tuple[str, ...]) -> tuple[float, float, TextFilter]:
    began = time.perf_counter()
    made = TextFilter(text_rules(blocked_words=listed))
    taken_in_ms = (time.perf_counter() - began) * 1000
    tracemalloc.start()
    again = TextFilter(text_rules(blocked_words=listed))
    grown_mb = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    del again
    return taken_in_ms, grown_mb, made


def _each_ms(check: Callable[[str], object], texts: Sequence[str]) -> float:
    began = time.perf_counter()
    for text in texts:
        check(text)
    return (time.perf_counter() - began) * 1000 / len(texts)
