"""Personal data in a reply 个人信息: what leads to the resident, or to somebody else who is not the office."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from core.tickets.contact import Contact, masked_phone, normal_phone

MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d{4}){2}(?![0-9A-Za-z])")
IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}[\s-]?(?:18|19|20)\d{2}[\s-]?\d{4}[\s-]?\d{3}[\dXx](?![0-9A-Za-z])")
OFFICE_PHONE = re.compile(
    r"(?<!\d)(?:0\d{2,3}[\s\-－—)）]*\d{7,8}|[2-8]\d{6,7}|400[\s-]?\d{3}[\s-]?\d{4}|1[0-2]\d{3}|9[5-6]\d{3,4}|1(?:10|19|20|22))(?!\d)"
)
"""A number at which one asks: of an office, a hotline, an emergency."""
SHORTEST_NAME, SHORTEST_ADDRESS = 2, 6
OWN_WORDS = re.compile(
    r"我(?:局|委|办|镇|乡|街道|中心|公司|单位|所|站|队|大队|校|院|厅|处|部门|社区|村)|本(?:局|委|办|单位|中心|街道)"
)
"""How an office speaks of itself."""


@dataclass(frozen=True, slots=True)
class Personal:
    """What of a person stands in a reply: numbers that are the resident's own or of an identity card, and lesser things."""

    identity: bool = False
    own_phone: bool = False
    own_name: bool = False
    own_address: bool = False
    strange_phones: tuple[str, ...] = ()
    """Mobile numbers that are neither the resident's nor known as an office's, masked."""

    @property
    def leads_to_person(self) -> bool:
        return self.identity or self.own_phone


def personal_in(reply: str, contact: Contact, office_phones: Collection[str]) -> Personal:
    """Return what of a person stands in a reply. Numbers are compared without blanks and dashes."""
    known = {normal_phone(each) for each in office_phones}
    own, bare = normal_phone(contact.phone), re.sub(r"[\s-]", "", reply)
    mobiles = dict.fromkeys(normal_phone(each[0]) for each in MOBILE.finditer(reply))
    return Personal(
        identity=IDENTITY.search(reply) is not None,
        own_phone=len(own) >= 7 and re.search(rf"(?<!\d){re.escape(own)}(?!\d)", bare) is not None,
        own_name=len(contact.name) >= SHORTEST_NAME and contact.name in reply,
        own_address=len(contact.address) >= SHORTEST_ADDRESS and contact.address in reply,
        strange_phones=tuple(masked_phone(each) for each in mobiles if each != own and each not in known),
    )


def names_office(reply: str, names: Collection[str]) -> bool:
    """Tell whether a reply says who answers: by one of the names, or as an office speaks of itself."""
    return OWN_WORDS.search(reply) is not None or any(name in reply for name in names)


def gives_phone(reply: str) -> bool:
    """Tell whether a reply gives a number at which one can ask."""
    return OFFICE_PHONE.search(reply) is not None or MOBILE.search(reply) is not None
