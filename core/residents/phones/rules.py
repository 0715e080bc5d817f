"""What a phone is, however it was typed: read into one spelling, or refused in words that say what was read."""

import re
import unicodedata

from core.kit.errors import Refused
from core.kit.saying import said
from core.tickets.contact import normal_phone

MOBILE = re.compile(r"1[3-9]\d{9}")
PHONE = re.compile(
    r"1[3-9]\d{9}"  # a mobile
    r"|0[1-9]\d{8,10}"  # a landline with its area
    r"|[2-9]\d{6,7}"  # a landline of the place
    r"|[48]00\d{7}"
    r"|\+\d{7,15}"  # abroad
)
EXTENSION = re.compile(r"(?<=\d)(?:转|#|ext)(\d{1,6})$", re.IGNORECASE)
LABEL = re.compile(r"^(?:联系)?(?:手机|电话)(?:号码?)?[:：]?")
LONGEST_SHOWN = 30
NUMBERS = re.compile(r"1[3-9]\d{9}")


class PhoneUnusable(Refused):
    """What was given is no phone by which somebody could be called, or found."""

    code = "phone-unusable"


def readable_phone(typed: str) -> str:
    """Return the phone that was typed in its one spelling: full width digits, blanks, emoji, dashes and +86 are read over.

    An extension stands after 转. Raises `PhoneUnusable`, which says what was read.
    """
    spelt = LABEL.sub("", normal_phone(typed))
    if abroad := re.fullmatch(r"(?:\+|00)86([2-9]\d{8,10})", spelt):
        spelt = f"0{abroad[1]}"
    extension = EXTENSION.search(spelt)
    number = spelt[: extension.start()] if extension else spelt
    if PHONE.fullmatch(number) and not (extension and MOBILE.fullmatch(number)):
        return f"{number}转{extension[1]}" if extension else number
    raise PhoneUnusable(_why_not(typed, spelt))


def mobile_phone(typed: str) -> str:
    """Return the mobile phone that was typed: one that an SMS reaches. Raises `PhoneUnusable`."""
    phone = readable_phone(typed)
    if MOBILE.fullmatch(phone) is None:
        raise PhoneUnusable(
            said("“{phone}”收不到短信验证码。请填写 11 位手机号；没有手机的，请拨打热线。", phone=phone)
        )
    return phone


def read_digits(typed: str) -> str:
    """Return a code as it was meant: digits of any script and width, without blanks and dashes between."""
    return normal_phone(typed)


def _why_not(typed: str, spelt: str) -> str:
    digits = "".join(filter(str.isdigit, spelt))
    shown = _shown(typed)
    if not digits:
        return (
            said("“{shown}”里没有读到号码。请填写手机号，或带区号的固定电话。", shown=shown)
            if shown
            else said("没有填写电话。请填写手机号，或带区号的固定电话。")
        )
    if len(NUMBERS.findall(spelt)) > 1:
        return said("“{shown}”里有几个号码。请只写一个最容易找到您的。", shown=shown)
    if spelt.lstrip("+") != digits:
        return said("“{shown}”里除了号码还有别的字。请只写号码，不写姓名和说明。", shown=shown)
    if digits.startswith("1"):
        return said(
            "“{shown}”读到 {count} 位数字（{digits}），手机号是 11 位，以 13 至 19 开头。请对照后改正。",
            shown=shown,
            count=len(digits),
            digits=digits[:LONGEST_SHOWN],
        )
    return said(
        "“{shown}”读到 {count} 位数字（{digits}），不是完整的电话号码。手机号写 11 位，固定电话请带区号。",
        shown=shown,
        count=len(digits),
        digits=digits[:LONGEST_SHOWN],
    )


def _shown(typed: str) -> str:
    """Return what was typed as it can be shown in a sentence: without what nobody sees, and not endless."""
    seen = "".join(each for each in typed if unicodedata.category(each) not in ("Cc", "Cf", "Cs")).strip()
    return seen if len(seen) <= LONGEST_SHOWN else f"{seen[:LONGEST_SHOWN]}…"
