"""A ticket walked through the pages, as the people who work with it do."""

import re
from datetime import UTC, datetime

from tests.builders import make_ticket
from tests.web.conftest import House


def test_a_ticket_goes_from_the_call_to_the_rating_without_javascript(house: House) -> None:
    operator = house.visitor(house.operator)
    operator.get("/desk/new")
    receipt = operator.post(
        "/desk/new", text="建设路路灯不亮，道路坑洼。", place="建设路 8 号", channel="desk", nature="help"
    )
    assert receipt.status_code == 200
    serial_no = operator.page.split('data-copy="')[1].split('"')[0]

    operator.get(f"/desk?lane=dispatch&at={serial_no}")
    sent = operator.post("/desk/dispatch", serial_no=serial_no, unit="roads", back="/desk")
    assert (sent.status_code, sent.location) == (303, "/desk")
    assert f"{serial_no} 已派给道路管理处" in operator.get("/desk").get_data(as_text=True)

    clerk = house.visitor(house.clerk)
    assert serial_no in clerk.get("/unit").get_data(as_text=True)
    clerk.get(f"/unit/{serial_no}")
    assert clerk.post(f"/unit/{serial_no}/sign").status_code == 303
    clerk.get(f"/unit/{serial_no}")
    assert (
        clerk.post(f"/unit/{serial_no}/reply", text="路灯已修复，坑洼已填平。", disposition="resolved").status_code
        == 303
    )

    reviewer = house.visitor(house.reviewer)
    review = reviewer.get(f"/desk?lane=review&at={serial_no}").get_data(as_text=True)
    assert "路灯已修复" in re.sub(r"</?mark>", "", review)
    assert reviewer.post("/desk/review", serial_no=serial_no, verdict="pass").status_code == 303

    operator.get(f"/desk?lane=follow_up&at={serial_no}")
    rated = operator.post(
        "/desk/follow-up", serial_no=serial_no, outcome="reached", resolved="yes", satisfaction="satisfied", note="很快"
    )
    assert rated.status_code == 303
    page = operator.get(f"/t/{serial_no}").get_data(as_text=True)
    assert "已评价" in page
    assert "已解决，满意" in page


def test_a_unit_asks_to_give_a_ticket_back_and_the_desk_agrees(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no
    operator, clerk = house.visitor(house.operator), house.visitor(house.clerk)
    operator.get(f"/desk?at={serial_no}")
    operator.post("/desk/dispatch", serial_no=serial_no, unit="roads")

    clerk.get(f"/unit/{serial_no}")
    refused = clerk.post(f"/unit/{serial_no}/request_return", reason_code="not_duty", evidence="")
    assert refused.status_code == 422
    assert "请填写“情况说明”" in clerk.page

    asked = clerk.post(
        f"/unit/{serial_no}/request_return", reason_code="not_duty", evidence="属绿化带内", proposed_unit="parks"
    )
    assert asked.status_code == 303
    page = operator.get(f"/desk?lane=returns&at={serial_no}").get_data(as_text=True)
    assert "属绿化带内" in page
    assert "建议由 <b>园林管理处</b> 办理" in page

    assert operator.post(f"/t/{serial_no}/approve_return", back="/desk?lane=returns").location == "/desk?lane=returns"
    page = operator.get(f"/t/{serial_no}").get_data(as_text=True)
    assert "同意退单：不属本单位职责" in page


def test_the_reviewer_returns_a_reply_only_with_a_reason(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no
    operator, clerk, reviewer = (house.visitor(login) for login in (house.operator, house.clerk, house.reviewer))
    operator.get(f"/desk?at={serial_no}")
    operator.post("/desk/dispatch", serial_no=serial_no, unit="roads")
    for step, fields in (("sign", {}), ("reply", {"text": "已处理。", "disposition": "resolved"})):
        clerk.get(f"/unit/{serial_no}")
        assert clerk.post(f"/unit/{serial_no}/{step}", **fields).status_code == 303

    reviewer.get(f"/desk?lane=review&at={serial_no}")
    assert reviewer.post("/desk/review", serial_no=serial_no, verdict="return", note="").status_code == 422
    reviewer.get(f"/desk?lane=review&at={serial_no}")
    assert reviewer.post("/desk/review", serial_no=serial_no, verdict="return", note="没写何时修好").status_code == 303

    assert "没写何时修好" in clerk.get(f"/unit/{serial_no}").get_data(as_text=True)


def test_what_was_typed_is_still_there_when_the_ticket_is_refused(house: House) -> None:
    operator = house.visitor(house.operator)
    operator.get("/desk/new")

    refused = operator.post("/desk/new", text="  ", place="建设路 8 号", name="陈某", channel="desk", urgency="urgent")

    assert refused.status_code == 422
    assert "诉求没有内容" in operator.page
    assert 'value="建设路 8 号"' in operator.page
    assert 'value="urgent" checked' in operator.page


def test_the_same_form_sent_twice_makes_one_ticket(house: House) -> None:
    operator = house.visitor(house.operator)
    operator.get("/desk/new")
    command = operator.hidden("command_id")

    serials = set()
    for _ in range(2):
        operator.get("/desk/new")
        operator.post("/desk/new", text="道路坑洼", channel="desk", command_id=command)
        serials.add(operator.page.split('data-copy="')[1].split('"')[0])

    assert len(serials) == 1


def test_somebody_was_faster_is_said_with_what_they_did(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no
    first, second = house.visitor(house.operator), house.visitor(house.operator)
    first.get(f"/desk?at={serial_no}")
    second.get(f"/desk?at={serial_no}")
    first.post("/desk/dispatch", serial_no=serial_no, unit="roads")

    late = second.post("/desk/dispatch", serial_no=serial_no, unit="parks", hx=True)

    assert late.status_code == 409
    assert late.headers["HX-Retarget"] == "#notice"
    assert "最近一次变动" in second.page
    assert f'href="/t/{serial_no}"' in second.page


def test_a_correction_moves_the_suggestion(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug, text="请尽快处理", now=datetime.now(UTC)).serial_no
    operator = house.visitor(house.operator)
    operator.get(f"/desk/{serial_no}/classify")
    assert operator.post(f"/desk/{serial_no}/classify", nature="complaint", matter="road").status_code == 303
    page = operator.get(f"/desk?at={serial_no}").get_data(as_text=True)
    assert "建议：道路管理处" in page
    assert "城市管理 / 道路" in page


def test_the_unit_notes_what_it_does_and_that_it_is_there(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no
    operator, clerk = house.visitor(house.operator), house.visitor(house.clerk)
    operator.get(f"/desk?at={serial_no}")
    operator.post("/desk/dispatch", serial_no=serial_no, unit="roads")
    for step, fields in (("sign", {}), ("note", {"what": "已电话联系"}), ("arrive", {})):
        clerk.get(f"/unit/{serial_no}")
        assert clerk.post(f"/unit/{serial_no}/{step}", **fields).status_code == 303, step
    page = clerk.get(f"/unit/{serial_no}").get_data(as_text=True)
    assert "已电话联系" in page
    assert "到场" in page


def test_a_ticket_whose_resident_is_not_content_is_done_again(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no
    operator = house.visitor(house.operator)
    operator.get(f"/desk?at={serial_no}")
    operator.post("/desk/answer", serial_no=serial_no, text="请向物业反映。")
    operator.get(f"/t/{serial_no}")
    assert operator.post(f"/t/{serial_no}/redo", reason="物业不理").status_code == 303
    page = operator.get(f"/desk?at={serial_no}").get_data(as_text=True)
    assert "重办" in page
