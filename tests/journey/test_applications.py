"""办事申请: what residents apply for goes the way of an appeal, ends granted, refused by a named law or handed on, and is counted apart."""

import pytest
from sqlalchemy import select

from core.handling.models import Reply
from core.handling.rules import BasisMissing, UnknownDisposition
from core.journey.desk import answer_directly
from core.journey.queries.case import get_case
from core.journey.queries.progress import progress_of
from core.statistics.codes import code_shares, counts_by_code
from core.statistics.days import Span
from core.statistics.queries import Cube, counts_by_way
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation
from core.units.papers import papers_in
from tests.builders import OPERATOR, beijing, make_district
from tests.journey.walking import Walk

LAW = "《道路挖掘管理办法》第九条：雨季不批准挖掘"
GUIDE = "问清挖掘的地点和天数。所需材料：申请表、施工图、营业执照。当场能补的先收下。"


def test_an_application_is_granted_refused_or_handed_on_and_no_complaint_figure_moves(
    installation: Installation,
) -> None:
    slug = make_district(installation, duties=[{"code": "dig", "keywords": ["挖掘"], "guide": GUIDE}])
    walk = Walk(installation, slug)
    walk.take_in("2026-03-12 10:00", text="申请挖掘人民路", nature="application")
    case = walk.run(lambda scope: get_case(scope, walk.serial_no, now=beijing("2026-03-12 10:05")))
    assert (case.nature, case.papers) == ("办事申请", ("申请表", "施工图", "营业执照"))
    assert list(case.results) == ["granted", "refused", "transferred"]

    walk.dispatch()
    walk.sign()
    with pytest.raises(UnknownDisposition, match="办事申请没有办理结果“已解决”"):
        walk.reply()
    with pytest.raises(BasisMissing, match="请写明法律依据"):
        walk.reply(disposition="refused", basis="  ")
    walk.reply(text="雨季不予批准", disposition="refused", basis=LAW)
    walk.pass_reply()

    [told] = walk.run(lambda scope: progress_of(scope, walk.ticket(), now=beijing("2026-03-13 12:00")).replies)
    assert (told.disposition, told.basis) == ("不予办理", LAW)

    granted = Walk(installation, slug)
    granted.take_in("2026-03-12 11:00", text="申请挖掘解放路", nature="application")
    granted.do(answer_directly, "2026-03-12 11:10", actor=OPERATOR, text="准予", disposition="granted")
    complaint = Walk(installation, slug)
    complaint.take_in("2026-03-12 12:00", text="挖掘后不复原")
    with pytest.raises(UnknownDisposition, match="这类诉求没有办理结果“准予办理”"):
        complaint.do(answer_directly, "2026-03-12 12:10", actor=OPERATOR, text="准予", disposition="granted")
    complaint.do(answer_directly, "2026-03-12 12:10", actor=OPERATOR, text="已请施工方当天复原")

    refresh_all(installation, slug)
    span = Span(beijing("2026-03-12 00:00").date(), beijing("2026-03-14 00:00").date())
    with installation.scope(slug) as scope:
        cube = Cube.of(scope)
        outcomes = counts_by_code(cube, "applications", span)
        assert outcomes == {"refused": 1, "granted": 1}
        assert {each.label: each.numerator for each in code_shares("applications", outcomes, {})} == {
            "准予办理": 1,
            "不予办理": 1,
        }
        assert counts_by_way(cube, span).by("nature", "accepted") == {"application": 2, "help": 1}
        kept = scope.session.scalars(
            select(Reply.basis).where(Reply.tenant_id == scope.tenant.id).order_by(Reply.id)
        ).all()
    assert kept == [LAW, "", ""]


def test_a_guide_without_papers_asks_for_none() -> None:
    assert papers_in("问清地点。") == ()
    assert papers_in("申请材料: 身份证明；租赁合同\n别的不用") == ("身份证明", "租赁合同")
