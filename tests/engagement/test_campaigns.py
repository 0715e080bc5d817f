"""A quiz and a collection from the file to the list that finance pays by: who may not enter, win, open or sign."""

import hashlib

import pytest

from core.engagement.queries import comes_out_again, seed_of, winners_of
from core.engagement.rules import CampaignUnusable
from core.journey.campaigns import (
    AwardUnusable,
    NotNow,
    award_campaign,
    open_campaign,
    pay_list,
    sign_campaign,
    write_campaign,
)
from core.journey.erase import erase_person
from core.journey.lists import SamePerson
from core.journey.taking_part import EnteredBefore, EntryUnusable, NotRunning, TooFast, TooManyEntries
from core.tickets.models import Ticket
from tests.builders import beijing, make_actor
from tests.engagement.conftest import COLLECTION, QUIZ, WRONG, Fair

PHONES = [f"138000001{nth:02}" for nth in range(6)]


def test_a_quiz_is_drawn_from_what_was_committed_to_and_paid_within_its_budget(fair: Fair) -> None:
    number = fair.opened()
    with pytest.raises(NotRunning):
        fair.enter(number, PHONES[0], at="2026-03-12 08:59")
    entered = {phone: fair.enter(number, phone).number for phone in PHONES}
    wrong = fair.enter(number, "13800000198", WRONG).number
    staff = fair.enter(number, "13800000099").number
    erased = fair.enter(number, "13800000197").number
    fair.run(
        lambda scope: erase_person(
            scope,
            "13800000197",
            actor=make_actor("安娜", "administrator", id=1),
            reason="本人要求",
            now=beijing("2026-03-13 09:00"),
        )
    )
    with pytest.raises(NotNow):
        fair.run(lambda scope: pay_list(scope, number, fair.order("安娜", "2026-03-13 09:00")))

    fair.draw(number)

    drawn = fair.look(number, lambda scope, campaign: (campaign.record, seed_of(scope, campaign), campaign.seed_sha256))
    record, seed, promised = drawn
    assert hashlib.sha256(seed.encode()).hexdigest() == promised
    assert record["list"] == sorted(entered.values())
    assert record["left_out"] == {wrong: "not-right", staff: "staff", erased: "erased"}
    first = min(record["list"], key=lambda each: hashlib.sha256(f"{seed}:一等奖:{each}".encode()).hexdigest())
    assert record["won"][0] == [0, 1, first]
    assert len({number for _, _, number in record["won"]}) == len(record["won"]) == 4
    assert fair.look(number, winners_of) == ()
    with pytest.raises(SamePerson):
        fair.run(lambda scope: sign_campaign(scope, number, fair.order("安娜", "2026-03-15 10:00")))
    fair.sign(number)
    winners, fits = fair.look(
        number, lambda scope, campaign: (winners_of(scope, campaign), comes_out_again(scope, campaign))
    )
    assert fits
    assert all(each.phone.startswith("138****") for each in winners)
    paid = fair.run(lambda scope: pay_list(scope, number, fair.order("贝塔", "2026-03-16 09:00")))
    assert [(each.prize, each.yuan) for each in paid] == [("一等奖", 100), *[("红包", 10)] * 3]
    assert {each.phone for each in paid} == {
        phone for phone in PHONES if entered[phone] in {each.number for each in paid}
    }


def test_a_robot_is_refused_in_words_where_it_enters(fair: Fair) -> None:
    number = fair.opened()
    again = fair.enter(number, "13700000001", form="one-form")
    assert fair.enter(number, "13700000001", form="one-form") == again  # a second click is the same entry

    with pytest.raises(EnteredBefore, match="每人一次"):
        fair.enter(number, "137 0000 0001", form="another")
    with pytest.raises(TooFast, match="至少要看 6 秒"):
        fair.enter(number, "13700000002", begun="2026-03-12 10:00")
    with pytest.raises(EntryUnusable, match="还有 1 题没有答"):
        fair.enter(number, "13700000003", (1, None))
    with pytest.raises(EntryUnusable, match="11 位手机号"):
        fair.enter(number, "12345")
    with pytest.raises(EntryUnusable, match="主办单位工作人员不参加"):
        fair.enter(number, "13700000004", is_no_staff=False)
    for nth in range(5):
        fair.enter(number, f"1370000001{nth}", address="203.0.113.9")
    with pytest.raises(TooManyEntries, match="已参加 5 次"):
        fair.enter(number, "13700000019", address="203.0.113.9")
    assert fair.look(number, lambda _, campaign: campaign.state) == "open"


def test_what_is_collected_becomes_tickets_and_a_jury_gives_no_more_than_there_is(fair: Fair) -> None:
    number = fair.opened(COLLECTION)
    ideas = [fair.enter(number, phone, (), text=f"公园缺一张长椅，第 {nth} 处") for nth, phone in enumerate(PHONES[:3])]
    ticket = fair.run(lambda scope: scope.session.get(Ticket, (scope.tenant.id, ideas[0].receipt.ticket_id)))  # type: ignore[union-attr]
    assert (ticket.channel, ticket.nature, ticket.text) == ("entrance", "suggestion", "公园缺一张长椅，第 0 处")  # type: ignore[union-attr]
    numbers = [each.number for each in ideas]
    order = fair.order("安娜", "2026-03-15 09:00")

    with pytest.raises(AwardUnusable) as refused:
        fair.run(lambda scope: award_campaign(scope, number, {"金点子": [*numbers, "XXXXXXXX"], "银点子": []}, order))
    assert refused.value.message == (
        "评选结果不能用，没有保存：没有奖项“银点子”；金点子只有 2 名；号码 XXXXXXXX 不在可评选的名单里。请改正后再试。"
    )
    fair.run(lambda scope: award_campaign(scope, number, {"金点子": numbers[:2]}, order).id)
    fair.sign(number)

    paid = fair.run(lambda scope: pay_list(scope, number, fair.order("贝塔", "2026-03-16 09:00")))
    assert sorted(each.phone for each in paid) == PHONES[:2]


def test_who_wrote_a_campaign_does_not_open_it(fair: Fair) -> None:
    number = fair.run(lambda scope: write_campaign(scope, QUIZ, fair.order("安娜", "2026-03-10 09:00")).id)

    with pytest.raises(SamePerson, match="开启活动要由另一位系统管理员来做"):
        fair.run(lambda scope: open_campaign(scope, number, fair.order("安娜", "2026-03-11 09:00")))


def test_a_campaign_worth_more_than_its_budget_is_refused_with_every_fault(fair: Fair) -> None:
    text = QUIZ.replace("number = 3", "number = 0").replace("right = 2", "right = 9")

    with pytest.raises(CampaignUnusable) as refused:
        fair.run(lambda scope: write_campaign(scope, text, fair.order("安娜", "2026-03-10 09:00")))

    assert refused.value.message == (
        "活动有 2 处不能用，没有保存：number 要写 1 到 10,000 的整数；第 1 题要有 ask、2 到 8 个 choices，right 写第几个是对的。"
        "请改正后再试。"
    )
    with pytest.raises(CampaignUnusable, match="奖品共值 130 元，超过预算 129 元"):
        fair.run(
            lambda scope: write_campaign(
                scope, QUIZ.replace("budget_yuan = 130", "budget_yuan = 129"), fair.order("安娜", "2026-03-10 09:00")
            )
        )
