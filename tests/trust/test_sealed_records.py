"""Settings, rights, versions and the security log stand in the daily seal: what the owner of the database does to them shows."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, update

from core.areas.models import AreaName, AreaOfVersion, GazetteerVersion
from core.areas.shapes import polygon
from core.intake.calls.models import CallStep
from core.intake.calls.rules import IncomingCall
from core.intake.calls.service import keep_call
from core.journey.audit import LABELS
from core.journey.sealing import PROVED_OTHERWISE, SEALED
from core.kit.policies import APP_ROLE
from core.knowledge.models import Article, ArticleStep, ArticleUse, ArticleVersion
from core.people.service import open_account
from core.routing.models import ReturnAttempt
from core.sla.models import Clock, ClockAdjustment, ClockEvent
from core.statistics.outside.models import OutsideFigure
from core.tenancy.catalogue import APPEND_ONLY, ERASABLE
from core.tenancy.models import (
    DryRun,
    DryRunChange,
    FeatureAct,
    FeatureEvent,
    SettingsEvent,
    SettingsRevision,
)
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import note_security
from core.tickets.models import Ticket, Trespass
from core.tickets.sealed_records import Sealable, unsealed_records
from core.tickets.seals import seal_timelines
from core.units.catalogue.models import DutyLimitChange, MappedMatter
from core.units.models import Unit
from core.units.queries import directory
from core.workdays.models import WorkCalendar, WorkCalendarVersion
from tests.builders import beijing, make_district
from tests.servers import TestServers
from tests.trust.spoiling import Owner, Proven

NOW = beijing("2026-03-13 10:00")
SEALED_AT = "2026-03-14 00:00"
NO_TIME_TO_TELL = {"duty_limit_change"}
"""Sealed tables of which a record that was put in cannot be told from one that was written late."""
PAST_IS_TOLD = {kind.table for kind in SEALED if not kind.is_dated and kind.is_genuine is None}
"""Sealed tables whose times may lie in the past, because appeals of the past are imported."""
Found = list[tuple[str, str, str]]


@pytest.fixture
def walk(installation: Installation) -> Proven:
    """A district with two tickets that were dispatched, whose limits were broken, and one of everything else."""
    walk = Proven(installation, make_district(installation, duties=[{"code": "road", "keywords": ["坑洼"]}]))
    for _ in range(2):
        walk.take_in()
        walk.dispatch()
    walk.run(lambda scope: make_records(scope, number=1))
    walk.run(lambda scope: make_records(scope, number=2))
    return walk


@pytest.fixture
def owner(owner_url: str, walk: Proven) -> Owner:
    return Owner(owner_url, walk)


@pytest.fixture
def superuser(servers: TestServers, owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody whom no reference and no trigger holds back."""
    database = psycopg.conninfo.conninfo_to_dict(owner_url)["dbname"]
    with servers._servers.postgres.connect(str(database)) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def make_records(scope: Scope, *, number: int) -> None:
    """Write one record of every table of which a walk writes none, minutes apart for each number."""
    tenant, at = scope.tenant.id, NOW + timedelta(minutes=number)
    feature = "test.feature"
    revision = SettingsRevision(
        tenant_id=tenant,
        feature=feature,
        number=number,
        schema_version=1,
        values={"days": number},
        locked=[],
        sha256="",
        reason="试行",
        author_id=7,
        author="王工",
        created_at=at,
    )
    run = DryRun(
        tenant_id=tenant,
        id=scope.new_id(),
        feature=feature,
        number=number,
        base=0,
        epoch=1,
        sample={},
        asked_by="王工",
        asked_at=at,
        state="done",
        finished_at=at,
    )
    calendar = scope.session.scalars(select(WorkCalendar).where(WorkCalendar.tenant_id == tenant)).first()
    assert calendar is not None
    common: dict[str, Any] = {"tenant_id": tenant, "at": at, "actor_id": 7, "actor": "王工"}
    gazetteer = GazetteerVersion(
        tenant_id=tenant, number=100 + number, sha256="", reason="初稿", author_id=7, author="王工", created_at=at
    )
    clock = scope.session.scalars(select(Clock).where(Clock.tenant_id == tenant).order_by(Clock.id)).first()
    assert clock is not None
    scope.session.add_all([revision, gazetteer])
    scope.session.flush()
    area = AreaOfVersion(
        tenant_id=tenant,
        version=gazetteer.number,
        code="01",
        name="街道",
        parent=None,
        kind="street",
        unit="",
        shape=polygon([(0.1, 0.2), (0.3, 0.2), (0.3, 0.4)]),
    )
    told = IncomingCall(f"call-{number}", at, "desk", answered_by="坐席甲", seconds=5)
    call, _ = keep_call(scope, told, by="电话系统", now=at)
    scope.session.add_all([run, area])
    scope.session.flush()
    scope.session.add_all(
        [
            SettingsEvent(id=scope.new_id(), feature=feature, number=number, kind="approved", detail={}, **common),
            CallStep(
                tenant_id=tenant,
                id=scope.new_id(),
                call_id=call.id,
                kind="not_reached",
                words="无人接听",
                by="坐席甲",
                by_id=1,
                at=at,
            ),
            FeatureEvent(id=scope.new_id(), feature=feature, kind="on", reason="试行", **common),
            FeatureAct(id=scope.new_id(), key=f"k{number}", feature=feature, kind="job", part="p", told="t", **common),
            DryRunChange(
                tenant_id=tenant,
                id=scope.new_id(),
                dry_run_id=run.id,
                ticket_id=number,
                serial_no="T1",
                changes=[],
                really={},
            ),
            ReturnAttempt(
                tenant_id=tenant,
                id=scope.new_id(),
                ticket_id=clock.ticket_id,
                unit_id=scope.session.scalars(select(Unit.id).where(Unit.tenant_id == tenant)).first() or 0,
                code="objected",
                words="处置责任主体不能退单。",
                by="经办人丙",
                by_id=7,
                at=at,
            ),
            OutsideFigure(
                tenant_id=tenant,
                id=scope.new_id(),
                name="信访量",
                month=date(2026, 3, 1),
                value=40 + number,
                source="信访局",
                reason="",
                by="王工",
                at=at,
            ),
            Trespass(
                tenant_id=tenant,
                id=scope.new_id(),
                serial_no="T1",
                actor_kind="staff",
                actor_id=7,
                actor_name="林工",
                code="not-permitted",
                message="不能办理。",
                at=at,
            ),
            AreaName(
                tenant_id=tenant,
                id=scope.new_id(),
                version=gazetteer.number,
                area="01",
                name="大街",
                kind="road",
                first=None,
                last=None,
                side="both",
            ),
            ClockEvent(tenant_id=tenant, clock_id=clock.id, mark="test", arm=number, at=at, fired_at=at),
            ClockAdjustment(
                tenant_id=tenant,
                id=scope.new_id(),
                clock_id=clock.id,
                kind="extension",
                at=at,
                reason="下雨",
                cause=f"extension/{number}",
                days=1,
            ),
            MappedMatter(
                tenant_id=tenant,
                id=scope.new_id(),
                matter="road",
                central="01",
                set_at=at,
                author_id=7,
                author="王工",
            ),
            WorkCalendarVersion(
                tenant_id=tenant,
                id=scope.new_id(),
                calendar_id=calendar.id,
                number=100 + number,
                specification={},
                sha256=b"x",
                published_at=at,
            ),
            DutyLimitChange(
                tenant_id=tenant,
                id=scope.new_id(),
                version=1,
                matter="road",
                area="",
                field="limit",
                before_mode=None,
                before_amount=None,
                after_mode=None,
                after_amount=None,
                effective_on=at.date(),
                reason="压缩",
            ),
        ]
    )
    _make_article(scope, at)
    note_security(scope, "exported", actor="王工", actor_id=7, subject="lin", now=at)


