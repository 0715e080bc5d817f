"""A person gets all that is kept of them and nothing of others; erased, they are nowhere, and the evidence still verifies."""

import hashlib
import json
from typing import Any

import pytest
from sqlalchemy import select, text

from core.intake.inbound import new_item, payload_of
from core.intake.models import InboundItem, IntakeEvent
from core.journey.accept import reject
from core.journey.audit import audit_tenant
from core.journey.erase import Erased, StillOpen, erase_contact, erase_person
from core.journey.inbound.by_hand import enter
from core.journey.person import as_file, export_person
from core.journey.reveal import reveal_contact
from core.kit.db import Base
from core.people.roles import NotPermitted
from core.residents.phones.rules import PhoneUnusable
from core.tenancy.models import SecurityEvent
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.models import Message, TicketContact
from core.tickets.reveals import NoContact
from core.tickets.service import ReasonMissing
from core.tickets.timeline import Order
from tests.builders import OPERATOR, beijing, make_actor, make_appeal
from tests.journey.walking import Walk

ADMINISTRATOR = make_actor("管理员庚", "administrator", id=7)
PHONE = "13800000001"
EMAIL = "Chen.mm@example.com"
CHEN = Contact("陈某某", PHONE, "人民路 1 号", keep_private=True, email=EMAIL, tell_by="mail")
OTHER = Contact("欧阳小路", "13700001234", "松柏街 99 号")
AT = beijing("2026-03-20 10:00")
SAID = "我叫陈某某，电话 138 0000 0001，住人民路 1 号，路灯不亮，来信 chen.mm@EXAMPLE.com"


def ended(walk: Walk, contact: Contact, words: str = SAID, **appeal: Any) -> str:
    """Walk a ticket to its end, with the person named on the way where people write."""
    walk.take_in(contact=contact, text=words, **appeal)
    walk.dispatch()
    walk.sign()
    walk.reply(text=f"{contact.name}您好，已修复")
    walk.pass_reply()
    walk.rate(comment="谢谢")
    return walk.serial_no


def exported(walk: Walk, phone: str = PHONE) -> dict[str, Any]:
    found = walk.run(lambda scope: export_person(scope, phone, actor=ADMINISTRATOR, reason="本人申请", now=AT))
    return json.loads(json.dumps(found, default=str))  # type: ignore[no-any-return]


def erased(walk: Walk, phone: str = PHONE, **how: Any) -> Erased:
    given = {"actor": ADMINISTRATOR, "reason": "本人申请", "now": AT, **how}
    return walk.run(lambda scope: erase_person(scope, phone, **given))


def everything_of(walk: Walk, owner_url: str) -> str:
    """Return all rows of the tenant in all tables as text, and all that can be decrypted in them."""
    tenant_id = walk.installation.tenant(walk.slug).id
    dumped: list[str] = []

    def read(scope: Scope) -> None:
        for table in Base.metadata.sorted_tables:
            if "tenant_id" in table.c:
                rows = scope.session.execute(text(f"SELECT to_jsonb(t) FROM {table.fullname} t"))
                dumped.extend(json.dumps(row[0], ensure_ascii=False) for row in rows)
        for event in scope.session.scalars(select(IntakeEvent)):
            where = {"tenant_id": tenant_id, "field": "intake.payload", "row_id": event.id}
            dumped.append(scope.keys.decrypt(event.payload, **where))  # type: ignore[arg-type]
        dumped.extend(payload_of(scope, item).body.decode() for item in scope.session.scalars(select(InboundItem)))

    walk.run(read)
    return "\n".join(dumped)


def security(walk: Walk, kind: str) -> list[SecurityEvent]:
    return walk.run(lambda scope: list(scope.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == kind))))


