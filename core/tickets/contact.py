"""Contact data of residents as plain values: masked in lists, one spelling of a phone."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """Who spoke and how to reach them, as plain text in the hands of those who may see it."""

    name: str = ""
    phone: str = ""
    address: str = ""
    keep_private: bool = True


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
