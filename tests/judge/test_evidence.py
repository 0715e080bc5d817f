"""What was rated and adjudicated cannot be rewritten: not by us, not through the app's own role."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from core.evaluation.models import Adjudication, Rating
from core.evaluation.service import AlreadyRated
from core.tickets.states import State
from tests.judge.case import Case


@pytest.mark.parametrize("table", ["rating", "adjudication", "follow_up"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET ticket_id = ticket_id", "DELETE FROM {}"])
def test_the_apps_role_may_not_rewrite_it(case: Case, table: str, deed: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        case.run(lambda scope: scope.session.execute(text(deed.format(table))))


def test_a_second_rating_of_a_cycle_is_refused_and_the_first_stays(case: Case) -> None:
    case.answered_badly()

    with pytest.raises(AlreadyRated):
        case.rate("2026-03-13 15:10", satisfaction="satisfied")

    assert [row.satisfaction for row in case.rows(Rating)] == ["dissatisfied"]
    assert case.ticket().state == State.EVALUATED


def test_the_database_holds_one_rating_per_cycle_and_one_adjudication_per_subject(case: Case) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")
    case.decide("2026-03-17 10:00", reason_code="policy")

    for model in (Rating, Adjudication):
        (row,) = case.rows(model)
        values = {column.key: getattr(row, column.key) for column in model.__table__.columns}

        def write_again(scope: object, model: type = model, values: dict[str, object] = values) -> None:
            scope.session.add(model(**{**values, "id": scope.new_id()}))  # type: ignore[attr-defined]

        with pytest.raises(IntegrityError, match="uq_"):
            case.run(write_again)
