"""Contact data of residents as plain values: masked in lists, one spelling of a phone."""

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Literal

from core.kit.errors import Refused
from core.kit.saying import said

TellBy = Literal["", "sms", "mail", "wechat", "none"]
"""By which way a resident wants to be told 告知方式: "" = by the one they came, "none" = they look themselves."""
EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=[A-Za-z0-9.-]{3,190}$)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}"
)

HIDDEN = "＊＊"


class EmailUnusable(Refused):
    """What was typed is no e-mail address that a message could go to."""

    code = "email-unusable"


@dataclass(frozen=True, slots=True)
class Contact:
    """Who spoke and how to reach them, as plain text in the hands of those who may see it.

    `wechat` is the openid under which the district's WeChat account knows them, `weibo` their number on Weibo: messages go
    there, and nobody is shown it. `phone_proven` = whoever wrote had the phone at hand.
    `email_confirmed` = whoever reads what comes there has said that the appeal is theirs.
    `tell_hours` are the hours in which they want to be told, as "9-18"; "" = the district's.
    """

    name: str = ""
    phone: str = ""
    address: str = ""
    keep_private: bool = True
    wechat: str = ""
    weibo: str = ""
    phone_proven: bool = False
    email: str = ""
    email_confirmed: bool = False
    tell_by: TellBy = ""
    tell_hours: str = ""


def masked(contact: Contact) -> Contact:
    """Return the contact as lists show it: family name and the phone's ends, no address; of WeChat and Weibo only that it is known."""
    return Contact(
        name=contact.name[:1] + "**" if contact.name else "",
        phone=masked_phone(contact.phone),
        keep_private=contact.keep_private,
        wechat=HIDDEN if contact.wechat else "",
        weibo=HIDDEN if contact.weibo else "",
        phone_proven=contact.phone_proven,
        email=masked_email(contact.email),
        tell_by=contact.tell_by,
    )


def blanked(text: str, contact: Contact) -> str:
    """Return the text without the person's own name, phone, e-mail and address: as in lists, of who stays private not even that.

    A phone is found with blanks or dashes in it too; a name of one character is no name that could be found.
    """
    shown = Contact(HIDDEN, HIDDEN) if contact.keep_private else masked(contact)
    phone = normal_phone(contact.phone)
    if len(phone) >= 7:
        spelt = r"[\s\-]?".join(map(re.escape, phone))
        text = re.sub(rf"(?<!\d){spelt}(?!\d)", shown.phone, text)
    if contact.email:
        text = re.sub(re.escape(contact.email), shown.email or HIDDEN, text, flags=re.IGNORECASE)
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


def masked_email(email: str) -> str:
    """Show an e-mail address' first character and what stands behind the at sign."""
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}" if email else ""


def masked_reach(given: str) -> str:
    """Show an e-mail address or a phone, whichever it is, as lists do."""
    return masked_email(normal_email(given)) if "@" in given else masked_phone(normal_phone(given.strip()))


def readable_email(typed: str) -> str:
    """Return the e-mail address that was typed, in its normal form; "" for nothing. Raises `EmailUnusable`."""
    email = normal_email(typed)
    if email and not EMAIL.fullmatch(email):
        raise EmailUnusable(
            said("“{typed}”不是完整的邮箱地址。请核对，例如 name@example.com；也可以不填。", typed=typed.strip()[:100])
        )
    return email


def normal_email(typed: str) -> str:
    """Drop blanks and full width from an e-mail address, and capitals from its host, so that one has one spelling."""
    name, at, host = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed).replace("。", ".")).partition("@")
    return f"{name}{at}{host.lower()}"


def normal_name(name: str) -> str:
    """Drop blanks and the dots within names, so that the same name always has the same lookup hash."""
    return re.sub(r"[\s·•・.]", "", name).casefold()


def normal_phone(phone: str) -> str:
    """Drop spaces, dashes, brackets, emoji and the country code and write all digits alike, full width ones too, so that the
    same phone always has the same lookup hash. What else is in it stays, so that two numbers never become one.
    """
    spelt = "".join(map(_of_phone, unicodedata.normalize("NFKC", phone)))
    return re.sub(r"^((\+|00)86(?=0\d{9,11}$)|(\+|00)?86(?=1\d{10}$))", "", spelt)


def _of_phone(character: str) -> str:
    """Return what a character is worth in a phone's spelling: a digit of any script the plain digit, decoration nothing."""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    kind = unicodedata.category(character)
    is_decoration = kind[0] in "ZCM" or kind in ("Pd", "Ps", "Pe", "So", "Sk") or character in ".·_"
    return "" if is_decoration else character
