"""A new key is brought in while everybody works: nothing is lost, a kill is made up for, and an old key ends on a day."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select, update

import core.journey.rekeying as rekeying
from core.hooks.roster import Roster
from core.hooks.settings import SecretText
from core.intake.inbound import new_item, payload_of
from core.intake.models import InboundItem, IntakeEvent
from core.journey.audit import audit_tenant
from core.journey.rekeying import ENCRYPTED, Progress, RetirementTooEarly, keys_in_use, retire_key, rotate_key
from core.journey.reveal import reveal_contact
from core.kit.ciphers import number_of
from core.kit.db import Base, Database
from core.kit.key_file import KeysUnusable, read_keys, write_keys
from core.kit.keys import Keyring
from core.kit.serials import access_code
from core.people.models import Account
from core.people.second_factor.service import offer
from core.tenancy.models import SecurityEvent, TenantSecret
from core.tenancy.scope import Installation
from core.tenancy.secret_rows import keep_text
from core.tenancy.secrets import opened_secrets
from core.tickets.contact import Contact
from core.tickets.models import TicketContact
from core.tickets.timeline import Order
from tests.builders import OPERATOR, beijing, make_district, make_ticket
from tests.journey.walking import Walk
from tests.web.making import make_account

NOW = beijing("2026-03-12 12:00")
HASHES = {
    *(
        "ticket.head_hash",
        "ticket_event.hash",
        "ticket_contact.phone_hash",
        "ticket_contact.name_hash",
        "seal.digest",
        "sealed_head.hash",
    ),
    *("sealed_record.hash", "intake_event.payload_sha256", "inbound_item.body_hash", "work_calendar_version.sha256"),
    *("security_event.mark", "recovery_code.code_hash", "api_token.token_hash", "staff_session.token_hash"),
    *(
        "tally.key",
        "sign_in_step.token_hash",
        "account_link.token_hash",
        "screen_link.token_hash",
        "call_record.phone_hash",
        "report_draft.key_hash",
    ),
    *(
        "campaign_entry.phone_hash",
        "panel_member.phone_hash",
        "interview_question.asker_hash",
        "interview_question.phone_hash",
        "interview_question.words_hash",
        "outreach_line.phone_hash",
        "ticket_contact.wechat_hash",
        "wechat_message.person",
        "ticket_contact.weibo_hash",
        "weibo_post.person",
        "ticket_contact.email_hash",
        "phone_code.phone_hash",
        "rights_request.phone_hash",
        "rights_request.name_hash",
    ),
}
"""Bytes that nobody decrypts: digests, under a key or not."""


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation with a key file, which knows of one tenant alone: other tests' rows are under other keys."""
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"masters": {"1": base64.b64encode(b"k" * 32).decode()}}))
    installation = Installation(Database(database_url), Keyring.load(path), Roster([]))
    slug = make_district(installation)
    installation.tenants = lambda: [installation.tenant(slug)]  # type: ignore[method-assign]
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def walk(installation: Installation) -> Walk:
    [tenant] = installation.tenants()
    return Walk(installation, tenant.slug)


def path_of(installation: Installation) -> Path:
    path = installation.keys.path
    assert path is not None
    return path


def contacts(walk: Walk) -> list[TicketContact]:
    return walk.run(lambda scope: list(scope.session.scalars(select(TicketContact).order_by(TicketContact.ticket_id))))


def take_in(walk: Walk, count: int) -> list[str]:
    return [
        make_ticket(walk.installation, walk.slug, contact=Contact("陈某某", f"1380000{n:04}", "人民路 1 号")).serial_no
        for n in range(count)
    ]


def phone_of(walk: Walk, serial_no: str) -> str:
    order = Order(OPERATOR, NOW)
    return walk.run(lambda scope: reveal_contact(scope, serial_no, order, purpose="verify", words="核实").contact.phone)


def test_every_column_of_bytes_is_known_as_encrypted_or_as_a_digest() -> None:
    encrypted = {f"{kind.table.name}.{name}" for kind in ENCRYPTED for name in kind.fields}
    columns = {
        f"{table.name}.{column.key}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert columns - encrypted <= HASHES
    assert encrypted <= columns


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_everything_encrypted_is_under_the_new_key_and_reads_as_before(walk: Walk, cipher: Any) -> None:
    [serial_no] = take_in(walk, 1)
    make_account(walk.installation, walk.slug, "operator", ["operator"])
    account_id = walk.run(lambda scope: _first_account(scope))
    bound = walk.run(lambda scope: offer(scope, account_id))
    walk.run(lambda scope: keep_text(scope, "x.y", "token", SecretText("不外传"), by="甲", now=NOW))
    walk.run(_pushed)

    keys, done, failed = rotate_key(walk.installation, cipher=cipher, now=NOW)

    assert (keys.newest, keys.cipher, keys.unfinished, done, failed) == (2, cipher, False, 5, 0)
    assert keys_in_use(walk.installation) == {2: 7}
    assert phone_of(walk, serial_no) == "13800000000"
    assert walk.run(lambda scope: offer(scope, account_id)) == bound
    assert walk.run(lambda scope: payload_of(scope, scope.session.scalars(select(InboundItem)).one()).body) == b"{}"
    assert (
        walk.run(
            lambda scope: opened_secrets(
                scope.tenant, scope.session.scalars(select(TenantSecret)).all(), "x.y", scope.keys
            )["token"].reveal()
        )
        == "不外传"
    )
    payload = walk.run(
        lambda scope: [
            json.loads(
                scope.keys.decrypt(row.payload, tenant_id=scope.tenant.id, field="intake.payload", row_id=row.id)
            )["contact"]["name"]
            for row in scope.session.scalars(select(IntakeEvent))
        ]
    )
    assert payload == ["陈某某"]
    [event] = walk.run(
        lambda scope: list(scope.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == "keys_rotated")))
    )
    assert event.detail == {"key": 2, "cipher": cipher, "rows": 5, "unreadable": 0}


