"""领导理政群: the leaders' groups “蓉城纤夫” and “蓉城挑夫” hear of danger at once, and in the morning of the day before.

The group's robot (企业微信群机器人) takes a text at an address that is a secret of the district. Without it nothing is sent.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.hooks import (
    Block,
    CommandSpec,
    Context,
    DomainEvent,
    Done,
    Finding,
    JobSpec,
    PageSpec,
    Store,
    TableBlock,
    hookimpl,
    joined,
    said,
    word,
)
from core.hooks.outside import AddressNotAllowed, post_json, refuse_address
from core.hooks.settings import Line, Secret, Settings, Whole, YesNo
from core.hooks.tables import select
from plugins.chengdu.tables import TOLD

URGENT, OVERDUE, INSTRUCTED, REPORTED = "urgent", "overdue", "instructed", "reported"
HEADINGS = {URGENT: "紧急诉求", OVERDUE: "答复超期", INSTRUCTED: "领导批示", REPORTED: "批示反馈"}
GROUPS = (("webhook", "group_name"), ("second_webhook", "second_group_name"))
"""The settings of each group: where its robot listens, and what it is called."""
LONGEST_TITLE = 100
SERIALS_NAMED = 20
SECONDS = 5.0
MOST_SHOWN = 100


class LeadersSettings(Settings):
    """What the leaders' group hears of, and where its robot listens."""

    webhook = Secret(
        title="群机器人地址",
        help="领导理政群（如“蓉城纤夫”“蓉城挑夫”）的企业微信群机器人地址；没有设置就不发消息",
        group="领导理政群",
        risk="privacy",
    )
    group_name = Line(
        load_default="蓉城纤夫", longest=20, title="群的名称", help="写在发出的记录里", group="领导理政群"
    )
    second_webhook = Secret(
        title="第二个群的机器人地址",
        help="另一个领导理政群的机器人地址；没有设置就只发第一个群",
        group="领导理政群",
        risk="privacy",
    )
    second_group_name = Line(
        load_default="蓉城挑夫", longest=20, title="第二个群的名称", help="写在发出的记录里", group="领导理政群"
    )
    tell_instructions = YesNo(
        load_default=True,
        title="有领导批示时告知",
        help="批示下达和承办单位反馈时，点明单位发到群里",
        group="告知",
        risk="privacy",
    )
    tell_urgent = YesNo(
        load_default=True,
        title="出现紧急诉求时告知",
        help="受理时判为紧急，或中途升为紧急，立即发到群里",
        group="告知",
        risk="privacy",
    )
    tell_overdue = YesNo(
        load_default=True,
        title="答复超期时告知",
        help="到时限仍未答复，发到群里",
        group="告知",
        risk="privacy",
    )
    only_urgent = YesNo(
        load_default=True,
        title="超期只告知紧急诉求",
        help="选否则一般诉求超期也发到群里",
        group="告知",
        risk="privacy",
    )
    morning = YesNo(
        load_default=True,
        title="每天早上发昨日汇总",
        help="一行字：昨日紧急诉求和超期各多少件",
        group="早报",
        affects="open",
    )
    morning_at = Line(
        load_default="08:30",
        longest=5,
        pattern="([01][0-9]|2[0-3]):[0-5][0-9]",
        pattern_says="时间请写成 08:30 这样",
        title="早报几点发",
        help="本区的当地时间",
        group="早报",
        affects="open",
    )


class ToldForm(Settings):
    """How much of what the groups were told the command line lists."""

    most = Whole(load_default=20, min=1, max=MOST_SHOWN, unit="条", title="最多列出多少条")


class NotTaken(Exception):  # noqa: N818 -- a fact about the group's robot; the core tries again
    """The robot did not take the message."""


@hookimpl
def check_settings(settings: Mapping[str, Any]) -> Sequence[Finding] | None:
    """Say when nothing would be sent, or the robot's address cannot be reached from here; nobody is disturbed."""
    given = [name for name, _ in GROUPS if settings[name] is not None]
    if not given:
        return [Finding("warning", "还没有设置群机器人地址，启用后不会发出任何消息。", "webhook")]
    return [finding for name in given if (finding := _fault(settings, name))] or None


def _fault(settings: Mapping[str, Any], name: str) -> Finding | None:
    try:
        refuse_address(settings[name])
    except AddressNotAllowed as refusal:
        return Finding("error", refusal.message, name)
    return None


@hookimpl
def on_event(ctx: Context, settings: Mapping[str, Any], event: DomainEvent, store: Store) -> Sequence[Done] | None:
    """Tell the groups when a ticket turns out to be urgent, its answer is overdue, or a leader instructs a unit."""
    occasion, names = occasion_of(settings, event), _groups(settings)
    if occasion is None or not names:
        return None
    if store.one_or_none(select(TOLD.c.id).where(TOLD.c.event_id == event.id)):
        return None
    store.add(
        TOLD,
        event_id=event.id,
        happened_on=_day(ctx, event.at),
        serial_no=event.ticket.serial_no,
        occasion=occasion,
        urgent=event.ticket.urgency == "urgent",
    )
    _say(settings, _words(occasion, event), key=event.id)
    return [
        Done(
            said(
                "{headings} {serial_no} 已发到{names}",
                headings=word(HEADINGS[occasion]),
                serial_no=event.ticket.serial_no,
                names=joined("、", names),
            )
        )
    ]


