"""Who spoke is kept encrypted, found by a keyed hash, shown masked, and never found in plain in any column."""

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from psycopg.sql import SQL, Identifier
from sqlalchemy import inspect, select

from core.journey import handle
from core.kit.keys import Keyring
from core.tenancy.scope import Installation
from core.tickets.contact import Contact, EmailUnusable, masked, normal_phone, readable_email
from core.tickets.models import TicketContact
from core.tickets.sealing import opened, sealed
from tests.builders import KEYS, make_district
from tests.journey.walking import Walk

WHO = Contact(
    "欧阳无名", "13800000001", "幸福路 1 号 2 单元", email="wu@example.com", tell_by="mail", tell_hours="9-18"
)
CANARY = Contact("欧阳探微", "13800000077", "幸福路 77 号 7 单元", email="canary-77@example.com")
"""Whom no other test speaks of: the database is that of all of them."""


def stored(walk: Walk) -> TicketContact:
    (row,) = walk.rows(TicketContact)
    assert isinstance(row, TicketContact)
    return row


def test_what_was_said_of_who_spoke_is_read_back_by_the_keys(walk: Walk) -> None:
    walk.take_in(contact=WHO)

    assert opened(KEYS, stored(walk)) == WHO


def test_nothing_is_kept_of_somebody_who_said_nothing(walk: Walk) -> None:
    walk.take_in()

    row = stored(walk)
    assert (row.name, row.phone, row.address, row.phone_hash) == (None, None, None, None)
    assert opened(KEYS, row) == Contact()


def test_no_column_of_the_database_shows_who_spoke(installation: Installation, owner_url: str) -> None:
    walk = Walk(installation, make_district(installation))
    walk.take_in(contact=CANARY, external_id="canary", channel="api", urgency="urgent")
    walk.dispatch()
    walk.sign()
    walk.do(handle.note, "2026-03-12 12:00", what="已联系诉求人", actor=walk.lead_clerk())
    walk.reply()
    walk.pass_reply()
    walk.follow_up()
    walk.rate()

    seen, read = [], 0
    with psycopg.connect(owner_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            for (row,) in connection.execute(SQL("SELECT t::text FROM {} AS t").format(Identifier(table))):
                read += 1
                for said in (CANARY.name, CANARY.phone, CANARY.address, CANARY.email):
                    # `\\x…` is how bytes are written as text: a value merely turned into bytes would show here.
                    if said in row or said.encode().hex() in row:
                        seen.append((table, said))

    assert seen == []
    assert read > 20


def test_the_same_contact_twice_looks_different(walk: Walk) -> None:
    walk.take_in(contact=WHO)
    first = stored(walk)
    walk.take_in(contact=WHO)
    second = stored(walk)

    assert first.phone != second.phone
    assert first.phone_hash == second.phone_hash


@pytest.mark.parametrize(
    "spelling", ["13800000001", "138 0000 0001", "138-0000-0001", "+8613800000001", "86 138 0000 0001", "(138)00000001"]
)
def test_a_phone_is_found_however_it_is_written(walk: Walk, spelling: str) -> None:
    walk.take_in(contact=Contact(phone=spelling))
    wanted = KEYS.lookup_hash("13800000001", tenant_id=walk.installation.tenant(walk.slug).id, field="phone")

    found = walk.run(
        lambda scope: set(scope.session.scalars(select(TicketContact.ticket_id).filter_by(phone_hash=wanted)))
    )

    assert walk.ticket().id in found


@pytest.mark.parametrize(("phone", "normal"), [("8602812345", "8602812345"), ("028-12345", "02812345"), ("", "")])
def test_other_numbers_keep_all_their_digits(phone: str, normal: str) -> None:
    assert normal_phone(phone) == normal


def test_a_hash_says_nothing_in_another_district_or_under_other_keys() -> None:
    hashes = {
        keys.lookup_hash("13800000001", tenant_id=tenant, field=field)
        for keys in (KEYS, Keyring({1: b"x" * 32}))
        for tenant in (1, 2)
        for field in ("phone", "login")
    }

    assert len(hashes) == 8


@pytest.mark.parametrize("moved", ["tenant_id", "ticket_id"])
def test_a_contact_moved_to_another_row_is_not_opened(moved: str) -> None:
    row = sealed(KEYS, WHO, tenant_id=1, ticket_id=7)
    setattr(row, moved, 99)

    with pytest.raises(InvalidTag):
        opened(KEYS, row)


def test_a_contact_put_into_another_field_is_not_opened() -> None:
    row = sealed(KEYS, WHO, tenant_id=1, ticket_id=7)
    row.address = row.phone

    with pytest.raises(InvalidTag):
        opened(KEYS, row)


def test_every_changed_byte_is_noticed() -> None:
    row = sealed(KEYS, WHO, tenant_id=1, ticket_id=7)
    assert row.phone is not None
    whole = row.phone

    for place in range(2, len(whole)):
        row.phone = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        with pytest.raises(InvalidTag):
            opened(KEYS, row)


def test_old_contacts_are_opened_after_a_new_key_came() -> None:
    row = sealed(KEYS, WHO, tenant_id=1, ticket_id=7)
    newer = Keyring({1: b"k" * 32, 2: b"n" * 32})

    assert opened(newer, row) == WHO
    assert sealed(newer, WHO, tenant_id=1, ticket_id=7).phone_hash == row.phone_hash


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" wu.x@EXAMPLE.com ", "wu.x@example.com"),
        ("ｗｕ＠ｅｘａｍｐｌｅ。ｃｏｍ", "wu@example.com"),
        ("", ""),
        (" ", ""),
    ],
)
def test_an_email_address_is_read_however_it_is_written(typed: str, read: str) -> None:
    assert readable_email(typed) == read


@pytest.mark.parametrize(
    "typed", ["wu", "wu@", "@example.com", "wu@example", "wu@@example.com", "a@b.c,d@e.f", "\udcff@a.b"]
)
def test_what_is_no_email_address_is_refused_in_words(typed: str) -> None:
    with pytest.raises(EmailUnusable, match="不是完整的邮箱地址"):
        readable_email(typed)


def test_lists_show_the_family_name_and_the_ends_of_the_phone() -> None:
    assert masked(WHO) == Contact(name="欧**", phone="138****0001", email="w***@example.com", tell_by="mail")
    assert masked(Contact()) == Contact()
    assert masked(Contact(phone="12345")) == Contact(phone="****")


def test_every_column_of_a_contact_is_bytes_or_no_personal_data() -> None:
    plain = {column.key for column in inspect(TicketContact).columns if column.type.python_type is not bytes}

    assert plain == {
        "tenant_id",
        "ticket_id",
        "keep_private",
        "phone_proven",
        "email_confirmed",
        "tell_by",
        "tell_hours",
    }
