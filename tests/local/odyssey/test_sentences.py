"""A prompt of several sentences is the sum of its parts, so a world can be told as it stands."""

from dataclasses import replace
from functools import reduce

import pytest

from bot.local.odyssey.world.description import describe
from bot.local.odyssey.world.imagination import imagine
from bot.local.odyssey.world.scene import Scene
from bot.local.odyssey.world.sentences import sentences

WALKS = [
    ["a lighthouse on a cliff", "fog rolls in", "the lantern turns red"],
    ["A harbour at night", "with lanterns", "snow"],
    ["A small, red robot in a garden, two cats", "it turns to glass", "xyzzy glorb", "the cats disappear"],
    ["A night train under green northern lights", "the sun rises", "it stops snowing", "the train turns red"],
    ["a dragon over a castle", "zoom in", "a storm", "nobody but an owl", "it becomes a lion"],
    ["qwertz", "a whale jumps", "under water", "🐙🐙", "no whale"],
]


def told(walk: list[str]) -> Scene:
    """The scene after these prompts, one after the other."""
    return reduce(lambda scene, prompt: imagine(prompt, scene), walk[1:], imagine(walk[0]))


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk[0])
@pytest.mark.parametrize("between", [". ", "! ", ".\n", "; now: ", ", then ", "; ", "... And then "])
def test_a_prompt_is_the_sum_of_its_sentences(walk: list[str], between: str) -> None:
    """In one prompt or one after the other, they make the same world, laid out the same."""
    assert replace(imagine(between.join(walk)), caption="") == replace(told(walk), caption="")


@pytest.mark.parametrize("walk", WALKS[:2], ids=lambda walk: walk[0])
def test_commas_will_do(walk: list[str]) -> None:
    """What is only listed adds up too, in the same layout."""
    assert replace(imagine(", ".join(walk)), caption="") == replace(told(walk), caption="")


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk[0])
@pytest.mark.parametrize("between", [" ", ", "])
def test_an_applied_prompt_is_the_world_that_it_describes(walk: list[str], between: str) -> None:
    """Also with what came after it, and described again it is no longer."""
    whole = imagine(". ".join(walk))
    assert imagine(describe(whole)) == whole
    half = told(walk[:2])
    applied = describe(imagine(". ".join(walk[:2])))
    assert replace(imagine(between.join([applied, *walk[2:3]])), caption="") == replace(
        imagine(walk[2], half), caption=""
    )


def test_the_applied_prompt_begins_with_what_was_said() -> None:
    """To the letter, punctuation included."""
    assert describe(imagine("A city: noir! Rain; a cat?")).startswith("A city: noir! Rain; a cat?")


def test_what_is_shown_below_is_the_latest_sentence() -> None:
    """A stream that goes on has the caption of the one before."""
    assert sentences(imagine("A harbour. Lanterns, red ones! ").caption)[-1] == "Lanterns, red ones"


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("", [""]),
        (" . ", [" . "]),
        ("A cat", ["A cat"]),
        ("A cat.", ["A cat"]),
        ("A t.rex, 3.5 m tall: big", ["A t.rex, 3.5 m tall", "big"]),
        ("A cat, now red", ["A cat, now red"]),
        ("One.  Two;\n\nthree...", ["One", "Two", "three"]),
        ("夜。雪！", ["夜", "雪"]),
    ],
)
def test_where_sentences_end(prompt: str, expected: list[str]) -> None:
    """At full stops and their like that end a word; there is always one."""
    assert sentences(prompt) == expected


@pytest.mark.parametrize(
    ("prompt", "action"),
    [
        ("fog rolls in", None),
        ("the sun rises", None),
        ("the sun rises and it jumps", "jump"),
        ("it runs", "run"),
    ],
)
def test_what_is_alive_does_not_do_what_the_weather_does(prompt: str, action: str | None) -> None:
    """What fog, sun or lanterns do, no subject does."""
    (cat,) = imagine(prompt, imagine("a cat")).actors
    assert cat.action == action


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("Cinematic shot. A whale", "sea"),
        ("A dark night. A whale", "sea"),
        ("A meadow. A whale", "meadow"),
        ("A cat. A whale", "meadow"),
    ],
)
def test_the_first_subject_is_at_home(prompt: str, place: str) -> None:
    """Where nobody said where, and nobody is yet."""
    assert imagine(prompt).place == place