def _make_article(scope: Scope, at: datetime) -> None:
    tenant, unit = scope.tenant.id, directory(scope).get_unit("roads").id
    ticket = scope.session.scalars(select(Ticket.id).where(Ticket.tenant_id == tenant).order_by(Ticket.id)).first()
    assert ticket is not None
    article = Article(tenant_id=tenant, id=scope.new_id(), unit_id=unit, title="井盖", created_at=at, newest=1)
    scope.session.add(article)
    scope.session.flush()
    of: dict[str, Any] = {
        "tenant_id": tenant,
        "article_id": article.id,
        "number": 1,
        "by": "王工",
        "by_id": 7,
        "at": at,
    }
    texts: dict[str, Any] = {"title": "井盖", "question": "谁修", "also_asked": "", "answer": "养护队修", "policy": ""}
    ends: dict[str, Any] = {"reach": "internal", "expires_on": at.date()}
    scope.session.add_all(
        [
            ArticleVersion(id=scope.new_id(), **of, **texts, **ends),
            ArticleStep(id=scope.new_id(), kind="written", note="", **of),
            ArticleUse(id=scope.new_id(), ticket_id=ticket, **of),
        ]
    )


def found(walk: Proven) -> Found:
    """Return what is wrong with records, each as fault, first word of its name, and words; nothing else may be wrong."""
    findings = walk.audit().findings
    assert all(each.record for each in findings)
    return [(each.fault.value, (each.record or "").split()[0], each.words) for each in findings]


