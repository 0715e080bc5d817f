"""Walks that come to a consultation, and what is on record of it."""

from core.routing.models import Consultation, ConsultationStep
from tests.journey.walking import Walk


def bounced(walk: Walk) -> None:
    """Two units have given the ticket back on Thursday, and units consult."""
    walk.take_in("2026-03-12 10:00", matter="road")
    walk.dispatch("2026-03-12 10:10", lead="roads")
    walk.give_back("2026-03-12 11:00")
    walk.dispatch("2026-03-12 14:00", lead="parks")
    walk.give_back("2026-03-12 15:00")


def consultation_of(walk: Walk) -> Consultation:
    (found,) = walk.rows(Consultation)
    assert isinstance(found, Consultation)
    return found


def steps_of(walk: Walk) -> list[tuple[str, str, str]]:
    """Return the steps of all consultations on the ticket: kind, authority, words."""
    ids = [each.id for each in walk.rows(Consultation)]
    return walk.run(
        lambda scope: [
            (step.kind, step.authority, step.text)
            for step in scope.session.query(ConsultationStep)
            .where(ConsultationStep.consultation_id.in_(ids))
            .order_by(ConsultationStep.at, ConsultationStep.id)
        ]
    )
