"""Contact data at rest: encrypted at the door, opened one at a time."""

from core.kit.keys import Keyring
from core.tickets.contact import Contact, normal_phone
from core.tickets.models import TicketContact


def sealed(keys: Keyring, contact: Contact, *, tenant_id: int, ticket_id: int) -> TicketContact:
    """Return the encrypted row for a contact."""

    def seal(field: str, value: str) -> bytes | None:
        return keys.encrypt(value, tenant_id=tenant_id, field=f"contact.{field}", row_id=ticket_id) if value else None

    phone = normal_phone(contact.phone)
    return TicketContact(
        tenant_id=tenant_id,
        ticket_id=ticket_id,
        name=seal("name", contact.name),
        phone=seal("phone", phone),
        address=seal("address", contact.address),
        phone_hash=keys.lookup_hash(phone, tenant_id=tenant_id, field="phone") if phone else None,
        keep_private=contact.keep_private,
        wechat=seal("wechat", contact.wechat),
        wechat_hash=wechat_hash(keys, contact.wechat, tenant_id=tenant_id) if contact.wechat else None,
        weibo=seal("weibo", contact.weibo),
        weibo_hash=weibo_hash(keys, contact.weibo, tenant_id=tenant_id) if contact.weibo else None,
    )


def wechat_hash(keys: Keyring, openid: str, *, tenant_id: int) -> bytes:
    """Return the keyed hash by which a WeChat user of the tenant's account is found."""
    return keys.lookup_hash(openid, tenant_id=tenant_id, field="wechat")


def weibo_hash(keys: Keyring, uid: str, *, tenant_id: int) -> bytes:
    """Return the keyed hash by which a Weibo user is found."""
    return keys.lookup_hash(uid, tenant_id=tenant_id, field="weibo")


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
    )
