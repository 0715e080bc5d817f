"""The main menu: what the visitor may open, under short headings in the order of a ticket's way, and how much waits there."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, g, jsonify, request

from core.intake.sources.queries import source_book
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
from core.journey.rights import count_open as count_rights
from core.journey.saved_lists import lists_for
from core.journey.settings.administering import READS_CHANGES
from core.journey.settings.log import count_waiting as count_waiting_revisions
from core.journey.tasks import untold_tasks
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
from core.tasks.models import Task
from core.units.catalogue.queries import duty_list_in_force
from core.units.queries import directory
from core.units.taking_in import taking_in_only
from core.web.visit import Answer, Visit, allows

LANE_LABELS: dict[LaneName, str] = {
    "accept": "待受理",
    "clearance": "待审定电话工单",
    "dispatch": "派单台",
    "returns": "退单申请",
    "consult": "会商",
    "review": "审核回复",
    "time": "延期与挂起",
    "follow_up": "回访",
    "redo": "要求重办",
    "untold": "待告知",
    "tracking": "效能追踪",
    "supervised": "督办",
    "errands": "交办事项",
    "disputes": "申诉裁定",
    "overruns": "超期原因",
    "all": "全部工单",
}
TAKING_IN, WATCHING = "收件", "监督与公开"
LANE_SECTIONS: dict[str, tuple[LaneName, ...]] = {
    TAKING_IN: ("accept", "clearance"),
    "派单与办理": ("dispatch", "returns", "consult", "time", "errands"),
    "答复与回访": ("review", "follow_up", "redo", "untold", "tracking"),
    WATCHING: ("supervised", "overruns", "disputes"),
}
"""Under which heading of the menu a lane stands; that of all tickets is where one looks up."""
LANES_OF: dict[Permission, tuple[LaneName, ...]] = {
    Permission.SEE_TICKETS: ("dispatch", "review", "follow_up", "all"),
    Permission.ACCEPT: ("accept", "clearance"),
    Permission.REVIEW: ("clearance",),
    Permission.FOLLOW_UP: ("redo", "untold", "tracking"),
    Permission.DISPATCH: ("returns", "consult", "errands"),
    Permission.APPROVE: ("time",),
    Permission.SUPERVISE: ("consult", "supervised", "errands", "overruns"),
    Permission.ADJUDICATE: ("disputes",),
}
"""The lanes in the menu of those who have a permission. Every lane can be looked at by its address."""

OPENNESS = frozenset({Permission.REVIEW, Permission.SUPERVISE})
"""Whom it concerns what waits before it is public."""
READ_DUTIES = frozenset({Permission.SEE_TICKETS, Permission.HANDLE})
EXPLORES = frozenset({Permission.SEE_TICKETS, Permission.SEE_CITY})
"""Who reads where appeals come from."""
TASKS = frozenset({Permission.SEE_TICKETS, Permission.HANDLE, Permission.ACCEPT})
"""Who has work that is done as tasks."""
BULLETIN_READERS = frozenset({Permission.BULLETIN, Permission.SUPERVISE})
PERFORMANCE_READERS = frozenset({Permission.PERFORMANCE, Permission.SUPERVISE})
ACCOUNTS = frozenset({Permission.ADMINISTER, Permission.ENTRUST})

GO: dict[str, str] = {
    "/desk?lane=dispatch": "q",
    "/desk?lane=review": "r",
    "/desk?lane=follow_up": "h",
    "/knowledge": "k",
    "/desk?lane=consult": "c",
}
"""The key that leads to an entry after `G`."""
FEW = 7
"""A menu of so many entries or fewer needs no headings."""
pages = Blueprint("menu", __name__)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the menu; `count` is what waits there, in words."""

    label: str
    href: str
    current: bool
    count: str | None = None

    @property
    def go(self) -> str:
        return GO.get(self.href, "")


@dataclass(frozen=True, slots=True)
class MenuSection:
    """Entries that belong together; `label` empty = no heading."""

    label: str
    items: tuple[MenuItem, ...]


def lanes_of(permissions: Collection[Permission]) -> frozenset[LaneName]:
    """Return the lanes that stand in the menu of somebody with these permissions."""
    return frozenset(lane for permission in permissions for lane in LANES_OF.get(permission, ()))


