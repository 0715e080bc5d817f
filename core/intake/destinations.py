"""Where a matter can be handed to outside the district's units 移交."""

from core.kit.errors import Refused
from core.kit.saying import joined, said, word

DESTINATIONS = {
    "police": "公安机关（110）",
    "fire": "消防救援机构（119）",
    "medical": "医疗急救机构（120）",
    "petition": "信访机构",
    "court": "司法机关",
    "discipline": "纪检监察机关",
    "other_region": "其他地区的 12345 热线",
}


class UnknownDestination(Refused):
    """No such way to hand a matter on."""

    code = "unknown-destination"


def destination_words(code: str) -> str:
    """Return what a destination is called. Raises `UnknownDestination`."""
    if code not in DESTINATIONS:
        known = joined(
            "、", (said("{each}（{label}）", each=each, label=word(label)) for each, label in DESTINATIONS.items())
        )
        raise UnknownDestination(said("没有移交途径 {code}。可选：{known}。", code=code, known=known))
    return DESTINATIONS[code]
