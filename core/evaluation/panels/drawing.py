"""Drawing the seats of a panel: the seed, the draw over the pool, and the record by which anybody can draw again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.evaluation.panels import draw as rules
from core.evaluation.panels.models import PanelDraw, PanelSeat, ReviewPanel
from core.evaluation.panels.pool import candidates, pool
from core.evaluation.panels.words import GROUP_LABELS
from core.evaluation.queries import units_concerned
from core.hooks.values import PanelRules
from core.kit.errors import Refused
from core.kit.lots import in_order
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.tickets.seals import find_sealed_head, newest_seal
from core.tickets.timeline import Order
from core.units.queries import directory

GIVEN = "given"
"""Where a seed comes from that a person gave."""
LONGEST_SEED = 64


class TooFewMembers(Refused):
    """A group has fewer eligible members than seats."""

    code = "too-few-members"


class SeedUnusable(Refused):
    """A seed is too long or cannot be printed."""

    code = "seed-unusable"


@dataclass(frozen=True, slots=True)
class Seed:
    """What a draw follows from, and whence it comes, in words by which it can be checked."""

    value: str
    source: str


def parties_of(scope: Scope, ticket: Ticket) -> dict[str, str]:
    """Return the units whose work is judged, by code and name."""
    units = directory(scope)
    concerned = units_concerned(scope, ticket) | ({ticket.lead_unit_id} if ticket.lead_unit_id else set())
    found = [unit for unit in map(units.unit_of_id, sorted(concerned)) if unit]
    return {unit.code: unit.name for unit in found}


def seed_for(scope: Scope, ticket: Ticket, *, given: str, number: int) -> Seed:
    """Return the seed of a ticket's draw with this number: the one given, else one that nobody could choose.

    That one follows from the newest head of the ticket's timeline that a daily seal holds, and the seal that came last,
    whose digest is noted outside of the database; of a ticket not sealed yet, from the newest entry itself.
    Raises `SeedUnusable`.
    """
    if given:
        if len(given) > LONGEST_SEED or not given.isprintable():
            raise SeedUnusable(
                said("抽签种子最多 {longest_seed} 个可以打印的字符。请换一个。", longest_seed=LONGEST_SEED)
            )
        return Seed(given, GIVEN)
    head, seal = find_sealed_head(scope, ticket.serial_no), newest_seal(scope)
    entry, mark = (head.seq, head.hash.hex()) if head else (ticket.version, ticket.head_hash.hex())
    public = f"{seal.number}:{seal.digest.hex()}" if seal else "0"
    source = said(
        "第 {entry} 条流转记录 {mark}，封存 {public}，第 {number} 次抽签",
        entry=entry,
        mark=mark,
        public=public,
        number=number,
    )
    return Seed(rules.seed_from(mark, public, number), source)


def draw_for(
    scope: Scope,
    ticket: Ticket,
    panel_rules: PanelRules,
    *,
    seed: str,
    parties: Mapping[str, str],
    first: datetime,
    last: datetime,
) -> rules.Draw:
    """Draw from the pool as it stands, for a panel that votes between these times. Writes nothing."""
    contact = scope.session.get(TicketContact, (scope.tenant.id, ticket.part_of_id or ticket.id))
    zone = scope.tenant.zone
    matter = rules.Matter(
        parties=parties,
        appellant_name=opened(scope.keys, contact).name if contact else "",
        appellant_phone=contact.phone_hash if contact else None,
        first=first.astimezone(zone).date(),
        last=last.astimezone(zone).date(),
    )
    return rules.draw(
        seed,
        candidates(scope, ticket),
        matter,
        seats=[(each.group, each.seats) for each in panel_rules.seats],
        substitutes=panel_rules.substitutes,
    )


def refuse_lacking(drawn: rules.Draw) -> None:
    """Raise `TooFewMembers`, naming each group and how many members it lacks, unless every seat was drawn."""
    if drawn.lacking:
        lacking = joined(
            "、",
            (
                said("{group}缺 {number} 名", group=word(GROUP_LABELS[group]), number=number)
                for group, number in drawn.lacking.items()
            ),
        )
        raise TooFewMembers(
            said(
                "符合条件的评议员不够：{lacking}。没有抽签。请补充评议员库，或在评议规则中调整各组席位后再抽。",
                lacking=lacking,
            )
        )


def seat(scope: Scope, panel: ReviewPanel, drawn: rules.Draw, seed: Seed, order: Order) -> PanelDraw:
    """Keep a draw and put those drawn on their seats; return the record, for the timeline to vouch for."""
    record = PanelDraw(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        panel_id=panel.id,
        round=panel.round,
        seed=seed.value,
        seed_from=seed.source,
        record=plain(drawn),
        drawn_by=order.actor.name,
        drawn_at=order.now,
    )
    scope.session.add(record)
    members = {member.number: member.id for member in pool(scope)}
    for places, state in ((drawn.seats, "asked"), (drawn.substitutes, "standby")):
        scope.session.add_all(
            PanelSeat(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                panel_id=panel.id,
                round=panel.round,
                member_id=members[each.number],
                member_group=each.group,
                place=each.place,
                state=state,
                changed_at=order.now,
            )
            for each in places
        )
    scope.session.flush()
    return record


def plain(drawn: rules.Draw) -> dict[str, Any]:
    """Return a draw as it is kept and printed."""
    return {
        "seats": [asdict(each) for each in drawn.seats],
        "substitutes": [asdict(each) for each in drawn.substitutes],
        "excluded": [asdict(each) for each in drawn.excluded],
        "eligible": [list(each) for each in drawn.eligible],
    }


def follows(record: PanelDraw) -> bool:
    """Draw again from the seed and those who were eligible, and tell whether the same members come out."""
    numbers: dict[str, list[str]] = {}
    for group, number in record.record["eligible"]:
        numbers.setdefault(group, []).append(number)
    places = [*record.record["seats"], *record.record["substitutes"]]
    again = {group: in_order(record.seed, group, members) for group, members in numbers.items()}
    return all(again[each["group"]][each["place"] - 1] == each["number"] for each in places)


def draws_of(scope: Scope, panel: ReviewPanel) -> Sequence[PanelDraw]:
    """Return the draws of a panel, the first one first."""
    return scope.session.scalars(
        select(PanelDraw)
        .where(PanelDraw.tenant_id == scope.tenant.id, PanelDraw.panel_id == panel.id)
        .order_by(PanelDraw.round)
    ).all()