def of_table(walk: Proven, table: str) -> list[tuple[Any, ...]]:
    """Return the keys of the table's records in the district."""
    tenant = walk.installation.tenant(walk.slug).id
    kind = kind_of(table)
    keys = [column for column in kind.model.__table__.columns if column.primary_key]
    rows = walk.run(lambda scope: scope.session.execute(select(*keys).where(keys[0] == tenant)).all())
    return [tuple(row) for row in rows]


def kind_of(table: str) -> Sealable:
    [kind] = [kind for kind in SEALED if kind.table == table]
    return kind


def the_record(table: str) -> str:
    """Return the condition that a row is the newest one of the district's table."""
    keys = [column.key for column in kind_of(table).model.__table__.columns if column.primary_key][1:]
    columns = ", ".join(keys)
    order = ", ".join(f"{key} DESC" for key in keys)
    return f"DISTRICT AND ({columns}) = (SELECT {columns} FROM {table} WHERE DISTRICT ORDER BY {order} LIMIT 1)"


FILLED = (
    "security_event",
    "trespass",
    "settings_revision",
    "settings_event",
    "dry_run",
    "dry_run_change",
    "feature_event",
    "feature_act",
    "work_calendar_version",
    "gazetteer_version",
    "area",
    "area_alias",
    "duty_list_version",
    "duty_list_matter",
    "duty_list_row",
    "duty_limit_change",
    "matter_mapping",
    "route_decision",
    "return_attempt",
    "outside_figure",
    "article_version",
    "article_step",
    "article_use",
    "call_step",
    "intake_event",
    "sla_event",
    "sla_adjustment",
)
CHANGES = {
    "security_event": "subject = 'wang'",
    "trespass": "actor_name = '别人'",
    "settings_revision": "values = '{\"days\": 9}'",
    "settings_event": "actor = '别人'",
    "dry_run": "tally = '{\"changed\": 0}'",
    "dry_run_change": "changes = '[1]'",
    "feature_event": "reason = ''",
    "feature_act": "told = ''",
    "call_step": "words = ''",
    "work_calendar_version": "specification = '{\"days\": 1}'",
    "gazetteer_version": "reason = '别的'",
    "area": "shape = '((0.1,0.2),(0.3,0.2),(0.3,0.5))'",
    "area_alias": "name = '小街'",
    "duty_list_version": "author = '别人'",
    "duty_list_matter": "name = '别的'",
    "duty_list_row": "lead = 'parks'",
    "duty_limit_change": "reason = '别的'",
    "matter_mapping": "central = '02'",
    "route_decision": "reason = '别的'",
    "return_attempt": "words = ''",
    "outside_figure": "value = 1",
    "article_version": "answer = '别的'",
    "article_step": "kind = 'withdrawn'",
    "article_use": "number = 9",
    "intake_event": "external_id = external_id || 'x'",
    "sla_event": "at = at - interval '1 day'",
    "sla_adjustment": "days = 30",
}


