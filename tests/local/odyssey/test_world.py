"""What prompts do to the world: each word of the vocabulary, and every other word."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageFont

from bot.local.odyssey.world import vocabulary
from bot.local.odyssey.world.caption import FONT, caption
from bot.local.odyssey.world.description import describe
from bot.local.odyssey.world.imagination import imagine
from bot.local.odyssey.world.scene import Actor, Scene
from bot.local.odyssey.world.stage import Stage
from bot.local.odyssey.world.words import meaning_of

TABLES = {
    "place": vocabulary.PLACES,
    "time": vocabulary.TIMES,
    "weather": vocabulary.WEATHER,
    "season": vocabulary.SEASONS,
    "mood": vocabulary.MOODS,
    "effect": vocabulary.EFFECTS,
    "action": vocabulary.ACTIONS,
    "camera": vocabulary.CAMERAS,
    "actor": vocabulary.ACTORS,
    "colour": vocabulary.COLOURS,
}
# Two scenes that have nothing in common, so that each word changes at least one of them.
PLAIN = imagine("a dog")
WILD = imagine("a running fox in the forest on a spooky winter night in fog, orbit, fireworks")


def picture(scene: Scene, time_s: float = 1.0, width: int = 320, height: int = 176) -> NDArray[np.uint8]:
    """All samples of a scene at a moment, without its caption."""
    stage = Stage(width, height)
    stage.show(stage.build(replace(scene, caption="")))
    stage.draw(0)
    for step in range(1, 5):
        canvas = stage.draw(time_s * step / 4)
    return np.concatenate([np.asarray(plane).ravel() for plane in canvas.planes])


def change(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    """The share of samples that differ plainly."""
    return float((np.abs(before.astype(int) - after.astype(int)) > 5).mean())


@pytest.fixture(scope="module")
def unchanged() -> list[tuple[Scene, NDArray[np.uint8]]]:
    """Both scenes and their pictures."""
    return [(scene, picture(scene)) for scene in (PLAIN, WILD)]


def test_the_vocabulary_has_at_least_80_words() -> None:
    """There are far more words than the 80 asked for, and each of them means what its table says."""
    entries = [
        (word, aspect, value)
        for aspect, table in TABLES.items()
        for value, words in table.items()
        for word in words.split()
    ]
    assert len({word for word, _, _ in entries}) > 300
    known = {word: meaning_of(word) for word, _, _ in entries}
    assert all(meaning is not None for meaning in known.values())
    for table in TABLES.values():
        for value, words in table.items():
            found = [meaning for word in words.split() if (meaning := known[word]) is not None]
            assert any(meaning.value == value for meaning in found), value


@pytest.mark.parametrize(
    ("aspect", "word"),
    [(aspect, words.split()[0]) for aspect, table in TABLES.items() for words in table.values()],
)
def test_each_meaning_is_seen(
    aspect: str, word: str, unchanged: list[tuple[Scene, NDArray[np.uint8]]]
) -> None:
    """Each meaning of the vocabulary plainly changes the picture of at least one of two scenes."""
    assert any(change(before, picture(imagine(word, scene))) > 0.004 for scene, before in unchanged), (
        aspect,
        word,
    )


@pytest.mark.parametrize(
    "prompt", ["xyzzy", "wibble wobble", "éclair à la crème", "日本語", "🐙🐙", "qwertz 17", "%s {} \\"]
)
def test_other_words_change_palette_and_motion(
    prompt: str, unchanged: list[tuple[Scene, NDArray[np.uint8]]]
) -> None:
    """Words that nobody taught it change the whole picture, the same way each time."""
    scene, before = unchanged[0]
    after = picture(imagine(prompt, scene))
    assert change(before, after) > 0.1
    assert np.array_equal(after, picture(imagine(prompt, scene)))


def test_different_unknown_words_differ(unchanged: list[tuple[Scene, NDArray[np.uint8]]]) -> None:
    """Two unknown words do not look alike."""
    scene, _ = unchanged[0]
    assert change(picture(imagine("flurb", scene)), picture(imagine("snorg", scene))) > 0.1


def test_a_scene_stays_until_it_is_changed() -> None:
    """Each prompt changes what it speaks of and leaves the rest."""
    scene = imagine("Two black horses at sunset by the sea")
    scene = imagine("rain begins to fall", scene)
    scene = imagine("a dragon appears", scene)
    assert (scene.place, scene.time, scene.weather) == ("sea", "sunset", "rain")
    assert [(actor.kind, actor.count, actor.colour) for actor in scene.actors] == [
        ("horse", 2, "black"),
        ("dragon", 1, None),
    ]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("three white cats", (Actor("cat", 3, "white"),)),
        (
            "a giant red dragon and a tiny mouse",
            (Actor("dragon", 1, "red", size=1.45), Actor("mouse", size=0.62)),
        ),
        ("the cat is running", (Actor("cat", action="run"),)),
        (
            "a sleeping bear and a dancing robot",
            (Actor("bear", action="sleep"), Actor("robot", action="dance")),
        ),
        ("birds", (Actor("bird", 3),)),
        ("a flock of seagulls", (Actor("seagull", 5),)),
        ("wolves howling", (Actor("wolf", 3, action="sing"),)),
        ("a cat turns blue", (Actor("cat", colour="blue"),)),
        ("99999999999999 dogs", (Actor("dog", 7),)),
        (
            "a cat, a dog, a fox, a bear, a lion",
            tuple(Actor(kind) for kind in ("dog", "fox", "bear", "lion")),
        ),
    ],
)
def test_subjects_are_read_with_what_belongs_to_them(prompt: str, expected: tuple[Actor, ...]) -> None:
    """Numbers, colours, sizes and actions go to their own subject; there are limits to what fits."""
    assert imagine(prompt).actors == expected


@pytest.mark.parametrize(
    ("prompt", "kinds"),
    [
        ("no dog", ["cat"]),
        ("remove the dog", ["cat"]),
        ("the dog disappears", ["cat"]),
        ("the dog leaves", ["cat"]),
        ("a dog among autumn leaves", ["cat", "dog"]),
        ("the dog turns into a dragon", ["dragon"]),
        ("the cat becomes a lion", ["lion"]),
        ("a calm, empty meadow", []),
        ("nobody but an owl", ["owl"]),
    ],
)
def test_subjects_go_and_turn_into_others(prompt: str, kinds: list[str]) -> None:
    """What is taken away goes, and what turns into something else is replaced."""
    scene = imagine("a cat and a dog")
    assert [actor.kind for actor in imagine(prompt, scene).actors] == kinds


def test_a_fire_can_be_put_out() -> None:
    """What was lit burns until somebody puts it out."""
    burning = imagine("a camp fire in the forest")
    assert "flames" in burning.effects
    assert "flames" not in imagine("they put out the fire", burning).effects


@pytest.mark.parametrize("text", ["Drache über Köln: ÄÖß é ñ", "Рыжая лиса", "Μια γάτα", "5 €"])
def test_captions_have_the_letters_of_many_tongues(text: str) -> None:
    """Each letter is drawn as itself: no two of them, as boxes would, look the same."""
    letters = sorted({letter for letter in text if letter.isalpha()})
    font = ImageFont.truetype(FONT, 40)
    drawn = {bytes(font.getmask(letter)) for letter in letters}
    assert len(drawn) == len(letters)
    assert caption(text, 640, 352)


def test_the_weather_can_stop() -> None:
    """Both ways of saying so."""
    rainy = imagine("a rainy meadow")
    assert imagine("the rain stops", rainy).weather == "clear"
    assert imagine("stop the rain", rainy).weather == "clear"


def test_a_description_is_fuller_than_the_prompt() -> None:
    """The applied prompt has the prompt and names what else is to be seen."""
    scene = imagine("snow begins", imagine("A red fox in the forest at dawn"))
    text = describe(scene)
    for word in ("snow begins", "red fox", "forest", "dawn"):
        assert word in text


@pytest.mark.parametrize(
    "prompt", ["", " ", "\x00\x01", "a" * 8000, "🎈" * 500, "no", "two", "1" * 5000, "\ud800", "stops stops"]
)
@pytest.mark.parametrize("size", [(320, 176), (176, 320)])
def test_any_text_can_be_drawn(prompt: str, size: tuple[int, int]) -> None:
    """Whatever is typed is drawn, in both orientations."""
    scene = imagine(prompt, imagine(prompt))
    stage = Stage(*size)
    stage.show(stage.build(scene))
    assert stage.draw(0.5).y.size == size
    assert describe(scene)


def test_a_change_is_plain_in_its_first_frame() -> None:
    """Fading from one scene to the next begins with a step that is seen."""
    stage = Stage(320, 176)
    stage.show(stage.build(PLAIN))
    before = np.asarray(stage.draw(1.0).y).astype(int)
    stage.show(stage.build(imagine("night", PLAIN)))
    after = np.asarray(stage.draw(1.05).y).astype(int)
    assert np.abs(before - after).mean() > 5
