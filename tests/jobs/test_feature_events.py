"""What features do after the fact: told once it is committed, at least once, under one id, and in nobody's way."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from core.escalation.models import Instruction
from core.hooks import Context, DomainEvent, Done, Feature, Store
from core.hooks import UnitView as Unit
from core.hooks.budget import within
from core.hooks.outside import OWN_HOSTS
from core.hooks.roster import Roster
from core.hooks.settings import SecretText
from core.hooks.tables import select as rows_of
from core.intake.reading import Incoming
from core.jobs.drain import BACKOFF
from core.jobs.kinds import job_kinds
from core.journey import desk, press
from core.journey.import_walk import walk_then
from core.journey.queries.leader import leader_items
from core.kit.db import insert_rows
from core.kit.errors import Refused
from core.kit.outbox import Job
from core.tenancy.active import SAFE_MODE
from core.tenancy.guest import guest
from core.tenancy.models import FeatureAct, FeatureIncident
from core.tenancy.revisions import set_state
from core.tenancy.scope import Installation, Scope
from core.tenancy.secret_rows import keep_text
from core.tickets.contact import Contact
from core.tickets.models import TicketEvent
from core.tickets.news import FEATURE_EVENT
from core.tickets.timeline import Order
from core.units.queries import directory
from plugins.chengdu.tables import TOLD
from tests.builders import (
    LEADER,
    OPERATOR,
    make_actor,
    make_appeal,
    make_district,
    make_feature,
    make_installation,
    make_ticket,
)
from tests.jobs.conftest import OwnDatabase, Running, Start
from tests.jobs.making import NOW, drain, jobs_of, soon
from tests.jobs.robot import TOO_OFTEN, Robot, robot

DANGER = "河边围墙倒塌，有人被困"


def make_telling(
    database: OwnDatabase,
    on_event: Callable[..., Any],
    *,
    kinds: Sequence[str] = ("dispatch",),
    feature_id: str = "trial.event",
) -> tuple[Installation, str]:
    """Return an installation with a feature that acts on entries of these kinds, and a district that has it on."""
    made = make_feature(feature_id, on_event=on_event)
    feature = Feature(made.id, made.label, made.summary, made.answers, events=tuple(kinds))
    installation = make_installation(database.url, features=[feature])
    return installation, make_district(installation, features={feature_id: {}})


def dispatched(installation: Installation, slug: str, **appeal: Any) -> str:
    """Take in an appeal and dispatch it; return its number."""
    serial_no = make_ticket(installation, slug, now=NOW, **appeal).serial_no
    installation.run(slug, lambda scope: desk.dispatch(scope, serial_no, Order(OPERATOR, NOW), lead="roads"))
    return serial_no


def act(installation: Installation, *, tries: int = 1) -> None:
    """Drain now, and once more after each rest."""
    at = NOW
    for rest in (timedelta(), *BACKOFF)[:tries]:
        at += rest
        drain(installation, job_kinds({}, installation), now=at)


def told_of(installation: Installation, slug: str) -> list[Job]:
    return [job for job in jobs_of(installation, slug) if job.kind == FEATURE_EVENT]


def cards(installation: Installation, slug: str) -> Sequence[FeatureIncident]:
    with installation.scope(slug) as scope:
        return scope.session.scalars(select(FeatureIncident).where(FeatureIncident.tenant_id == scope.tenant.id)).all()


def acts(installation: Installation, slug: str) -> list[tuple[str, str, str]]:
    with installation.scope(slug) as scope:
        rows = scope.session.scalars(select(FeatureAct).where(FeatureAct.tenant_id == scope.tenant.id))
        return [(act.feature, act.part, act.told) for act in rows]


def test_a_feature_is_told_what_happened_with_the_ticket_as_it_stands_and_without_who_spoke(
    database: OwnDatabase,
) -> None:
    seen: list[tuple[DomainEvent, Context]] = []

    def on_event(ctx: Context, event: DomainEvent) -> list[Done]:
        seen.append((event, ctx))
        return [Done("已知会街道")]

    installation, slug = make_telling(database, on_event)
    serial_no = dispatched(installation, slug, contact=Contact("陈某某", "13800000001"))

    act(installation)
    act(installation)

    [(event, ctx)] = seen
    [job] = told_of(installation, slug)
    assert (event.kind, event.at, event.ticket.serial_no, ctx.tenant) == ("dispatch", NOW, serial_no, slug)
    assert event.lead == Unit("roads", "道路管理处", "district_department")
    assert event.id == f"{slug}-{job.payload['ticket_id']}-{job.payload['seq']}"
    assert "13800000001" not in repr(event)
    assert "陈某某" not in repr(event)
    assert (job.state, set(job.payload)) == ("done", {"feature", "ticket_id", "seq"})
    assert acts(installation, slug) == [("trial.event", "on_event", "已知会街道")]


def test_every_kind_is_told_to_a_feature_that_names_none(database: OwnDatabase) -> None:
    kinds: list[str] = []
    installation, slug = make_telling(database, lambda event: kinds.append(event.kind), kinds=())
    dispatched(installation, slug)

    act(installation)

    with installation.scope(slug) as scope:
        written = scope.session.scalars(select(TicketEvent.kind).where(TicketEvent.tenant_id == scope.tenant.id))
        assert sorted(kinds) == sorted(written)
    assert acts(installation, slug) == []


def test_where_no_feature_acts_no_job_is_written(database: OwnDatabase) -> None:
    installation, _ = make_telling(database, lambda event: None)
    bare = make_district(installation)

    dispatched(installation, bare)

    assert told_of(installation, bare) == []


def test_what_is_rolled_back_is_told_to_nobody(database: OwnDatabase) -> None:
    installation, slug = make_telling(database, lambda event: None)
    serial_no = make_ticket(installation, slug, now=NOW).serial_no

    def dispatch_and_fail(scope: Scope) -> None:
        desk.dispatch(scope, serial_no, Order(OPERATOR, NOW), lead="roads")
        raise Refused("不行")

    with pytest.raises(Refused):
        installation.run(slug, dispatch_and_fail)
    assert told_of(installation, slug) == []


def test_imported_history_is_told_to_nobody(database: OwnDatabase) -> None:
    installation, slug = make_telling(database, lambda event: None, kinds=())
    past = NOW - timedelta(days=400)

    def import_history(scope: Scope) -> None:
        appeal = make_appeal(channel="file", submitted_at=past, external_id="1")
        answered = Incoming(appeal, replied_at=past + timedelta(days=1), reply="已修补", disposition="resolved")
        with scope.session.gathering() as rows:
            walk_then(scope, answered, now=NOW)
        insert_rows(scope.session, rows)

    installation.run(slug, import_history)
    make_ticket(installation, slug, now=NOW)

    with installation.scope(slug) as scope:
        at = scope.session.scalars(select(TicketEvent.at).where(TicketEvent.tenant_id == scope.tenant.id)).all()
    assert min(at) == past
    assert len(told_of(installation, slug)) == sum(each == NOW for each in at) > 0


def test_a_failure_is_tried_again_under_the_same_id_and_left_to_a_person_in_the_end(
    database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.hooks.breaker.IN_A_ROW", 100)
    ids: list[str] = []

    def on_event(event: DomainEvent) -> None:
        ids.append(event.id)
        raise ConnectionError("https://gateway.example/?key=a-secret")

    installation, slug = make_telling(database, on_event)
    dispatched(installation, slug)

    act(installation, tries=6)

    [job] = told_of(installation, slug)
    [card] = cards(installation, slug)
    assert (job.state, job.attempts, len(set(ids))) == ("dead", 6, 1)
    assert len(ids) == 6
    assert (card.hook, card.words.startswith("试了 6 次没有做成，不再重试：出错：ConnectionError")) == (
        "on_event",
        True,
    )
    assert "a-secret" not in f"{job.last_error}{card.words}"


def test_while_a_feature_that_keeps_failing_is_left_to_rest_no_try_is_counted(database: OwnDatabase) -> None:
    asked: list[str] = []

    def on_event(event: DomainEvent) -> None:
        asked.append(event.id)
        raise ValueError

    installation, slug = make_telling(database, on_event)
    for _ in range(8):
        dispatched(installation, slug)

    act(installation)

    tried = [(job.state, job.attempts, job.run_after) for job in told_of(installation, slug)]
    assert tried == [("pending", 1, NOW + BACKOFF[0])] * 5 + [("pending", 0, NOW + timedelta(minutes=1))] * 3
    assert len(asked) == 5


def test_a_feature_that_recovers_has_acted_once(database: OwnDatabase) -> None:
    tries: list[str] = []

    def on_event(event: DomainEvent) -> list[Done]:
        tries.append(event.id)
        if len(tries) < 3:
            raise ValueError
        return [Done("好了")]

    installation, slug = make_telling(database, on_event)
    dispatched(installation, slug)

    act(installation, tries=4)

    assert [job.state for job in told_of(installation, slug)] == ["done"]
    assert (len(tries), acts(installation, slug)) == (3, [("trial.event", "on_event", "好了")])


@pytest.mark.parametrize(
    "ruin",
    [lambda: time.sleep(60), lambda: [None for _ in iter(int, 1)], lambda: (_ for _ in ()).throw(SystemExit(1))],
    ids=["hangs", "spins", "exits"],
)
def test_a_feature_that_hangs_or_exits_keeps_no_other_waiting(
    database: OwnDatabase, ruin: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    bad = make_feature("trial.bad", on_event=lambda event: ruin())
    good = make_feature("trial.good", on_event=lambda event: seen.append(event.id))
    monkeypatch.setattr("core.hooks.table.within", _soon)
    installation = make_installation(
        database.url,
        features=[
            Feature(each.id, each.label, each.summary, each.answers, events=("dispatch",)) for each in (bad, good)
        ],
    )
    slug = make_district(installation, features={"trial.bad": {}, "trial.good": {}})
    dispatched(installation, slug)

    act(installation)

    assert [(job.payload["feature"], job.state) for job in told_of(installation, slug)] == [
        ("trial.bad", "pending"),
        ("trial.good", "done"),
    ]
    assert len(seen) == 1
    assert [card.feature for card in cards(installation, slug)] == ["trial.bad"]


def _soon(seconds: float, **_: Any) -> Any:
    """Cut after a fifth of a second instead of ten."""
    return within(min(seconds, 0.2))


def test_what_a_failed_feature_wrote_is_taken_back(database: OwnDatabase) -> None:
    def on_event(event: DomainEvent, store: Store) -> None:
        store.add(TOLD, **a_row(event))
        raise ValueError

    installation, slug = make_telling(database, on_event, feature_id="chengdu.trial")
    dispatched(installation, slug)

    act(installation)

    assert recorded(installation, slug) == []


def test_a_feature_writes_into_its_own_district_only(database: OwnDatabase) -> None:
    installation, slug = make_telling(
        database, lambda event, store: store.add(TOLD, **a_row(event)) and None, feature_id="chengdu.trial"
    )
    other = make_district(installation, features={"chengdu.trial": {}})
    serial_no = dispatched(installation, slug)

    act(installation)

    assert (recorded(installation, slug), recorded(installation, other)) == ([serial_no], [])


def test_a_feature_that_was_switched_off_meanwhile_has_nothing_to_do(database: OwnDatabase) -> None:
    seen: list[str] = []
    installation, slug = make_telling(database, lambda event: seen.append(event.id))
    dispatched(installation, slug)
    with installation.scope(slug) as scope:
        set_state(scope, "trial.event", "off", reason="")
    installation.forget()

    act(installation)

    assert ([job.state for job in told_of(installation, slug)], seen) == (["done"], [])


def test_in_safe_mode_what_was_to_be_told_waits(database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    installation, slug = make_telling(database, lambda event: seen.append(event.id))
    dispatched(installation, slug)
    monkeypatch.setenv(SAFE_MODE, "1")
    installation.forget()
    act(installation)
    assert [(job.state, job.attempts) for job in told_of(installation, slug)] == [("pending", 1)]

    monkeypatch.delenv(SAFE_MODE)
    installation.forget()
    act(installation, tries=2)

    assert (len(seen), [job.state for job in told_of(installation, slug)]) == (1, ["done"])


# Chengdu's leaders, with a robot that speaks the protocol of groups.


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> Iterator[Robot]:
    with robot() as made:
        monkeypatch.setenv(OWN_HOSTS, f"127.0.0.1:{made.port}")
        yield made


def make_chengdu(installation: Installation, *, webhook: str = "", **settings: Any) -> str:
    """Make a district with danger recognised and a leaders' group, whose robot listens at the address."""
    slug = make_district(installation, features={"chengdu.urgent": {}, "chengdu.leaders": settings})
    if webhook:
        with installation.scope(slug) as scope:
            keep_text(scope, "chengdu.leaders", "webhook", SecretText(webhook), by="测试", now=NOW)
        installation.forget()
    return slug