def test_every_append_only_table_is_sealed_or_proved_otherwise() -> None:
    sealed = {kind.table for kind in SEALED}

    assert sealed - {"dry_run"} | {*LABELS, *PROVED_OTHERWISE} == set(APPEND_ONLY)
    assert not sealed & {*LABELS, *PROVED_OTHERWISE}
    assert not set(LABELS) & set(PROVED_OTHERWISE)
    assert len({kind.label for kind in SEALED}) == len(SEALED)


def test_the_manual_names_every_table_that_is_sealed() -> None:
    manual = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf-8")

    assert [kind.table for kind in SEALED if f"`{kind.table}`" not in manual] == []


def test_what_may_be_emptied_later_is_not_sealed() -> None:
    assert {f"{kind.table}.{column}" for kind in SEALED for column in kind.left_out} == set(ERASABLE)


def test_every_kind_of_sealed_record_is_made_and_changed_here() -> None:
    assert {kind.table for kind in SEALED} == set(FILLED) == set(CHANGES)


def test_every_table_that_the_application_can_only_add_to_is_said_to_be_append_only(owner_url: str) -> None:
    query = f"""
        SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
        AND has_table_privilege('{APP_ROLE}', c.oid, 'INSERT')
        AND NOT has_table_privilege('{APP_ROLE}', c.oid, 'UPDATE')
        AND NOT EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            AND has_column_privilege('{APP_ROLE}', c.oid, a.attnum, 'UPDATE')
            AND c.relname || '.' || a.attname <> ALL (%s))
        AND NOT has_table_privilege('{APP_ROLE}', c.oid, 'DELETE')"""
    with psycopg.connect(owner_url) as connection:
        assert {name for (name,) in connection.execute(query, [list(ERASABLE)])} == set(APPEND_ONLY)


def test_what_nobody_touched_is_whole_before_and_after_each_seal(walk: Proven) -> None:
    assert found(walk) == []
    first = walk.seal(SEALED_AT)
    assert found(walk) == []

    walk.run(lambda scope: make_records(scope, number=2000))
    second = walk.seal("2026-03-15 00:00")

    assert found(walk) == []
    assert (first.records > 20, second.records) == (True, 22)
    assert walk.audit().records == first.records + second.records
    assert walk.run(lambda scope: list(unsealed_records(scope, SEALED))) == []


def test_a_try_that_still_runs_is_sealed_when_it_is_done(walk: Proven) -> None:
    def change(scope: Scope, state: str) -> None:
        finished_at = beijing("2026-03-14 09:00") if state == "done" else None
        scope.session.execute(update(DryRun).values(state=state, finished_at=finished_at))

    walk.run(lambda scope: change(scope, "running"))
    walk.seal(SEALED_AT)
    assert walk.run(lambda scope: list(unsealed_records(scope, [kind_of("dry_run")]))) == []
    walk.run(lambda scope: change(scope, "done"))
    assert len(walk.run(lambda scope: list(unsealed_records(scope, [kind_of("dry_run")])))) == 2
    walk.seal("2026-03-15 00:00")

    assert found(walk) == []


