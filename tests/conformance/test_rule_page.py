"""The manual tells every rule as the kit does."""

from core.conformance.catalogue import RULES
from tests.conformance.rule_page import GENERATED, PAGE, rendered


def test_the_page_tells_every_rule() -> None:
    written = GENERATED.search(PAGE.read_text(encoding="utf-8"))

    assert written is not None
    assert written[0] == rendered(), "Run: python -m tests.conformance.rule_page"


def test_every_rule_has_a_number_of_its_own_in_its_group() -> None:
    numbered: dict[str, list[int]] = {}
    for rule in RULES:
        numbered.setdefault(rule.id[0], []).append(int(rule.id[1:]))

    assert numbered == {group: list(range(1, len(numbers) + 1)) for group, numbers in numbered.items()}
