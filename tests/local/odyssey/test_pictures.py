"""What is drawn: that what a prompt names is to be seen, where it belongs and in its colours."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import bot.local.demo
from bot.local.demo import crowd
from bot.local.odyssey.world.aurora import Aurora
from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.description import describe
from bot.local.odyssey.world.imagination import imagine
from bot.local.odyssey.world.materials import in_material
from bot.local.odyssey.world.scene import Scene
from bot.local.odyssey.world.stage import Stage

WIDTH, HEIGHT = 640, 352
SKY, GROUND = slice(0, int(HEIGHT * 0.5)), slice(int(HEIGHT * 0.82), HEIGHT)
TRIES = re.findall(
    r'^  \["\w+", "(.+)"\],$',
    (Path(bot.local.demo.__file__).parent / "page/ideas.js").read_text(),
    re.MULTILINE,
)
# What each of the demo's prompts must show, as the description says it.
SHOWN = {
    TRIES[0]: ("harbour", "dusk", "lanterns"),
    TRIES[1]: ("train", "night", "snow", "green aurora"),
    TRIES[2]: ("meadow", "glass flowers", "notes", "wind", "sunset"),
    TRIES[3]: ("lighthouse", "sea", "lightning", "summer"),
}
WHO = {
    "a whale": "whale",
    "a paper dragon": "paper dragon",
    "an old steam train": "train",
    "a flock of cranes": "cranes",
    "a red balloon": "red balloon",
    "a tiny robot": "small robot",
}
DOES = {
    "rises slowly": "rising",
    "glides past": "passing by",
    "begins to glow": "glowing",
    "lands softly": "landing",
    "dances in circles": "circles",
    "turns to glass": "glass",
}
WHERE = {
    "over the water": "sea",
    "between the clouds": "clouds",
    "in the falling snow": "snowflakes",
    "under the stars": "night",
    "in the fog": "fog",
    "": "",
}


def colours(scene: Scene, time_s: float = 1.0) -> NDArray[np.int16]:
    """A scene's picture without its caption: rows by columns by RGB."""
    stage = Stage(WIDTH, HEIGHT)
    stage.show(stage.build(replace(scene, caption="")))
    stage.draw(0)
    canvas = stage.draw(time_s)
    full = (canvas.y, canvas.u.resize(canvas.y.size), canvas.v.resize(canvas.y.size))
    return np.asarray(Image.merge("YCbCr", full).convert("RGB"), np.int16)


def share(picture: NDArray[np.int16], colour: str) -> float:
    """How much of a picture is plainly of a colour."""
    red, green, blue = (picture[..., channel] for channel in range(3))
    plain = {
        "red": (red > green + 45) & (red > blue + 45),
        "green": (green > red + 45) & (green > blue + 20),
        "blue": (blue > red + 45) & (blue > green + 10),
        "pink": (red > green + 25) & (blue > green + 5),
        "purple": (red > green + 12) & (blue > green + 20),
    }
    return float(plain[colour].mean())


@pytest.mark.parametrize("prompt", TRIES)
def test_the_demo_shows_what_its_prompts_name(prompt: str) -> None:
    """Each prompt of the page is understood, and its picture is another one than that of nothing."""
    text = describe(imagine(prompt)).partition(". ")[2]
    assert [word for word in SHOWN[prompt] if word not in text] == []
    assert np.abs(colours(imagine(prompt)) - colours(imagine("a"))).mean() > 8


@pytest.mark.parametrize("who", crowd._WHO)
@pytest.mark.parametrize("does", crowd._DOES)
def test_the_crowd_is_understood(who: str, does: str) -> None:
    """Whoever the simulated viewers call does what they ask for, where they want it."""
    for where in crowd._WHERE:
        text = describe(imagine(f"{who} {does} {where}".strip())).partition(". ")[2]
        named = [*WHO[who].split(), DOES[does], WHERE[where]]
        if does == "turns to glass":  # then it is of paper no more
            named = [word for word in named if word != "paper"]
        assert [word for word in named if word not in text] == [], text


@pytest.mark.parametrize("does", crowd._DOES)
def test_what_the_crowd_asks_for_is_seen(does: str) -> None:
    """Each deed looks unlike doing nothing, and happens in the picture."""
    before = imagine("a whale by the sea")
    scenes = [imagine(f"a whale {does}", before), before]
    first, second = (colours(scene, 3.0) for scene in scenes)
    assert (np.abs(first - second) > 12).mean() > 0.01


def test_green_northern_lights_leave_the_train_alone() -> None:
    """The colour is in the sky; the train is as it would be without it, and red if that was said."""
    lights = colours(imagine("a train under green northern lights"))
    assert share(lights[SKY], "green") > 0.1
    assert share(lights[GROUND], "green") == 0
    both = colours(imagine("green northern lights over a red train"))
    assert share(both[SKY], "green") > 0.1
    assert share(both, "red") > 0.02 > share(lights, "red")


def test_northern_lights_have_no_hard_edge() -> None:
    """From one row or column to the next their brightness hardly changes, at any moment."""
    aurora = Aurora(1280, 704, (), seed=3)
    for time_s in (0.0, 4.0, 9.0):
        canvas = Canvas.from_rgb(Image.new("RGB", (1280, 704), (20, 24, 60)))
        aurora.draw(canvas, time_s)
        luma = np.asarray(canvas.y, int)
        assert np.ptp(luma) > 60
        assert max(np.abs(np.diff(luma, axis=axis)).max() for axis in (0, 1)) <= 6


