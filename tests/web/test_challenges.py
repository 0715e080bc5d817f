"""Whoever works by a rule may say that it is wrong; who keeps the rules reads it and answers, and the ticket tells of both."""

from tests.web.conftest import House
from tests.web.making import Life, make_account


def test_a_challenge_names_the_rule_and_its_revision_and_is_answered_once(house: House) -> None:
    life = Life(house.installation, house.slug).take_in(text="道路坑洼，出行不便")
    operator = house.visitor(house.operator)
    steward = house.visitor(make_account(house.installation, house.slug, "steward", ["administrator"]))
    page = operator.get(f"/t/{life.serial_no}").get_data(as_text=True)
    assert page.count('href="#do-challenge_rule"') == 2  # beside the limit, and beside why it is where it is

    operator.post(f"/t/{life.serial_no}/challenge_rule", rule="core.routing/duty-list", words="公园里的路归园林")
    listed = steward.get("/challenges").get_data(as_text=True)
    assert all(
        words in listed for words in ("公园里的路归园林", "core.routing/duty-list", "派单依据", "张丽", life.serial_no)
    )
    number = steward.hidden("challenge_id")
    refused = steward.post("/challenges", serial_no=life.serial_no, challenge_id=number, answer=" ")
    assert refused.status_code == 422
    steward.post("/challenges", serial_no=life.serial_no, challenge_id=number, answer="下月修订清单时改")

    assert [entry.summary for entry in life.entries() if entry.kind == "rule_challenged"] == [
        "质疑：公园里的路归园林",
        "答复质疑：下月修订清单时改",
    ]
    steward.get("/challenges")
    again = steward.post("/challenges", serial_no=life.serial_no, challenge_id=number, answer="再答一次", version="1")
    assert again.status_code == 409 or "没有这条待答复的质疑" in steward.page
    assert house.visitor(house.operator).get("/challenges").status_code == 403
