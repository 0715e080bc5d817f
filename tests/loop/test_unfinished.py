"""确保诉求不“烂尾”: whatever is not finished stands in one report, by age and holder, and each number opens just its tickets."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from core.documents.excel import to_excel
from core.evaluation.telling.models import Untold
from core.hooks.roster import Roster
from core.jobs.tellings import Tellings
from core.journey import tell
from core.journey.queries.unfinished import BANDS, NoSuchList, Wanted, unfinished_counts, unfinished_tickets
from core.journey.unfinished_document import unfinished_document
from core.tenancy.revisions import FILES, make_active, record_feature_event, write_revision
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.web import create_app
from tests.builders import OPERATOR, beijing, make_district, make_installation
from tests.journey.walking import Walk
from tests.web.making import Visitor, make_account

NOW = beijing("2026-05-20 10:00")


@pytest.fixture(scope="module")
def house(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=[Roster.installed().features["nanhai.loop"]])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="module")
def app(house: Installation) -> Flask:
    return create_app(house)


@pytest.fixture
def slug(house: Installation) -> str:
    return make_district(house, features={"nanhai.loop": {"proof": False}})


def lie_about(house: Installation, slug: str) -> dict[str, str]:
    """Leave a ticket in each place where one can lie; return their numbers."""
    made: dict[str, str] = {}

    def begin(name: str, at: str) -> Walk:
        walk = Walk(house, slug)
        made[name] = walk.take_in(at).serial_no
        return walk

    begin("desk", "2026-05-18 10:00")
    with_unit = begin("unit", "2026-03-12 10:00")
    with_unit.dispatch("2026-03-12 10:10")
    in_review = begin("review", "2026-05-12 10:00")
    for walk, day in ((in_review, "2026-05-12"), (promised := begin("promised", "2026-03-02 10:00"), "2026-03-02")):
        walk.dispatch(f"{day} 10:10")
        walk.sign(f"{day} 10:30")
        walk.reply(f"{day} 15:00", disposition="planned" if walk is promised else "resolved")
    promised.pass_reply("2026-03-02 16:00")
    given_back = begin("returned", "2026-04-20 10:00")
    given_back.dispatch("2026-04-20 10:10")
    given_back.give_back("2026-04-20 10:40")
    finished = begin("finished", "2026-03-03 10:00")
    finished.answer("2026-03-03 10:10")
    return made


def test_each_number_opens_just_the_tickets_that_it_counts(house: Installation, slug: str) -> None:
    made = lie_about(house, slug)
    with house.scope(slug) as scope:
        lines = unfinished_counts(scope, now=NOW)
        assert [(line.what, line.holder, line.bands) for line in lines] == [
            ("open", "desk", (1, 0, 1, 0, 0)),
            ("open", "review", (0, 1, 0, 0, 0)),
            ("open", "roads", (0, 0, 0, 1, 0)),
            ("returned", "desk", (0, 0, 1, 0, 0)),
            ("broken", "roads", (0, 0, 0, 1, 0)),
        ]
        for line in lines:
            behind = [
                each.serial_no
                for band, count in enumerate(line.bands)
                for each in unfinished_tickets(scope, Wanted(line.what, line.holder, band), now=NOW).tickets
                if count
            ]
            assert len(behind) == line.total
        opened = unfinished_tickets(scope, Wanted("open"), now=NOW)
        assert [each.serial_no for each in opened.tickets] == [
            made[name] for name in ("unit", "returned", "review", "desk")
        ], "the oldest first, and nothing that is finished"
        assert [each.days for each in opened.tickets] == [69, 30, 8, 2]
        [promise] = unfinished_tickets(scope, Wanted("broken"), now=NOW).tickets
        assert promise.serial_no == made["promised"]
        own = unfinished_counts(scope, now=NOW, unit_id=Walk(house, slug).unit_id("roads"))
        assert {(line.what, line.holder) for line in own} == {
            ("open", "review"),
            ("open", "roads"),
            ("broken", "roads"),
        }
        for wrong in (Wanted("open", "nobody"), Wanted("open", "", len(BANDS))):
            with pytest.raises(NoSuchList):
                unfinished_tickets(scope, wrong, now=NOW)
        book = CalamineWorkbook.from_filelike(BytesIO(to_excel(unfinished_document(scope, now=NOW))))
    cells = {str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row}
    assert made["promised"] in cells
    assert made["finished"] not in cells


def test_what_was_answered_and_not_told_is_unfinished_until_it_is_told(house: Installation) -> None:
    slug = make_district(house, features={"nanhai.loop": {}})
    walk = Walk(house, slug)
    walk.take_in("2026-05-10 10:00", contact=Contact("陈先生", "13800000009"))
    walk.do(tell.tell_at_desk, "2026-05-10 10:05", actor=OPERATOR, way="phone", arrived=False, what="关机")
    walk.answer("2026-05-10 10:10")
    at = beijing("2026-05-10 10:20")
    walk.run(lambda scope: tell.have_told(scope, walk.ticket().id, now=at))

    def untold() -> list[str]:
        with house.scope(slug) as scope:
            listing = unfinished_tickets(scope, Wanted("untold", "desk"), now=NOW)
            return [each.serial_no for each in listing.tickets]

    assert untold() == [walk.serial_no]
    walk.do(tell.tell_at_desk, "2026-05-11 10:05", actor=OPERATOR, way="phone", arrived=True, what="已答复")
    assert untold() == []


def test_what_was_never_looked_at_is_listed_however_old_and_nothing_from_before_a_proof_was_asked_for(
    house: Installation,
) -> None:
    slug = make_district(house, features={"nanhai.loop": {"proof": False}})
    answered = []
    for day in ("2026-01-05", "2026-02-10", "2026-03-12"):
        walk = Walk(house, slug)
        walk.take_in(f"{day} 10:00", contact=Contact("陈先生", "13800000009"))
        answered.append(walk.answer(f"{day} 10:10").serial_no)

    def proves(since: str, **more: int) -> list[str]:
        """Let the feature ask for proofs, switched on at this moment; return what the report lists."""
        with house.scope(slug) as scope:
            revised = write_revision(
                scope, "nanhai.loop", values=more, schema_version=1, reason="启用", author=FILES, now=beijing(since)
            )
            make_active(scope, "nanhai.loop", revised.number, actor=FILES, now=beijing(since))
            record_feature_event(scope, "nanhai.loop", "on", actor=FILES, reason="启用", now=beijing(since))
        house.forget()
        with house.scope(slug) as scope:
            listed = unfinished_tickets(scope, Wanted("untold"), now=NOW).tickets
            counted = sum(line.total for line in unfinished_counts(scope, now=NOW) if line.what == "untold")
            assert counted == len(listed)
            return [each.serial_no for each in listed]

    assert proves("2026-05-01 10:00") == []
    assert proves("2026-02-12 10:00", back_days=3) == answered[1:]
    with house.scope(slug) as scope:
        assert tell.tickets_to_tell(scope, now=NOW) == [], "they are older than what is looked at every few minutes"
    Tellings(house, is_ending=lambda: False).look(now=lambda: NOW)
    with house.scope(slug) as scope:
        waiting = scope.session.scalars(select(Untold).where(Untold.tenant_id == scope.tenant.id)).all()
        assert [(each.because, each.state) for each in waiting] == [("nothing", "open")] * 2
        assert [each.serial_no for each in unfinished_tickets(scope, Wanted("untold"), now=NOW).tickets] == answered[1:]


def test_who_supervises_sees_all_and_a_unit_its_own_and_each_figure_leads_to_its_tickets(
    house: Installation, slug: str, app: Flask
) -> None:
    now = datetime.now(UTC)
    walk = Walk(house, slug)
    walk.take_in("2026-03-12 10:00")
    walk.dispatch("2026-03-12 10:10")
    supervisor, clerk = Visitor(app), Visitor(app)
    supervisor.sign_in(make_account(house, slug, "supervisor", ["supervisor"]))
    clerk.sign_in(make_account(house, slug, "gardener", ["clerk"], unit="parks"))

    page = supervisor.get("/desk/unfinished").get_data(as_text=True)
    [one] = set(re.findall(r'href="(/desk/unfinished\?what=open&amp;holder=roads&amp;band=\d)"', page))
    listed = supervisor.get(one.replace("&amp;", "&")).get_data(as_text=True)
    assert f'href="/t/{walk.serial_no}"' in listed
    assert f"{(now - walk.ticket().submitted_at) // timedelta(days=1):,}" in listed
    assert supervisor.client.get("/desk/unfinished.xlsx").data[:2] == b"PK"
    assert supervisor.get("/desk/unfinished?what=none").status_code == 422
    assert supervisor.get("/desk/unfinished?what=open&band=9").status_code == 404

    own = clerk.get("/unit/unfinished").get_data(as_text=True)
    assert "园林管理处未了结的工单" in own
    assert "道路管理处" not in own
    assert walk.serial_no not in clerk.get("/unit/unfinished?what=open&holder=roads").get_data(as_text=True)
    assert clerk.get("/desk/unfinished").status_code == 403
