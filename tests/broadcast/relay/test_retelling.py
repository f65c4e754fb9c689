"""What the next stream is told: the world as it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.broadcast.intake.prompts import PROMPT_LIMIT
from bot.broadcast.relay.retelling import MOST_CHANGES, as_it_stands


@pytest.mark.parametrize(
    ("opening", "changes", "told"),
    [
        ("A harbour", [], "A harbour"),
        ("a harbour", ["lanterns light up"], "A harbour. Lanterns light up."),
        ("A harbour at dusk.", ["snow falls!", "a whale"], "A harbour at dusk. Snow falls! A whale."),
        ("A harbour", ["make it night", "a whale", "make it day"], "A harbour. A whale. Make it day."),
        ("A harbour", ["rain", "fog"], "A harbour. Fog."),
        ("A harbour", ["winter", "Summer!"], "A harbour. Summer!"),
        ("A wood", ["a red dragon", "a dog", "the dragon leaves"], "A wood. A dog. The dragon leaves."),
        ("A harbour", ["a dog barks", "remove the dog"], "A harbour. Remove the dog."),
        ("A harbour", ["a dog", "a cat", "A dog."], "A harbour. A cat. A dog."),
        ("A harbour", ["a dog", "A harbour at night, with snow"], "A harbour at night, with snow"),
        ("港の夕暮れ", ["雪が降る。", "鯨"], "港の夕暮れ. 雪が降る。 鯨."),
    ],
)  # fmt: skip
def test_the_world_is_told_as_it_stands(opening: str, changes: list[str], told: str) -> None:
    """What a later change makes untrue is not told, what stands is, the newest last."""
    assert as_it_stands(opening, changes) == told


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("two dogs", "three cats"),
        ("a storm rages over the harbour while the night train passes", "fog"),
        ("the dragon does not leave", "a dog"),
        ("a dog", "no dragon"),
    ],
)
def test_what_still_holds_is_kept(first: str, second: str) -> None:
    """Another subject, and a long wish that merely names an aspect, take nothing away."""
    told = as_it_stands("A harbour", [first, second]).casefold()
    assert first in told
    assert second in told


def test_old_changes_are_left_to_the_picture() -> None:
    """Of many that all hold, the newest are told."""
    changes = [f"{number} owls" for number in range(100)]
    told = as_it_stands("A wood", changes)
    assert told.count("owls") == MOST_CHANGES
    assert told.endswith("99 owls.")


@given(st.text(min_size=1, max_size=PROMPT_LIMIT), st.lists(st.text(min_size=1, max_size=400), max_size=12))
def test_it_is_never_longer_than_a_prompt(opening: str, changes: list[str]) -> None:
    """Whatever was applied, in whatever words."""
    assert len(as_it_stands(opening, changes)) <= PROMPT_LIMIT
