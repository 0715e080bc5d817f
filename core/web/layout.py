"""What every page has around it: menu, names, filters for words, and the addresses of stylesheet and scripts."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, request

from core.intake.sources.queries import source_book
from core.journey.entrusting import Emergency, emergencies
from core.journey.feature_work.parts import pages_of
from core.journey.interviews import interview_rules_of
from core.journey.outreach import ENTERS, holds_outreach
from core.journey.queries.accountability import READS as READS_CASES
from core.journey.queries.accountability import has_cases, has_cases_against, waiting_cases
from core.journey.queries.call_records import count_calls
from core.journey.queries.disclosures import count_waiting
from core.journey.queries.inbound import count_in, takes_items
from core.journey.queries.interviews import READS as LOOKS_AT_INTERVIEWS
from core.journey.queries.lanes import COUNTED, LaneName, lane_counts
from core.journey.queries.screening import count_doubted
from core.journey.reminders import READS
from core.journey.watching import Lag, lag_of
from core.knowledge.queries import waits_for_approval, waits_for_unit
from core.people.access import may
from core.people.roles import Permission
from core.routing.rules_in_force import rules_of as rules_of_handling
from core.statistics.performance.queries import count_objectable, count_open_objections
from core.statistics.performance.scoring import scorers_of
from core.statistics.reminders.counting import rules_of as drafts_letters
from core.statistics.reminders.queries import has_reminders, open_reminders
from core.statistics.warnings.queries import has_warnings, open_warnings
from core.statistics.warnings.watching import rules_of
from core.tenancy.facts import TenantFacts
from core.units.catalogue.queries import duty_list_in_force
from core.units.taking_in import taking_in_only
from core.web import words
from core.web.account import home_of
from core.web.assets import Assets
from core.web.visit import Visit, clock
from core.web.wishes import wishes

LANE_LABELS: dict[LaneName, str] = {
    "accept": "待受理",
    "clearance": "待审定电话工单",
    "dispatch": "派单台",
    "returns": "退单申请",
    "consult": "会商",
    "review": "审核回复",
    "time": "延期与挂起",
    "follow_up": "回访",
    "untold": "待告知",
    "tracking": "效能追踪",
    "supervised": "督办",
    "errands": "交办事项",
    "disputes": "申诉裁定",
    "overruns": "超期原因",
    "all": "全部工单",
}
LANES_OF: dict[Permission, tuple[LaneName, ...]] = {
    Permission.SEE_TICKETS: ("dispatch", "review", "follow_up", "all"),
    Permission.ACCEPT: ("accept", "clearance"),
    Permission.REVIEW: ("clearance",),
    Permission.FOLLOW_UP: ("untold", "tracking"),
    Permission.DISPATCH: ("returns", "consult", "errands"),
    Permission.APPROVE: ("time",),
    Permission.SUPERVISE: ("consult", "supervised", "errands", "overruns"),
    Permission.ADJUDICATE: ("disputes",),
}
"""The lanes in the menu of those who have a permission. Every lane can be looked at by its address."""

OPENNESS = frozenset({Permission.REVIEW, Permission.SUPERVISE})
"""Whom it concerns what waits before it is public."""
READ_DUTIES = frozenset({Permission.SEE_TICKETS, Permission.HANDLE, Permission.ADMINISTER})
EXPLORES = frozenset({Permission.SEE_TICKETS, Permission.SEE_CITY})
"""Who reads where appeals come from."""
BULLETIN_READERS = frozenset({Permission.BULLETIN, Permission.SUPERVISE})
PERFORMANCE_READERS = frozenset({Permission.PERFORMANCE, Permission.SUPERVISE})
ACCOUNTS = frozenset({Permission.ADMINISTER, Permission.ENTRUST})
STEWARDS = ACCOUNTS | {Permission.AUDIT}
"""Whom an emergency account concerns."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the menu; `count` is what waits there, in words. A `group` begins with this entry."""

    label: str
    href: str
    current: bool
    count: str | None = None
    group: str = ""