@pytest.fixture
def shipped(database: OwnDatabase) -> Iterator[Installation]:
    made = make_installation(database.url, features=tuple(Roster.installed().features.values()))
    yield made
    made.database.engine.dispose()


def test_the_group_hears_of_an_urgent_ticket_and_of_no_other(shipped: Installation, group: Robot) -> None:
    slug = make_chengdu(shipped, webhook=group.url)
    make_ticket(shipped, slug, text="路灯不亮", now=NOW)
    serial_no = dispatched(shipped, slug, text=DANGER)

    act(shipped)
    act(shipped)

    assert group.texts == [f"【紧急诉求】{serial_no}\n{DANGER}\n承办单位：道路管理处"]
    [key] = [said.key for said in group.said]
    assert key.startswith(f"{slug}-")
    assert acts(shipped, slug) == [("chengdu.leaders", "on_event", f"紧急诉求 {serial_no} 已发到蓉城纤夫")]


def test_what_may_become_a_mass_incident_is_urgent_told_to_the_group_and_on_the_leaders_page(
    shipped: Installation, group: Robot
) -> None:
    slug = make_chengdu(shipped, webhook=group.url)
    crowd = dispatched(shipped, slug, text="物业停水多日，业主商量集体上访")
    many = dispatched(shipped, slug, text="小区停水多日", affected_count=30)

    act(shipped)

    assert sorted(text.split("\n")[0] for text in group.texts) == sorted(
        f"【紧急诉求】{each}" for each in (crowd, many)
    )
    with shipped.scope(slug) as scope:
        items = {each.serial_no: each.reasons for each in leader_items(scope, LEADER, now=NOW)}
    assert items == {crowd: ("紧急",), many: ("紧急", "涉及人多")}


