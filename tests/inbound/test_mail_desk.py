"""Mails as the desk and the command see them, and as they go with their writer."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from flask import Flask

from core.cli import inbound as command
from core.hooks.core_features import MAIL_INTAKE
from core.intake.inbound import payload_of
from core.journey.erase import ERASED_BODY, _empty_messages
from core.journey.features.trouble import list_cards
from core.tenancy.scope import Installation
from tests.builders import make_actor, make_district
from tests.inbound.imap_double import ImapBox, imap_server
from tests.inbound.mailing import contact_of, fetch, letter, make_mailed_district
from tests.inbound.making import items_of, tickets_of, work
from tests.web.making import Visitor, make_account


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapBox]:
    monkeypatch.setenv("HUIYING_OUTSIDE_HOSTS", "127.0.0.1")
    with imap_server() as served:
        yield served


@pytest.fixture
def slug(installation: Installation, box: ImapBox) -> str:
    return make_mailed_district(installation, box)


@pytest.fixture
def operator(installation: Installation, app: Flask, slug: str) -> Visitor:
    visitor = Visitor(app)
    assert visitor.sign_in(make_account(installation, slug, "operator", ["operator"])).status_code == 303
    return visitor


def take(installation: Installation, slug: str, box: ImapBox, raw: bytes) -> int:
    """Have a mail come in, and return the number of its item."""
    box.deliver(raw)
    fetch(installation, slug)
    work(installation)
    return items_of(installation, slug)[-1].id


def test_a_mail_is_shown_as_a_person_reads_it_and_its_original_can_be_saved(
    installation: Installation, slug: str, box: ImapBox, operator: Visitor
) -> None:
    raw = letter("<script>路灯不亮</script>", files=2)
    number = take(installation, slug, box, raw)

    page = operator.get(f"/desk/inbound/{number}").get_data(as_text=True)
    saved = operator.get(f"/desk/inbound/{number}/original")

    assert "发件人：王女士 &lt;wang@example.com&gt;\n主题：路灯不亮\n邮件带有 2 个附件，原件保存在来信记录中" in page
    assert ("&lt;script&gt;路灯不亮" in page, "电子邮件来信" in page) == (True, True)
    assert (saved.data, saved.mimetype) == (raw, "application/octet-stream")
    assert saved.headers["Content-Disposition"] == f'attachment; filename="mail-{number}.eml"'
    assert saved.headers["X-Content-Type-Options"] == "nosniff"


def test_automatic_mails_stand_on_a_list_of_their_own(
    installation: Installation, slug: str, box: ImapBox, operator: Visitor
) -> None:
    number = take(installation, slug, box, letter(Precedence="bulk"))

    waiting = operator.get("/desk/inbound").get_data(as_text=True)
    aside = operator.get("/desk/inbound?state=aside").get_data(as_text=True)

    assert ('href="/desk/inbound?state=aside"' in waiting, f'id="i-{number}"' in waiting) == (True, False)
    assert f'id="i-{number}"' in aside
    operator.get(f"/desk/inbound/{number}")
    operator.post(f"/desk/inbound/{number}/again")
    assert len(tickets_of(installation, slug)) == 1


def test_a_mail_that_is_entered_by_hand_begins_with_its_own_words(
    installation: Installation, slug: str, box: ImapBox, operator: Visitor
) -> None:
    number = take(installation, slug, box, letter("路" * 20_001))

    form = operator.get(f"/desk/new?inbound={number}").get_data(as_text=True)

    assert ('value="路灯不亮"' in form, 'value="王女士"' in form, "发件人" in form) == (True, True, False)


def test_the_command_fetches_at_once_and_lists_what_came(
    installation: Installation, slug: str, box: ImapBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    monkeypatch.setattr(command, "installed", installed)
    box.deliver(letter(Precedence="bulk"))

    def run(*given: str) -> str:
        return CliRunner().invoke(command.inbound, given).stdout

    assert run("fetch", "--tenant", slug) == "收取 1 封新邮件。\n"
    assert run("fetch", "--tenant", slug, "--json") == (
        f'{{"tenant": "{slug}", "kept": 0, "known": 0, "too_large": 0, "failed": 0, "has_more": false}}\n'
    )
    work(installation)
    assert "是群发或自动回复的邮件" in run("list", "--tenant", slug, "--state", "aside")


def test_a_mail_goes_with_its_writer_and_does_not_come_back(
    installation: Installation, slug: str, box: ImapBox
) -> None:
    raw = letter(files=1)
    take(installation, slug, box, raw)
    [ticket] = tickets_of(installation, slug)
    contact = contact_of(installation, slug, ticket)

    with installation.scope(slug) as scope:
        _empty_messages(scope, ticket, contact)
    [item] = items_of(installation, slug)
    with installation.scope(slug) as scope:
        assert payload_of(scope, item).body == ERASED_BODY
    box.deliver(b"Received: from x\r\n" + raw)

    assert fetch(installation, slug).known == 1


def test_a_card_about_the_mailbox_says_what_it_is_about(installation: Installation, box: ImapBox) -> None:
    slug = make_mailed_district(installation, box, done_folder="Done")
    box.deliver(letter())
    with pytest.raises(Exception, match="收取后移到"):
        fetch(installation, slug)

    with installation.scope(slug) as scope:
        administrator = make_actor("管理员", "administrator", id=1)
        cards = list_cards(scope, installation.roster, actor=administrator)
    told = [(card.label, card.hook) for card in cards if card.feature == MAIL_INTAKE.id]
    assert told == [("邮件收取", "mailbox")]


def test_the_menu_leads_to_what_waits_where_mails_are_fetched(
    installation: Installation, app: Flask, operator: Visitor
) -> None:
    other = Visitor(app)
    other.sign_in(make_account(installation, make_district(installation), "operator", ["operator"]))

    pages = [visitor.get("/desk").get_data(as_text=True) for visitor in (operator, other)]

    assert ["待人工录入" in page for page in pages] == [True, False]