def init_app(app: Flask, assets: Assets) -> None:
    """Give the templates what they need."""
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.filters.update(
        moment=_moment, moment_exact=_moment_exact, clock_time=_clock_time, thousands=words.thousands
    )
    app.jinja_env.globals.update(
        asset=assets.url, scripts=assets.scripts, new_command_id=lambda: uuid.uuid4().hex, menu_items=_menu_items
    )
    app.context_processor(_around)


def _around() -> dict[str, Any]:
    around: dict[str, Any] = {"wishes": wishes()}
    visit: Visit | None = g.get("visit")
    if visit is not None:
        around |= {
            "tenant": visit.scope.tenant,
            "staff": visit.staff,
            "seat": lambda: visit.unit_name or visit.seat,
            "home": home_of(visit.staff.roles),
            "now": visit.now,
            "may": lambda permission: Permission(permission) in visit.permissions,
            "emergencies": partial(_emergencies, visit),
            "lag": partial(_lag, visit),
            "this_page": request.full_path.rstrip("?") if request.method == "GET" else "/",
        }
    return around


def _emergencies(visit: Visit) -> Sequence[Emergency]:
    """Return the emergency accounts that are good now, for those whom they concern."""
    return () if STEWARDS.isdisjoint(visit.permissions) else emergencies(visit.scope, now=visit.now)


def _lag(visit: Visit) -> Lag | None:
    """Return how far the tenant's work is behind, for those who can have somebody look; None when it is not."""
    if Permission.ADMINISTER not in visit.permissions:
        return None
    tenant = visit.scope.tenant
    lag = lag_of(visit.scope.session, tenant.id, tenant.slug, tenant.name, now=visit.now)
    return lag if lag.is_behind else None


def _menu_items() -> list[MenuItem]:
    """Return the visitor's menu, with what waits in each lane. A menu of one entry is none."""
    visit: Visit = g.visit
    items: list[MenuItem] = []
    if Permission.SEE_TICKETS in visit.permissions:
        mine = {lane for permission in visit.permissions for lane in LANES_OF.get(permission, ())}
        if not rules_of_handling(visit.scope).proves_telling:
            mine.discard("untold")
        lanes = [lane for lane in LANE_LABELS if lane in mine]
        counts = lane_counts(visit.scope, [lane for lane in lanes if lane != "all"])
        here = request.args.get("lane", "dispatch") if request.path == "/desk" else ""
        items += [
            MenuItem(LANE_LABELS[lane], f"/desk?lane={lane}", lane == here, _count(counts.get(lane))) for lane in lanes
        ]
        if "accept" in mine:
            items[1:1] = [*_inbound(visit), *_calls(visit)]
            items.append(_screening(visit))
            items.append(MenuItem("交接班", "/desk/handover", request.path.startswith("/desk/handover")))
            items += _sources(visit)
        items += [*_knowledge(visit), *_warnings(visit)]
    items += [*_duty_list(visit), *_figures(visit)]
    if Permission.INSTRUCT in visit.permissions:
        items.insert(0, MenuItem("领导批阅", "/leader", request.path.startswith("/leader")))
    if not OPENNESS.isdisjoint(visit.permissions):
        waiting = _count(count_waiting(visit.scope))
        items.append(MenuItem("公开与曝光", "/desk/openness", request.path == "/desk/openness", waiting))
    if Permission.SUPERVISE in visit.permissions:
        items.append(MenuItem("未了结的工单", "/desk/unfinished", request.path == "/desk/unfinished"))
    if Permission.SUPERVISE in visit.permissions and taking_in_only(visit.scope):
        items.append(MenuItem("社区减负", "/desk/community", request.path == "/desk/community"))
    if Permission.HANDLE in visit.permissions:
        items.append(MenuItem("我单位的工单", "/unit", _is_of_unit(request.path)))
        items += _knowledge_of_unit(visit)
    if Permission.TAKE_IN in visit.permissions:
        items.append(MenuItem("代录诉求", "/center/new", request.path == "/center/new"))
        items.append(MenuItem("本中心的工单", "/center", _is_of_center(request.path)))
    if not ENTERS.isdisjoint(visit.permissions) and holds_outreach(visit.scope):
        items.append(MenuItem("会议和走访", "/center/meeting", request.path.startswith("/center/meeting")))
    if not LOOKS_AT_INTERVIEWS.isdisjoint(visit.permissions) and interview_rules_of(visit.scope) is not None:
        items.append(MenuItem("微访谈", "/interviews", request.path.startswith("/interviews")))
    if Permission.JUDGE in visit.permissions:
        items.append(MenuItem("我的评议", "/panel", request.path.startswith("/panel")))
    if Permission.SEE_CITY in visit.permissions:
        items.append(MenuItem("运行总览", "/city", request.path.startswith("/city")))
    if not BULLETIN_READERS.isdisjoint(visit.permissions):
        items.append(MenuItem("公开通报", "/bulletins", request.path.startswith("/bulletins")))
    items += _accountability(visit)
    items += _performance(visit)
    if not ACCOUNTS.isdisjoint(visit.permissions):
        items.append(MenuItem("账号", "/accounts", request.path.startswith("/accounts"), group="管理"))
    if Permission.ADMINISTER in visit.permissions and Permission.ACCEPT not in visit.permissions:
        items += _sources(visit)
    if Permission.AUDIT in visit.permissions:
        items.append(MenuItem("安全日志", "/audit", request.path == "/audit", group="审计"))
        items.append(MenuItem("查看联系方式的记录", "/audit/reveals", request.path == "/audit/reveals"))
    items += _pages_of_features(visit)
    return items if len(items) > 1 else []


