"""Trying the other things that rules decide: what may be done, who is held to account, what a resident is told."""

import importlib
import pkgutil
from typing import Any

import pytest

import core.journey
from core.journey import joint
from core.journey.command import COMMANDS
from core.journey.dry_run import summary
from core.journey.dry_run.commands import MOVING, NOTED, command_of
from core.journey.dry_run.reading import pasts_of
from core.journey.handle import contact
from core.journey.press import instruct
from core.journey.time import decide_extension, decide_pause, request_extension, request_pause
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.states import MOVES, Command
from tests.builders import LEADER, OPERATOR, REVIEWER, beijing, make_district
from tests.dry_run.trying import told, tried
from tests.journey.walking import Walk

PHONE = Contact(name="王小二", phone="13800000001")


def walking(installation: Installation, slug: str, **appeal: Any) -> Walk:
    """Take in an appeal and have it signed by the road unit."""
    walk = Walk(installation, slug)
    walk.take_in("2026-03-12 10:00", **appeal)
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 11:00")
    return walk


def test_every_command_that_entries_tell_of_is_one_of_the_products() -> None:
    for module in pkgutil.iter_modules(core.journey.__path__):
        importlib.import_module(f"core.journey.{module.name}")

    assert {*MOVING.values(), *NOTED.values()} <= set(COMMANDS)
    assert set(MOVING) == set(Command) - {Command.REGISTER, Command.EVALUATE, Command.WITHDRAW}
    labels = {name: MOVES[Command(kind)].label for kind, name in MOVING.items()}
    assert labels == {name: COMMANDS[name].label for name in labels}


def test_who_brought_a_unit_in_tells_which_command_it_was(installation: Installation) -> None:
    slug = make_district(installation, units=[("lamps", "路灯管理处", "city_department")])
    walk = walking(installation, slug)
    walk.do(joint.bring_in, "2026-03-12 12:00", actor=walk.lead_clerk(), unit="parks", task="修枝")
    walk.do(joint.add_unit, "2026-03-12 14:00", actor=OPERATOR, unit="lamps", task="换灯杆")

    with installation.scope(slug) as scope:
        (past,) = pasts_of(scope, [walk.ticket()])
    told = [command_of(entry, was_registered=False) for entry in past.entries]
    assert told[-2:] == ["bring_in", "add_unit"]


def test_a_reply_that_would_have_to_wait_for_a_call_is_told_with_the_words_of_the_rule(
    installation: Installation,
) -> None:
    slug = make_district(installation, features={"nanhai.light": {}})
    silent = walking(installation, slug, contact=PHONE)
    silent.reply("2026-03-13 10:00")
    called = walking(installation, slug, contact=PHONE)
    called.do(contact, "2026-03-13 09:00", actor=called.lead_clerk(), reached=True)
    called.reply("2026-03-13 10:00")
    walking(installation, slug).reply("2026-03-13 10:00")

    found = tried(installation, slug, "nanhai.loop", {})

    words = "答复前须向诉求人反馈：还没有联系过诉求人，联系不上的至少联系 1 次。请联系并登记“联系诉求人”后再提交"
    assert told(found, "refusal") == {silent.serial_no: [("new", "准许", words)]}
    assert found.changed[0].changes[0].subject == "提交办结（2026-03-13 10:00）"
    assert summary(found)[0] == "3 件中 1 件有实际做过的操作会被拒绝；0 件出错。"


def test_a_ground_for_exemption_is_judged_before_the_unit_is_told(installation: Installation) -> None:
    slug = make_district(
        installation,
        features={"nanhai.light": {}, "nanhai.discipline": {}},
        units=[("discipline", "纪委监委", "discipline")],
    )
    walk = walking(installation, slug, text="道路坑洼，正在诉讼")

    found = tried(installation, slug, "chengdu.scope", {}, now=beijing("2026-03-25 10:00"))

    assert told(found, "case") == {
        walk.serial_no: [("gone", "启动问责 → 纪委监委（2026-03-19 18:00）", "先核免责，暂不通知单位")]
    }
    [case] = [change for change in found.changed[0].changes if change.what == "case"]
    assert case.after.rule_id == "chengdu.scope/exempt"
    assert told(found, "scope") == {walk.serial_no: [("new", "无", "诉求提到“正在诉讼”")]}
    assert (found.totals.not_accountable, found.totals.out_of_scope) == (1, 1)