def test_both_groups_hear_of_an_instruction_and_of_what_the_unit_reports(shipped: Installation, group: Robot) -> None:
    slug = make_chengdu(shipped, webhook=group.url)
    with shipped.scope(slug) as scope:
        keep_text(scope, "chengdu.leaders", "second_webhook", SecretText(group.url), by="测试", now=NOW)
    shipped.forget()
    serial_no = dispatched(shipped, slug, text="路灯不亮")

    def instruct_and_report(scope: Scope) -> None:
        given: Any = {"leader": "市领导", "level": "city", "text": "举一反三"}
        press.instruct(scope, serial_no, Order(LEADER, NOW), **given)
        (instruction,) = scope.session.scalars(select(Instruction).where(Instruction.tenant_id == scope.tenant.id))
        clerk = make_actor("丙", "clerk", id=3, unit_id=directory(scope).get_unit("roads").id)
        press.report_instruction(scope, serial_no, Order(clerk, NOW), instruction_id=instruction.id, text="已查")

    shipped.run(slug, instruct_and_report)
    act(shipped)

    unit = "承办单位：道路管理处"
    assert sorted(group.texts) == sorted(
        2 * [f"【领导批示】{serial_no}\n市领导（市级领导）批示：举一反三\n{unit}"]
        + 2 * [f"【批示反馈】{serial_no}\n反馈市领导批示：已查\n{unit}"]
    )
    assert [told for _, _, told in acts(shipped, slug)] == [
        f"领导批示 {serial_no} 已发到蓉城纤夫、蓉城挑夫",
        f"批示反馈 {serial_no} 已发到蓉城纤夫、蓉城挑夫",
    ]


