"""What may be said of the units together: a tree without circles, one dispatch desk, names that can be told apart."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.units.models import UNIT_KINDS

CODE = re.compile(r"[a-z][a-z0-9-]{1,39}\Z")
PHONE = re.compile(r"(?=.*\d)[\d +-]{3,40}\Z", re.ASCII)
MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}\Z")
LONGEST_NAME = 60
KIND_LABELS: dict[str, str] = {
    "city_department": "市级部门",
    "district_department": "区级部门",
    "street": "街道办事处",
    "section": "科室",
    "community_center": "社区党群服务中心",
    "public_utility": "公用事业单位",
    "central_body": "中央和省驻区单位",
    "dispatch_desk": "派单台",
    "discipline": "纪检监察",
    "establishment": "编办",
    "government": "政府办公室",
}
"""What kinds of units are called."""


class UnitsUnusable(Refused):
    """What is said of units contradicts itself, or cannot be kept; `faults` are all of it in words."""

    code = "units-unusable"

    def __init__(self, *faults: str) -> None:
        super().__init__("；".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """A unit as it is kept, without its code; `parent` is the code of the unit above."""

    name: str
    kind: str
    parent: str | None = None
    phone: str = ""
    mail: str = ""
    tenant: str = ""
    member: bool = False
    active: bool = True


Entries = Mapping[str, UnitEntry]


def flaws_of_entry(code: str, entry: UnitEntry) -> Iterator[str]:
    """Yield in words what is wrong with a unit by itself."""
    if not CODE.match(code):
        yield said("代码“{code}”不能用；请用小写字母开头，只含小写字母、数字和连字符，2 到 40 个字符", code=code[:60])
    if not entry.name:
        yield said("单位“{code}”没有名称；请填写", code=code)
    if len(entry.name) > LONGEST_NAME or not entry.name.isprintable():
        yield said("单位“{code}”的名称太长或有不能用的字符；请改写，最多 {most} 个字", code=code, most=LONGEST_NAME)
    if entry.kind not in UNIT_KINDS:
        yield said("单位“{code}”的类别“{kind}”不认识；请从列表中选", code=code, kind=entry.kind[:40])
    if entry.phone and not PHONE.match(entry.phone):
        yield said(
            "单位“{name}”的电话“{phone}”拨不通；请只用数字、空格、+ 和 -", name=entry.name, phone=entry.phone[:40]
        )
    if entry.mail and not MAIL.match(entry.mail):
        yield said("单位“{name}”的邮箱“{mail}”寄不到；请写成 名称@域名", name=entry.name, mail=entry.mail[:80])
    if entry.member and entry.kind == "dispatch_desk":
        yield said("派单台向成员单位派单，自己不是成员单位；请不要勾选")


def flaws_of_units(units: Entries) -> list[str]:
    """Return in words what is wrong with the units together, those that are closed being looked at for circles alone."""
    flaws: list[str] = [
        said("单位“{name}”的上级“{parent}”不在名录里；请另选", name=unit.name, parent=unit.parent)
        for unit in units.values()
        if unit.parent is not None and unit.parent not in units
    ]
    flaws += _circles(units)
    desks = [unit.name for unit in units.values() if unit.active and unit.kind == "dispatch_desk"]
    if len(desks) != 1:
        flaws.append(
            said(
                "派单台要恰好有一个，现在会有 {count} 个（{names}）；请只留一个",
                count=len(desks),
                names=joined("、", desks) or "没有",
            )
        )
    for (_, name), count in Counter((unit.parent, unit.name) for unit in units.values() if unit.active).items():
        if count > 1:
            flaws.append(said("同一上级下会有 {count} 个“{name}”，派单时分不出；请换个名称", count=count, name=name))
    elsewhere = {code for code, unit in units.items() if unit.tenant}
    for unit in units.values():
        if unit.active and (unit.parent in elsewhere or (unit.tenant and unit.parent)):
            flaws.append(said("“{name}”牵涉代表其他租户的单位，那样的单位不在隶属关系里；请不写上级", name=unit.name))
    return flaws


def refuse_flaws(units: Entries, changed: Mapping[str, UnitEntry] | None = None) -> None:
    """Raise `UnitsUnusable` with all that is wrong with changed units by themselves, and with all of them together."""
    flaws = [flaw for code, entry in (changed or {}).items() for flaw in flaws_of_entry(code, entry)]
    flaws += flaws_of_units(units)
    if flaws:
        raise UnitsUnusable(*flaws)


def below(units: Entries, code: str) -> Iterator[str]:
    """Yield the codes of the units directly below one."""
    return (each for each, unit in units.items() if unit.parent == code)


def _circles(units: Entries) -> Iterator[str]:
    told: set[str] = set()
    for code in units:
        walked: list[str] = []
        here: str | None = code
        while here is not None and here not in walked:
            walked.append(here)
            here = units[here].parent if here in units else None
        if here == code and not told & set(walked):
            told |= set(walked)
            names = joined(" → ", (units[each].name for each in (*walked, code)))
            yield said("上级关系绕成了圈（{names}）；请改正其中一个的上级", names=names)
