"""Looking at everything once: the checks in the order in which an administrator would ask, and what they came to."""

from datetime import datetime

from core.hooks.roster import Roster
from core.journey.health.deciding import calendar_known, duties_complete, rules_hit
from core.journey.health.features import features_work, nothing_undecided
from core.journey.health.people import (
    access_reviewed,
    desk_attended,
    two_administrators,
    units_peopled,
    units_reachable,
)
from core.journey.health.signs import Asked, Check, Health, Sign
from core.journey.health.taking_in import channels_speak, nothing_waits
from core.journey.health.work import jobs_put_away, messages_arrive, work_in_time
from core.journey.settings.administering import administering
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

CHECKS: tuple[Check, ...] = (
    Check("后台任务和到点提醒没有积压，记录每天封存", work_in_time),
    Check("没有搁置的后台任务", jobs_put_away),
    Check("短信、邮件和微信都已送达", messages_arrive),
    Check("各渠道都有来件", channels_speak),
    Check("没有长时间等人录入的来件", nothing_waits),
    Check("功能都正常", features_work),
    Check("手里有工单的单位都有人", units_peopled),
    Check("承办单位都有电话或邮箱", units_reachable),
    Check("职责清单的事项都有单位和时限", duties_complete),
    Check("没有长期闲置的派单规则", rules_hit),
    Check("工作日历录入了放假安排", calendar_known),
    Check("坐席值守没有空档", desk_attended),
    Check("没有等人处理的修订", nothing_undecided),
    Check("系统管理员不止一位", two_administrators),
    Check("账号没有异常，权限按时复核", access_reviewed),
)


def look(scope: Scope, roster: Roster, *, actor: Actor, now: datetime) -> Health:
    """Return what is not as it should be, the bad things first, and what is well. Raises `NotPermitted`."""
    administering(actor, "查看运行状况")
    asked = Asked(scope, roster, actor, now)
    signs: list[Sign] = []
    well: list[str] = []
    for check in CHECKS:
        found = list(check.look(asked))
        signs += found
        if not found:
            well.append(check.label)
    bad_first = sorted(signs, key=lambda sign: sign.tone != "over")
    return Health(tuple(bad_first), tuple(well))