def test_another_receipt_is_told_with_both_texts(installation: Installation) -> None:
    slug = make_district(installation, features={"chengdu.receipt": {}})
    walk = walking(installation, slug)

    found = tried(
        installation, slug, "chengdu.receipt", {"text": "编号 {serial_no}，提取码 {access_code}，请妥善保存。"}
    )

    [(effect, _, after)] = told(found, "receipt")[walk.serial_no]
    assert (effect, after) == ("other", "编号 {serial_no}，提取码 {access_code}，请妥善保存。")


def test_other_words_for_danger_make_the_right_tickets_urgent_and_start_their_clocks(
    installation: Installation,
) -> None:
    slug = make_district(installation, features={"chengdu.limits": {}, "chengdu.urgent": {"keywords": ["倒塌"]}})
    danger = walking(installation, slug, text="围墙开裂，有危险")
    said = walking(installation, slug, text="围墙开裂，有危险", urgency="normal")
    walking(installation, slug, text="路灯不亮")

    found = tried(installation, slug, "chengdu.urgent", {"keywords": ["开裂"]})

    assert told(found, "urgency") == {danger.serial_no: [("new", "一般", "紧急")]}
    assert said.serial_no not in told(found, "urgency")  # a person said that it is not
    assert told(found, "clock") == {danger.serial_no: [("new", "无", "2026-03-12 11:10")]}


@pytest.mark.parametrize(("allowed", "refused"), [(15, False), (1, True)])
def test_more_time_than_the_draft_allows_is_told_as_refused(
    installation: Installation, allowed: int, *, refused: bool
) -> None:
    slug = make_district(installation, features={"chengdu.limits": {}})
    walk = walking(installation, slug)
    walk.do(request_extension, "2026-03-13 10:00", actor=walk.lead_clerk(), days=2, reason="等配件")
    walk.do(decide_extension, "2026-03-13 11:00", actor=REVIEWER, approved=True)

    found = tried(installation, slug, "chengdu.limits", {"extension_days": allowed})

    told_of = {walk.serial_no: [("new", "准许", "准予延期 2 个工作日，只可再延 1 个")]} if refused else {}
    assert told(found, "refusal") == told_of


def test_a_pause_and_a_leaders_deadline_move_the_clocks_of_both_alike(installation: Installation) -> None:
    slug = make_district(installation, duties=[{"code": "road", "limit": ["wd_eod", 4]}])
    walk = walking(installation, slug, matter="road")
    clerk = walk.lead_clerk()
    how: dict[str, Any] = {"reason_code": "awaiting_resident", "evidence": "待补充照片", "days": 2}
    walk.do(request_pause, "2026-03-13 10:00", actor=clerk, **how)
    walk.do(decide_pause, "2026-03-13 11:00", actor=REVIEWER, approved=True)
    walk.supervise("2026-03-18 10:00")
    due = beijing("2026-03-18 17:00")
    walk.do(instruct, "2026-03-18 11:00", actor=LEADER, leader="区长", level="district", text="抓紧", deadline=due)

    found = tried(installation, slug, "nanhai.light", {"handling_days": 3}, now=beijing("2026-03-18 12:00"))

    # The unit's four days stood still from the 13th to the 17th, then the leader spoke: the duty list's limit, which the
    # draft's feature does away with. By the draft the resident's was over by then, and the waiting for dispatch is timed.
    assert told(found, "due") == {walk.serial_no: [("earlier", "2026-03-18 17:00", "2026-03-17 18:00")]}
    assert told(found, "clock") == {
        walk.serial_no: [("gone", "2026-03-18 17:00", "无"), ("new", "无", "2026-03-17 18:00")]
    }
    assert told(found, "overdue") == {walk.serial_no: [("new", "办结前没有超期", "2026-03-17 18:00")]}
