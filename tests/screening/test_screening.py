"""Screening 有效诉求: doubted by one, set aside by another with a coded reason, told, counted, kept, and put back."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select

from core.hooks.roster import Roster
from core.intake.screening.reasons import ReasonUnknown
from core.journey import screening
from core.journey.accept import accept_registered
from core.journey.screening import NotDoubted
from core.people.roles import NotPermitted, SameHands
from core.statistics.codes import counts_by_code
from core.statistics.days import Span
from core.statistics.queries import Cube, counts
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.models import Message, Ticket
from core.tickets.service import MoveNotAllowed
from core.tickets.timeline import Order
from tests.builders import OPERATOR, beijing, make_actor, make_district, make_installation
from tests.stages.lives import DUTIES, Life, cells, codes, naive_cells, naive_codes

COLLEAGUE = make_actor("坐席戊", "operator", id=12)
TRAINEE = make_actor("见习己", "trainee", id=13)
MARCH = Span(date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def life(installation: Installation) -> Life:
    own = [{"code": "night_market", "label": "夜市摆摊申请", "words": "夜市摆摊请到街道窗口申请"}]
    slug = make_district(installation, features={"core.screening": {"reasons": own}}, duties=DUTIES)
    return Life(installation, slug, now=beijing("2026-03-12 10:00"))


def ticket_of(life: Life, serial_no: str) -> Ticket:
    with life.installation.scope(life.slug) as scope:
        return scope.session.scalars(select(Ticket).where(Ticket.serial_no == serial_no)).one()


def told(life: Life, serial_no: str) -> list[str]:
    """Return what the resident was told, the newest last."""
    with life.installation.scope(life.slug) as scope:
        asked = select(Message.text).join(Ticket, Message.ticket_id == Ticket.id).where(Ticket.serial_no == serial_no)
        return list(scope.session.scalars(asked.where(Message.to_unit_id.is_(None)).order_by(Message.id)))


def test_what_asks_for_nothing_is_set_aside_by_a_second_person_told_kept_and_put_back(life: Life) -> None:
    number = life.take_in("低价出售房产，欢迎来电", contact=Contact(phone="13800000001"))
    life.wait(0.1)
    order = Order(TRAINEE, life.now)
    with life.installation.scope(life.slug) as scope:
        screening.doubt(scope, number, order, reason_code="advertisement", remark="推销房产")
    with pytest.raises(NotPermitted), life.installation.scope(life.slug) as scope:
        screening.set_aside(scope, number, order)

    with life.installation.scope(life.slug) as scope:
        screening.set_aside(scope, number, Order(OPERATOR, life.now))

    ticket = ticket_of(life, number)
    assert (ticket.state, ticket.screened, ticket.invalid_reason) == ("voided", "invalid", "advertisement")
    assert ticket.text == "低价出售房产，欢迎来电"
    assert told(life, number)[-1] == (
        f"您提交的 {number} 经两人先后核对，没有作为诉求办理：来信是广告或推销，不是需要办理的诉求。"
        "内容已经留存；如果我们理解有误，请来电说明，会重新核对并恢复办理。"
    )

    with life.installation.scope(life.slug) as scope:
        screening.put_back(scope, number, Order(COLLEAGUE, life.now), reason="来电说明是举报虚假广告")
    with life.installation.scope(life.slug) as scope:
        accept_registered(scope, number, Order(OPERATOR, life.now))

    ticket = ticket_of(life, number)
    assert (ticket.state, ticket.screened, ticket.invalid_reason) == ("accepted", "", "")
    assert any("已重新核对并恢复" in words for words in told(life, number))


def test_nobody_decides_alone_without_a_reason_or_where_a_unit_has_it(life: Life) -> None:
    number = life.take_in()
    order = Order(OPERATOR, life.now)
    with pytest.raises(ReasonUnknown, match="夜市摆摊申请"), life.installation.scope(life.slug) as scope:
        screening.doubt(scope, number, order, reason_code="boring", remark="无聊")
    with pytest.raises(NotDoubted), life.installation.scope(life.slug) as scope:
        screening.set_aside(scope, number, order)
    with life.installation.scope(life.slug) as scope:
        screening.doubt(scope, number, order, reason_code="night_market", remark="要摆摊")
    with pytest.raises(NotDoubted), life.installation.scope(life.slug) as scope:
        screening.doubt(scope, number, order, reason_code="no_request", remark="又一次")
    with pytest.raises(SameHands), life.installation.scope(life.slug) as scope:
        screening.set_aside(scope, number, order)
    with life.installation.scope(life.slug) as scope:
        screening.keep_valid(scope, number, Order(COLLEAGUE, life.now), remark="说的是路面")
    with pytest.raises(NotDoubted), life.installation.scope(life.slug) as scope:
        screening.set_aside(scope, number, Order(COLLEAGUE, life.now))
    life.walk("dispatch")
    with pytest.raises(MoveNotAllowed), life.installation.scope(life.slug) as scope:
        screening.doubt(scope, number, Order(OPERATOR, life.now), reason_code="no_request", remark="晚了")
    assert life.step("void", number) or True
    with pytest.raises((NotDoubted, MoveNotAllowed)), life.installation.scope(life.slug) as scope:
        screening.put_back(scope, number, Order(OPERATOR, life.now), reason="误")


def test_received_is_valid_and_invalid_by_reason_and_what_waits(life: Life) -> None:
    life.register("等人受理")
    for _ in range(3):
        life.take_in()
    life.walk("doubt", "set aside", hours=0.1)
    life.take_in()
    life.walk("doubt", "set aside", "put back", hours=0.1)
    life.take_in()
    life.walk("doubt", "keep valid", "dispatch", "sign", "reply", "pass reply", "ask back", "rate well", hours=0.1)
    refresh_all(life.installation, life.slug)

    with life.installation.scope(life.slug) as scope:
        counted = counts(Cube.of(scope), MARCH)
        by_reason = counts_by_code(Cube.of(scope), "invalid", MARCH)
        assert cells(scope) == naive_cells(scope)
        assert codes(scope) == naive_codes(scope)

    names = ("received", "valid", "invalid", "accepted", "voided", "reached", "rated")
    assert {name: counted.n(name) for name in names} == {
        "received": 6,
        "valid": 3,
        "invalid": 1,
        "accepted": 4,
        "voided": 0,
        "reached": 1,
        "rated": 1,
    }
    assert by_reason == {"advertisement": 1}
