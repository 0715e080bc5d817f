"""A ticket that is disputed, a pool of members, and a panel on it: walked as any other, each step a transaction."""

import csv
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from core.evaluation.panels.drawing import draws_of
from core.evaluation.panels.models import PanelDraw, ReviewPanel
from core.evaluation.panels.voting import get_panel, seats_of
from core.evaluation.panels.words import GROUP_LABELS
from core.journey.panel_findings import carry_out_finding
from core.journey.panel_pool import import_pool
from core.journey.panel_votes import accept_seat, keep_panel_time, panels_due, vote_on_panel
from core.journey.panels import open_panel
from core.people.service import open_account
from core.tickets.contact import Contact
from core.tickets.models import Ticket
from core.tickets.timeline import Actor
from tests.builders import SUPERVISOR, beijing, make_actor
from tests.judge.case import Case

HEADINGS = ("编号", "姓名", "组别", "产生方式", "单位", "回避单位", "登录名", "手机", "聘期至")
CONTACT = Contact("王小明", "13800000001", "幸福路 12 号 3 单元", keep_private=True)
APPEAL = "我叫王小明，幸福路路面坑洼，请来看。"
PASSWORD = "青山隔岸灯火三更明日再来看"
TWO_EACH = [(group, number) for group in GROUP_LABELS for number in (1, 2)]
OPENED = "2026-03-16 09:00"
"""Monday; five working days later the vote ends on Monday the 23rd at six."""


def member_row(group: str, number: int, **cells: str) -> dict[str, str]:
    """Return a row of the file for a member of this group, with these cells changed."""
    return {
        "编号": f"{group[0:2].upper()}-{number}",
        "姓名": f"评议{GROUP_LABELS[group][:2]}{number}",
        "组别": GROUP_LABELS[group],
        "产生方式": "邀请",
        "单位": f"{GROUP_LABELS[group]}单位{number}",
        "登录名": login_of(group, number),
        **cells,
    }


def login_of(group: str, number: int) -> str:
    return f"{group}-{number}"


def write_pool(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write a file of members."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEADINGS)
        writer.writeheader()
        writer.writerows(rows)
    return path


@dataclass
class PanelCase(Case):
    """One ticket of one district, with a pool of members who have accounts."""

    accounts: dict[str, int] = field(default_factory=dict)

    def answered_badly(self, *, replied: str = "2026-03-13 10:00") -> None:
        """The road unit says that the road is mended; the resident, who wrote who they are, says that it is not."""
        self.take_in("2026-03-12 10:00", matter="road", text=APPEAL, contact=CONTACT)
        self.dispatch("2026-03-12 10:10")
        self.sign("2026-03-12 11:00")
        self.supervise(replied)
        self.reply(replied, text="经办人丙已到场修补，请拨打 028-85551234 核实")
        self.pass_reply(replied)
        self.rate(replied, resolved="no", satisfaction="dissatisfied", comment="根本没修，打我电话13800000001")

    def hire(self, path: Path, rows: list[dict[str, str]] | None = None) -> None:
        """Open an account for each member and take the pool over; two of each group where no rows are given."""
        rows = [member_row(group, number) for group, number in TWO_EACH] if rows is None else rows
        now = beijing("2026-03-02 09:00")

        def hired(scope: Any) -> None:
            for row in rows:
                if row["登录名"]:
                    account = open_account(
                        scope,
                        login=row["登录名"],
                        name=row["姓名"],
                        password=PASSWORD,
                        roles=["panel-member"],
                        unit_id=None,
                        now=now,
                    )
                    self.accounts[row["登录名"]] = account.id
            import_pool(scope, write_pool(path / "pool.csv", rows), actor=SUPERVISOR, now=now)

        self.run(hired)

    def open(self, at: str = OPENED, **how: Any) -> ReviewPanel:
        how = {"actor": SUPERVISOR, "cause": "two_stories", "question": "路面到底修好没有", "seed": "7", **how}
        self.do(open_panel, at, **how)
        return self.panel()

    def panel(self) -> ReviewPanel:
        found: ReviewPanel = self.rows(ReviewPanel, ReviewPanel.id)[-1]
        return found

    def draw(self) -> PanelDraw:
        """Return the newest draw."""
        number = self.panel().number
        return self.run(lambda scope: draws_of(scope, get_panel(scope, number)))[-1]

    def seated(self, *states: str) -> list[tuple[str, str]]:
        """Return the number and state of everybody drawn, or of those in these states."""
        number = self.panel().number
        found = self.run(
            lambda scope: [(each.member.number, each.seat.state) for each in seats_of(scope, get_panel(scope, number))]
        )
        return [each for each in found if not states or each[1] in states]

    def members(self, *states: str) -> list[Actor]:
        """Return those who sit, as who does something."""
        number = self.panel().number
        ids = self.run(
            lambda scope: [
                (each.member.name, each.member.account_id)
                for each in seats_of(scope, get_panel(scope, number))
                if each.seat.state in (states or ("asked", "accepted"))
            ]
        )
        return [make_actor(f"{name}（评议员）", "panel-member", id=account_id or 0) for name, account_id in ids]

    def accept(self, at: str, member: Actor) -> Ticket:
        return self.do(accept_seat, at, actor=member, panel=self.panel().number)

    def vote(self, at: str, member: Actor, verdict: str = "keep", **how: Any) -> Ticket:
        how = {"scores": ["4", "4", "3", "5"], "reason": "看了双方的材料", **how}
        return self.do(vote_on_panel, at, actor=member, panel=self.panel().number, verdict=verdict, **how)

    def vote_all(self, at: str, *verdicts: str) -> None:
        """Have the first members accept and vote like this."""
        for member, verdict in zip(self.members("asked"), verdicts, strict=False):
            self.accept(at, member)
            self.vote(at, member, verdict)

    def pass_time(self, at: str) -> None:
        """Let the clock look at all panels."""
        now = beijing(at)
        for panel_id in self.run(lambda scope: panels_due(scope, now=now)):
            self.run(partial(keep_panel_time, panel_id=panel_id, now=now))

    def carry_out(self, at: str, **how: Any) -> Ticket:
        how = {"actor": SUPERVISOR, "panel": self.panel().number, **how}
        return self.do(carry_out_finding, at, **how)