def _screening(visit: Visit) -> MenuItem:
    """Return the entry of what is set aside, with what waits for a second look."""
    count = _count(count_doubted(visit.scope))
    return MenuItem("初筛复核", "/desk/screening", request.path == "/desk/screening", count)


def _is_of_unit(path: str) -> bool:
    """Tell whether a page shows the unit's tickets."""
    return path.startswith("/unit") and not path.startswith(("/unit/performance", "/unit/cases"))


def _accountability(visit: Visit) -> list[MenuItem]:
    """Return the entry for cases of accountability: the list to who reads it, the numbers to leaders, the own to units."""
    here, items = request.path, []
    if not READS_CASES.isdisjoint(visit.permissions):
        works = Permission.DISCIPLINE in visit.permissions
        if works or has_cases(visit.scope):
            waiting = _count(waiting_cases(visit.scope)) if works else None
            items.append(MenuItem("问责案件", "/discipline", here.startswith("/discipline"), waiting))
    elif Permission.INSTRUCT in visit.permissions and has_cases(visit.scope):
        items.append(MenuItem("问责数字", "/discipline/figures", here == "/discipline/figures"))
    unit_id = visit.staff.unit_id
    if Permission.HANDLE in visit.permissions and unit_id and has_cases_against(visit.scope, unit_id):
        items.append(MenuItem("本单位的问责案件", "/unit/cases", here.startswith("/unit/cases")))
    return items


def _performance(visit: Visit) -> list[MenuItem]:
    """Return the entries of yearly performance, where the district scores its units."""
    if not scorers_of(visit.scope):
        return []
    items = []
    if not PERFORMANCE_READERS.isdisjoint(visit.permissions):
        waiting = _count(count_open_objections(visit.scope)) if Permission.PERFORMANCE in visit.permissions else None
        items.append(MenuItem("年度绩效", "/performance", request.path.startswith("/performance"), waiting))
    if Permission.HANDLE in visit.permissions:
        unit_id = visit.staff.unit_id
        open_to_it = _count(count_objectable(visit.scope, unit_id, now=visit.now) or None) if unit_id else None
        here = request.path.startswith("/unit/performance")
        items.append(MenuItem("本单位的绩效", "/unit/performance", here, open_to_it))
    return items


def _is_of_center(path: str) -> bool:
    """Tell whether a page shows tickets that the centre took in."""
    return path == "/center" or (
        path.startswith("/center/") and not path.startswith(("/center/new", "/center/meeting"))
    )


def _pages_of_features(visit: Visit) -> list[MenuItem]:
    """Return the pages that the district's features put into the menu, as far as the visitor may open them."""
    pages = [
        page for page in pages_of(visit.scope).values() if page.spec.in_menu and page.permission in visit.permissions
    ]
    return [
        MenuItem(page.spec.label, page.href, request.path == page.href, group="" if number else "本区功能")
        for number, page in enumerate(pages)
    ]


