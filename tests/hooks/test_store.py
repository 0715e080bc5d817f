"""A plugin works on its own rows of one district through a store, and on nothing else, whatever it tries."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, TypeVar

import pytest
from sqlalchemy import (
    Engine,
    ForeignKey,
    MetaData,
    String,
    TypeDecorator,
    bindparam,
    cast,
    column,
    create_engine,
    literal_column,
    quoted_name,
    table,
    text,
    true,
    union_all,
    values,
)
from sqlalchemy import Table as AnyTable
from sqlalchemy.dialects import postgresql

from core.hooks.budget import OverBudget, within
from core.hooks.store import (
    NotOne,
    ReadOnly,
    RowsNotAccepted,
    StatementFailed,
    StatementNotAllowed,
    Store,
    TooManyRows,
    TooSlow,
)
from core.hooks.tables import (
    CheckConstraint,
    Column,
    Date,
    Integer,
    Json,
    TableNotAllowed,
    Text,
    and_,
    case,
    delete,
    exists,
    func,
    index,
    insert,
    or_,
    reference,
    schema_of,
    select,
    tenant_table,
    unique,
    update,
)
from core.kit.db import as_psycopg
from core.migrations import migrate_plugin
from core.tenancy.guest import FenceBroken, guest
from core.tenancy.guest_statements import of_tenant
from core.tenancy.plugin_schemas import purge
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket
from tests.builders import make_district, make_installation, make_ticket
from tests.hooks.scratch import make_plugin, write_step

T = TypeVar("T")
PLUGIN = "storetrial"
NOTE = tenant_table(
    PLUGIN,
    "note",
    Column("subject", Text, nullable=False),
    Column("held_on", Date),
    Column("weight", Integer, default=1),
    Column("extra", Json),
    CheckConstraint("weight >= 0", name="weight"),
    unique("subject"),
    index("held_on"),
)
REMARK = tenant_table(PLUGIN, "remark", Column("said", Text), reference("note_id", "note"))
RECORD = tenant_table(PLUGIN, "record", Column("said", Text), reference("ticket_id", "ticket"), evidence=True)
MADE = """
create_tenant_table(
    "storetrial", "note",
    Column("subject", Text, nullable=False), Column("held_on", Date), Column("weight", Integer), Column("extra", Json),
    CheckConstraint("weight >= 0", name="weight"), unique("subject"), index("held_on"),
)
create_tenant_table("storetrial", "remark", Column("said", Text), reference("note_id", "note"))
create_tenant_table("storetrial", "record", Column("said", Text), reference("ticket_id", "ticket"), evidence=True)
"""


@pytest.fixture(scope="module")
def installation(database_url: str, owner_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    plugin = make_plugin(tmp_path_factory.mktemp("plugins") / PLUGIN, PLUGIN)
    write_step(plugin, "0001", MADE)
    migrate_plugin(owner_url, plugin)
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()
    purge(owner_url, PLUGIN, dry_run=False)


@pytest.fixture(scope="module")
def owner(owner_url: str) -> Iterator[Engine]:
    engine = create_engine(as_psycopg(owner_url))
    yield engine
    engine.dispose()


@pytest.fixture
def here(installation: Installation) -> str:
    return make_district(installation)


@pytest.fixture
def there(installation: Installation) -> str:
    return make_district(installation)


def visit(
    installation: Installation, slug: str, work: Callable[[Store], T], *, writes: bool = True, seconds: float = 5
) -> T:
    """Let the plugin do its work in a transaction of the district."""
    with installation.scope(slug) as scope, guest(scope, PLUGIN, writes=writes, seconds=seconds) as store:
        return work(store)


def notes_of(installation: Installation, slug: str) -> list[str]:
    asked = select(NOTE.c.subject).order_by(NOTE.c.subject)
    return [row["subject"] for row in visit(installation, slug, lambda store: store.rows(asked), writes=False)]


def test_what_is_written_is_there_for_the_district_and_for_no_other(
    installation: Installation, here: str, there: str
) -> None:
    def write(store: Store) -> int:
        return store.add(NOTE, subject="井盖", held_on=date(2013, 10, 25), extra={"from": ["微博"]})

    note_id = visit(installation, here, write)

    asked = select(NOTE)
    assert visit(installation, here, lambda store: store.rows(asked)) == [
        {
            "tenant_id": installation.tenant(here).id,
            "id": note_id,
            "subject": "井盖",
            "held_on": date(2013, 10, 25),
            "weight": 1,
            "extra": {"from": ["微博"]},
        }
    ]
    assert visit(installation, there, lambda store: store.rows(asked)) == []


def test_another_districts_row_is_neither_found_nor_changed_nor_removed_by_its_id(
    installation: Installation, here: str, there: str
) -> None:
    note_id = visit(installation, there, lambda store: store.add(NOTE, subject="他区的"))

    def meddle(store: Store) -> list[object]:
        return [
            store.one_or_none(select(NOTE).where(NOTE.c.id == note_id)),
            store.one_or_none(select(NOTE).where(NOTE.c.tenant_id == installation.tenant(there).id)),
            store.run(update(NOTE).where(NOTE.c.id == note_id).values(subject="改了")),
            store.run(update(NOTE).values(subject="全改了")),
            store.run(delete(NOTE).where(NOTE.c.id == note_id)),
            store.run(delete(NOTE)),
        ]

    assert visit(installation, here, meddle) == [None, None, 0, 0, 0, 0]
    assert notes_of(installation, there) == ["他区的"]


def test_a_row_cannot_refer_to_another_districts(installation: Installation, here: str, there: str) -> None:
    theirs = visit(installation, there, lambda store: store.add(NOTE, subject="他区的"))

    with pytest.raises(RowsNotAccepted, match="fk_remark_tenant_id_note_id"):
        visit(installation, here, lambda store: store.add(REMARK, said="跟帖", note_id=theirs))


def test_a_row_may_refer_to_a_ticket(installation: Installation, here: str) -> None:
    accepted = make_ticket(installation, here)
    with installation.scope(here) as scope:
        ticket_id = scope.session.query(Ticket.id).filter(Ticket.serial_no == accepted.serial_no).scalar()

    visit(installation, here, lambda store: store.add(RECORD, said="见证", ticket_id=ticket_id))

    with pytest.raises(RowsNotAccepted):
        visit(installation, here, lambda store: store.add(RECORD, said="见证", ticket_id=1))


def test_evidence_is_added_to_and_not_changed(installation: Installation, here: str) -> None:
    for statement in (update(RECORD).values(said="改了"), delete(RECORD)):
        with pytest.raises(ReadOnly, match="只能新增"):
            visit(installation, here, lambda store, statement=statement: store.run(statement))


def test_several_rows_are_written_at_once(installation: Installation, here: str) -> None:
    several = insert(NOTE).values([{"subject": "甲", "weight": 2}, {"subject": "乙", "weight": 3}])

    assert visit(installation, here, lambda store: store.run(several)) == 2
    assert notes_of(installation, here) == ["乙", "甲"]
    assert visit(installation, here, lambda store: store.run(update(NOTE).values(weight=NOTE.c.weight + 1))) == 2
    assert visit(installation, here, lambda store: store.one_or_none(select(func.sum(NOTE.c.weight).label("sum")))) == {
        "sum": 7
    }


OTHER = NOTE.alias("other")
REMARKS = select(REMARK.c.note_id, func.count().label("times")).group_by(REMARK.c.note_id).subquery("remarks")
ASKED = {
    "conditions": (
        select(NOTE.c.subject).where(
            or_(NOTE.c.weight.between(1, 2), NOTE.c.subject.in_(["丁"])),
            and_(NOTE.c.subject.like("%甲%"), NOTE.c.held_on.is_(None), ~NOTE.c.subject.startswith("x")),
        ),
        [{"subject": "甲"}],
    ),
    "order, limit and offset": (
        select(NOTE.c.subject).distinct().order_by(NOTE.c.subject.desc().nulls_last()).limit(1).offset(1),
        [{"subject": "乙"}],
    ),
    "figures": (
        select(
            func.count().label("all"),
            func.count().filter(NOTE.c.weight > 1).label("heavy"),
            func.max(NOTE.c.weight).label("most"),
            func.coalesce(func.min(NOTE.c.held_on), None).label("first"),
            func.lower("X").label("x"),
        ).select_from(NOTE),
        [{"all": 2, "heavy": 1, "most": 2, "first": None, "x": "x"}],
    ),
    "groups": (
        select(NOTE.c.weight, func.count(NOTE.c.id.distinct()).label("n"))
        .group_by(NOTE.c.weight)
        .having(func.count() > 0)
        .order_by(NOTE.c.weight),
        [{"weight": 1, "n": 1}, {"weight": 2, "n": 1}],
    ),
    "a case": (
        select(case((NOTE.c.weight > 1, "重"), else_="轻").label("how")).order_by(NOTE.c.subject),
        [{"how": "重"}, {"how": "轻"}],
    ),
    "arithmetic": (
        select((NOTE.c.weight * 2 - 1).label("n"), (-NOTE.c.weight).label("m")).where(NOTE.c.subject == "甲"),
        [{"n": 1, "m": -1}],
    ),
    "a join by reference": (
        select(NOTE.c.subject, REMARK.c.said).join(REMARK),
        [{"subject": "甲", "said": "跟帖"}],
    ),
    "a join by condition": (
        select(NOTE.c.subject, REMARK.c.said).join(REMARK, REMARK.c.note_id == NOTE.c.id),
        [{"subject": "甲", "said": "跟帖"}],
    ),
    "an outer join by reference": (
        select(NOTE.c.subject, REMARK.c.said).join(REMARK, isouter=True).order_by(NOTE.c.subject),
        [{"subject": "乙", "said": None}, {"subject": "甲", "said": "跟帖"}],
    ),
    "an outer join by condition": (
        select(NOTE.c.subject).join(REMARK, REMARK.c.note_id == NOTE.c.id, isouter=True).where(REMARK.c.id.is_(None)),
        [{"subject": "乙"}],
    ),
    "a table beside itself": (
        select(NOTE.c.subject, OTHER.c.subject.label("heavier")).where(OTHER.c.weight > NOTE.c.weight),
        [{"subject": "甲", "heavier": "乙"}],
    ),
    "a table named in the condition alone, beside another name of it": (
        select(OTHER.c.subject).where(OTHER.c.weight > NOTE.c.weight),
        [{"subject": "乙"}],
    ),
    "a sub-query on the same table": (
        select(NOTE.c.subject).where(NOTE.c.weight == select(func.max(OTHER.c.weight)).scalar_subquery()),
        [{"subject": "乙"}],
    ),
    "a sub-query to choose from": (
        select(NOTE.c.subject, REMARKS.c.times).join(REMARKS, REMARKS.c.note_id == NOTE.c.id),
        [{"subject": "甲", "times": 1}],
    ),
    "a sub-query to be among": (
        select(NOTE.c.subject).where(NOTE.c.id.not_in(select(REMARK.c.note_id))),
        [{"subject": "乙"}],
    ),
    "a sub-query that must have rows": (
        select(NOTE.c.subject).where(exists().where(REMARK.c.note_id == NOTE.c.id)),
        [{"subject": "甲"}],
    ),
    "a sub-query as a value": (
        select(
            NOTE.c.subject,
            select(func.count()).where(REMARK.c.note_id == NOTE.c.id).scalar_subquery().label("times"),
        ).order_by(NOTE.c.subject),
        [{"subject": "乙", "times": 0}, {"subject": "甲", "times": 1}],
    ),
}


def write_notes(store: Store) -> None:
    first = store.add(NOTE, subject="甲", weight=1)
    store.add(NOTE, subject="乙", weight=2)
    store.add(REMARK, said="跟帖", note_id=first)


@pytest.mark.parametrize("asked", ASKED)
def test_a_plain_question_is_answered_from_the_districts_own_rows(
    installation: Installation, here: str, there: str, asked: str
) -> None:
    for slug in (here, there):
        visit(installation, slug, write_notes)
    question, answer = ASKED[asked]

    assert visit(installation, here, lambda store: store.rows(question), writes=False) == answer


@pytest.mark.parametrize("asked", ASKED)
def test_each_table_of_a_question_is_bound_to_the_district_by_the_question_itself(
    installation: Installation, owner: Engine, here: str, there: str, asked: str
) -> None:
    """The owner is not bound by row-level security: asked as it, only the statement keeps others' rows away."""
    for slug in (here, there):
        visit(installation, slug, write_notes)
    question, answer = ASKED[asked]

    with owner.connect() as connection:
        found = connection.execute(of_tenant(question, installation.tenant(here).id)).mappings().all()

    assert found == answer