def test_without_the_secret_the_group_is_left_in_peace(shipped: Installation, group: Robot) -> None:
    slug = make_chengdu(shipped)
    dispatched(shipped, slug, text=DANGER)

    act(shipped)

    assert (group.said, cards(shipped, slug), acts(shipped, slug)) == ([], [], [])
    assert {job.state for job in told_of(shipped, slug)} == {"done"}


def test_a_robot_that_does_not_take_it_is_asked_again(shipped: Installation, group: Robot) -> None:
    slug = make_chengdu(shipped, webhook=group.url)
    group.refuse(TOO_OFTEN)
    group.refuse({}, status=500)
    group.refuse({}, status=302)
    serial_no = dispatched(shipped, slug, text=DANGER)

    act(shipped, tries=5)

    assert len({said.key for said in group.said}) == 1
    assert len(group.said) == 4
    assert recorded(shipped, slug) == [serial_no]
    assert {job.state for job in told_of(shipped, slug)} == {"done"}
    [card] = cards(shipped, slug)
    assert "a-secret" not in card.words


def test_an_address_inside_the_house_is_not_called(
    shipped: Installation, group: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = make_chengdu(shipped, webhook=group.url.replace("http:", "https:"))
    monkeypatch.delenv(OWN_HOSTS)
    dispatched(shipped, slug, text=DANGER)

    act(shipped)

    assert group.said == []
    assert ["AddressNotAllowed" in card.words for card in cards(shipped, slug)] == [True]


def test_a_worker_killed_in_the_middle_tells_again_under_the_same_key_and_records_it_once(
    installation: Installation, shipped: Installation, start: Start, group: Robot
) -> None:
    shipped.keys = installation.keys
    slug = make_chengdu(shipped, webhook=group.url)
    group.delay = 30
    serial_no = dispatched(shipped, slug, text=DANGER)

    def work() -> Running:
        return start("core.worker", **{OWN_HOSTS: f"127.0.0.1:{group.port}"})

    worker = work()
    assert group.arrived.wait(30), worker.said()
    worker.signal(signal.SIGKILL)
    worker.process.wait()
    assert recorded(shipped, slug) == []
    group.delay = 0
    work()

    assert soon(partial(all_done, shipped, slug), within=40)
    assert [said.text.splitlines()[0] for said in group.said] == [f"【紧急诉求】{serial_no}"] * 2
    assert len({said.key for said in group.said}) == 1
    assert recorded(shipped, slug) == [serial_no]


def all_done(installation: Installation, slug: str) -> bool:
    return {job.state for job in told_of(installation, slug)} == {"done"}


def a_row(event: DomainEvent) -> Mapping[str, Any]:
    return {
        "event_id": event.id,
        "happened_on": event.at.date(),
        "serial_no": event.ticket.serial_no,
        "occasion": "urgent",
        "urgent": True,
    }


def recorded(installation: Installation, slug: str) -> list[str]:
    """Return what the plugin keeps of what it told."""
    with installation.scope(slug) as scope, guest(scope, "chengdu", writes=False, seconds=5) as store:
        return [row["serial_no"] for row in store.rows(rows_of(TOLD.c.serial_no))]