@hookimpl
def jobs(settings: Mapping[str, Any]) -> Sequence[JobSpec]:
    """Sum up the day before every morning, if the district wants that."""
    if not settings["morning"]:
        return []
    return [JobSpec("morning", "领导理政群早报", settings["morning_at"], run="post_morning", seconds=20)]


@hookimpl
def pages() -> Sequence[PageSpec]:
    """Show what the groups were told to whoever sees the tickets themselves."""
    return [PageSpec("leaders", "领导理政群", "see-tickets", show="show_told")]


@hookimpl
def commands() -> Sequence[CommandSpec]:
    """List what the groups were told on the command line, for whoever asks whether a leader knew."""
    return [CommandSpec("leaders", "列出发到领导理政群的消息", run="list_told", form="ToldForm")]


def show_told(store: Store) -> list[Block]:
    """Show what the groups were told, the latest first."""
    rows = tuple(
        (str(each["happened_on"]), each["serial_no"], HEADINGS[each["occasion"]], "紧急" if each["urgent"] else "一般")
        for each in told(store, most=MOST_SHOWN)
    )
    columns = ("日期", "工单", "事由", "紧急程度")
    return [
        TableBlock(
            columns, rows, said("最近 {most_shown} 条", most_shown=MOST_SHOWN), empty="还没有向领导理政群发过消息。"
        )
    ]


def list_told(store: Store, values: Mapping[str, Any]) -> list[str]:
    """Return one line for each message, the latest first."""
    lines = [
        f"{each['happened_on']}  {each['serial_no']}  {HEADINGS[each['occasion']]}"
        for each in told(store, most=values["most"])
    ]
    return lines or ["还没有向领导理政群发过消息。"]


def told(store: Store, *, most: int) -> Sequence[Mapping[str, Any]]:
    """Return of what the groups were told, the latest first."""
    columns = (TOLD.c.happened_on, TOLD.c.serial_no, TOLD.c.occasion, TOLD.c.urgent)
    return store.rows(select(*columns).order_by(TOLD.c.happened_on.desc(), TOLD.c.id.desc()).limit(most))


def post_morning(ctx: Context, settings: Mapping[str, Any], store: Store, day: date) -> str:
    """Tell the group how many urgent and overdue tickets it heard of the day before."""
    if not _groups(settings):
        return "没有设置群机器人地址，没有发送"
    before = day - timedelta(days=1)
    happened = store.rows(select(TOLD.c.serial_no, TOLD.c.occasion).where(TOLD.c.happened_on == before))
    by_occasion = {
        occasion: {row["serial_no"] for row in happened if row["occasion"] == occasion} for occasion in HEADINGS
    }
    counts = joined(
        "，",
        (
            said("{headings} {number} 件", headings=word(HEADINGS[occasion]), number=len(serials))
            for occasion, serials in by_occasion.items()
        ),
    )
    named = joined("、", sorted(set().union(*by_occasion.values()))[:SERIALS_NAMED])
    text = said(
        "{month} 月 {day} 日：{counts}。{named}",
        month=before.month,
        day=before.day,
        counts=counts,
        named=said("涉及 {named}", named=named) if named else "",
    )
    _say(settings, text, key=f"{ctx.tenant}-leaders-morning-{day}")
    return said("已发送：{counts}", counts=counts)


def occasion_of(settings: Mapping[str, Any], event: DomainEvent) -> str | None:
    """Return on which occasion the district wants its group told of the event, None = on none."""
    is_urgent = event.ticket.urgency == "urgent"
    if event.kind == "classify" and event.detail.get("urgency") == "urgent":
        return URGENT if settings["tell_urgent"] and is_urgent else None
    if event.kind == "clock_mark" and (event.detail.get("clock"), event.detail.get("mark")) == ("reply", OVERDUE):
        is_wanted = is_urgent or not settings["only_urgent"]
        return OVERDUE if settings["tell_overdue"] and is_wanted else None
    if event.kind == "instruction" and settings["tell_instructions"]:
        return INSTRUCTED if "level" in event.detail else REPORTED
    return None


def _words(occasion: str, event: DomainEvent) -> str:
    unit = event.lead.name if event.lead else "尚未派单"
    if occasion in (INSTRUCTED, REPORTED):
        return said(
            "【{headings}】{serial_no}\n{summary}\n承办单位：{unit}",
            headings=word(HEADINGS[occasion]),
            serial_no=event.ticket.serial_no,
            summary=event.summary[:LONGEST_TITLE],
            unit=word(unit),
        )
    return said(
        "【{headings}】{serial_no}\n{title}\n承办单位：{unit}",
        headings=word(HEADINGS[occasion]),
        serial_no=event.ticket.serial_no,
        title=event.ticket.title[:LONGEST_TITLE],
        unit=word(unit),
    )


def _say(settings: Mapping[str, Any], text: str, *, key: str) -> None:
    """Say it in every group; one that does not take it is tried again, under the same key each time."""
    body = {"msgtype": "text", "text": {"content": text}}
    for number, (webhook, _) in enumerate(GROUPS):
        if settings[webhook] is None:
            continue
        answered = post_json(settings[webhook], body, key=f"{key}-{number}" if number else key, seconds=SECONDS)
        if not answered.is_accepted or answered.body.get("errcode") != 0:
            raise NotTaken


def _groups(settings: Mapping[str, Any]) -> list[str]:
    """Return the names of the groups whose robots listen."""
    return [settings[name] for webhook, name in GROUPS if settings[webhook] is not None]


def _day(ctx: Context, at: datetime) -> date:
    return at.astimezone(ZoneInfo(ctx.zone)).date()
