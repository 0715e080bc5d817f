"""A tenant's own colour 主色 on public pages: readable on white and on dark, by the contrast that WCAG 2.2 asks of text.

Values in, values out. A colour is written `#0b57a8`; a contrast is a quotient from 1 to 21.
"""

from dataclasses import dataclass

WHITE, GROUND = "#ffffff", "#f3f5f8"
"""What text stands on in light pages: cards and buttons, and the ground between them."""
DARK_SURFACE, DARK_INK = "#212d3a", "#0c1a2a"
"""The lightest of what text stands on in dark pages, and what is written on a button of the colour there."""
LEAST = 4.5
"""Contrast of text that is not large (WCAG 2.2, 1.4.3)."""
STEPS = 50


@dataclass(frozen=True, slots=True)
class Shades:
    """What a page derives from one colour: of itself, darker under the pointer, faint behind text; and the same for dark."""

    colour: str
    hover: str
    soft: str
    dark: str
    dark_hover: str
    dark_soft: str


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def contrast_in_light(colour: str) -> float:
    """Return the contrast of a colour with the lighter pages: the lesser of that with white and with the ground."""
    return min(contrast(colour, WHITE), contrast(colour, GROUND))


def shades_of(colour: str) -> Shades:
    """Derive what a page needs. For dark pages the colour is made lighter until it is readable there, as white always is."""
    dark = _lightened(colour)
    return Shades(
        colour,
        hover=_mixed(colour, "#000000", 0.18),
        soft=_mixed(colour, WHITE, 0.9),
        dark=dark,
        dark_hover=_mixed(dark, WHITE, 0.25),
        dark_soft=_mixed(dark, "#18202a", 0.78),
    )


def _lightened(colour: str) -> str:
    for step in range(STEPS):
        lighter = _mixed(colour, WHITE, step / STEPS)
        if contrast(lighter, DARK_SURFACE) >= LEAST and contrast(lighter, DARK_INK) >= LEAST:
            return lighter
    return WHITE


def _mixed(colour: str, other: str, share: float) -> str:
    """Return the colour with so much of another in it."""
    mixed = (round(a + (b - a) * share) for a, b in zip(_parts(colour), _parts(other), strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in _parts(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
