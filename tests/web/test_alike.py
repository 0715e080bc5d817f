"""What may be the same thing is shown before it is filed: at the desk, at the counter, and to residents without a word of others."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from core.areas.shapes import Point
from core.hooks import Alike, DuplicateHint, ProgressNews, ProgressStep
from core.journey import desk, join
from core.journey.disclose import wish_disclosure
from core.journey.queries.alike import Written, alike_to_draft
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tickets.contact import Contact
from core.tickets.models import Message, Ticket
from core.tickets.timeline import RESIDENT, Order
from core.web import create_app
from tests.builders import OPERATOR, make_district, make_feature, make_installation
from tests.web.making import Life, Visitor, make_account
from tests.web.public.reporting import Reporter

WORDS = "金牛路公交站前有个大坑，请来修补"
OTHERS = "我叫陈某，金牛路公交站前一个深坑，昨晚摔了一跤"
ROAD = {"code": "road", "category": "道路", "subcategory": "路面坑洼", "keywords": ["坑"], "lead": "roads"}


def like(appeal: Alike, candidates: Sequence[Alike]) -> list[DuplicateHint]:
    return [
        DuplicateHint(
            each.serial_no, "f/alike", "事项相同" if each.metres is None else f"相距 {each.metres} 米", score=80
        )
        for each in candidates
    ]


def told(step: ProgressStep) -> list[ProgressNews]:
    return [ProgressNews(f"{step.name}/{{unit}}", False, True, "f/step", "每步告知")]


class House:
    """A district that compares, with a public entry, and a ticket in hand that somebody brought."""

    def __init__(self, database_url: str) -> None:
        feature = make_feature("f", find_duplicates=like, progress_news=told)
        self.installation = make_installation(database_url, features=[feature])
        self.slug, self.now = make_district(self.installation, features={"f": {}}, duties=[ROAD]), datetime.now(UTC)
        with self.installation.scope(self.slug) as scope:
            made = write_revision(
                scope, "core.portal", values={"open": True}, schema_version=1, reason="测试", author=FILES, now=self.now
            )
            make_active(scope, "core.portal", made.number, actor=FILES, now=self.now)
        self.installation.forget()
        self.life = Life(self.installation, self.slug)
        self.life.take_in(text=OTHERS, contact=Contact("陈某", "13800000001"))
        self.master = self.life.serial_no
        self.app = create_app(self.installation)
        self.reporter = Reporter(self.app.test_client(), f"/public/{self.slug}")

    def signed_in(self, role: str, unit: str | None = None) -> Visitor:
        visitor = Visitor(self.app)
        assert visitor.sign_in(make_account(self.installation, self.slug, role, [role], unit=unit)).status_code == 303
        return visitor

    def press(self, go: str = "next", **typed: str) -> str:
        """Press a button of the public page half a minute later, as without scripts."""
        self.now += timedelta(seconds=40)
        self.reporter.press(go, **typed)
        return unescape(self.reporter.page)

    def come_to_what_is_alike(self) -> str:
        """Write on the public page what happened; return what is shown after the place."""
        self.reporter = Reporter(self.app.test_client(), f"/public/{self.slug}")
        self.reporter.open()
        self.press(text=WORDS)
        return self.press("unknown")

    def tickets(self) -> list[Ticket]:
        return self.life.run(lambda scope: list(scope.session.scalars(select(Ticket).order_by(Ticket.id))))

    def news(self, ticket: Ticket) -> list[str]:
        wanted = select(Message.text).where(Message.ticket_id == ticket.id, Message.to_unit_id.is_(None))
        return self.life.run(lambda scope: list(scope.session.scalars(wanted.order_by(Message.id))))


@pytest.fixture
def house(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    made = House(database_url)
    monkeypatch.setattr("core.web.public.site.clock", lambda: made.now)
    yield made
    made.installation.database.engine.dispose()


def test_a_resident_sees_that_it_is_known_and_one_click_files_their_own_ticket_with_it(house: House) -> None:
    asked = house.come_to_what_is_alike()

    assert len(house.tickets()) == 1
    assert "有人反映过类似的事" in asked
    assert "路面坑洼" in asked
    assert not any(word in asked for word in ("陈某", "摔了一跤", house.master, "事项相同"))
    token = re.search(r'name="same" value="(\w+)"', asked)
    assert token
    done = house.press("", same=token[1], same_phone="13800000002")

    master, own = house.tickets()
    assert own.serial_no in done
    assert (own.state, own.master_id, own.text) == ("attached", master.id, WORDS)
    house.life.run(lambda s: desk.dispatch(s, house.master, Order(OPERATOR, house.now), lead="roads"))
    house.life.run(lambda s: join.detach(s, own.serial_no, Order(OPERATOR, house.now), reason="不是同一个坑"))
    assert house.news(own) == ["filed/承办单位", "attached/承办单位", "dispatched/道路管理处", "detached/承办单位"]


def test_who_says_that_it_is_another_thing_goes_on_and_a_wish_not_to_be_public_is_kept(house: House) -> None:
    assert "有人反映过" in house.come_to_what_is_alike()
    house.press()
    house.press()
    assert "已受理" in house.press("send")
    assert [each.state for each in house.tickets()] == ["accepted", "accepted"]

    for ticket in house.tickets():
        serial = ticket.serial_no
        house.life.run(lambda s, n=serial: wish_disclosure(s, n, Order(RESIDENT, house.now), wish="closed"))  # type: ignore[misc]
    assert "有人反映过" not in house.come_to_what_is_alike()
    house.press()
    house.press("send")
    assert len(house.tickets()) == 3


def test_the_desk_sees_it_while_writing_and_a_chosen_one_is_attached_as_it_is_accepted(house: House) -> None:
    operator = house.signed_in("operator")
    operator.get("/desk/new")
    form = operator.page
    part = operator.post("/desk/alike", hx=True, text=WORDS).get_data(as_text=True)
    assert house.master in part
    assert "昨晚摔了一跤" in part
    token = re.findall(r'name="alike" value="(\w+)"', part)[0]
    operator.page = form

    page = operator.post("/desk/new", text=WORDS, channel="desk", nature="complaint", alike=token).get_data(
        as_text=True
    )

    assert "已并入在办的同一件" in page
    own = house.tickets()[1]
    assert (own.state, own.master_id) == ("attached", house.tickets()[0].id)


def test_whoever_takes_in_at_a_counter_sees_no_more_of_it_than_strangers(house: House) -> None:
    worker = house.signed_in("community-worker", "parks")
    worker.get("/account")

    part = worker.post("/desk/alike", hx=True, text=WORDS).get_data(as_text=True)

    assert "路面坑洼" in part
    assert not any(word in part for word in ("陈某", house.master, "事项相同"))


def test_points_within_half_a_kilometre_are_compared_whatever_the_words_and_others_not(house: House) -> None:
    here, near, far = Point(114.35, 22.69), Point(114.3512, 22.6905), Point(114.36, 22.69)
    close = house.life.take_in(text="井盖响", point=near).serial_no
    house.life.take_in(text="井盖也响", point=far)

    found = house.life.run(
        lambda scope: alike_to_draft(scope, Written("车一过就响", point=here), now=datetime.now(UTC))
    )

    assert [(each.serial_no, each.reason) for each in found] == [(close, "相距 135 米")]