def test_a_changed_record_of_any_kind_is_named(walk: Proven, owner: Owner) -> None:
    walk.seal(SEALED_AT)
    assert [table for table in FILLED if not of_table(walk, table)] == [], "there is something to change"

    changed = {table: owner.do(f"UPDATE {table} SET {CHANGES[table]} WHERE {the_record(table)}") for table in FILLED}

    assert changed == dict.fromkeys(FILLED, 1)
    assert sorted(found(walk)) == sorted(
        ("record-changed", kind_of(table).label, "内容被改动，与第 1 次封存不符") for table in FILLED
    )


def test_a_deleted_record_of_any_kind_is_named(walk: Proven, superuser: psycopg.Connection[Any]) -> None:
    walk.seal(SEALED_AT)
    tenant = walk.installation.tenant(walk.slug).id

    where = {table: the_record(table).replace("DISTRICT", f"tenant_id = {tenant}") for table in FILLED}
    deleted = {table: superuser.execute(f"DELETE FROM {table} WHERE {where[table]}").rowcount for table in FILLED}

    assert deleted == dict.fromkeys(FILLED, 1)
    assert sorted(found(walk)) == sorted(
        ("record-removed", kind_of(table).label, "被删除，第 1 次封存时还在") for table in FILLED
    )


@pytest.mark.parametrize("is_sealed_after", [False, True])
def test_a_record_of_any_kind_put_in_among_those_of_before_is_named(
    walk: Proven, superuser: psycopg.Connection[Any], *, is_sealed_after: bool
) -> None:
    walk.seal(SEALED_AT)
    tables = sorted(set(FILLED) - NO_TIME_TO_TELL - PAST_IS_TOLD)
    tenant = walk.installation.tenant(walk.slug).id

    added = {table: superuser.execute(_another(table, tenant)).rowcount for table in tables}
    if is_sealed_after:
        walk.seal("2026-03-15 00:00")

    assert added == dict.fromkeys(tables, 1)
    told = found(walk)
    assert sorted((fault, label) for fault, label, _ in told) == sorted(
        ("record-added", kind_of(table).label) for table in tables
    )
    assert {words for _, _, words in told} <= {
        "被添加，第 1 次封存时还没有",
        "不是系统写下的：被添加或被改动",
    }


def _another(table: str, tenant: int) -> str:
    """Return the statement that puts in one more like the record, with nothing but another key."""
    kind = kind_of(table)
    columns = [column.key for column in kind.model.__table__.columns]
    keys = {column.key for column in kind.model.__table__.columns if column.primary_key}
    other = "id" if "id" in keys else next(key for key in ("number", "code", "area") if key in keys)
    changed: dict[str, str] = {other: f"{other} || 'x'" if other in ("area", "code") else f"{other} + 1000000"}
    if table == "feature_act":
        changed["key"] = "key || 'x'"
    if table == "dry_run_change":
        changed["ticket_id"] = "ticket_id + 1000000"
    if table in ("work_calendar_version", "article_version"):
        changed["number"] = "number + 1000000"
    taken = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    where = the_record(table).replace("DISTRICT", f"tenant_id = {tenant}")
    return f"INSERT INTO {table} ({names}) SELECT {taken} FROM {table} WHERE {where}"


@pytest.mark.parametrize("table", ["security_event", "settings_event", "trespass"])
def test_two_records_whose_times_were_swapped_are_both_named(walk: Proven, owner: Owner, table: str) -> None:
    walk.seal(SEALED_AT)

    swap = f"""UPDATE {table} AS mine SET at = other.at FROM {table} AS other
               WHERE mine.tenant_id = %(tenant)s AND other.tenant_id = %(tenant)s AND mine.id <> other.id
               AND mine.at >= '2026-03-13' AND other.at >= '2026-03-13'"""
    assert owner.do(swap) == 2

    label = kind_of(table).label
    assert sorted(found(walk)) == [
        ("record-changed", label, "时间被改动，封存时为 2026-03-13 10:01:00，与第 1 次封存不符"),
        ("record-changed", label, "时间被改动，封存时为 2026-03-13 10:02:00，与第 1 次封存不符"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sealed_record SET hash = '' WHERE DISTRICT AND of = 'settings_event'",
        "UPDATE sealed_record SET at = NULL WHERE DISTRICT AND of = 'settings_event'",
        "UPDATE sealed_record SET key = key || ' ' WHERE DISTRICT AND of = 'settings_event'",
        "DELETE FROM sealed_record WHERE DISTRICT AND of = 'settings_event'",
        "UPDATE seal SET covers = covers - 'settings_event' WHERE DISTRICT",
        "UPDATE seal SET covers = '{}' WHERE DISTRICT",
        "UPDATE seal SET records = records - 1 WHERE DISTRICT",
    ],
)
def test_whoever_changes_the_list_to_fit_breaks_the_seal(walk: Proven, owner: Owner, change: str) -> None:
    walk.seal(SEALED_AT)

    assert owner.do(change) > 0

    assert ("seal-changed", 1) in [(each.fault.value, each.seal) for each in walk.audit().findings]