def test_a_person_gets_all_tickets_with_everything_said_and_nobody_elses(walk: Walk) -> None:
    theirs = ended(walk, OTHER, words="欧阳小路家门口积水")
    mine = ended(walk, CHEN)
    order = Order(OPERATOR, beijing("2026-03-14 10:00"))
    walk.run(lambda scope: reveal_contact(scope, mine, order, purpose="follow_up", words="回访"))

    found = exported(walk, "+86 138-0000-0001")

    assert (found["phone"], found["exported_by"], found["reason"]) == ("138****0001", "管理员庚", "本人申请")
    [ticket] = found["tickets"]
    assert ticket["serial_no"] == mine
    assert ticket["contact"] == {
        "name": "陈某某",
        "phone": PHONE,
        "address": "人民路 1 号",
        "wechat": "",
        "weibo": "",
        "email": EMAIL,
        "email_confirmed": False,
        "tell_by": "mail",
        "tell_hours": "",
        "phone_proven": False,
        "keep_private": True,
    }
    assert ticket["text"] == SAID
    assert ticket["as_it_came"][0]["content"]["contact"]["phone"] == PHONE
    assert [each["text"] for each in ticket["replies"]] == ["陈某某您好，已修复"]
    assert [(each["satisfaction"], each["comment"]) for each in ticket["ratings"]] == [("满意", "谢谢")]
    assert [each["purpose"] for each in ticket["looked_at"]] == ["电话回访"]
    whole = json.dumps(found, ensure_ascii=False)
    assert [word in whole for word in (theirs, "欧阳小路", "13700001234", "经办人丙", "坐席甲")] == [False] * 5
    [event] = security(walk, "exported")
    assert (event.actor, event.subject) == ("管理员庚", "138****0001")
    digest = hashlib.sha256(as_file(found)).hexdigest()
    assert event.detail == {"tickets": [mine], "rows": 1, "sha256": digest, "reason": "本人申请"}


def test_a_person_gets_what_was_sent_to_them(walk: Walk) -> None:
    walk.register(contact=CHEN)
    walk.do(reject, "2026-03-12 11:00", actor=OPERATOR, reason_code="outside", advice="请拨打 12345")

    [ticket] = exported(walk)["tickets"]

    [message] = ticket["messages"]
    assert message["text"].endswith("请拨打 12345。")


@pytest.mark.parametrize("phone", ["", "1380", "陈某某", "1380000000a"])
def test_nobody_is_looked_for_by_half_a_phone(walk: Walk, phone: str) -> None:
    with pytest.raises(PhoneUnusable):
        exported(walk, phone)


def test_only_who_administers_exports_and_erases_and_says_why(walk: Walk) -> None:
    with pytest.raises(NotPermitted):
        walk.run(lambda scope: export_person(scope, PHONE, actor=OPERATOR, reason="看看", now=AT))
    with pytest.raises(NotPermitted):
        erased(walk, actor=OPERATOR)
    with pytest.raises(ReasonMissing):
        erased(walk, reason=" ")


def test_who_is_erased_is_nowhere_and_the_evidence_verifies(walk: Walk, owner_url: str) -> None:
    theirs = ended(walk, OTHER, words="欧阳小路家门口积水")
    mine = ended(walk, CHEN, place="人民路 1 号门口")
    states = [entry.state for entry in walk.rows(Message)]

    assert erased(walk) == Erased((mine,), (), {})

    kept = everything_of(walk, owner_url)
    assert [word in kept for word in ("陈某某", PHONE, "138 0000 0001", "人民路 1 号", EMAIL)] == [False] * 5
    assert [word in kept for word in ("欧阳小路家门口积水", theirs)] == [True, True]
    ticket = walk.ticket()
    assert (ticket.text, ticket.place) == ("我叫＊＊，电话 ＊＊，住＊＊，路灯不亮，来信 ＊＊", "＊＊门口")
    assert (walk.entries()[-1].kind, walk.entries()[-1].summary) == ("erased", "删除了诉求人的个人信息：本人申请")
    assert [entry.state for entry in walk.rows(Message)] == states
    assert walk.run(audit_tenant).findings == ()
    [event] = security(walk, "erased")
    assert (event.subject, event.detail) == ("138****0001", {"tickets": [mine], "reason": "本人申请"})
    order = Order(OPERATOR, AT)
    with pytest.raises(NoContact):
        walk.run(lambda scope: reveal_contact(scope, mine, order, purpose="verify", words="核实"))