class Loaded(TypeDecorator[str]):
    """A type that brings an expression of its own into every statement."""

    impl = String
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        return func.pg_read_file("postgresql.conf")


def foreign(name: str, *columns: Any, schema: str | None = None) -> AnyTable:
    return AnyTable(name, MetaData(), Column("tenant_id", Integer), *columns, schema=schema)


OWN = schema_of(PLUGIN)
TICKET = foreign("ticket", Column("title", Text))
SEEMING = foreign("note", Column("subject", Loaded), schema=OWN)
COUNTED = foreign(
    "note", Column("n", Integer, default=select(func.count()).select_from(TICKET).scalar_subquery()), schema=OWN
)
QUOTED = AnyTable(
    quoted_name('note", public."ticket', quote=False), MetaData(), Column("tenant_id", Integer), schema=OWN
)
STATED = select(NOTE.c.subject)
REFUSED = {
    "words": text("SELECT * FROM ticket"),
    "a bare string": "SELECT * FROM ticket",
    "words that give columns": text("SELECT title FROM ticket").columns(column("title")),
    "a table of the core": select(TICKET),
    "a table of the core as an entity": select(Ticket),
    "a column of an entity": select(Ticket.title),
    "the core's tables beside one's own": select(NOTE.c.subject, TICKET.c.title),
    "a table of the core in a condition": STATED.where(NOTE.c.subject == TICKET.c.title),
    "a table of the core in a join": STATED.join(TICKET, TICKET.c.title == NOTE.c.subject),
    "a table of the core in a sub-query": STATED.where(NOTE.c.subject.in_(select(TICKET.c.title))),
    "a table of the core that must have rows": STATED.where(exists().where(TICKET.c.title == "x")),
    "a table of the core to order by": STATED.order_by(select(TICKET.c.title).limit(1).scalar_subquery()),
    "a table of the core to group by": STATED.group_by(TICKET.c.title),
    "a table of the core to be limited by": STATED.limit(select(func.count()).select_from(TICKET).scalar_subquery()),
    "a limit to be computed": STATED.limit(NOTE.c.weight + 1),
    "a table of the core under another name": select(TICKET.alias("note")),
    "the catalogue": select(foreign("pg_class", Column("relname", Text), schema="pg_catalog")),
    "another plugin's table": select(foreign("note", schema="plugin_other")),
    "a table without a district": select(
        AnyTable("alembic_version", MetaData(), Column("version_num", Text), schema=OWN)
    ),
    "a table by name alone": select(table("ticket", column("title"))),
    "a column by name alone": select(column("title")).select_from(NOTE),
    "a column of words": select(literal_column("(SELECT title FROM ticket)")).select_from(NOTE),
    "a condition of words": STATED.where(text("true")),
    "an order of words": STATED.order_by(text("pg_sleep(9)")),
    "a name that is not quoted": select(QUOTED),
    "a label that is not quoted": select(NOTE.c.subject.label(quoted_name('x", title FROM ticket --', quote=False))),
    "a prefix": STATED.prefix_with("ALL"),
    "a suffix": STATED.suffix_with("UNION SELECT title FROM ticket"),
    "a hint": STATED.with_hint(NOTE, "x"),
    "a hint for the statement": STATED.with_statement_hint("UNION SELECT title FROM ticket"),
    "a common table expression": select(select(NOTE).cte("c")),
    "one that writes": STATED.add_cte(delete(NOTE).returning(NOTE.c.id).cte("gone")),
    "a union": union_all(STATED, select(TICKET.c.title)),
    "a union as a sub-query": select(union_all(STATED, STATED).subquery()),
    "a lateral": select(STATED.lateral()),
    "rows out of nothing": select(values(column("n", Integer), name="v").data([(1,)])),
    "a set-returning function": select(func.generate_series(1, 9).table_valued("n")),
    "a lock": STATED.with_for_update(),
    "a full join": STATED.join(REMARK, full=True),
    "another schema by option": STATED.execution_options(schema_translate_map={OWN: "public"}),
    "a setting": select(func.set_config("app.tenant", "1", True)).select_from(NOTE),
    "a setting by its full name": select(func.pg_catalog.set_config("app.tenant", "1", True)).select_from(NOTE),
    "a packaged harmless name": select(func.pg_catalog.lower("x")).select_from(NOTE),
    "a sleep": select(func.pg_sleep(9)).select_from(NOTE),
    "a file": select(func.pg_read_file("postgresql.conf")).select_from(NOTE),
    "a function in a condition": STATED.where(func.current_setting("app.tenant") == "1"),
    "a function in a sum": select(func.sum(func.pg_advisory_lock(1))).select_from(NOTE),
    "a query run by a function": select(func.query_to_xml("SELECT * FROM ticket", True, True, "")).select_from(NOTE),
    "the clock": select(func.now()).select_from(NOTE),
    "a window": select(func.count().over()).select_from(NOTE),
    "an operator of words": STATED.where(NOTE.c.subject.op("= (SELECT title FROM ticket) OR ''=")("")),
    "a pattern without end": STATED.where(NOTE.c.subject.regexp_match("(a+)+$")),
    "a path into a document": select(NOTE.c.extra["from"].astext),
    "a cast": select(cast(NOTE.c.subject, Integer)),
    "a collation": STATED.order_by(NOTE.c.subject.collate("C")),
    "a type with an expression of its own": select(SEEMING.c.subject),
    "a value to be given later": STATED.where(NOTE.c.subject == bindparam("subject")),
    "a changed row that is told": update(NOTE).values(subject="x").returning(NOTE.c.id),
    "a change by the core's rows": update(NOTE).values(subject=select(TICKET.c.title).limit(1).scalar_subquery()),
    "a change by another table": update(NOTE).where(REMARK.c.note_id == NOTE.c.id).values(subject="x"),
    "a removal by another table": delete(NOTE).where(REMARK.c.note_id == NOTE.c.id),
    "a change of the district": update(NOTE).values(tenant_id=1),
    "a change of the id": update(NOTE).values({NOTE.c.id: 1}),
    "a change of the core's rows": update(TICKET).values(title="x"),
    "a removal of the core's rows": delete(TICKET),
    "a row for the core": insert(TICKET).values(title="x"),
    "a row for another district": insert(NOTE).values(tenant_id=1, subject="x"),
    "a row with an id of one's own": insert(NOTE).values([{"id": 1, "subject": "x"}]),
    "rows chosen from others": insert(NOTE).from_select(["subject"], select(TICKET.c.title)),
    "a row with a question in it": insert(NOTE).values(subject=select(TICKET.c.title).limit(1).scalar_subquery()),
    "rows with a question in them": insert(NOTE).values([{"subject": select(TICKET.c.title).scalar_subquery()}]),
    "a row that is told": insert(NOTE).values(subject="x").returning(NOTE.c.id),
    "a row with a default to be computed": insert(COUNTED).values(tenant_id=1),
    "a row that may replace one": postgresql.insert(NOTE).values(subject="x").on_conflict_do_nothing(),
    "rows with different columns": insert(NOTE).values([{"subject": "x"}, {"weight": 1}]),
    "a truth without a table": true(),
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=list(REFUSED))
def test_anything_but_a_plain_statement_on_own_tables_is_refused(
    installation: Installation, here: str, statement: Any
) -> None:
    def attempt(store: Store) -> None:
        for carry_out in (store.rows, store.run):
            with pytest.raises(StatementNotAllowed) as refused:
                carry_out(statement)
            assert refused.value.code == "plugin-statement-refused"
        assert store.rows(select(NOTE)) == []

    visit(installation, here, attempt)


