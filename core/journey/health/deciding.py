"""Whether what decides on tickets is complete: routing rules that never hit, the duty list's gaps, the calendar's years."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import TableValuedAlias, cast, column, func, select, true
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.orm import InstrumentedAttribute

from core.hooks.core_features import ROUTING
from core.journey.health.signs import Asked, Sign, some
from core.kit.saying import said
from core.routing.models import RouteDecision
from core.routing.policy_in_force import policy_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.units.catalogue.queries import duty_list_in_force
from core.units.queries import directory
from core.workdays.queries import NoCalendar, timetable

LOOKED_BACK = timedelta(days=30)
LEAST_TICKETS = 30
"""With fewer tickets it says nothing that a rule did not hit."""
NEXT_YEAR_FROM = 11
"""The month in which the State Council usually tells of the next year."""


def rules_hit(asked: Asked) -> Iterator[Sign]:
    """Tell of routing rules that no ticket of the last 30 days met."""
    scope, since = asked.scope, asked.now - LOOKED_BACK
    rules = policy_of(scope).rules.rules
    tickets = scope.session.scalar(
        select(func.count()).where(Ticket.tenant_id == scope.tenant.id, Ticket.accepted_at >= since)
    )
    if not rules or (tickets or 0) < LEAST_TICKETS:
        return
    hit = _decided(scope, since) | _noted(scope, since)
    idle = [rule.label for rule in rules if rule.id not in hit]
    if idle:
        named, more = some(idle)
        words = said(
            "{count} 条派单规则近 30 天一次也没有命中（这期间受理 {tickets:,} 件）。", count=len(idle), tickets=tickets
        )
        yield Sign("soon", words, named, more, "/admin/routing", "改掉或停用")


def duties_complete(asked: Asked) -> Iterator[Sign]:
    """Tell of items of the duty list that are nobody's, are a unit's that is closed, or set no time."""
    listed = duty_list_in_force(asked.scope)
    if asked.scope.tenant.kind != "district":
        return
    if not listed.number:
        yield Sign(
            "over",
            "没有生效的职责清单：诉求都要人工判定派给谁。",
            href="/admin/duties",
            mend="导入职责清单",
        )
        return
    units, catalogue = directory(asked.scope), listed.catalogue
    written = {row.matter for row in catalogue.rows if row.lead}
    nobodys, closed, timeless = [], [], []
    for matter in units.duties:
        values = catalogue.written(matter)
        leads = {values.lead} if values.lead else set()
        if not leads and matter not in written:
            nobodys.append(catalogue.matter_words(matter))
        elif any(lead and ":" not in lead and units.find_unit(lead) is None for lead in leads):
            closed.append(catalogue.matter_words(matter))
        if values.limit is None:
            timeless.append(catalogue.matter_words(matter))
    for found, tone, words in (
        (nobodys, "over", "{count} 个事项没有写明承办单位，这样的诉求都要人工判定。"),
        (closed, "over", "{count} 个事项的承办单位已停用，这样的诉求都要人工判定。"),
        (timeless, "soon", "{count} 个事项没有写办理时限，按答复时限算。"),
    ):
        if found:
            named, more = some(found)
            yield Sign(
                "over" if tone == "over" else "soon",
                said(words, count=len(found)),
                named,
                more,
                "/admin/duties?gaps=1",
                "补齐职责清单",
            )


def calendar_known(asked: Asked) -> Iterator[Sign]:
    """Tell of a year whose holidays nobody has announced, or entered."""
    try:
        days = timetable(asked.scope)
    except NoCalendar as refusal:
        yield Sign("over", refusal.message, href="/admin/calendar", mend="设置工作日历")
        return
    today = asked.now.astimezone(asked.scope.tenant.zone).date()
    if days.is_provisional(asked.now):
        words = said("{year} 年还没有录入放假安排，这一年的节假日和调休是推定的，时限可能算错。", year=today.year)
        yield Sign("over", words, href="/admin/calendar", mend="录入放假安排")
    elif today.month >= NEXT_YEAR_FROM and days.is_provisional(datetime(today.year + 1, 7, 1, 12, tzinfo=UTC)):
        words = said("{year} 年的放假安排还没有录入，跨年的时限是推定的。", year=today.year + 1)
        yield Sign("soon", words, href="/admin/calendar", mend="国务院公布后录入")


def _decided(scope: Scope, since: datetime) -> frozenset[str]:
    """Return the rules that a decision on a ticket since then rests on."""
    hits = _each(RouteDecision.record, "$.hits[*].rule")
    found = scope.session.scalars(
        select(hits.c.word)
        .select_from(RouteDecision)
        .join(Ticket, (Ticket.tenant_id == RouteDecision.tenant_id) & (Ticket.id == RouteDecision.ticket_id))
        .join(hits, true())
        .where(RouteDecision.tenant_id == scope.tenant.id, Ticket.accepted_at >= since)
        .distinct()
    )
    return frozenset(found)


def _noted(scope: Scope, since: datetime) -> frozenset[str]:
    """Return the rules that set the urgency or limit of a ticket since then."""
    rules, mark = _each(TicketEvent.detail, "$.rules[*].rule_id"), f"{ROUTING.id}/"
    found = scope.session.scalars(
        select(rules.c.word)
        .select_from(TicketEvent)
        .join(Ticket, (Ticket.tenant_id == TicketEvent.tenant_id) & (Ticket.id == TicketEvent.ticket_id))
        .join(rules, true())
        .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.kind == "classify", Ticket.accepted_at >= since)
        .distinct()
    )
    return frozenset(rule_id.removeprefix(mark) for rule_id in found if rule_id.startswith(mark))


def _each(kept: InstrumentedAttribute[Any], path: str) -> TableValuedAlias:
    """Return a row for each text that stands at a path of what is kept."""
    texts = func.jsonb_path_query(kept, cast(path, JSONPATH))
    return texts.table_valued(column("word", JSONB), name="found").render_derived()