def test_who_left_an_email_address_is_found_by_it_and_erased(walk: Walk) -> None:
    ended(walk, OTHER, words="欧阳小路家门口积水")
    mine = ended(walk, CHEN)

    found = exported(walk, "chen.MM@example.com ")
    assert (found["phone"], [each["serial_no"] for each in found["tickets"]]) == ("c***@example.com", [mine])
    assert erased(walk, EMAIL) == Erased((mine,), (), {})
    assert exported(walk, EMAIL)["tickets"] == []


def test_erasing_twice_changes_nothing_more(walk: Walk) -> None:
    mine = ended(walk, CHEN)
    erased(walk)
    version = walk.ticket().version

    assert erased(walk) == Erased((), (), {})
    assert walk.run(lambda scope: erase_contact(scope, mine, Order(ADMINISTRATOR, AT), reason="再来")) == {}
    assert walk.ticket().version == version
    assert len(security(walk, "erased")) == 1


def test_what_is_still_handled_keeps_its_contact(walk: Walk) -> None:
    done = ended(walk, CHEN)
    walk.take_in(contact=CHEN)
    being_handled = walk.serial_no

    assert erased(walk) == Erased((done,), (being_handled,), {})

    assert [each.phone is not None for each in walk.rows(TicketContact)] == [True]
    with pytest.raises(StillOpen):
        walk.run(lambda scope: erase_contact(scope, being_handled, Order(ADMINISTRATOR, AT), reason="本人申请"))


def test_a_try_tells_what_would_go_and_changes_nothing(walk: Walk) -> None:
    mine = ended(walk, CHEN)
    version = walk.ticket().version

    assert erased(walk, dry_run=True) == Erased((mine,), (), {})

    assert walk.ticket().version == version
    assert exported(walk)["tickets"][0]["contact"]["name"] == "陈某某"
    assert security(walk, "erased") == []


def test_evidence_that_names_the_person_is_counted_and_left(walk: Walk) -> None:
    walk.take_in(contact=CHEN)
    walk.answer()
    walk.rate("2026-03-13 15:05", comment="我是陈某某，打 13800000001")

    found = erased(walk)

    assert found.named["rating"] == 1
    assert walk.run(audit_tenant).findings == ()


def entered(walk: Walk, item_id: int, contact: Contact, *, has_more: bool = False) -> None:
    """Enter an appeal of a pushed item, and answer it."""
    appeal, at = make_appeal(contact=contact), beijing("2026-03-12 11:00")
    taken = walk.run(lambda scope: enter(scope, item_id, appeal, has_more=has_more, actor=OPERATOR, now=at))
    walk.serial_no = taken.serial_no
    walk.answer("2026-03-12 12:00")


def test_a_pushed_item_is_emptied_or_where_others_are_in_it_blanked(walk: Walk) -> None:
    def pushed(scope: Scope, message_id: str, minute: int) -> int:
        body = f"陈某某 {PHONE}；欧阳小路 13700001234".encode()
        item = new_item(
            scope,
            channel="x",
            message_id=message_id,
            content_type="text/plain",
            body=body,
            state="needs_person",
            now=beijing(f"2026-03-12 10:0{minute}"),
        )
        return item.id

    shared = walk.run(lambda scope: pushed(scope, "1", 1))
    alone = walk.run(lambda scope: pushed(scope, "2", 2))
    entered(walk, shared, CHEN, has_more=True)
    entered(walk, shared, OTHER)
    entered(walk, alone, CHEN)

    erased(walk)

    bodies = walk.run(
        lambda scope: [
            payload_of(scope, item).body.decode()
            for item in scope.session.scalars(select(InboundItem).order_by(InboundItem.id))
        ]
    )
    assert bodies == ["＊＊ ＊＊；欧阳小路 13700001234", "{}"]
