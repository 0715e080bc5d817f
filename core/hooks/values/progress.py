"""Telling residents how their appeal goes 进展告知: the step that was done, and the words for it."""

from dataclasses import dataclass
from typing import Literal

StepName = Literal[
    "filed",
    "dispatched",
    "signed",
    "on_site",
    "extended",
    "paused",
    "resumed",
    "replied",
    "concluded",
    "redone",
    "attached",
    "detached",
]
"""What was done 步骤: 立案, 分拨, 签收, 到场, 延期, 暂停, 恢复, 回复 (handed in and still to be checked), 办结 (answered), 重办, 并入,
单独办理."""


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """A step of a ticket, as far as its resident may know of it, in words and without a clerk's name.

    `unit` is the unit that has the ticket, `due` until when the resident is to be answered; both empty where that is not so.
    """

    name: StepName
    unit: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class ProgressNews:
    """What a resident is told of a step, and by which ways it may go.

    `text` may use {serial_no}, {unit}, {due}; {page}, where the whole progress stands; {rate}, where the handling is rated, in
    WeChat by writing back; and {stop}, where the resident follows the appeal and may have no more of its steps told. Each is an
    address, or in words how they find the page where the district has said no address. It goes by WeChat where the resident is
    known there and `by_wechat`, else by SMS where a phone is known and `by_sms`; with neither it is not sent. Who chose e-mail or
    WeChat is told by that of all that goes by either way, who wants no news of nothing. It waits for the hours in which people
    may be disturbed, unless `urgent` or in WeChat.
    """

    text: str
    by_wechat: bool
    by_sms: bool
    rule_id: str
    reason: str
    urgent: bool = False