def _inbound(visit: Visit) -> list[MenuItem]:
    """Return the entry for what came in and waits for somebody, where anything comes to the district by itself."""
    waiting = count_in(visit.scope)
    if not waiting and not takes_items(visit.scope):
        return []
    return [MenuItem("待人工录入", "/desk/inbound", request.path.startswith("/desk/inbound"), _count(waiting))]


def _calls(visit: Visit) -> list[MenuItem]:
    """Return the entry for call records that nobody has decided about, where the telephone system tells of any."""
    waiting = count_calls(visit.scope)
    if waiting is None:
        return []
    return [MenuItem("待处理来电记录", "/desk/calls", request.path.startswith("/desk/calls"), _count(waiting))]


def _sources(visit: Visit) -> list[MenuItem]:
    """Return the entry for the registry of sources, where the district has one or administers it."""
    if Permission.ADMINISTER not in visit.permissions and not source_book(visit.scope).sources:
        return []
    return [MenuItem("来源名册", "/sources", request.path == "/sources")]


def _knowledge(visit: Visit) -> list[MenuItem]:
    """Return the entry for the knowledge base, with what waits for whoever approves."""
    waiting = waits_for_approval(visit.scope) if Permission.REVIEW in visit.permissions else None
    return [MenuItem("知识库", "/knowledge", request.path.startswith("/knowledge"), _count(waiting))]


def _warnings(visit: Visit) -> list[MenuItem]:
    """Return the entries for warnings, where the district watches or ever did, and for what is asked about most."""
    items = [MenuItem("热点话题", "/topics", request.path.startswith("/topics"))]
    if rules_of(visit.scope) is not None or has_warnings(visit.scope):
        waiting = open_warnings(visit.scope)
        items.insert(0, MenuItem("综合预警", "/warnings", request.path.startswith("/warnings"), _count(waiting)))
    return items


def _duty_list(visit: Visit) -> list[MenuItem]:
    """Return the entry for the duty list, for those who dispatch or handle by it or keep it, where one holds."""
    if READ_DUTIES.isdisjoint(visit.permissions) or not duty_list_in_force(visit.scope).number:
        return []
    return [MenuItem("职责清单", "/duties", request.path.startswith("/duties"))]


def _figures(visit: Visit) -> list[MenuItem]:
    """Return the entries for what figures show and call for: where appeals come from, and the letters that follow."""
    items = []
    if Permission.SEE_TICKETS in visit.permissions:
        items.append(MenuItem("办结与首问首办", "/figures", request.path.startswith("/figures")))
    if not EXPLORES.isdisjoint(visit.permissions):
        items.append(MenuItem("源头治理", "/explore", request.path.startswith("/explore")))
    if may(visit.permissions, READS) and (drafts_letters(visit.scope) or has_reminders(visit.scope)):
        waiting = _count(open_reminders(visit.scope, now=visit.now))
        items.append(MenuItem("提醒函", "/letters", request.path.startswith("/letters"), waiting))
    return items


def _knowledge_of_unit(visit: Visit) -> list[MenuItem]:
    """Return the same entry for somebody of a unit that was ever asked something, with what waits for the unit."""
    unit_id = visit.staff.unit_id
    if unit_id is None or Permission.SEE_TICKETS in visit.permissions:
        return []
    today = visit.now.astimezone(visit.scope.tenant.zone).date()
    waiting = waits_for_unit(visit.scope, unit_id, today=today)
    if waiting is None:
        return []
    return [MenuItem("知识库", "/knowledge", request.path.startswith("/knowledge"), _count(waiting))]


def _count(number: int | None) -> str | None:
    if number is None:
        return None
    return f"{COUNTED - 1}+" if number >= COUNTED else str(number)


def _moment(at: datetime) -> str:
    return words.moment(at, now=clock(), zone=_zone())


def _moment_exact(at: datetime) -> str:
    return words.moment_exact(at, zone=_zone())


def _clock_time(at: datetime) -> str:
    return words.clock_time(at, zone=_zone())


def _zone() -> ZoneInfo:
    """Return the zone of the tenant whose page this is: the visitor's, or the one that a page open to all names."""
    tenant: TenantFacts = g.public_tenant if "public_tenant" in g else g.visit.scope.tenant
    return tenant.zone