def menu_sections() -> list[MenuSection]:
    """Return the visitor's menu, with what waits in each lane. A menu of one entry is none.

    Whoever administers and takes nothing in finds what is kept in order first.
    """
    visit: Visit = g.visit
    administering, desk = ("管理", tuple(_administering(visit))), tuple(_desk(visit))
    found = [
        MenuSection(label, items)
        for label, items in (
            ("", tuple(_first(visit))),
            ("常用列表", tuple(_saved_lists(visit))),
            *((*desk, administering) if Permission.ACCEPT in visit.permissions else (administering, *desk)),
            ("审计", tuple(_auditing(visit))),
            ("本区功能", tuple(_pages_of_features(visit))),
        )
        if items
    ]
    entries = sum(len(section.items) for section in found)
    if entries <= FEW:
        found = [MenuSection("", tuple(item for section in found for item in section.items))]
    return found if entries > 1 else []


@pages.get("/menu")
@allows(Permission.OWN_ACCOUNT)
def show_counts(visit: Visit) -> Answer:
    """Tell what waits in each entry of the visitor's menu, by its address; 304 when it is as it was."""
    counts = {item.href: item.count for section in menu_sections() for item in section.items if item.count is not None}
    response = jsonify(counts)
    response.add_etag(weak=True)
    return response.make_conditional(request)


def _first(visit: Visit) -> Iterator[MenuItem]:
    """Yield what somebody who is no operator starts from."""
    if Permission.INSTRUCT in visit.permissions:
        yield MenuItem("领导批阅", "/leader", request.path.startswith("/leader"))
    if Permission.HANDLE in visit.permissions:
        yield MenuItem("我单位的工单", "/unit", _is_of_unit(request.path))
        if visit.staff.unit_id:
            yield MenuItem("人员与值班", "/unit/people", request.path.startswith("/unit/people"))
            yield MenuItem("办理成绩", "/unit/stats", request.path.startswith("/unit/stats"))
    if Permission.TAKE_IN in visit.permissions:
        yield MenuItem("代录诉求", "/center/new", request.path == "/center/new")
        yield MenuItem("本中心的工单", "/center", _is_of_center(request.path))
    if Permission.JUDGE in visit.permissions:
        yield MenuItem("我的评议", "/panel", request.path.startswith("/panel"))
    if Permission.SEE_CITY in visit.permissions:
        yield from _city(request.path)


def _city(path: str) -> Iterator[MenuItem]:
    """Yield the pages of the city's figures."""
    yield MenuItem("运行总览", "/city", path == "/city")
    yield MenuItem("区县对比", "/city/districts", path == "/city/districts")
    yield MenuItem("承办单位", "/city/units", path == "/city/units")
    yield MenuItem("诉求热点", "/city/matters", path == "/city/matters")
    yield MenuItem("综合预警", "/city/warnings", path == "/city/warnings")
    yield MenuItem("领导批示", "/city/instructions", path == "/city/instructions")
    yield MenuItem("月度分析报告", "/city/month", path == "/city/month")
    yield MenuItem("数据质量", "/city/quality", path == "/city/quality")
    yield MenuItem("指标口径", "/city/definitions", path == "/city/definitions")
    yield MenuItem("探索", "/city/explore", path == "/city/explore")
    yield MenuItem("大屏", "/city/screens", path == "/city/screens")
    yield MenuItem("定期发送", "/city/deliveries", path == "/city/deliveries")


def _saved_lists(visit: Visit) -> Iterator[MenuItem]:
    """Yield the lists that somebody saved or that are shared with them, counted in one statement."""
    if Permission.SEE_TICKETS not in visit.permissions:
        return
    here = request.args.get("list", "") if request.path == "/desk" else ""
    lanes = lanes_of(visit.permissions)
    for line in lists_for(visit.scope, actor=visit.actor, lanes=lanes, now=visit.now, counted=True):
        yield MenuItem(line.name, f"/desk?list={line.number}", str(line.number) == here, _count(line.count))


def _tasks(visit: Visit) -> Iterator[MenuItem]:
    """Yield the entry of long work, with how much of one's own waits or runs."""
    if not TASKS.isdisjoint(visit.permissions):
        running = sum(not task.has_ended for task in own_untold(visit))
        yield MenuItem("任务中心", "/tasks", request.path.startswith("/tasks"), str(running) if running else "")


def own_untold(visit: Visit) -> Sequence[Task]:
    """Return one's own tasks that wait or run, or ended without one's having been told; read once for a page."""
    if "own_untold" not in g:
        g.own_untold = untold_tasks(visit.scope, visit.staff.account_id)
    found: Sequence[Task] = g.own_untold
    return found


