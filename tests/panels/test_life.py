"""The life of a panel, from the draw to what is done about its finding."""

import pytest

from core.evaluation.panels.voting import (
    AlreadyVoted,
    NoSuchPanel,
    PanelClosed,
    PanelUnderWay,
    SeatNotAccepted,
    VoteUnusable,
)
from core.handling.service import SameHands
from core.journey import judge
from core.journey.audit import audit_ticket
from core.journey.panel_findings import (
    FindingBinds,
    decline_finding,
    propose_notice,
    publish_notice,
)
from core.journey.panel_votes import recuse_from_panel
from core.journey.panels import CauseUnknown, NothingToShift, extend_panel, open_panel, redraw_panel
from core.people.roles import NotPermitted
from core.tickets.service import MoveNotAllowed, ReasonMissing
from core.tickets.states import State
from tests.builders import LEADER, REVIEWER, SUPERVISOR, beijing, make_actor
from tests.judge.case import SPRING
from tests.panels.making import OPENED, PanelCase

VOTED = "2026-03-17 10:00"


def test_seven_strangers_judge_and_the_majority_is_carried_out(case: PanelCase) -> None:
    panel = case.open()
    assert (panel.state, panel.parties, panel.closes_at) == ("voting", ["roads"], beijing("2026-03-23 18:00"))
    assert panel.verdicts == ["keep", "redo", "exclude"]
    assert len(case.seated("asked")) == 7

    case.vote_all(VOTED, *["exclude"] * 4, *["keep"] * 3)

    panel = case.panel()
    assert (panel.state, panel.verdict, panel.closed_at) == ("found", "exclude", beijing(VOTED))
    case.carry_out("2026-03-18 09:00", reason_code="policy")
    (adjudication,) = case.adjudications()
    assert (adjudication.subject, adjudication.effect, adjudication.reason_code) == ("rating", "exclude", "policy")
    dispute = case.dispute()
    assert (dispute.kind, dispute.filed_by, dispute.state) == ("rating", "第三方评价小组", "upheld")
    assert case.panel().state == "carried"
    assert not case.run(lambda scope: audit_ticket(scope, case.serial_no)).findings
    assert not any("评议" in entry.actor_name and "评议员" != entry.actor_name for entry in case.entries()[:-4])