def test_northern_lights_move() -> None:
    """A few seconds later they stand elsewhere."""
    scene = imagine("northern lights over the sea")
    assert (np.abs(colours(scene, 1.0)[SKY] - colours(scene, 6.0)[SKY]) > 10).mean() > 0.1


@pytest.mark.parametrize(
    ("prompt", "where", "colour"),
    [
        ("a meadow under a pink sky", SKY, "pink"),
        ("the forest turns blue, grey clouds", slice(int(HEIGHT * 0.55), int(HEIGHT * 0.75)), "blue"),
        ("red planet", GROUND, "red"),
        ("red desert", GROUND, "red"),
        ("a purple sea", GROUND, "purple"),
    ],
)
def test_places_take_colours(prompt: str, where: slice, colour: str) -> None:
    """A colour of sky, forest, ground or water is seen there."""
    assert share(colours(imagine(prompt))[where], colour) > 0.25


def test_a_moon_has_its_colour_and_the_cat_its_own() -> None:
    """Two colours in a prompt go to two places in the picture."""
    scene = imagine("a black cat under a moon")
    plain = colours(scene)
    picture = colours(replace(imagine("a black cat under a purple moon"), seed=scene.seed))
    assert share(picture[SKY], "purple") > share(plain[SKY], "purple") + 0.002
    assert np.array_equal(picture[GROUND], plain[GROUND])


def test_a_neon_city_shines_at_night() -> None:
    """It is darker than the city by day, and has far more of strong colours, on the street too."""
    day, neon = colours(imagine("city")), colours(imagine("neon city"))
    street = slice(int(HEIGHT * 0.82), HEIGHT)

    def strong(picture: NDArray[np.int16]) -> float:
        return float((np.ptp(picture, axis=2) > 70).mean())

    assert neon.mean() < day.mean() * 0.6
    assert strong(neon) > 0.02
    assert strong(neon[street]) > 0.01 > strong(day[street])


def test_a_train_has_rails() -> None:
    """There is track under it from edge to edge, and none when it flies."""
    track = slice(int(HEIGHT * 0.86), int(HEIGHT * 0.91))

    def roughness(prompt: str) -> float:
        rows = colours(imagine(prompt))[track, :60]
        return float(np.abs(np.diff(rows.sum(axis=2), axis=1)).mean())

    assert roughness("a train in the desert") > 3 * roughness("a train rises over the desert")


def test_lanterns_are_mirrored_in_the_water() -> None:
    """Their light is in the air and on the water, and there is none without them."""
    with_them, without = (
        colours(imagine("a harbour at night, lanterns")),
        colours(imagine("a harbour at night")),
    )
    for rows in (SKY, slice(int(HEIGHT * 0.66), int(HEIGHT * 0.85))):
        assert share(with_them[rows], "red") > share(without[rows], "red") + 0.01


def test_glass_can_be_seen_through() -> None:
    """What is behind shows, and still its outline and its gleam are there."""
    solid = Image.new("RGBA", (120, 120), (90, 140, 60, 255))
    glass = np.asarray(in_material(solid, "glass"), int)
    assert 90 < glass[..., 3].mean() < 190
    assert glass[..., :3].sum(axis=2).max() > 720


@pytest.mark.parametrize("material", ["glass", "ice", "paper", "stone", "wood", "metal", "glow", "neon"])
def test_each_material_looks_different(material: str) -> None:
    """No two of them, nor the thing as it was, look alike."""
    plain, made = colours(imagine("a bear")), colours(imagine(f"a bear of {material}"))
    other = colours(imagine("a bear of glass" if material != "glass" else "a bear of paper"))
    for picture in (plain, other):
        assert (np.abs(made - picture) > 20).mean() > 0.01


def test_who_stands_has_a_shadow() -> None:
    """The ground is darker below the feet of a subject than without it, and not below one that flies."""
    scene = imagine("a meadow")
    empty = colours(scene, 0.0).sum(axis=2)
    feet = slice(int(HEIGHT * 0.89), int(HEIGHT * 0.92))
    darker = {}
    for action in ("sits", "flies"):
        bear = replace(imagine(f"a bear {action}", scene), seed=scene.seed)
        darker[action] = int((empty - colours(bear, 0.0).sum(axis=2))[feet].max())
    assert darker["sits"] > 100 > darker["flies"]


@pytest.mark.parametrize("prompt", TRIES)
def test_the_same_prompt_gives_the_same_picture(prompt: str) -> None:
    """Chance is seeded."""
    assert np.array_equal(colours(imagine(prompt)), colours(imagine(prompt)))


@pytest.mark.parametrize(
    ("prompt", "sand"),
    [
        ("a cat by the sea", True),
        ("a boat and a bear at the sea", True),
        ("a boat on the sea", False),
        ("a whale in the sea", False),
        ("a duck on a lake", False),
        ("a seagull over the sea", False),
        ("a bear swims in the sea", False),
        ("a lighthouse on a small island", False),
    ],
)
def test_nobody_stands_on_water(prompt: str, sand: bool) -> None:
    """There is a beach for who needs ground, and open water down to the edge for all others."""
    red, _, blue = colours(imagine(prompt))[-4:, :40].reshape(-1, 3).mean(axis=0)
    assert (red > blue) == sand
