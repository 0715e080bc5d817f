"""Workers die, jobs run twice, late, at once or in the wrong order: each side still has each thing once."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

import core.jobs.referrals
from core.jobs.drain import BACKOFF, Drain, JobKind
from core.journey import handle
from core.journey.refer import read_referral, take_over
from core.journey.referral_news import News, read_news, take_news
from core.routing.referrals import REFER, REFERRAL_NEWS
from core.tenancy.scope import Scope
from tests.builders import OPERATOR, beijing
from tests.jobs.making import make_job
from tests.journey.walking import wait_until_someone_waits
from tests.referral.making import CITY, EAST, Places, words_of
from tests.referral.test_returns import sent_back
from tests.referral.test_walk import conclude_there, replies_of


class Killed(BaseException):
    """The worker's process ends here."""


def dying(kinds: Mapping[str, JobKind], kind: str) -> Mapping[str, JobKind]:
    """Return the kinds with one whose worker dies after the other side's commit and before its own."""

    def do(scope: Scope, payload: Mapping[str, Any], now: datetime) -> None:
        kinds[kind].do(scope, payload, now)
        raise Killed

    return {**kinds, kind: replace(kinds[kind], do=do)}


def news_of(places: Places) -> News:
    """Return what the district would tell now."""
    [referral] = places.referrals(EAST)
    with places.installation.scope(EAST) as scope:
        news = read_news(scope, referral.reference)
    assert news is not None
    return news


def carry_killed(places: Places, at: str, kind: str) -> None:
    with pytest.raises(Killed):
        places.carry(at, kinds=dying(places.kinds(), kind))


def test_a_worker_killed_after_the_receiver_took_the_ticket_makes_no_second_one(places: Places) -> None:
    here = places.refer()

    carry_killed(places, "2026-03-12 10:11", REFER)
    assert [len(places.jobs(CITY)), len(places.tickets(EAST))] == [1, 1]
    places.carry("2026-03-12 10:12")

    [there] = places.tickets(EAST)
    assert len(places.referrals(EAST)) == 1
    assert words_of(here, "referral") == ["东城区：已受理，应于 2026-03-19 18:00 前办结"]
    assert there.version == places.tickets(EAST)[0].version


def test_a_worker_killed_after_the_sender_took_the_reply_hands_in_no_second_one(places: Places) -> None:
    here, there = places.referred()
    there.answer("2026-03-12 11:00")

    carry_killed(places, "2026-03-12 11:01", REFERRAL_NEWS)
    assert here.ticket().state == "submitted"
    before = here.timeline()
    places.carry("2026-03-12 11:02")

    assert here.timeline() == before
    assert replies_of(here) == [("请致电路政热线", "submitted")]


def test_a_worker_killed_after_the_receiver_let_the_ticket_go_voids_it_once(places: Places) -> None:
    here, there = places.referred()
    here.redirect("2026-03-12 11:00", lead="roads")

    carry_killed(places, "2026-03-12 11:01", REFER)
    before = there.timeline()
    places.carry("2026-03-12 11:02")

    assert there.timeline() == before
    assert there.ticket().state == "voided"


@pytest.mark.parametrize("kind", [REFER, REFERRAL_NEWS])
def test_a_job_done_again_at_every_step_changes_nothing(places: Places, kind: str) -> None:
    here, there = places.referred()
    [referral] = places.referrals(CITY)
    slug = CITY if kind == REFER else EAST

    def again(at: str) -> None:
        places.carry(at)
        before = here.timeline(), there.timeline()
        for _ in range(2):
            make_job(places.installation, slug, kind=kind, now=beijing(at), reference=referral.reference)
            places.carry(at)
        assert (here.timeline(), there.timeline()) == before

    again("2026-03-12 10:20")
    there.dispatch("2026-03-12 11:00")
    again("2026-03-12 11:01")
    there.sign("2026-03-12 11:30")
    there.reply("2026-03-12 12:00")
    there.pass_reply("2026-03-12 12:10")
    again("2026-03-12 12:11")
    here.return_reply("2026-03-12 14:00")
    again("2026-03-12 14:01")
    there.reply("2026-03-12 15:00")
    there.pass_reply("2026-03-12 15:10")
    again("2026-03-12 15:11")
    here.pass_reply("2026-03-12 16:00")
    again("2026-03-12 16:01")


def test_a_return_told_twice_is_one_request(places: Places) -> None:
    here, there = places.referred()
    sent_back(there)
    news = news_of(places)

    for minute in (1, 2):
        places.installation.run(
            CITY, lambda scope, at=minute: take_news(scope, news, now=beijing(f"2026-03-12 11:0{at}"))
        )

    assert len(words_of(here, "return_request")) == 1


