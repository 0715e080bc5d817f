"""Panels are counted by what they found, exactly, from the day on which they were opened."""

from core.statistics.service import refresh_all
from tests.panels.making import PanelCase
from tests.stages.lives import codes, naive_codes


def test_a_panel_counts_as_without_a_finding_until_there_is_one(case: PanelCase) -> None:
    case.open()
    refresh_all(case.installation, case.slug)

    counted, by_hand = case.run(lambda scope: (codes(scope), naive_codes(scope)))

    assert counted == by_hand
    assert [(code, n) for (kind, _, _, _, code), n in counted.items() if kind == "panels"] == [("", 1)]
