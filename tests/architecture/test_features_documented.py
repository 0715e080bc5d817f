"""The page about features shows every shipped feature with its settings, as they are in the code.

`python -m tests.architecture.test_features_documented` writes what is generated in the page anew.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from core.hooks import Feature
from core.hooks.roster import Roster
from core.hooks.settings import Line, OneOf, Paragraph, Rows, Secret, SettingField, Whole, Words, YesNo, fields_of
from core.hooks.settings.choices import NamedChoice
from core.hooks.specs import ALL_HOOKS

PAGE = Path(__file__).parents[2] / "docs" / "features.md"
GENERATED = re.compile(r"(?<=<!-- generated: begin -->\n).*(?=<!-- generated: end -->)", re.DOTALL)
RISKS = {
    "": "",
    "accountability": "。事关问责，改动须由另一人批准",
    "privacy": "。事关谁看得到诉求，改动须由另一人批准",
}
HOW_TO_UPDATE = (
    "docs/features.md no longer tells which features there are. "
    "Run: python -m tests.architecture.test_features_documented"
)


def rendered() -> str:
    """Return the generated part of the page: a section for each feature."""
    features = sorted(Roster.installed().features.values(), key=lambda feature: feature.id.partition(".")[0])
    return "\n".join(("", *(_section(feature) for feature in features), ""))


def _section(feature: Feature) -> str:
    hooks = "、".join(f"`{hook.name}`" for hook in ALL_HOOKS if hasattr(feature.module(), hook.name))
    lines = [f"## {feature.id} {feature.label}", "", f"{feature.summary}。", "", f"回答的问题：{hooks}", ""]
    fields = fields_of(feature.schema())
    if fields:
        lines += ["| 设置 | 名称 | 默认值 | 可填 | 说明 |", "| --- | --- | --- | --- | --- |", *_rows(fields), ""]
    return "\n".join(lines)


def _rows(fields: Mapping[str, SettingField], within: str = "") -> Iterator[str]:
    for name, field in fields.items():
        says = f"{field.help}{RISKS[field.risk]}"
        yield f"| `{within}{name}` | {field.title} | {_default(field)} | {_takes(field)} | {says} |"
        if isinstance(field, Rows):
            yield from _rows(field.fields, f"{within}{name}[].")


def _default(field: SettingField) -> str:
    if field.required:
        return "必填"
    match field.load_default:
        case list() | tuple() if isinstance(field, Rows):
            return "、".join(" → ".join(map(str, row.values())) for row in field.load_default) or "（空）"
        case list() | tuple():
            return "、".join(field.load_default) or "（空）"
        case bool():
            return "`true`" if field.load_default else "`false`"
        case None | "":
            return "（空）"
    return f"`{field.load_default}`" if isinstance(field, OneOf) else field.words(field.load_default, {})


def _takes(field: SettingField) -> str:
    match field:
        case Whole():
            return f"{field.min} 到 {field.max}"
        case Line(pattern_says=says) if says:
            return says
        case Line() | Paragraph():
            return f"{field.shortest} 到 {field.longest} 个字"
        case Words():
            return f"最多 {field.most} 个词，每个 {field.shortest} 到 {field.longest} 个字"
        case YesNo():
            return "`true` 是、`false` 否"
        case OneOf():
            return "、".join(f"`{value}` {label}" for value, label in field.choices.items())
        case NamedChoice():
            return f"{field.THING}代码{f'（{field.of_kind}）' if field.of_kind else ''}"
        case Rows():
            return f"最多 {field.most} 行"
        case Secret():
            return f"{field.shortest} 到 {field.longest} 个字符，不写在这里，另行设置"
    return ""


def test_the_page_shows_every_feature_with_its_settings() -> None:
    written = GENERATED.search(PAGE.read_text(encoding="utf-8"))

    assert written is not None, (
        "docs/features.md has lost its marks <!-- generated: begin --> and <!-- generated: end -->"
    )
    assert written[0] == rendered(), HOW_TO_UPDATE


if __name__ == "__main__":
    PAGE.write_text(GENERATED.sub(lambda _: rendered(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
