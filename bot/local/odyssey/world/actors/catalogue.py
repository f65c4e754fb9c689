"""Every kind of subject by name."""

from bot.local.odyssey.world.actors import (
    creatures,
    landmarks,
    people,
    quadruped,
    rail,
    swimmers,
    vehicles,
    winged,
)
from bot.local.odyssey.world.actors.kind import Kind, Look
from bot.local.odyssey.world.pen import Pen


def _animal(name: str, size: float) -> Kind:
    build = quadruped.BUILDS[name]

    def draw(pen: Pen, look: Look) -> None:
        quadruped.draw(pen, build, look)

    return Kind(draw, 2.2, 1.6, size, "ground", 0.45, 0.8)


def _person(name: str, size: float) -> Kind:
    figure = people.FIGURES[name]

    def draw(pen: Pen, look: Look) -> None:
        people.draw(pen, figure, look)

    return Kind(draw, 1.1, 2.0, size, "ground", 0.6, 1.0)


def _bird(coat: tuple[int, int, int], size: float) -> Kind:
    def draw(pen: Pen, look: Look) -> None:
        winged.bird(pen, look, coat)

    return Kind(draw, 1.6, 1.4, size, "air", 0.7, 0.5)


KINDS: dict[str, Kind] = {
    "cat": _animal("cat", 0.36),
    "dog": _animal("dog", 0.38),
    "fox": _animal("fox", 0.36),
    "wolf": _animal("wolf", 0.4),
    "horse": _animal("horse", 0.54),
    "unicorn": _animal("unicorn", 0.54),
    "cow": _animal("cow", 0.46),
    "sheep": _animal("sheep", 0.36),
    "pig": _animal("pig", 0.34),
    "bear": _animal("bear", 0.48),
    "panda": _animal("panda", 0.44),
    "rabbit": _animal("rabbit", 0.32),
    "deer": _animal("deer", 0.52),
    "lion": _animal("lion", 0.44),
    "tiger": _animal("tiger", 0.44),
    "elephant": _animal("elephant", 0.62),
    "mouse": _animal("mouse", 0.24),
    "person": _person("person", 0.42),
    "woman": _person("woman", 0.42),
    "child": _person("child", 0.32),
    "knight": _person("knight", 0.44),
    "wizard": _person("wizard", 0.46),
    "king": _person("king", 0.44),
    "astronaut": _person("astronaut", 0.44),
    "robot": _person("robot", 0.42),
    "pirate": _person("pirate", 0.44),
    "bird": _bird((66, 120, 196), 0.16),
    "crow": _bird((58, 54, 66), 0.16),
    "seagull": _bird((236, 238, 242), 0.15),
    "crane": Kind(winged.crane, 2.6, 1.7, 0.24, "air", 0.5, 1.0),
    "penguin": Kind(creatures.penguin, 1.2, 1.6, 0.34, "ground", 0.5, 0.7),
    "duck": Kind(creatures.duck, 1.5, 1.3, 0.24, "ground", 0.5, 0.6),
    "frog": Kind(creatures.frog, 1.6, 1.1, 0.2, "ground", 0.4, 0.8),
    "dinosaur": Kind(creatures.dinosaur, 2.4, 2.0, 0.66, "ground", 0.35, 1.1),
    "ghost": Kind(creatures.ghost, 1.2, 1.5, 0.36, "air", 0.3, 1.6, glows=True),
    "snowman": Kind(creatures.snowman, 1.2, 1.8, 0.46, "ground", 0.1, 2.4),
    "owl": Kind(winged.owl, 1.6, 1.4, 0.24, "air", 0.4, 0.8),
    "butterfly": Kind(winged.butterfly, 1.2, 1.2, 0.12, "air", 0.5, 0.5),
    "bee": Kind(winged.bee, 1.2, 1.0, 0.09, "air", 0.8, 0.3),
    "bat": Kind(winged.bat, 1.6, 1.0, 0.13, "air", 0.7, 0.4),
    "dragon": Kind(winged.dragon, 3.0, 2.0, 0.5, "air", 0.3, 1.2),
    "fish": Kind(swimmers.fish, 1.6, 1.0, 0.16, "water", 0.5, 0.6),
    "whale": Kind(swimmers.whale, 2.6, 1.6, 0.42, "water", 0.2, 1.6),
    "jellyfish": Kind(swimmers.jellyfish, 1.0, 1.4, 0.24, "water", 0.15, 1.4),
    "turtle": Kind(swimmers.turtle, 1.8, 1.0, 0.22, "ground", 0.15, 1.4),
    "car": Kind(vehicles.car, 2.2, 1.1, 0.26, "road", 0.8, 0.4, lamps=vehicles.car_lamps),
    "bus": Kind(vehicles.bus, 2.8, 1.4, 0.34, "road", 0.6, 0.5, lamps=vehicles.bus_lamps),
    "train": Kind(rail.train, rail.WIDTH, rail.HEIGHT, 0.36, "road", 0.35, 0.5, lamps=rail.lamps),
    "bicycle": Kind(vehicles.bicycle, 1.8, 1.1, 0.26, "road", 0.6, 0.7),
    "boat": Kind(vehicles.boat, 2.0, 2.2, 0.46, "water", 0.15, 2.4),
    "plane": Kind(vehicles.plane, 2.4, 1.2, 0.26, "air", 0.7, 1.0),
    "helicopter": Kind(vehicles.helicopter, 2.2, 1.3, 0.26, "air", 0.4, 0.4),
    "rocket": Kind(vehicles.rocket, 1.0, 2.2, 0.46, "air", 0.25, 0.4),
    "balloon": Kind(vehicles.balloon, 1.6, 2.2, 0.44, "air", 0.12, 3.0),
    "ufo": Kind(vehicles.ufo, 2.0, 1.2, 0.26, "air", 0.4, 0.8, glows=True),
    "lighthouse": Kind(landmarks.lighthouse, 3.2, 2.6, 0.72, "ground", 0.0, 4.0),
    "castle": Kind(landmarks.castle, 2.8, 2.2, 0.7, "ground", 0.0, 2.0),
    "windmill": Kind(landmarks.windmill, 2.0, 2.4, 0.66, "ground", 0.0, 2.4),
}