def test_a_question_is_no_change_and_a_change_no_question(installation: Installation, here: str) -> None:
    with pytest.raises(StatementNotAllowed, match="rows 只接受 select"):
        visit(installation, here, lambda store: store.rows(delete(NOTE)))
    with pytest.raises(StatementNotAllowed, match="run 只接受"):
        visit(installation, here, lambda store: store.run(select(NOTE)))


def test_a_page_that_only_shows_cannot_write(installation: Installation, here: str) -> None:
    for work in (
        lambda store: store.add(NOTE, subject="x"),
        lambda store: store.run(delete(NOTE)),
        lambda store: store.run(update(NOTE).values(subject="x")),
    ):
        with pytest.raises(ReadOnly, match="没有保存"):
            visit(installation, here, work, writes=False)


def test_the_transaction_can_write_again_after_a_page_that_only_shows(installation: Installation, here: str) -> None:
    with installation.scope(here) as scope:
        with guest(scope, PLUGIN, writes=False, seconds=1) as store:
            store.rows(select(NOTE))
        with guest(scope, PLUGIN, writes=True, seconds=1) as store:
            store.add(NOTE, subject="后来的")

    assert notes_of(installation, here) == ["后来的"]


@pytest.mark.parametrize("writes", [True, False])
@pytest.mark.parametrize("ending", ["well", "refused", "raised"])
def test_the_core_goes_on_in_its_transaction_whatever_the_plugin_did(
    installation: Installation, here: str, writes: bool, ending: str
) -> None:
    usual = text("SELECT current_setting('statement_timeout'), current_setting('app.tenant'), current_user")
    with installation.scope(here) as scope:
        before = scope.session.execute(usual).one()
        try:
            with guest(scope, PLUGIN, writes=writes, seconds=1) as store:
                store.rows(select(NOTE))
                if ending == "refused":
                    store.add(REMARK, note_id=1)
                if ending == "raised":
                    raise ZeroDivisionError
        except (ZeroDivisionError, RowsNotAccepted, ReadOnly):
            assert ending != "well"
        assert scope.session.execute(usual).one() == before
        scope.session.execute(text("UPDATE tenant_feature SET position = position"))


