"""What can be read out of the words of an appeal 要素提取, filled in where the sender left it open."""

from dataclasses import dataclass, replace
from datetime import datetime

from core.hooks import specs
from core.hooks.table import Failure
from core.hooks.values import Draft, DraftPatch
from core.intake.channels import get_channel
from core.intake.rules import Appeal, AppealUnusable, usable
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tickets.failing import note_failures
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Order

FIELD_LABELS = {"title": "标题", "place": "地点", "mailbox": "信箱", "nature": "类型", "affected_count": "涉及人数"}
"""What can be filled in, by its name in an appeal."""
ONE = 1
"""Nobody who speaks for one alone says so: it stands for an open field."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one feature read out of an appeal, and why: the names of the fields that it filled in."""

    feature: str
    patch: DraftPatch
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completed:
    """An appeal with what was read out of its words, and as it came."""

    appeal: Appeal
    as_it_came: Appeal
    readings: tuple[Reading, ...] = ()
    failures: tuple[Failure, ...] = ()


def completed(scope: Scope, appeal: Appeal) -> Completed:
    """Fill in what the sender left open, each field by the first feature that speaks of it.

    What could not have been typed is left out and reported: a rule never keeps an appeal from coming in.
    Raises `AppealUnusable`, `UnknownChannel`.
    """
    if not scope.hooks.answerers_of(specs.normalise_draft):
        return Completed(appeal, appeal)
    draft = _draft(scope, appeal)
    answers = scope.hooks.ask(specs.normalise_draft, draft=draft)
    filled, still_open, readings, refused = appeal, _open_fields(draft), [], []
    for feature, patch in answers:
        found = {name: getattr(patch, name) for name in still_open if getattr(patch, name) not in (None, "")}
        if not found:
            continue
        tried = replace(filled, **found)
        if not _is_usable(tried):
            words = said(
                "读出的{found}过长或不在范围内", found=joined("、", (word(FIELD_LABELS[name]) for name in found))
            )
            refused.append(scope.hooks.refuse(feature, specs.normalise_draft, words))
            continue
        filled = tried
        readings.append(Reading(feature, patch, tuple(found)))
        still_open = [name for name in still_open if name not in found]
    return Completed(filled, appeal, tuple(readings), (*answers.failures, *refused))


def note_readings(scope: Scope, ticket: Ticket, done: Completed, *, now: datetime) -> None:
    """Note on the ticket what was read out of its words, by which rule, and what could not be."""
    for reading in done.readings:
        labels = joined("、", (word(FIELD_LABELS[name]) for name in reading.fields))
        note(
            scope,
            ticket,
            "draft",
            Order(SYSTEM, now),
            summary=said("读出{labels}（{reason}）", labels=labels, reason=reading.patch.reason),
            detail={
                "fields": list(reading.fields),
                "rule_id": reading.patch.rule_id,
                "by": scope.hooks.stamp(reading.feature),
            },
        )
    note_failures(scope, ticket, done.failures, instead="没有从来件中提取要素", now=now)


def _draft(scope: Scope, appeal: Appeal) -> Draft:
    channel, kept = get_channel(scope, appeal.channel), usable(appeal)
    return Draft(
        channel=channel.id,
        medium=channel.medium,
        title=appeal.title,
        text=kept.text,
        place=appeal.place,
        mailbox=appeal.mailbox or channel.owner,
        nature=appeal.nature,
        affected_count=appeal.affected_count,
    )


def _open_fields(draft: Draft) -> list[str]:
    return [
        name
        for name, is_open in (
            ("title", not draft.title.strip()),
            ("place", not draft.place.strip()),
            ("mailbox", not draft.mailbox.strip()),
            ("nature", draft.nature is None),
            ("affected_count", draft.affected_count == ONE),
        )
        if is_open
    ]


def _is_usable(appeal: Appeal) -> bool:
    try:
        usable(appeal)
    except AppealUnusable:
        return False
    return True