def _desk(visit: Visit) -> Iterator[tuple[str, tuple[MenuItem, ...]]]:
    """Yield the sections of the desk, each with what else is done at its place; the lanes are counted in one statement."""
    lanes: dict[LaneName, MenuItem] = {}
    takes_in = Permission.SEE_TICKETS in visit.permissions and Permission.ACCEPT in visit.permissions
    if Permission.SEE_TICKETS in visit.permissions:
        mine = set(lanes_of(visit.permissions))
        if not rules_of_handling(visit.scope).proves_telling:
            mine.discard("untold")
        counts = lane_counts(visit.scope, [lane for lane in LANE_LABELS if lane in mine and lane != "all"])
        is_lane = request.path == "/desk" and "list" not in request.args
        here = request.args.get("lane", "dispatch") if is_lane else ""
        lanes = {
            lane: MenuItem(label, f"/desk?lane={lane}", lane == here, _count(counts.get(lane)))
            for lane, label in LANE_LABELS.items()
            if lane in mine
        }
    for label, names in LANE_SECTIONS.items():
        items = [lanes[name] for name in names if name in lanes]
        if label == TAKING_IN and takes_in:
            items[1:1] = [*_inbound(visit), *_calls(visit)]
            items += [
                _screening(visit),
                MenuItem("批量导入", "/desk/import", request.path.startswith("/desk/import")),
                MenuItem("交接班", "/desk/handover", request.path.startswith("/desk/handover")),
            ]
        if label == TAKING_IN:
            items += _outreach(visit)
        if label == WATCHING:
            yield "查询与研判", tuple(_looking_up(visit))
            items += _supervising(visit)
        yield label, tuple(items)


def _outreach(visit: Visit) -> Iterator[MenuItem]:
    """Yield where the house goes to residents, or lets them ask, as far as the district does."""
    if not ENTERS.isdisjoint(visit.permissions) and holds_outreach(visit.scope):
        yield MenuItem("会议和走访", "/center/meeting", request.path.startswith("/center/meeting"))
    if not LOOKS_AT_INTERVIEWS.isdisjoint(visit.permissions) and interview_rules_of(visit.scope) is not None:
        yield MenuItem("微访谈", "/interviews", request.path.startswith("/interviews"))


def _looking_up(visit: Visit) -> Iterator[MenuItem]:
    """Yield what is looked up and read out of figures."""
    here = request.path
    if Permission.SEE_TICKETS in visit.permissions:
        lane = request.args.get("lane") if here == "/desk" else ""
        yield MenuItem(LANE_LABELS["all"], "/desk?lane=all", lane == "all")
        yield from _knowledge(visit)
        yield from _warnings(visit)
    else:
        yield from _knowledge_of_unit(visit)
    yield from _tasks(visit)
    yield from _duty_list(visit)
    if Permission.SEE_TICKETS in visit.permissions:
        yield MenuItem("办结与首问首办", "/figures", here.startswith("/figures"))
        if any(unit.refers_to for unit in directory(visit.scope).units):
            yield MenuItem("跨区事项", "/desk/joint", here == "/desk/joint")
    if not EXPLORES.isdisjoint(visit.permissions):
        yield MenuItem("源头治理", "/explore", here.startswith("/explore"))


def _supervising(visit: Visit) -> Iterator[MenuItem]:
    """Yield what is watched over, called to account and made public."""
    here = request.path
    if Permission.SUPERVISE in visit.permissions:
        yield MenuItem("未了结的工单", "/desk/unfinished", here == "/desk/unfinished")
        if taking_in_only(visit.scope):
            yield MenuItem("社区减负", "/desk/community", here == "/desk/community")
    if may(visit.permissions, READS) and (drafts_letters(visit.scope) or has_reminders(visit.scope)):
        waiting = _count(open_reminders(visit.scope, now=visit.now))
        yield MenuItem("提醒函", "/letters", here.startswith("/letters"), waiting)
    yield from _accountability(visit)
    yield from _performance(visit)
    if not OPENNESS.isdisjoint(visit.permissions):
        yield MenuItem("公开与曝光", "/desk/openness", here == "/desk/openness", _count(count_waiting(visit.scope)))
    if not BULLETIN_READERS.isdisjoint(visit.permissions):
        yield MenuItem("公开通报", "/bulletins", here.startswith("/bulletins"))