def test_a_failed_visit_takes_back_its_own_rows_and_not_the_cores(installation: Installation, here: str) -> None:
    twice = insert(NOTE).values([{"subject": "两次"}, {"subject": "两次"}])
    with installation.scope(here) as scope:
        with pytest.raises(RowsNotAccepted) as refused, visiting(scope) as store:
            store.run(twice)
        with visiting(scope) as store:
            store.add(NOTE, subject="再来")

    assert refused.value.constraint == "uq_note_tenant_id_subject"
    assert notes_of(installation, here) == ["再来"]


def visiting(scope: Scope) -> Any:
    return guest(scope, PLUGIN, writes=True, seconds=5)


def test_a_refusal_that_the_plugin_keeps_to_itself_is_raised_at_the_end(installation: Installation, here: str) -> None:
    def hide(store: Store) -> None:
        store.add(NOTE, subject="好的")
        for _ in range(2):
            with pytest.raises(RowsNotAccepted):
                store.add(NOTE, subject="轻", weight=-1)
        with pytest.raises(RowsNotAccepted):
            store.rows(select(NOTE))

    with pytest.raises(RowsNotAccepted, match="ck_note_weight"):
        visit(installation, here, hide)
    assert notes_of(installation, here) == []


@pytest.mark.filterwarnings("ignore:SELECT statement has a cartesian product")
def test_a_statement_that_takes_too_long_is_stopped(installation: Installation, here: str) -> None:
    ways = [NOTE.alias(f"way{number}") for number in range(9)]
    endless = select(func.count()).select_from(*ways)
    visit(
        installation,
        here,
        lambda store: store.run(insert(NOTE).values([{"subject": str(number)} for number in range(60)])),
    )

    with pytest.raises(TooSlow, match="超过了规定时间"):
        visit(installation, here, lambda store: store.rows(endless), seconds=0.05)


