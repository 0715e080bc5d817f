"""The draw of a panel, and the pool it is drawn from, as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.evaluation.panels.drawing import GIVEN, draws_of, follows, plain
from core.evaluation.panels.pool import panel_logins, pool
from core.evaluation.panels.voting import PanelUnderWay, find_panel_under_way
from core.evaluation.panels.words import GROUP_LABELS, RECRUITED_LABELS
from core.journey.panels import try_draw
from core.journey.queries.panels import ExclusionLine, exclusion_lines
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.queries import get_ticket_id


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A member drawn: for a seat, or to stand by."""

    group: str
    place: int
    number: str
    name: str
    standing: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw as it is printed; `panel` empty = it was only tried. `lacking` says which groups have too few members."""

    panel: str
    round: int
    seed: str
    source: str
    places: tuple[PlaceLine, ...]
    excluded: tuple[ExclusionLine, ...]
    lacking: tuple[str, ...]
    comes_out_again: bool


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member of the pool."""

    number: str
    name: str
    group: str
    recruited: str
    organisation: str
    ties: tuple[str, ...]
    login: str
    until: date | None
    away: str


def drawn_for(scope: Scope, serial_no: str, *, seed: str, now: datetime) -> Drawn:
    """Return the newest draw of the panel that a ticket has under way, else what would be drawn now.

    Raises `NoSuchTicket`, `PanelUnderWay` when that panel was drawn with another seed, and what trying a draw refuses.
    """
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, get_ticket_id(scope, serial_no)))
    panel = find_panel_under_way(scope, ticket)
    if panel is None:
        tried = try_draw(scope, serial_no, seed=seed, now=now)
        lacking = tuple(
            said("{group}缺 {number} 名", group=word(GROUP_LABELS[group]), number=number)
            for group, number in tried.drawn.lacking.items()
        )
        return _drawn(scope, "", 1, tried.seed, tried.source, plain(tried.drawn), lacking=lacking)
    record = draws_of(scope, panel)[-1]
    if seed and seed != record.seed:
        raise PanelUnderWay(
            said(
                "工单 {serial_no} 的评议 {number} 已用种子 {seed} 抽签，不能换一个种子再抽。"
                "去掉 --seed 可以核对这次抽签。",
                serial_no=serial_no,
                number=panel.number,
                seed=record.seed,
            )
        )
    return _drawn(
        scope,
        panel.number,
        record.round,
        record.seed,
        record.seed_from,
        record.record,
        comes_out_again=follows(record),
    )


def pool_lines(scope: Scope) -> tuple[MemberLine, ...]:
    """Return the pool, by group and number."""
    logins = {account: login for login, account in panel_logins(scope).items()}
    return tuple(
        MemberLine(
            number=each.number,
            name=each.name,
            group=GROUP_LABELS[each.member_group],
            recruited=RECRUITED_LABELS[each.recruited],
            organisation=each.organisation,
            ties=tuple(each.ties),
            login=logins.get(each.account_id or 0, ""),
            until=each.active_until,
            away=said(
                "{away_first} 至 {away_last}", away_first=each.away_first, away_last=each.away_last or word("另行登记")
            )
            if each.away_first
            else "",
        )
        for each in pool(scope)
    )


def _drawn(
    scope: Scope,
    panel: str,
    number: int,
    seed: str,
    source: str,
    record: dict[str, Any],
    *,
    lacking: Sequence[str] = (),
    comes_out_again: bool = True,
) -> Drawn:
    names = {member.number: member.name for member in pool(scope)}
    return Drawn(
        panel=panel,
        round=number,
        seed=seed,
        source="" if source == GIVEN else source,
        places=tuple(
            PlaceLine(GROUP_LABELS[each["group"]], each["place"], each["number"], names[each["number"]], standing)
            for standing, places in (("席位", record["seats"]), ("递补", record["substitutes"]))
            for each in places
        ),
        excluded=exclusion_lines(record["excluded"]),
        lacking=tuple(lacking),
        comes_out_again=comes_out_again,
    )
