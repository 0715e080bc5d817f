"""Every page of the city as a file: the same document in five forms, with what was asked and as of when."""

import csv
import json
from io import BytesIO, StringIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from core.documents.data import ALL_FORMS
from core.statistics.central.registry import PAGES
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation
from tests.builders import beijing, make_city, make_district, make_ticket
from tests.web.making import Visitor, make_account

MARCH = "month=2026-03"


@pytest.fixture(scope="module")
def districts(installation: Installation) -> list[str]:
    slugs = sorted(make_district(installation) for _ in range(2))
    for slug, days in zip(slugs, (("12",), ("13", "14")), strict=True):
        for day in days:
            make_ticket(installation, slug, now=beijing(f"2026-03-{day} 10:00"))
        refresh_all(installation, slug)
    return slugs


@pytest.fixture
def analyst(installation: Installation, app: Flask, districts: list[str]) -> Visitor:
    city = make_city(installation, districts)
    visitor = Visitor(app)
    visitor.sign_in(make_account(installation, city, "analyst", ["analyst"], name="苏城"))
    return visitor


@pytest.mark.parametrize("page", PAGES)
def test_each_page_comes_in_each_form(analyst: Visitor, page: str) -> None:
    for form, each in ALL_FORMS.items():
        found = analyst.client.get(f"/city/{page}/file/{form}?{MARCH}")
        assert (found.status_code, found.mimetype) == (200, each.media_type.partition(";")[0]), (page, form)
        assert len(found.data) > 100


def test_all_forms_hold_the_same_numbers_with_what_was_asked(analyst: Visitor, districts: list[str]) -> None:
    at = f"/city/districts/file/{{}}?{MARCH}&channel=desk"
    told = json.loads(analyst.client.get(at.format("json")).data)
    lines = list(csv.reader(StringIO(analyst.client.get(at.format("csv")).data.decode("utf-8-sig"))))
    book = CalamineWorkbook.from_filelike(BytesIO(analyst.client.get(at.format("xlsx")).data))

    assert told["lead"][0].startswith("2026年3月")
    assert any("统计到" in line for line in told["lead"])
    names = [f"测试区 {slug}" for slug in districts]
    table = next(table for section in told["sections"] for table in section["tables"] if "受理量" in table["head"])
    place = table["head"].index("受理量")
    by_name = {row[0]: row[place]["value"] for row in table["rows"] if row[0] in names}
    head = next(line for line in lines if "受理量" in line)
    rows = {line[0]: line[head.index("受理量")] for line in lines if len(line) == len(head) and line[0] in names}
    assert {name: str(value) for name, value in by_name.items()} == rows
    assert sum(by_name.values()) > 0
    cells = {
        row[0]: row
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        if row and row[0] in names
    }
    assert set(cells) == set(names)
    assert "苏城" in " ".join(line[0] for line in lines if line)


def test_what_there_is_not_is_refused_in_words(analyst: Visitor) -> None:
    assert analyst.get(f"/city/nothing/file/xlsx?{MARCH}").status_code == 404
    assert analyst.get(f"/city/districts/file/exe?{MARCH}").status_code == 404
    for wrong in (
        "month=2999-01",
        "month=x",
        "from=2026-03-09&until=2026-03-01",
        "district=nobody",
        "metric=%00",
        "nature=x",
    ):
        assert 400 <= analyst.get(f"/city/districts/file/csv?{wrong}").status_code < 500, wrong
    assert analyst.get(f"/city/units/file/json?{MARCH}&district={'x' * 5000}").status_code in (404, 414, 422)
