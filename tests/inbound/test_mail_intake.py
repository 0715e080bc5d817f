"""Mails from a district's mailbox: each becomes a ticket once, whatever breaks on the way, and none is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from core.hooks.core_features import MAIL_INTAKE
from core.intake.channels import channels_of
from core.intake.inbound import ItemSettled
from core.jobs.mailbox import look as looking
from core.jobs.mailbox.look import Looked, NoMailbox
from core.jobs.mailbox.session import MailboxSession, MailboxTrouble
from core.journey.inbound.mail import keep_mail
from core.journey.inbound.take_in import read_again
from core.journey.queries.hints import hints_on
from core.tenancy.models import FeatureIncident
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.models import TicketEvent
from tests.builders import make_district
from tests.inbound.imap_double import Hangup, ImapBox, NotDone, imap_server
from tests.inbound.mailing import contact_of, fetch, letter, mailbox_of, make_mailed_district, set_mailbox
from tests.inbound.making import items_of, tickets_of, work

BIG = letter("照片很大", message_id="<big@example.com>", files=1, file_bytes=800_000)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapBox]:
    with imap_server() as served:
        monkeypatch.setenv("HUIYING_OUTSIDE_HOSTS", f"127.0.0.1:{served.port}")
        yield served


@pytest.fixture
def slug(installation: Installation, box: ImapBox) -> str:
    return make_mailed_district(installation, box)


def cards_of(installation: Installation, slug: str) -> list[tuple[str, int, str]]:
    with installation.scope(slug) as scope:
        found = select(FeatureIncident).where(
            FeatureIncident.tenant_id == scope.tenant.id, FeatureIncident.feature == MAIL_INTAKE.id
        )
        return [(card.hook, card.count, card.words) for card in scope.session.scalars(found)]


def states_of(installation: Installation, slug: str) -> list[str]:
    return [item.state for item in items_of(installation, slug)]


def test_a_mail_becomes_a_ticket_whose_writer_can_be_reached(
    installation: Installation, slug: str, box: ImapBox
) -> None:
    box.deliver(letter(files=2))

    looked = fetch(installation, slug)
    work(installation)

    [ticket], [item] = tickets_of(installation, slug), items_of(installation, slug)
    contact = contact_of(installation, slug, ticket)
    assert looked == Looked(kept=1)
    assert (ticket.channel, ticket.medium, ticket.title, ticket.text) == (
        "mail",
        "letter",
        "路灯不亮",
        "幸福路 3 号门前路灯不亮",
    )
    assert contact == Contact("王女士", email="wang@example.com", email_confirmed=True)
    assert (item.state, item.tickets) == ("taken_in", {"1": ticket.id})
    assert box.waiting() == []
    with installation.scope(slug) as scope:
        entries = scope.session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id)).all()
        [read] = [entry for entry in entries if entry.kind == "draft"]
    assert read.summary == "从来信读出（邮件；邮件带有 2 个附件，原件保存在来信记录中）"
    assert read.detail == {
        "rule_id": "core.mail_intake/mail",
        "by": item.vouched_by,
        "item": item.id,
        "number": 1,
    }


def test_nothing_of_the_writer_stands_outside_of_what_is_encrypted(
    installation: Installation, slug: str, box: ImapBox
) -> None:
    raw = letter(message_id="<5f.Coremail.wangxiaoming@example.com>")
    box.deliver(raw)
    fetch(installation, slug)

    [item] = items_of(installation, slug)
    assert (b"wang" in item.body, "wang" in item.message_id, item.content_type) == (False, False, "message/rfc822")


def test_the_channel_is_there_only_while_mails_are_fetched(installation: Installation, slug: str) -> None:
    without = make_district(installation)

    with installation.scope(slug) as on, installation.scope(without) as off:
        assert (channels_of(on)["mail"].label, "mail" in channels_of(off)) == ("电子邮件", False)
    with pytest.raises(NoMailbox):
        fetch(installation, without)


def test_mails_come_by_the_channel_that_the_district_names(installation: Installation, box: ImapBox) -> None:
    slug = make_mailed_district(installation, box, channel="desk")
    box.deliver(letter())
    fetch(installation, slug)
    work(installation)

    assert [ticket.channel for ticket in tickets_of(installation, slug)] == ["desk"]


@pytest.mark.parametrize("breaks_at", ["before UID STORE", "after UID STORE", "before UID FETCH", "after UID FETCH"])
def test_a_connection_that_breaks_anywhere_loses_no_mail_and_doubles_none(
    installation: Installation, slug: str, box: ImapBox, breaks_at: str
) -> None:
    texts = [f"第 {number} 件" for number in range(4)]
    for number, text in enumerate(texts):
        box.deliver(letter(text, message_id=f"<{number}@example.com>"))
    when, _, name = breaks_at.partition(" ")
    done = 0

    def breaks(command: str) -> None:
        nonlocal done
        done += command == name
        if done % 3 == 2 and command == name:
            raise Hangup

    setattr(box, when, breaks)
    for _ in range(12):
        try:
            fetch(installation, slug)
        except MailboxTrouble:
            continue
        if not box.waiting():
            break
    work(installation)

    assert sorted(ticket.text for ticket in tickets_of(installation, slug)) == texts
    assert (len(box.settled()), box.waiting()) == (4, [])


def test_a_process_that_dies_between_keeping_and_settling_does_nothing_twice(
    installation: Installation, slug: str, box: ImapBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.deliver(letter())

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(MailboxSession, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            fetch(installation, slug)
    assert (len(box.waiting()), states_of(installation, slug)) == (1, ["waiting"])

    assert fetch(installation, slug) == Looked(known=1)
    work(installation)

    assert (box.waiting(), len(tickets_of(installation, slug))) == ([], 1)


def test_no_mail_is_settled_that_could_not_be_kept(
    installation: Installation, slug: str, box: ImapBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.deliver(letter("第一件", message_id="<1@example.com>"))
    box.deliver(letter("第二件", message_id="<2@example.com>"))

    def fails_once(*given: Any, **more: Any) -> Any:
        monkeypatch.setattr(looking, "keep_mail", keep_mail)
        raise RuntimeError("broken")

    monkeypatch.setattr(looking, "keep_mail", fails_once)

    assert fetch(installation, slug) == Looked(kept=1, failed=1)
    assert len(box.waiting()) == 1
    assert fetch(installation, slug) == Looked(kept=1)
    work(installation)
    assert sorted(ticket.text for ticket in tickets_of(installation, slug)) == ["第一件", "第二件"]


def test_two_looks_at_once_keep_each_mail_once(installation: Installation, slug: str, box: ImapBox) -> None:
    for number in range(12):
        box.deliver(letter(f"第 {number} 件", message_id=f"<{number}@example.com>"))

    with ThreadPoolExecutor(3) as pool:
        looks = [pool.submit(fetch, installation, slug) for _ in range(3)]
        kept = sum(each.result().kept for each in looks)
    work(installation)

    assert (kept, len(tickets_of(installation, slug)), box.waiting()) == (12, 12, [])


@pytest.mark.parametrize("capabilities", [("IMAP4rev1", "MOVE"), ("IMAP4rev1", "UIDPLUS")])
def test_a_mail_is_moved_where_the_district_says_so_and_then_whether_it_was_read_makes_no_difference(
    installation: Installation, box: ImapBox, capabilities: tuple[str, ...]
) -> None:
    box.capabilities = capabilities
    box.folders["&XfJlNlPW-"] = []
    slug = make_mailed_district(installation, box, done_folder="已收取")
    box.deliver(letter())
    box.folders["INBOX"][0].flags.add("\\Seen")

    assert fetch(installation, slug) == Looked(kept=1)
    assert (box.folders["INBOX"], len(box.folders["&XfJlNlPW-"])) == ([], 1)


def test_without_a_folder_to_move_to_nothing_is_lost_and_the_administrators_are_told(
    installation: Installation, box: ImapBox
) -> None:
    slug = make_mailed_district(installation, box, done_folder="Done")
    box.deliver(letter())

    for _ in range(2):
        with pytest.raises(MailboxTrouble, match="请核对“收取后移到”的文件夹是否已建好"):
            fetch(installation, slug)
    work(installation)

    assert len(tickets_of(installation, slug)) == 1
    assert [(hook, count) for hook, count, _ in cards_of(installation, slug)] == [("mailbox", 2)]


def test_the_same_mail_by_two_ways_is_one_and_two_mails_under_one_id_are_two(
    installation: Installation, slug: str, box: ImapBox
) -> None:
    first = letter("路灯不亮")
    box.deliver(first)
    box.deliver(b"Received: by another.example\r\nDelivered-To: letters\r\n" + first)
    box.deliver(letter("井盖缺失"))
    box.deliver(letter("没有编号", message_id=""))
    box.deliver(letter("没有编号", message_id=""))

    assert fetch(installation, slug) == Looked(kept=3, known=2)
    work(installation)

    assert [ticket.text for ticket in tickets_of(installation, slug)] == ["路灯不亮", "井盖缺失", "没有编号"]


def test_a_mail_that_is_too_large_stays_and_is_told_once(installation: Installation, box: ImapBox) -> None:
    slug = make_mailed_district(installation, box, largest=1)
    box.deliver(BIG)
    box.deliver(letter())

    looks = [fetch(installation, slug) for _ in range(3)]
    work(installation)

    large, small = items_of(installation, slug)
    assert looks == [Looked(kept=1, too_large=1), Looked(too_large=1), Looked(too_large=1)]
    assert (large.state, small.state, len(box.waiting())) == ("needs_person", "taken_in", 1)
    assert large.failure == (
        "邮件有 1.0 MB，超过 1 MB 的上限，没有收取，仍在邮箱里。请到邮箱里查看后录入，或调高上限。"
    )
    assert [(hook, count) for hook, count, _ in cards_of(installation, slug)] == [("mail-too-large", 1)]
    assert read_again_(installation, slug, large.id) == "needs_person"

    set_mailbox(installation, slug, box.port, password=None, largest=2)
    fetch(installation, slug)
    work(installation)

    assert (states_of(installation, slug), box.waiting()) == (["taken_in", "taken_in"], [])


def test_a_server_that_says_a_mail_is_small_is_not_believed(installation: Installation, box: ImapBox) -> None:
    slug = make_mailed_district(installation, box, largest=1)
    box.says_size = lambda _: 10
    box.deliver(BIG)

    assert fetch(installation, slug) == Looked(too_large=1)
    assert states_of(installation, slug) == ["needs_person"]


def read_again_(installation: Installation, slug: str, item_id: int) -> str:
    return installation.run(slug, lambda scope: read_again(scope, item_id, now=datetime.now(UTC))).state


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Auto_Submitted": "auto-replied"}, "是自动发出的邮件（Auto-Submitted: auto-replied），没有登记。"),
        ({"Precedence": "bulk"}, "是群发或自动回复的邮件（Precedence），没有登记。"),
        ({"Return_Path": "<>"}, "是邮件服务器的退信或回执，没有登记。"),
        ({"X_Autoreply": "yes"}, "是自动回复的邮件，没有登记。"),
        ({"sender": "Mail Delivery <MAILER-DAEMON@example.com>"}, "是邮件服务器发出的邮件，没有登记。"),
        ({"sender": "Letters@Example.gov"}, "是从本区自己的邮箱发出的邮件，没有登记。"),
    ],
)
def test_a_mail_that_no_resident_wrote_is_put_aside_and_a_person_may_take_it_in_all_the_same(
    installation: Installation, box: ImapBox, headers: dict[str, str], words: str
) -> None:
    slug = make_mailed_district(installation, box, own_addresses=["letters@example.gov"])
    box.deliver(letter(**headers))  # type: ignore[arg-type]
    fetch(installation, slug)
    work(installation)

    [item] = items_of(installation, slug)
    assert (item.state, item.failure, tickets_of(installation, slug)) == ("aside", words, [])
    assert box.waiting() == []

    assert read_again_(installation, slug, item.id) == "taken_in"
    assert len(tickets_of(installation, slug)) == 1
    with pytest.raises(ItemSettled, match="来信"):
        read_again_(installation, slug, item.id)


def test_a_mail_that_says_it_is_not_automatic_is_an_appeal(installation: Installation, slug: str, box: ImapBox) -> None:
    box.deliver(letter(Auto_Submitted="no", Precedence="normal", Return_Path="<wang@example.com>"))
    fetch(installation, slug)
    work(installation)

    assert states_of(installation, slug) == ["taken_in"]


def test_a_mail_that_cannot_be_read_waits_for_a_person(installation: Installation, slug: str, box: ImapBox) -> None:
    box.deliver(b"From: a@example.com\r\n\r\n")
    box.deliver(b"Subject: x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * 150)
    fetch(installation, slug)
    work(installation)

    assert [(item.state, item.failure) for item in items_of(installation, slug)] == [
        ("needs_person", "第 1 件没有登记：诉求没有内容。请填写要反映的事情。"),
        ("needs_person", "邮件的分段过多或层次过深，不能自动读出。"),
    ]


def test_an_answer_that_names_a_number_of_ours_is_shown_beside_that_ticket(
    installation: Installation, slug: str, box: ImapBox
) -> None:
    box.deliver(letter())
    fetch(installation, slug)
    work(installation)
    [first] = tickets_of(installation, slug)
    box.deliver(letter("还是不亮", subject=f"回复：您的诉求 {first.serial_no} 已受理", message_id="<2@example.com>"))
    fetch(installation, slug)
    work(installation)

    _, second = tickets_of(installation, slug)
    with installation.scope(slug) as scope:
        [hint] = hints_on(scope, second.id, now=datetime.now(UTC)).duplicates
        alone = hints_on(scope, first.id, now=datetime.now(UTC)).duplicates
    assert (hint.serial_no, hint.reason) == (first.serial_no, "来件里写着它的受理流水号")
    assert alone == ()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ({"login": "another@example.test"}, "邮件服务器拒绝登录。"),
        ({"folder": "信访"}, "邮箱里没有文件夹 信访，或不能打开。"),
        ({"encryption": "tls"}, "邮件服务器没有应答或中断了（"),
        ({"host": "no-such-host.invalid", "encryption": "tls"}, "找不到主机 no-such-host.invalid。"),
        ({"port": 1}, "不加密只能用于系统维护人员放行的内部主机。"),
        ({"port": 1, "encryption": "tls"}, "主机 127.0.0.1 在内部网络里，不能从这里访问。"),
    ],
)
def test_a_mailbox_that_cannot_be_read_is_told_on_a_repair_card(
    installation: Installation, box: ImapBox, spoil: dict[str, Any], words: str
) -> None:
    slug = make_district(installation)
    set_mailbox(installation, slug, **{"port": box.port, "password": box.password, **spoil})

    with pytest.raises(MailboxTrouble) as trouble:
        fetch(installation, slug)

    [(hook, count, told)] = cards_of(installation, slug)
    assert (hook, count, told) == ("mailbox", 1, trouble.value.message)
    assert told.startswith(words)
    assert box.password not in told


def test_without_a_password_nothing_is_tried(installation: Installation, box: ImapBox) -> None:
    slug = make_district(installation)
    set_mailbox(installation, slug, box.port, password=None)

    with pytest.raises(MailboxTrouble, match="没有设置邮箱密码"):
        fetch(installation, slug)
    assert box.commands == []


def test_a_mailbox_with_many_mails_is_emptied_in_several_looks(
    installation: Installation, slug: str, box: ImapBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MOST_AT_ONCE", 3)
    for number in range(7):
        box.deliver(letter(message_id=f"<{number}@example.com>"))

    looks = [fetch(installation, slug) for _ in range(3)]

    assert looks == [Looked(kept=3, has_more=True), Looked(kept=3, has_more=True), Looked(kept=1)]


def test_a_server_that_refuses_in_the_middle_is_told_and_what_was_kept_is_kept(
    installation: Installation, slug: str, box: ImapBox
) -> None:
    box.deliver(letter())

    def refuses(command: str) -> None:
        if command == "UID STORE":
            raise NotDone("over quota")

    box.before = refuses
    with pytest.raises(MailboxTrouble, match="邮件服务器没有完成 STORE。"):
        fetch(installation, slug)
    assert states_of(installation, slug) == ["waiting"]


def test_settings_name_the_feature_by_which_mails_come(installation: Installation, slug: str) -> None:
    mailbox = mailbox_of(installation, slug)

    assert "geheim" not in repr(mailbox)
    with installation.scope(slug) as scope:
        assert scope.hooks.enabled[MAIL_INTAKE.id].stamp.startswith("core.mail_intake@")
