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

    `text` may use {serial_no}, {unit}, {due} and {page}, where the whole progress stands. It goes by WeChat where the resident
    is known there and `by_wechat`, else by SMS where a phone is known and `by_sms`; with neither it is not sent. By SMS it
    waits for the day unless `urgent`.
    """

    text: str
    by_wechat: bool
    by_sms: bool
    rule_id: str
    reason: str
    urgent: bool = False