def _administering(visit: Visit) -> Iterator[MenuItem]:
    """Yield what is kept in order."""
    if Permission.ADMINISTER in visit.permissions:
        yield from _configuring(visit)
    if not ACCOUNTS.isdisjoint(visit.permissions):
        yield MenuItem("账号", "/accounts", request.path.startswith("/accounts"))
        yield MenuItem("权限复核", "/admin/access", request.path.startswith("/admin/access"))
    if may(visit.permissions, READS_CHANGES):
        label = "修订与回滚" if Permission.ADMINISTER in visit.permissions else "修订记录"
        yield MenuItem(
            label,
            "/admin/revisions",
            "/revisions" in request.path,
            _count(count_waiting_revisions(visit.scope) or None),
        )
    takes_in = Permission.SEE_TICKETS in visit.permissions and Permission.ACCEPT in visit.permissions
    if takes_in or Permission.ADMINISTER in visit.permissions:
        yield from _sources(visit)
    if Permission.ADMINISTER in visit.permissions:
        if visit.scope.tenant.kind == "district":
            yield MenuItem("市级看到的本区", "/admin/city", request.path.startswith("/admin/city"))
            yield MenuItem("月报定期发送", "/city/deliveries", request.path == "/city/deliveries")
        yield MenuItem("规则质疑", "/challenges", request.path == "/challenges")
        yield MenuItem("本人信息申请", "/rights", request.path == "/rights", _count(count_rights(visit.scope)))


def _configuring(visit: Visit) -> Iterator[MenuItem]:
    """Yield what administrators set, in the order in which a district is set up."""
    here = request.path
    yield MenuItem("运行状况", "/admin", here == "/admin" or here.startswith("/admin/undelivered"))
    yield MenuItem("功能", "/admin/features", here.startswith("/admin/features") and "/revisions" not in here)
    if visit.scope.tenant.kind == "city":
        yield MenuItem("全市预设", "/admin/presets", here == "/admin/presets")
    yield MenuItem("派单规则", "/admin/routing", request.path == "/admin/routing")
    yield MenuItem("职责清单", "/admin/duties", request.path.startswith("/admin/duties"))
    yield MenuItem("时限与预警", "/admin/limits", here.startswith("/admin/limits"))
    yield MenuItem("升级与问责", "/admin/escalation", here.startswith("/admin/escalation"))
    yield MenuItem("评价与评议", "/admin/evaluation", here.startswith("/admin/evaluation"))
    yield MenuItem("渠道", "/admin/channels", here.startswith("/admin/channels"))
    yield MenuItem("单位", "/admin/units", here.startswith("/admin/units"))
    yield MenuItem("区域", "/admin/areas", here.startswith("/admin/areas"))
    yield MenuItem("工作日历", "/admin/calendar", request.path.startswith("/admin/calendar"))
    yield MenuItem("值班", "/admin/rosters", here.startswith("/admin/rosters"))


def _auditing(visit: Visit) -> Iterator[MenuItem]:
    """Yield what the auditor reads."""
    if Permission.AUDIT in visit.permissions:
        yield MenuItem("安全日志", "/audit", request.path == "/audit")
        yield MenuItem("查看联系方式的记录", "/audit/reveals", request.path == "/audit/reveals")


def _screening(visit: Visit) -> MenuItem:
    """Return the entry of what is set aside, with what waits for a second look."""
    count = _count(count_doubted(visit.scope))
    return MenuItem("初筛复核", "/desk/screening", request.path == "/desk/screening", count)


def _is_of_unit(path: str) -> bool:
    """Tell whether a page shows the unit's tickets."""
    apart = ("/unit/performance", "/unit/cases", "/unit/people", "/unit/stats")
    return path.startswith("/unit") and not path.startswith(apart)


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
    shown = [
        page for page in pages_of(visit.scope).values() if page.spec.in_menu and page.permission in visit.permissions
    ]
    return [MenuItem(page.spec.label, page.href, request.path == page.href) for page in shown]


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
    """Return the entry for the duty list, for those who dispatch or handle by it, where one holds; who keeps it has another."""
    if Permission.ADMINISTER in visit.permissions or READ_DUTIES.isdisjoint(visit.permissions):
        return []
    if not duty_list_in_force(visit.scope).number:
        return []
    return [MenuItem("职责清单", "/duties", request.path.startswith("/duties"))]


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
