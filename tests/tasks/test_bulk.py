"""One deed on many tickets: what is done, what is not and why, once however often it is asked for, whoever dies."""

from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context

import pytest
from sqlalchemy import func, select

from core.jobs.drain import CRASH_REST
from core.journey.bulk import DEEDS, NothingSelected, Selection, preview
from core.journey.task_kinds import TASK_KINDS
from core.journey.tasks import TaskSight, cancel_task, give_file, go_on, list_tasks, look_at, untold_tasks
from core.people.roles import NotPermitted, Permission
from core.tasks.service import NoSuchTask, TooManyTasks
from core.tickets.models import TicketEvent
from core.tickets.timeline import Actor
from tests.builders import make_installation
from tests.tasks.asking import LATER, Desk, make_desk


def test_dispatch_to_the_suggested_unit_says_what_was_not_done_and_why(desk: Desk) -> None:
    roads = desk.take_in(3)
    [nowhere] = desk.take_in(1, text="想问一件事情")
    [gone] = desk.take_in(1)
    moment = datetime.now(UTC)
    desk.ask("dispatch-to", gone, login="tongshi", lead="roads", moment=moment)
    desk.work()

    seen = desk.run(
        lambda scope: preview(
            scope,
            DEEDS["dispatch-suggested"],
            Selection(moment, serials=(*roads, nowhere, gone)),
            {},
            actor=desk.actor("zuoxi"),
            now=datetime.now(UTC),
        )
    )
    assert (seen.total, seen.will, seen.is_held) == (5, 3, True)
    assert [(each.words, each.count, each.serials) for each in seen.kept] == [
        ("您看过名单之后有变动，没有办理", 1, [gone]),
        ("没有建议的承办单位，要逐件判定", 1, [nowhere]),
    ]

    task = desk.ask("dispatch-suggested", *roads, nowhere, gone, moment=moment)
    assert (task.state, task.total, task.failed) == ("waiting", 5, 2)
    assert desk.states(roads) == ["accepted"] * 3, "nothing is done as long as it can be taken back"
    desk.work()

    ended = desk.task(task.id)
    assert (ended.state, ended.done, ended.failed) == ("done", 3, 2)
    assert ended.outcome == "办成 3 件，没有办成 2 件"
    assert desk.states(roads) == ["dispatched"] * 3
    asker = desk.actor("zuoxi")
    system = Actor("agent", "外部系统", asker.id, None, frozenset({Permission.ADMINISTER}))
    own, others = desk.run(lambda scope: list_tasks(scope, actor=system, now=datetime.now(UTC)))
    assert (list(own), task.id in [each.id for each in others]) == ([], True), "the number of a token is no account's"
    assert not desk.run(lambda scope: look_at(scope, task.id, actor=system, now=datetime.now(UTC))).is_own
    assert task.id in [each.id for each in desk.run(lambda scope: untold_tasks(scope, asker.id or 0))]
    sight = desk.run(lambda scope: look_at(scope, task.id, actor=asker, now=datetime.now(UTC)))
    assert [(each.words, each.count) for each in sight.reasons] == [
        ("您看过名单之后有变动，没有办理", 1),
        ("没有建议的承办单位，要逐件判定", 1),
    ]
    assert [file.role for file in sight.files] == ["errors"]


def test_what_changed_while_it_waited_is_told_of_that_ticket_alone(desk: Desk) -> None:
    serials = desk.take_in(3)
    task = desk.ask("dispatch-suggested", *serials)
    other = desk.ask("remark", serials[1], login="tongshi", what="先等一等")
    desk.work(datetime.now(UTC))  # the remark is not held
    assert desk.task(other.id).state == "done"
    desk.work()

    assert [line.state for line in desk.lines(task.id)] == ["done", "failed", "done"]
    [failed] = [line for line in desk.lines(task.id) if line.state == "failed"]
    assert failed.code == "stale-version"
    assert "先等一等" in failed.words
    assert "tongshi" in failed.words