def test_a_record_of_before_the_seals_covered_it_is_believed(walk: Proven) -> None:
    walk.run(lambda scope: seal_timelines(scope, now=beijing("2026-03-20 00:00")))
    walk.seal("2026-03-21 00:00")

    assert found(walk) == []


def test_an_event_of_the_security_log_that_others_wrote_is_named_before_any_seal(walk: Proven, owner: Owner) -> None:
    owner.do(
        """INSERT INTO security_event SELECT tenant_id, id + 1000000, kind, now(), actor, actor_id, address, 'eve', detail, mark
           FROM security_event WHERE DISTRICT LIMIT 1"""
    )

    assert found(walk) == [("record-added", "安全日志", "不是系统写下的：被添加或被改动")]


def test_a_column_that_came_later_is_not_asked_of_older_seals(walk: Proven) -> None:
    older = Sealable(Trespass, "越权记录", "at", left_out=frozenset({"message"}))
    others = [kind for kind in SEALED if kind.table != older.table]
    walk.run(lambda scope: seal_timelines(scope, records=[*others, older], now=beijing(SEALED_AT)))
    walk.run(lambda scope: make_records(scope, number=2000))
    walk.seal("2026-03-16 00:00")

    assert found(walk) == []


def test_a_column_that_is_gone_cannot_be_vouched_for(walk: Proven, owner: Owner) -> None:
    walk.seal(SEALED_AT)
    owner.do(
        """UPDATE seal SET covers = jsonb_set(covers, '{trespass}', covers->'trespass' || '["gone"]') WHERE DISTRICT"""
    )

    findings = [each for each in walk.audit().findings if each.record]

    assert [each.words for each in findings] == ["第 1 次封存的列 gone 已不在表中，无法核对"] * 2


@pytest.mark.parametrize("words", ["infinity", "-infinity", "0044-03-15 BC"])
def test_no_time_written_into_a_record_stops_the_audit(walk: Proven, owner: Owner, words: str) -> None:
    walk.seal(SEALED_AT)

    owner.do(f"UPDATE trespass SET at = '{words}' WHERE DISTRICT")
    owner.do("UPDATE feature_act SET told = repeat(E'\\u2028', 9) WHERE DISTRICT")

    assert {each[:2] for each in found(walk)} == {("record-changed", "越权记录"), ("record-changed", "功能所做的事")}


def test_rights_of_accounts_are_covered_by_what_the_log_says(walk: Proven, owner: Owner) -> None:
    password = "一句只有测试才知道的长话"
    walk.run(
        lambda scope: open_account(scope, login="lin", name="林工", password=password, roles=["operator"], now=NOW)
    )
    walk.seal(SEALED_AT)

    owner.do("DELETE FROM security_event WHERE DISTRICT AND kind = 'role_given' AND detail->>'role' = 'operator'")

    assert found(walk) == [
        ("standing-changed", "账号", "有角色 operator，安全日志没有记载授予"),
        ("record-removed", "安全日志", "被删除，第 1 次封存时还在"),
    ]
