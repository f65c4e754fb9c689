"""Colours: names, mixing, shifting. All are RGB triples of 0 to 255."""

import colorsys

RGB = tuple[int, int, int]

WHITE: RGB = (255, 255, 255)
INK: RGB = (44, 36, 48)

NAMED: dict[str, RGB] = {
    "red": (212, 58, 52),
    "orange": (238, 138, 48),
    "yellow": (246, 206, 70),
    "green": (88, 168, 80),
    "blue": (62, 118, 206),
    "purple": (134, 84, 178),
    "pink": (240, 142, 178),
    "black": (54, 50, 60),
    "white": (244, 242, 238),
    "grey": (142, 146, 154),
    "brown": (142, 96, 60),
    "gold": (232, 184, 64),
    "silver": (196, 204, 214),
    "turquoise": (64, 184, 180),
}


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """`share` of the second colour and the rest of the first."""
    return _clip(tuple(a + (b - a) * share for a, b in zip(first, second, strict=True)))


def lit(colour: RGB, light: tuple[float, float, float]) -> RGB:
    """The colour under a light, whose channels are factors."""
    return _clip(tuple(channel * factor for channel, factor in zip(colour, light, strict=True)))


def shade(colour: RGB, factor: float) -> RGB:
    """Darker (below 1) or lighter (above 1)."""
    return lit(colour, (factor, factor, factor)) if factor <= 1 else mix(colour, WHITE, factor - 1)


def luminous(colour: RGB) -> RGB:
    """The colour as light has it: as bright as it can be."""
    return turn(colour, 0.0, 1.15, 255 / max(1, *colour))


def turn(colour: RGB, hue: float = 0.0, saturation: float = 1.0, value: float = 1.0) -> RGB:
    """The colour with its hue moved by a share of the circle, its saturation and value multiplied."""
    h, s, v = colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))
    turned = colorsys.hsv_to_rgb((h + hue) % 1, min(1, s * saturation), min(1, v * value))
    return _clip(tuple(channel * 255 for channel in turned))


def _clip(channels: tuple[float, ...]) -> RGB:
    red, green, blue = (min(255, max(0, round(channel))) for channel in channels)
    return red, green, blue
