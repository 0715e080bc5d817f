"""The manual's page about the rules of the kit, made from the rules.

`python -m tests.conformance.rule_page` writes docs/plugin-rules.md anew; a test says when that is needed.
"""

import re
from pathlib import Path

from core.conformance.catalogue import MODULES, RULES

PAGE = Path(__file__).parents[2] / "docs" / "plugin-rules.md"
GENERATED = re.compile(r"(?<=<!-- generated: begin -->\n).*(?=<!-- generated: end -->)", re.DOTALL)


def rendered() -> str:
    """Return the generated part of the page: a table for each group."""
    lines = [""]
    for module in MODULES:
        group, _, told = (module.__doc__ or "").strip().partition(": ")
        lines += [f"## {group}: {told.rstrip('.')}", "", "| 规则 | 级别 | 内容 | 可豁免 |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {rule.id} | {rule.tier.label} | {rule.statement} | {'可' if rule.may_be_waived else ''} |"
            for rule in RULES
            if rule.id[0] == group
        ]
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Write the page anew."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(GENERATED.sub(lambda _: rendered(), page), encoding="utf-8")


if __name__ == "__main__":
    main()