def test_after_a_kill_the_same_key_is_brought_in_to_the_end(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rekeying, "BATCH", 2)
    serial_nos = take_in(walk, 5)

    def killed(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_key(walk.installation, cipher=None, now=NOW, told=killed)
    mixed = {number_of(row.phone or b"") for row in contacts(walk)}
    assert mixed == {1, 2}
    assert read_keys(path_of(walk.installation)).unfinished
    assert [phone_of(walk, each) for each in serial_nos] == [f"1380000{n:04}" for n in range(5)]

    keys, done, failed = rotate_key(walk.installation, cipher=None, now=NOW)

    assert (sorted(keys.masters), keys.unfinished, done, failed) == ([1, 2], False, 3 + 5, 0)
    assert {number_of(row.phone or b"") for row in contacts(walk)} == {2}
    assert [phone_of(walk, each) for each in serial_nos] == [f"1380000{n:04}" for n in range(5)]


def test_who_works_meanwhile_finds_everything_and_what_comes_in_is_under_the_new_key(walk: Walk) -> None:
    take_in(walk, 1)
    came: list[str] = []

    def at_work(progress: Progress) -> None:
        if not came:
            came.extend(take_in(walk, 1))

    rotate_key(walk.installation, cipher=None, now=NOW, told=at_work)

    assert keys_in_use(walk.installation).keys() == {2}
    assert phone_of(walk, came[0]) == "13800000000"


def test_a_row_that_was_tampered_with_is_counted_left_and_keeps_the_old_key(walk: Walk) -> None:
    take_in(walk, 2)
    spoilt = contacts(walk)[0]
    forged = (spoilt.phone or b"")[:-1] + b"\x00\x00"
    which = (TicketContact.tenant_id == spoilt.tenant_id, TicketContact.ticket_id == spoilt.ticket_id)
    walk.run(lambda scope: scope.session.execute(update(TicketContact).where(*which).values(phone=forged)))

    keys, done, failed = rotate_key(walk.installation, cipher=None, now=NOW)

    assert (done, failed, keys.unfinished) == (3, 1, True)
    assert contacts(walk)[0].phone == forged
    with pytest.raises(RetirementTooEarly, match="还在使用"):
        retire_key(walk.installation, 1, now=NOW + timedelta(days=1))


def test_an_old_key_ends_when_nothing_is_under_it_and_still_proves_what_it_sealed(walk: Walk) -> None:
    [serial_no] = take_in(walk, 1)
    code = make_code(walk)
    before = contacts(walk)[0].phone
    rotate_key(walk.installation, cipher=None, now=NOW)

    for number, at, why in ((2, NOW, "还在使用"), (1, NOW, "不到 1 小时")):
        with pytest.raises(RetirementTooEarly, match=why):
            retire_key(walk.installation, number, now=at)
    with pytest.raises(KeysUnusable, match="没有第 9 号密钥"):
        retire_key(walk.installation, 9, now=NOW)
    later = NOW + timedelta(hours=1)
    assert retire_key(walk.installation, 1, now=later).retired_at == {1: later}
    assert retire_key(walk.installation, 1, now=later + timedelta(days=1)).retired_at == {1: later}

    assert phone_of(walk, serial_no) == "13800000000"
    assert make_code(walk) == code
    row = contacts(walk)[0]
    with pytest.raises(KeysUnusable, match="已停用"):
        walk.installation.keys.decrypt(
            before or b"", tenant_id=row.tenant_id, field="contact.phone", row_id=row.ticket_id
        )
    assert walk.run(audit_tenant).findings == ()


def test_a_value_under_an_old_key_keeps_it(walk: Walk) -> None:
    take_in(walk, 1)
    path = path_of(walk.installation)
    write_keys(path, read_keys(path).with_new_key(cipher="aes-256-gcm", now=NOW))
    rotate_key(walk.installation, cipher=None, now=NOW)
    assert sorted(read_keys(path).masters) == [1, 2]
    row = contacts(walk)[0]
    under_old = Keyring({1: b"k" * 32}).encrypt(
        "甲", tenant_id=row.tenant_id, field="contact.name", row_id=row.ticket_id
    )
    which = (TicketContact.tenant_id == row.tenant_id, TicketContact.ticket_id == row.ticket_id)
    walk.run(lambda scope: scope.session.execute(update(TicketContact).where(*which).values(name=under_old)))

    with pytest.raises(RetirementTooEarly, match="还有 1 项数据"):
        retire_key(walk.installation, 1, now=NOW + timedelta(days=1))


def make_code(walk: Walk) -> str:
    row = contacts(walk)[0]
    return access_code(walk.installation.keys, tenant_id=row.tenant_id, ticket_id=row.ticket_id, version=1)


def _first_account(scope: Any) -> int:
    account_id = scope.session.scalar(select(Account.id).where(Account.tenant_id == scope.tenant.id))
    assert isinstance(account_id, int)
    return account_id


def _pushed(scope: Any) -> InboundItem:
    return new_item(
        scope, channel="x", message_id="1", content_type="application/json", body=b"{}", state="waiting", now=NOW
    )
