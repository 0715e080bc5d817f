"""Bulletins on their pages: drafted by one, decided and published by another, and read by everybody."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from pypdf import PdfReader

from core.documents.forms import FORMS
from core.hooks import BulletinRules, GradeBand
from core.statistics.periods import Month
from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import BEIJING, make_district, make_feature, make_installation
from tests.stages.lives import DUTIES, Life
from tests.web.making import Visitor, make_account

RULES = BulletinRules("f/naming", "点名", sample=1)
FLOOR = GradeBand("satisfied", 0.85, "低于底线", "点名", "f/naming", "满意率低于 85%")


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    feature = make_feature("f", bulletin_rules=lambda: [RULES], grade_bands=lambda: [FLOOR])
    installation = make_installation(database_url, features=[feature])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="module")
def app(installation: Installation) -> Flask:
    return create_app(installation)


def test_a_bulletin_goes_from_one_hand_to_another_and_to_everybody(installation: Installation, app: Flask) -> None:
    month = Month.of(datetime.now(UTC).astimezone(BEIJING).date()).previous
    slug = make_district(installation, features={"f": {}}, duties=DUTIES)
    life = Life(installation, slug, now=datetime(month.year, month.number, 2, 1, tzinfo=UTC))
    for rating in ("rate badly", "rate well"):
        life.take_in("<b>路灯</b>不亮")
        life.walk("dispatch", "sign", "reply", "pass reply", rating, hours=0.1)
    analyst, supervisor, operator, anybody = Visitor(app), Visitor(app), Visitor(app), Visitor(app)
    for visitor, role in ((analyst, "analyst"), (supervisor, "supervisor"), (operator, "operator")):
        visitor.sign_in(make_account(installation, slug, role, [role]))
    at = "/bulletins/1"

    assert operator.get("/bulletins").status_code == 403
    assert "还没有通报" in analyst.get("/bulletins").get_data(as_text=True)
    running = analyst.post("/bulletins", month=str(month.following), edition="general")
    assert (running.status_code, "还没有结束" in running.get_data(as_text=True)) == (409, True)
    assert analyst.post("/bulletins", month=str(month), edition="general").location == at
    analyst.get(at)
    refused = analyst.post(f"{at}/approve")
    assert (refused.status_code, "不能自己核准" in refused.get_data(as_text=True)) == (403, True)
    naming = supervisor.get(at).get_data(as_text=True).partition(f"{at}/namings/")[2].partition('"')[0]
    assert supervisor.post(f"{at}/namings/{naming}", decision="name", reason="数字属实").status_code == 303
    assert supervisor.post(f"{at}/approve").status_code == 303
    assert "公开通报" not in anybody.get(f"/public/{slug}").get_data(as_text=True)
    assert anybody.get(f"/public/{slug}/bulletins/1/pdf").status_code == 404
    assert supervisor.post(f"{at}/publish").status_code == 303
    summoned = supervisor.post(
        f"{at}/namings/{naming}/summons", serial_no=life.tickets[0], text="请于周五上午到场说明情况"
    )
    assert summoned.status_code == 303

    page = analyst.get(at).get_data(as_text=True)
    assert ("已发布" in page, "约谈通知〔" in page, "道路管理处" in page, "<b>路灯" in page) == (
        True,
        True,
        True,
        False,
    )
    files = {form: analyst.client.get(f"{at}/file/{form}") for form in FORMS}
    assert {form: answer.mimetype for form, answer in files.items()} == {
        form: each.media_type for form, each in FORMS.items()
    }
    assert sheets(files["xlsx"].data)["charts"] >= 1
    assert analyst.get(f"{at}/file/exe").status_code == 404
    assert "公开通报" in anybody.get(f"/public/{slug}").get_data(as_text=True)
    listed = anybody.get(f"/public/{slug}/bulletins").get_data(as_text=True)
    assert f"/public/{slug}/bulletins/1/pdf" in listed
    assert "点名：" not in listed  # two ratings are no sample
    copy = anybody.client.get(f"/public/{slug}/bulletins/1/pdf").data
    assert supervisor.client.get(f"{at}/file/for-all").data == copy
    house, everybody = (words_in(each) for each in (files["pdf"].data, copy))
    assert ("1/2" in house, "1/2" in everybody, "少于" in everybody) == (True, False, True)


def words_in(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def sheets(book: bytes) -> Mapping[str, int]:
    """Count the charts of a workbook."""
    return {"charts": sum(name.startswith("xl/charts/chart") for name in ZipFile(BytesIO(book)).namelist())}