def test_older_news_changes_nothing(places: Places) -> None:
    here, there = places.referred()
    there.dispatch("2026-03-12 11:00")
    old = news_of(places)
    there.give_back("2026-03-12 11:20")
    new = news_of(places)

    for news in (new, old):
        places.installation.run(CITY, lambda scope, told=news: take_news(scope, told, now=beijing("2026-03-12 11:30")))

    assert [news.state for news in (old, new)] == ["dispatched", "to_dispatch"]
    assert places.referrals(CITY)[0].their_state == "to_dispatch"
    assert words_of(here, "referral")[-1] == "东城区：待派单，应于 2026-03-19 18:00 前办结"
    assert here.ticket().state == "dispatched"


def test_two_workers_with_the_same_referral_make_one_ticket(places: Places) -> None:
    places.refer()
    [referral] = places.referrals(CITY)
    second = threading.Thread(target=places.carry, args=("2026-03-12 10:12",))

    with places.installation.scope(CITY) as scope:
        referred = read_referral(scope, referral.reference)
        assert referred is not None
        second.start()
        wait_until_someone_waits(scope)
        places.installation.run(EAST, lambda there: take_over(there, referred, now=beijing("2026-03-12 10:11")))
    second.join(20)

    assert len(places.tickets(EAST)) == len(places.referrals(EAST)) == 1


def test_a_withdrawal_never_overtakes_the_order_to_make_the_ticket(places: Places) -> None:
    here = places.refer()
    [referral] = places.referrals(CITY)
    second = threading.Thread(target=places.carry, args=("2026-03-12 10:20",))

    with places.installation.scope(CITY) as scope:
        referred = read_referral(scope, referral.reference)  # still open
        assert referred is not None
        here.redirect("2026-03-12 10:15", lead="roads")
        second.start()
        wait_until_someone_waits(scope)
        places.installation.run(EAST, lambda there: take_over(there, referred, now=beijing("2026-03-12 10:16")))
    second.join(20)

    assert [ticket.state for ticket in places.tickets(EAST)] == ["voided"]


def test_workers_at_once_carry_everything_once(places: Places) -> None:
    walks = [places.refer() for _ in range(8)]
    drains = [Drain(places.installation, places.kinds()) for _ in range(3)]
    threads = [
        threading.Thread(target=drain.run, kwargs={"now": lambda: beijing("2026-03-12 10:20")}) for drain in drains
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    places.carry("2026-03-12 10:21")

    assert len(places.tickets(EAST)) == 8
    assert [words_of(walk, "referral") for walk in walks] == [["东城区：已受理，应于 2026-03-19 18:00 前办结"]] * 8


def test_a_receiver_that_cannot_be_told_is_written_into_the_ticket_and_told_later(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = places.refer()

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    at = beijing("2026-03-12 10:11")
    with monkeypatch.context() as patch:
        patch.setattr(core.jobs.referrals, "take_over", broken)
        for rest in (*BACKOFF, timedelta()):
            Drain(places.installation, places.kinds()).run(now=lambda now=at: now)  # type: ignore[misc]
            at += rest
    assert len(places.jobs(CITY, "dead")) == 1
    [told] = words_of(here, "referral")
    assert told.startswith("多次未能告知东城区（RuntimeError(")

    here.do(handle.remark, "2026-03-13 10:00", actor=OPERATOR, what="已电话联系东城区")
    places.carry("2026-03-13 10:01")

    assert [ticket.state for ticket in places.tickets(EAST)] == ["accepted"]


def test_a_referral_to_a_tenant_that_is_gone_waits_and_is_told(places: Places) -> None:
    here = places.refer()
    with places.installation.scope(CITY) as scope:
        scope.session.merge(places.referrals(CITY)[0]).other_tenant = "dissolved"

    at = beijing("2026-03-12 10:11")
    for rest in (*BACKOFF, timedelta()):
        Drain(places.installation, places.kinds()).run(now=lambda now=at: now)  # type: ignore[misc]
        at += rest

    assert words_of(here, "referral") == [
        "多次未能告知dissolved（对方现在不能接收（unknown-tenant）），请与对方联系；本单再有变动时会重新告知"
    ]


def test_after_a_reply_that_was_given_back_late_news_hands_in_nothing_old(places: Places) -> None:
    here, there = places.referred()
    conclude_there(places, there)
    late = news_of(places)
    here.return_reply("2026-03-13 14:00")

    places.installation.run(CITY, lambda scope: take_news(scope, late, now=beijing("2026-03-13 14:01")))

    assert here.ticket().state == "in_progress"
    assert replies_of(here) == [("已修补", "returned")]
