"""A district that exists nowhere: the units, duties, roles and channels that questions and settings speak of."""

from collections.abc import Mapping, Sequence

from core.hooks.settings import Choice
from core.hooks.values import Budget, Context, DutyView, UnitView
from core.people.roles import ROLES

CONTEXT = Context(tenant_id=7, tenant="somewhere", zone="Asia/Shanghai")
ELSEWHERE = Context(tenant_id=8, tenant="elsewhere", zone="Asia/Shanghai")

UNITS = (
    UnitView("desk", "受理中心", "dispatch_desk"),
    UnitView("office", "区政府办公室", "district_department"),
    UnitView("discipline", "纪委监委", "discipline"),
    UnitView("roads", "道路管理处", "district_department"),
    UnitView("roads-crew", "道路养护队", "section", "roads"),
    UnitView("parks", "园林管理处", "district_department"),
    UnitView("market", "市场监督管理局", "district_department"),
    UnitView("street", "幸福街道办事处", "street"),
    UnitView("town", "和平镇人民政府", "street"),
    UnitView("water", "自来水公司", "public_utility"),
)
DUTIES = (
    DutyView(
        "0101", "城市管理", "路面坑洼", "roads", ("street",), Budget("wd_eod", 3), None, "《城市道路管理条例》", "修复"
    ),
    DutyView(
        "0102",
        "城市管理",
        "井盖缺失",
        "roads",
        (),
        Budget("wall", 7200),
        Budget("wall", 3600),
        "",
        "先围护后修复",
        "问位置",
    ),
    DutyView("0201", "园林绿化", "树木倾斜", "parks", ("street", "roads"), None, None, "", ""),
    DutyView("0301", "市场监管", "价格投诉", "market", (), Budget("wd_same", 5), None, "《价格法》", "答复"),
    DutyView("0401", "供水", "停水", "water", (), Budget("natural", 1), None, "", ""),
)
CHANNELS = ("hotline", "desk", "wechat", "weibo", "web", "mailbox", "import", "api")
CHOICES: Mapping[str, Sequence[Choice]] = {
    "units": [Choice(unit.code, unit.name, unit.kind) for unit in UNITS],
    "matters": [Choice(duty.code, duty.subcategory) for duty in DUTIES],
    "roles": [Choice(role.name, role.label) for role in ROLES.values()],
    "channels": [Choice(channel, channel) for channel in CHANNELS],
}
COUNTED = (
    "accepted",
    "dispatched",
    "first_dispatched",
    "first_hit",
    "filing_due",
    "filed",
    "filed_in_time",
    "asked_first",
    "asked_passed_on",
    "first_handled",
    "first_passed_on",
    "return_requested",
    "return_refused",
    "returned",
    "returned_in_vain",
    "replied",
    "replied_of_accepted",
    "concluded",
    "concluded_of_accepted",
    "to_conclude",
    "concluded_within_a_day",
    "due",
    "on_time",
    "overdue",
    "answered_resolved",
    "resolved",
    "rated",
    "satisfied",
    "dissatisfied",
    "due_adjudicated",
    "on_time_adjudicated",
    "overdue_adjudicated",
    "answered_resolved_adjudicated",
    "resolved_adjudicated",
    "rated_adjudicated",
    "satisfied_adjudicated",
    "dissatisfied_adjudicated",
    "rejected",
    "voided",
    "attached",
    "extended",
    "received",
    "valid",
    "invalid",
    "reached",
    "redone",
)
COUNTED_OF_UNITS = (*COUNTED, "accountable")
"""What facts of a unit hold besides: the cases in which it was found responsible."""
"""The names of the core's measures, as facts about units carry them; a test holds them to `core.statistics.measures`."""
