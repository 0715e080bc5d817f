"""Contact data of residents as plain values: masked in lists, one spelling of a phone."""

import re
from dataclasses import dataclass, replace

HIDDEN = "＊＊"


@dataclass(frozen=True, slots=True)
class Contact:
    """Who spoke and how to reach them, as plain text in the hands of those who may see it.

    `wechat` is the openid under which the district's WeChat account knows them, `weibo` their number on Weibo: messages go
    there, and nobody is shown it.
    """

    name: str = ""
    phone: str = ""
    address: str = ""
    keep_private: bool = True
    wechat: str = ""
    weibo: str = ""


def masked(contact: Contact) -> Contact:
    """Return the contact as lists show it: family name and the phone's ends, no address; of WeChat and Weibo only that it is known."""
    return Contact(
        name=contact.name[:1] + "**" if contact.name else "",
        phone=masked_phone(contact.phone),
        keep_private=contact.keep_private,
        wechat=HIDDEN if contact.wechat else "",
        weibo=HIDDEN if contact.weibo else "",
    )


def blanked(text: str, contact: Contact) -> str:
    """Return the text without the person's own name, phone and address: as in lists, of who stays private not even that.

    A phone is found with blanks or dashes in it too; a name of one character is no name that could be found.
    """
    shown = Contact(HIDDEN, HIDDEN) if contact.keep_private else masked(contact)
    phone = normal_phone(contact.phone)
    if len(phone) >= 7:
        spelt = r"[\s\-]?".join(map(re.escape, phone))
        text = re.sub(rf"(?<!\d){spelt}(?!\d)", shown.phone, text)
    if len(contact.address) >= 4:
        text = text.replace(contact.address, HIDDEN)
    if len(contact.name) >= 2:
        text = text.replace(contact.name, shown.name)
    return text


def unnamed(text: str, contact: Contact) -> str:
    """Return the text without the person's own name and phone. An address stays: mostly it says where the matter is."""
    return blanked(text, replace(contact, address=""))


def masked_phone(phone: str) -> str:
    """Show a phone's first three and last four digits."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "****" if phone else ""


def normal_name(name: str) -> str:
    """Drop blanks and the dots within names, so that the same name always has the same lookup hash."""
    return re.sub(r"[\s·•・.]", "", name).casefold()


def normal_phone(phone: str) -> str:
    """Drop spaces, dashes and the country code, so that the same phone always has the same lookup hash."""
    return re.sub(r"^(\+?86)(?=1\d{10}$)", "", re.sub(r"[\s\-()()]", "", phone))
