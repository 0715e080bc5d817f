"""Contact data at rest: encrypted at the door, opened one at a time."""

from typing import cast

from sqlalchemy import select

from core.kit.keys import Keyring
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, TellBy, normal_email, normal_name, normal_phone
from core.tickets.models import TicketContact


def sealed(keys: Keyring, contact: Contact, *, tenant_id: int, ticket_id: int) -> TicketContact:
    """Return the encrypted row for a contact."""

    def seal(field: str, value: str) -> bytes | None:
        return keys.encrypt(value, tenant_id=tenant_id, field=f"contact.{field}", row_id=ticket_id) if value else None

    phone, email = normal_phone(contact.phone), normal_email(contact.email)
    return TicketContact(
        tenant_id=tenant_id,
        ticket_id=ticket_id,
        name=seal("name", contact.name),
        phone=seal("phone", phone),
        address=seal("address", contact.address),
        phone_hash=keys.lookup_hash(phone, tenant_id=tenant_id, field="phone") if phone else None,
        name_hash=name_hash(keys, contact.name, tenant_id=tenant_id) if contact.name else None,
        keep_private=contact.keep_private,
        wechat=seal("wechat", contact.wechat),
        wechat_hash=wechat_hash(keys, contact.wechat, tenant_id=tenant_id) if contact.wechat else None,
        weibo=seal("weibo", contact.weibo),
        weibo_hash=weibo_hash(keys, contact.weibo, tenant_id=tenant_id) if contact.weibo else None,
        phone_proven=contact.phone_proven and bool(phone),
        email=seal("email", email),
        email_hash=email_hash(keys, email, tenant_id=tenant_id) if email else None,
        email_confirmed=contact.email_confirmed,
        tell_by=contact.tell_by,
        tell_hours=contact.tell_hours,
    )


def name_hash(keys: Keyring, name: str, *, tenant_id: int) -> bytes:
    """Return the keyed hash by which residents of this whole name are found, however its parts are set apart."""
    return keys.lookup_hash(normal_name(name), tenant_id=tenant_id, field="name")


def hash_names(scope: Scope, *, most: int) -> int:
    """Give names that were kept before they could be found their hash, so many at once; return how many got one."""
    rows = scope.session.scalars(
        select(TicketContact)
        .where(
            TicketContact.tenant_id == scope.tenant.id,
            TicketContact.name.is_not(None),
            TicketContact.name_hash.is_(None),
        )
        .order_by(TicketContact.ticket_id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.name_hash = name_hash(scope.keys, opened(scope.keys, row).name, tenant_id=row.tenant_id)
    scope.session.flush()
    return len(rows)


def wechat_hash(keys: Keyring, openid: str, *, tenant_id: int) -> bytes:
    """Return the keyed hash by which a WeChat user of the tenant's account is found."""
    return keys.lookup_hash(openid, tenant_id=tenant_id, field="wechat")


def weibo_hash(keys: Keyring, uid: str, *, tenant_id: int) -> bytes:
    """Return the keyed hash by which a Weibo user is found."""
    return keys.lookup_hash(uid, tenant_id=tenant_id, field="weibo")


def email_hash(keys: Keyring, email: str, *, tenant_id: int) -> bytes:
    """Return the keyed hash by which who left this e-mail address is found, however it is written."""
    return keys.lookup_hash(normal_email(email).lower(), tenant_id=tenant_id, field="email")


def keep_email(keys: Keyring, row: TicketContact, email: str) -> None:
    """Keep another e-mail address of who spoke, "" = none any more; whose it is, is to be said anew."""
    kept = keys.encrypt(email, tenant_id=row.tenant_id, field="contact.email", row_id=row.ticket_id) if email else None
    row.email = kept
    row.email_hash = email_hash(keys, email, tenant_id=row.tenant_id) if email else None
    row.email_confirmed = False


def opened(keys: Keyring, row: TicketContact) -> Contact:
    """Return the plain contact of an encrypted row."""

    def plain(field: str, value: bytes | None) -> str:
        if value is None:
            return ""
        return keys.decrypt(value, tenant_id=row.tenant_id, field=f"contact.{field}", row_id=row.ticket_id)

    return Contact(
        name=plain("name", row.name),
        phone=plain("phone", row.phone),
        address=plain("address", row.address),
        keep_private=row.keep_private,
        wechat=plain("wechat", row.wechat),
        weibo=plain("weibo", row.weibo),
        phone_proven=row.phone_proven,
        email=plain("email", row.email),
        email_confirmed=row.email_confirmed,
        tell_by=cast(TellBy, row.tell_by),
        tell_hours=row.tell_hours,
    )
