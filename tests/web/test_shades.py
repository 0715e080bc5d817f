"""The shades of heats: what stands in them is read in light and in dark pages."""

import re
from pathlib import Path

import pytest

from core.residents.colours import LEAST, contrast
from core.web import menu

LOOK = (Path(menu.__file__).parent / "static/huiying.css").read_text()


def _token(name: str, theme: str) -> str:
    """Return a colour of a theme; what a theme does not say it has from the one before."""
    light, _, dark = LOOK.partition('[data-theme="dark"]')
    found = re.search(rf"--{name}: ([^;]+);", dark.partition("}")[0]) if theme == "dark" else None
    found = found or re.search(rf"--{name}: ([^;]+);", light)
    assert found is not None
    return re.sub("^#(.)(.)(.)$", r"#\1\1\2\2\3\3", found[1])


def _over(shade: str, ground: str) -> str:
    """Return the colour of a shade, `rgba(…)`, over another colour."""
    *parts, share = (float(part) for part in re.findall(r"[\d.]+", shade))
    below = [int(ground[place : place + 2], 16) for place in (1, 3, 5)]
    mixed = (round(part * share + under * (1 - share)) for part, under in zip(parts, below, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_the_count_can_be_read_in_every_shade_of_a_heat(theme: str, level: int) -> None:
    cell = _over(_token(f"heat-{level}", theme), _token("surface", theme))

    assert contrast(_token("ink", theme), cell) >= LEAST
