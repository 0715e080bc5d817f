"""The page about features shows every shipped feature with its settings, as they are in the code.

`python -m tests.architecture.test_features_documented` writes what is generated in the page anew.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.hooks import Feature
from core.hooks.roster import Roster
from core.hooks.specs import ALL_HOOKS

PAGE = Path(__file__).parents[2] / "docs" / "features.md"
GENERATED = re.compile(r"(?<=<!-- generated: begin -->\n).*(?=<!-- generated: end -->)", re.DOTALL)
HOW_TO_UPDATE = (
    "docs/features.md no longer tells which features there are. "
    "Run: python -m tests.architecture.test_features_documented"
)


def rendered() -> str:
    """Return the generated part of the page: a section for each feature."""
    features = sorted(Roster.installed().features.values(), key=lambda feature: feature.id.partition(".")[0])
    return "\n".join(("", *(_section(feature) for feature in features), ""))


def _section(feature: Feature) -> str:
    hooks = "、".join(f"`{hook.name}`" for hook in ALL_HOOKS if hasattr(feature.answers, hook.name))
    lines = [f"## {feature.id} {feature.label}", "", f"{feature.summary}。", "", f"回答的问题：{hooks}", ""]
    fields: Mapping[str, Any] = feature.settings().fields
    if fields:
        lines += ["| 设置 | 名称 | 默认值 | 说明 |", "| --- | --- | --- | --- |"]
        lines += [_row(name, field.load_default, field.metadata) for name, field in fields.items()]
        lines.append("")
    return "\n".join(lines)


def _row(name: str, default: Any, metadata: Mapping[str, str]) -> str:
    unit = metadata.get("unit", "")
    return f"| `{name}` | {metadata['title']} | {_in_words(default)}{f' {unit}' if unit else ''} | {metadata['help']} |"


def _in_words(default: Any) -> str:
    if isinstance(default, bool):
        return "是" if default else "否"
    if isinstance(default, Sequence) and not isinstance(default, str):
        return "、".join(default)
    return str(default) if default not in ("", {}) else "（空）"


def test_the_page_shows_every_feature_with_its_settings() -> None:
    written = GENERATED.search(PAGE.read_text(encoding="utf-8"))

    assert written is not None, (
        "docs/features.md has lost its marks <!-- generated: begin --> and <!-- generated: end -->"
    )
    assert written[0] == rendered(), HOW_TO_UPDATE


if __name__ == "__main__":
    PAGE.write_text(GENERATED.sub(lambda _: rendered(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
