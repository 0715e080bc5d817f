"""What the API takes and gives about tries 试算 of settings on past tickets."""

from dataclasses import asdict
from typing import Any

from marshmallow import fields, pre_dump

from core.journey.dry_run import MOST, ChangedTicket, Result, change_words, summary
from core.web.api.fields import Count, Day, StrictSchema


class SampleSchema(StrictSchema):
    """Which past tickets: the `newest` so many (500 if nothing is said), or those accepted between two days."""

    newest = Count(least=1, most=MOST, metadata={"description": "最近受理的多少件"})
    since = Day(metadata={"description": "从哪天受理的起"})
    until = Day(metadata={"description": "到哪天受理的为止"})


class SideSchema(StrictSchema):
    """How it is under one set of rules: a value, the same in words, the rule, its reason, and who decided."""

    value = fields.String(required=True)
    words = fields.String(required=True)
    rule_id = fields.String(required=True)
    reason = fields.String(required=True)
    by = fields.String(required=True)


class ChangeSchema(StrictSchema):
    """One thing about a ticket that is decided otherwise."""

    what = fields.String(required=True)
    effect = fields.String(required=True)
    subject = fields.String(required=True)
    before = fields.Nested(SideSchema, required=True)
    after = fields.Nested(SideSchema, required=True)
    words = fields.String(required=True)


class ChangedTicketSchema(StrictSchema):
    """A ticket that is decided otherwise, and what really happened with it."""

    serial_no = fields.String(required=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)
    unit = fields.String(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True, allow_none=True)
    satisfaction = fields.String(required=True)

    @pre_dump
    def in_words(self, ticket: ChangedTicket, **_: Any) -> dict[str, Any]:
        """Add each change in one line."""
        changes = [
            {
                "what": change.what,
                "effect": change.effect,
                "subject": change.subject,
                "before": change.before,
                "after": change.after,
                "words": change_words(change),
            }
            for change in ticket.changes
        ]
        return {
            name: getattr(ticket, name) for name in ("serial_no", "unit", "answered_at", "is_overdue", "satisfaction")
        } | {"changes": changes}


class LoadSchema(StrictSchema):
    """How many tickets a unit would lead, before and after."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    suggested_before = fields.Integer(required=True)
    suggested_after = fields.Integer(required=True)
    direct_before = fields.Integer(required=True)
    direct_after = fields.Integer(required=True)


class FailureSeenSchema(StrictSchema):
    """An answer that could not be had, and of how many tickets."""

    feature = fields.String(required=True)
    hook = fields.String(required=True)
    words = fields.String(required=True)
    before = fields.Integer(required=True)
    after = fields.Integer(required=True)


class TrialSchema(StrictSchema):
    """A try: how far it has come, its conclusion in words, its totals, and a page of the tickets that change."""

    id = fields.Integer(required=True)
    feature = fields.String(required=True)
    number = fields.Integer(required=True, allow_none=True)
    base = fields.Integer(required=True)
    sample = fields.String(required=True)
    state = fields.String(required=True)
    failure = fields.String(required=True)
    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    asked_by = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    summary = fields.List(fields.String(), required=True)
    totals = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    changed = fields.List(fields.Nested(ChangedTicketSchema), required=True)
    units = fields.List(fields.Nested(LoadSchema), required=True)
    failures = fields.List(fields.Nested(FailureSeenSchema), required=True)
    never_hit = fields.List(fields.String(), required=True)
    shadowed = fields.List(fields.String(), required=True)
    labels = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    untried = fields.List(fields.String(), required=True)
    method = fields.List(fields.String(), required=True)

    @pre_dump
    def concluded(self, result: Result, **_: Any) -> dict[str, Any]:
        """Add the conclusion in words."""
        plain = {name: getattr(result, name) for name in self.fields if hasattr(result, name)}
        return plain | {"summary": summary(result), "totals": asdict(result.totals), "units": result.load}