@pytest.mark.filterwarnings("ignore:SELECT statement has a cartesian product")
def test_a_plugin_that_is_cut_while_the_database_works_leaves_the_core_its_transaction(
    installation: Installation, here: str
) -> None:
    ways = [NOTE.alias(f"way{number}") for number in range(9)]
    visit(
        installation,
        here,
        lambda store: store.run(insert(NOTE).values([{"subject": str(number)} for number in range(60)])),
    )

    with installation.scope(here) as scope:
        with (
            pytest.raises((OverBudget, TooSlow)),
            guest(scope, PLUGIN, writes=True, seconds=0.3) as store,
            within(0.05),
        ):
            store.rows(select(func.count()).select_from(*ways))
        with guest(scope, PLUGIN, writes=True, seconds=1) as store:
            store.run(delete(NOTE))
            store.add(NOTE, subject="后来的")

    assert notes_of(installation, here) == ["后来的"]


def test_a_plugin_that_never_ends_takes_back_what_it_wrote(installation: Installation, here: str) -> None:
    with installation.scope(here) as scope:
        with pytest.raises(OverBudget), guest(scope, PLUGIN, writes=True, seconds=1) as store, within(0.05):
            write_for_ever(store)
        with guest(scope, PLUGIN, writes=True, seconds=1) as store:
            store.add(NOTE, subject="后来的")

    assert notes_of(installation, here) == ["后来的"]


