"""What a city sets of its figures: the groups of districts that are compared with each other 同类组."""

from collections.abc import Mapping, Sequence

from core.hooks.core_features import CITY
from core.hooks.settings import Line, Rows, Settings
from core.tenancy.scope import Scope

MOST = 400
SHORT_NAME = r"[a-z0-9][a-z0-9-]{0,62}"


class PeerRow(Settings):
    """One district in a group."""

    group = Line(required=True, longest=20, title="同类组", help="如 中心城区、远郊县；写同一个名称的在一组")
    district = Line(
        required=True,
        longest=63,
        pattern=SHORT_NAME,
        pattern_says="写区（市）县的短名：小写字母、数字和连字符",
        title="区（市）县的短名",
    )


class CitySettings(Settings):
    """How a city compares its districts."""

    peers = Rows(
        PeerRow,
        load_default=[],
        most=MOST,
        title="同类组",
        group="对比",
        help="规模和条件相近的区（市）县编为一组，对比时可以只看一组；没有编组的只在全市里比",
    )


def groups_of(scope: Scope) -> Mapping[str, Sequence[str]]:
    """Return the short names of each group's districts, in the order in which they were set."""
    enabled = scope.hooks.enabled.get(CITY.id)
    groups: dict[str, list[str]] = {}
    for row in enabled.settings["peers"] if enabled else ():
        groups.setdefault(row["group"], []).append(row["district"])
    return groups