def test_a_double_click_is_one_task_and_one_person_has_few(desk: Desk) -> None:
    serials = desk.take_in(2)
    first, second = (desk.ask("remark", *serials, what="已联系", request="click") for _ in range(2))
    assert first.id == second.id
    desk.work()
    told = desk.run(
        lambda scope: scope.session.scalar(
            select(func.count()).select_from(TicketEvent).where(TicketEvent.summary.contains("已联系"))
        )
    )
    assert told == 2

    for number in range(5):
        desk.ask("remark", serials[0], what="又一笔", request=f"more-{number}")
    with pytest.raises(TooManyTasks):
        desk.ask("remark", serials[0], what="太多", request="more-5")


def test_a_deed_is_taken_back_whole_before_it_begins_and_stops_in_the_middle(desk: Desk) -> None:
    serials = desk.take_in(4)
    held = desk.ask("dispatch-suggested", *serials)
    desk.run(lambda scope: cancel_task(scope, held.id, actor=desk.actor("zuoxi"), now=datetime.now(UTC)))
    desk.work()
    assert desk.task(held.id).outcome == "还没有开始，什么也没有改动。"
    assert desk.states(serials) == ["accepted"] * 4

    task = desk.ask("remark", *serials, what="逐件核对", request="second")
    step = partial(
        go_on, desk.installation, desk.slug, TASK_KINDS, task.id, now=datetime.now(UTC) + timedelta(seconds=5)
    )
    step()
    step()
    desk.run(lambda scope: cancel_task(scope, task.id, actor=desk.actor("zuoxi"), now=datetime.now(UTC)))
    assert desk.task(task.id).state == "cancelling"
    desk.work()
    ended = desk.task(task.id)
    assert (ended.state, ended.done, ended.outcome) == ("cancelled", 2, "办成 2 件，没有办到 2 件，未作改动")


def test_permission_is_asked_of_each_as_it_is_done(desk: Desk) -> None:
    serials = desk.take_in(2)
    with pytest.raises(NotPermitted):
        desk.ask("dispatch-suggested", *serials, login="duban")
    with pytest.raises(NothingSelected):
        desk.ask("sign", *serials, login="chengban")
    desk.ask("dispatch-to", *serials, lead="roads", reason="")
    desk.work()
    task = desk.ask("sign", *serials, login="chengban", request="sign", moment=datetime.now(UTC) + LATER * 2)
    desk.work()
    assert desk.task(task.id).done == 2


def test_others_see_no_task_and_administrators_no_contents(desk: Desk) -> None:
    serials = desk.take_in(1)
    task = desk.ask("remark", *serials, what="内部")
    desk.work()

    def look(login: str) -> TaskSight:
        actor = desk.actor(login)
        return desk.run(lambda scope: look_at(scope, task.id, actor=actor, now=datetime.now(UTC)))

    assert look("guanli").is_own is False
    with pytest.raises(NoSuchTask):
        look("tongshi")
    with pytest.raises(NoSuchTask):
        desk.run(
            lambda scope: give_file(
                scope, task.id, "errors", actor=desk.actor("guanli"), address="", now=datetime.now(UTC)
            )
        )
    elsewhere = make_desk(desk.installation)
    with pytest.raises(NoSuchTask):
        elsewhere.run(lambda scope: look_at(scope, task.id, actor=elsewhere.actor("guanli"), now=datetime.now(UTC)))


def test_a_killed_worker_leaves_off_where_the_next_goes_on(desk: Desk, database_url: str) -> None:
    serials = desk.take_in(30)
    task = desk.ask("remark", *serials, what="三十件各一笔")

    def work() -> None:
        Desk(make_installation(database_url), desk.slug).work()

    worker = get_context("fork").Process(target=work)
    worker.start()
    while not desk.task(task.id).done:
        worker.join(0.005)
    worker.kill()
    worker.join()
    so_far = desk.task(task.id)
    assert so_far.state == "running"
    assert 0 < so_far.done < 30

    desk.work(datetime.now(UTC) + CRASH_REST * 2)

    assert (desk.task(task.id).state, desk.task(task.id).done) == ("done", 30)
    notes = desk.run(
        lambda scope: scope.session.scalar(
            select(func.count())
            .select_from(TicketEvent)
            .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.summary.contains("三十件各一笔"))
        )
    )
    assert notes == 30
