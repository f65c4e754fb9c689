"""What a prompt says of what: colours, materials, numbers and sizes go to what they belong to."""

import pytest

from bot.local.odyssey.world.imagination import imagine
from bot.local.odyssey.world.scene import Scene

TINT = "the picture"


def looks(scene: Scene) -> dict[str, str]:
    """Everything in a scene that was said to look some way, and how."""
    found = {
        actor.kind: (actor.colour, actor.second, "glow" if actor.lit else actor.material)
        for actor in scene.actors
        if actor.colour or actor.material or actor.lit
    }
    found |= {paint.part: (paint.colour, paint.second, paint.material) for paint in scene.paints.all}
    said = {name: " ".join(word for word in words if word) for name, words in found.items()}
    return said | ({TINT: "tinted"} if scene.tint else {})


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        # Before what they belong to.
        ("a red train", {"train": "red"}),
        ("A night train crossing a snowy plain under green northern lights", {"aurora": "green"}),
        ("green northern lights over a red train", {"aurora": "green", "train": "red"}),
        ("a blue house under a pink sky", {"walls": "blue", "sky": "pink"}),
        ("a black cat under a purple moon", {"cat": "black", "moon": "purple"}),
        ("a small, red robot", {"robot": "red"}),
        ("a black and white cat", {"cat": "black white"}),
        ("red, magical dragon", {"dragon": "red"}),
        ("a red running fox", {"fox": "red"}),
        ("a flock of white cranes", {"crane": "white"}),
        ("an old red steam train", {"train": "red"}),
        ("a green night train", {"train": "green"}),
        ("a pink evening sky", {"sky": "pink"}),
        ("golden wheat field", {"wheat": "gold"}),
        ("a dark blue sky over a white castle", {"sky": "blue", "castle": "white"}),
        ("a garden of glass flowers", {"flowers": "glass"}),
        ("blue glass flowers", {"flowers": "blue glass"}),
        ("a glass flower garden", {"flowers": "glass"}),
        ("paper lanterns and a paper dragon", {"lanterns": "paper", "dragon": "paper"}),
        ("neon city", {"walls": "neon"}),
        ("there are red foxes", {"fox": "red"}),
        ("the sky is red, green northern lights dance", {"sky": "red", "aurora": "green"}),
        # Said of what they belong to.
        ("the train is red", {"train": "red"}),
        ("the train is very red", {"train": "red"}),
        ("the sky turns slowly bright red", {"sky": "red"}),
        ("red snow", {"ground": "red"}),
        ("a red cat turns blue", {"cat": "blue"}),
        ("the sky above the train turns red", {"sky": "red"}),
        ("a bird in a forest that is red", {"leaves": "red"}),
        ("the forest turns blue", {"leaves": "blue"}),
        ("in the forest a house turns blue", {"walls": "blue"}),
        ("a whale turns to glass over the water", {"whale": "glass"}),
        ("a flock of cranes turns to glass", {"crane": "glass"}),
        ("an old steam train begins to glow in the falling snow", {"train": "glow"}),
        ("a castle made of ice", {"castle": "ice"}),
        ("a lion and a bear turn blue", {"lion": "blue", "bear": "blue"}),
        ("make the sky red and the cat blue", {"sky": "red", "cat": "blue"}),
        ("the cat is red and the dog is blue", {"cat": "red", "dog": "blue"}),
        ("the cat is red and black", {"cat": "red black"}),
        ("paint the castle gold", {"castle": "gold"}),
        ("the wings of the dragon turn gold", {"dragon": "gold"}),
        # Of nothing that is named, or of everything.
        ("blue", {TINT: "tinted"}),
        ("it turns red", {TINT: "tinted"}),
        ("everything turns blue", {TINT: "tinted"}),
        ("a cat in red light", {TINT: "tinted"}),
        # Of something that nobody can draw: better not at all than on the wrong thing.
        ("a cat with green eyes", {}),
        ("the cat is wearing green boots", {}),
        ("a man in a red coat walks his dog", {}),
    ],
)
def test_qualities_go_to_what_they_belong_to(prompt: str, expected: dict[str, str]) -> None:
    """A colour or material is what it stands before or is said of, and nothing else is."""
    assert looks(imagine(prompt)) == expected


@pytest.mark.parametrize(
    ("prompt", "kind", "count", "size"),
    [
        ("three trees and a cat", "cat", 1, 1.0),
        ("a lighthouse on a small island", "lighthouse", 1, 1.0),
        ("two of the tiny robots", "robot", 2, 0.62),
        ("a flock of cranes over the water", "crane", 5, 1.0),
        ("the robot is huge", "robot", 1, 1.45),
    ],
)
def test_numbers_and_sizes_do_too(prompt: str, kind: str, count: int, size: float) -> None:
    """They are not left over for the next subject that comes."""
    (actor,) = imagine(prompt).actors
    assert (actor.kind, actor.count, actor.size) == (kind, count, size)


def test_it_is_the_subject_that_is_there() -> None:
    """A pronoun speaks of the subject that came last."""
    scene = imagine("it turns to glass", imagine("a cat and a whale"))
    assert looks(scene) == {"whale": "glass"}
    assert imagine("make it bigger", scene).actors[-1].size > 1


def test_a_colour_stays_with_its_part_until_that_changes() -> None:
    """Another time has another sky; another place another ground."""
    scene = imagine("a blue forest under a pink sky")
    scene = imagine("a fox appears", scene)
    assert looks(scene) == {"leaves": "blue", "sky": "pink"}
    assert looks(imagine("night falls", scene)) == {"leaves": "blue"}
    assert looks(imagine("the desert", scene)) == {"sky": "pink"}