def write_for_ever(store: Store) -> None:
    for number in itertools.count():
        store.add(NOTE, subject=str(number))


def test_more_rows_than_can_be_worked_on_are_refused(
    installation: Installation, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.tenancy.guest.MOST_ROWS", 2)
    three = insert(NOTE).values([{"subject": subject} for subject in "甲乙丙"])
    visit(installation, here, lambda store: store.run(three))

    for asked in (select(NOTE), select(NOTE).limit(3)):
        with pytest.raises(TooManyRows, match="超过 2 行"):
            visit(installation, here, lambda store, asked=asked: store.rows(asked))
    assert len(visit(installation, here, lambda store: store.rows(select(NOTE).limit(2)))) == 2
    with pytest.raises(NotOne, match="有 2 行"):
        visit(installation, here, lambda store: store.one_or_none(select(NOTE).limit(2)))


def test_a_table_that_is_not_there_is_said_in_words(installation: Installation, here: str) -> None:
    missing = tenant_table(PLUGIN, "missing", Column("said", Text))

    with pytest.raises(StatementFailed, match="请联系插件的提供者"):
        visit(installation, here, lambda store: store.rows(select(missing)))


def test_a_column_that_is_not_there_is_said_in_words(installation: Installation, here: str) -> None:
    with pytest.raises(StatementNotAllowed, match="没有列 subjcet"):
        visit(installation, here, lambda store: store.add(NOTE, subjcet="x"))
    with pytest.raises(StatementFailed, match="没有成功"):
        visit(installation, here, lambda store: store.run(update(NOTE).values(subjcet="x")))


def test_a_store_that_was_kept_is_of_no_use_after_the_visit(installation: Installation, here: str) -> None:
    kept = visit(installation, here, lambda store: store)

    with pytest.raises(StatementNotAllowed, match="已经结束"):
        kept.rows(select(NOTE))


def leave(scope: Scope, tenant_id: int, *, writes: bool) -> None:
    """Do in a visit what no statement of a store can do."""
    with guest(scope, PLUGIN, writes=writes, seconds=1):
        scope.session.execute(text(f"SET LOCAL app.tenant = '{tenant_id}'"))


def test_a_visit_that_left_the_district_ends_the_transaction(installation: Installation, here: str, there: str) -> None:
    elsewhere = installation.tenant(there).id

    with installation.scope(here) as scope, pytest.raises(FenceBroken, match=f"is '{elsewhere}'"):
        leave(scope, elsewhere, writes=True)


def test_a_visit_that_only_looks_is_back_in_the_district_at_its_end(
    installation: Installation, here: str, there: str
) -> None:
    with installation.scope(here) as scope:
        leave(scope, installation.tenant(there).id, writes=False)

        assert scope.session.scalar(text("SELECT current_setting('app.tenant')")) == str(scope.tenant.id)


@pytest.mark.parametrize(
    "declare",
    [
        lambda: tenant_table("trial", "Bad"),
        lambda: tenant_table("trial", 'x"; DROP'),
        lambda: tenant_table("No", "fine"),
        lambda: tenant_table("trial", "keyed", Column("id", Integer)),
        lambda: tenant_table("trial", "owned", Column("tenant_id", Integer)),
        lambda: tenant_table("trial", "typed", Column("x", Loaded)),
        lambda: tenant_table("trial", "enumerated", Column("x", postgresql.ENUM("a", name="mood"))),
        lambda: tenant_table("trial", "computed", Column("x", Integer, default=func.now())),
        lambda: tenant_table("trial", "pointing", Column("x", Integer, ForeignKey("ticket.id"))),
        lambda: tenant_table("trial", "single", Column("x", Integer, unique=True)),
        lambda: tenant_table("trial", "referring", reference("x", "public.ticket")),
    ],
)
def test_a_table_that_could_not_be_kept_apart_cannot_be_declared(declare: Callable[[], object]) -> None:
    with pytest.raises(TableNotAllowed):
        declare()


def test_a_table_that_refers_to_nothing_refers_to_its_tenant() -> None:
    assert [key.target_fullname for key in NOTE.c.tenant_id.foreign_keys] == ["tenant.id"]
    assert {key.target_fullname for key in RECORD.c.tenant_id.foreign_keys} == {"ticket.tenant_id"}
