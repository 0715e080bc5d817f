"""Contact data of residents: encrypted at the door, masked in lists, revealed one at a time."""

import re
from dataclasses import dataclass

from core.kit.keys import Keyring
from core.tickets.models import TicketContact


@dataclass(frozen=True, slots=True)
class Contact:
    """Who spoke and how to reach them, as plain text in the hands of those who may see it."""

    name: str = ""
    phone: str = ""
    address: str = ""
    keep_private: bool = True


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
    )


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
    )


def masked(contact: Contact) -> Contact:
    """Return the contact as lists show it: family name and the phone's ends, no address."""
    return Contact(
        name=contact.name[:1] + "**" if contact.name else "",
        phone=masked_phone(contact.phone),
        keep_private=contact.keep_private,
    )


def masked_phone(phone: str) -> str:
    """Show a phone's first three and last four digits."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "****" if phone else ""


def normal_phone(phone: str) -> str:
    """Drop spaces, dashes and the country code, so that the same phone always has the same lookup hash."""
    return re.sub(r"^(\+?86)(?=1\d{10}$)", "", re.sub(r"[\s\-()()]", "", phone))
