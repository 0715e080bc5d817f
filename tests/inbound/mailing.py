"""A district with a mailbox, mails as residents write them, and looking at what became of them."""

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from core.hooks.core_features import MAIL_INTAKE
from core.hooks.settings import SecretText
from core.intake.mail.settings import Mailbox
from core.jobs.mailbox.look import Looked, get_mailbox, look
from core.tenancy.revisions import Author, make_active, write_revision
from core.tenancy.scope import Installation
from core.tenancy.secret_rows import keep_text
from core.tickets.contact import Contact
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from tests.builders import make_district
from tests.inbound.imap_double import ImapBox

HOST = "127.0.0.1"
SET_UP = Author("系统维护", None)


def set_mailbox(installation: Installation, slug: str, port: int, *, password: str | None, **settings: Any) -> None:
    """Let a district's mails be fetched from a port of this machine."""
    now = datetime.now(UTC)
    values = {"host": HOST, "port": port, "encryption": "none", "login": "letters@example.test", **settings}
    with installation.scope(slug) as scope:
        made = write_revision(
            scope, MAIL_INTAKE.id, values=values, schema_version=1, reason="收信", author=SET_UP, now=now
        )
        make_active(scope, MAIL_INTAKE.id, made.number, actor=SET_UP, now=now)
        if password is not None:
            keep_text(scope, MAIL_INTAKE.id, "password", SecretText(password), by="测试", now=now)
    installation.forget()


def make_mailed_district(installation: Installation, box: ImapBox, **settings: Any) -> str:
    """Make a district whose mails are fetched from this mailbox; return its slug."""
    slug = make_district(installation)
    set_mailbox(installation, slug, box.port, password=box.password, **settings)
    return slug


def mailbox_of(installation: Installation, slug: str) -> Mailbox:
    """Return the district's mailbox."""
    return get_mailbox(installation, slug)


def fetch(installation: Installation, slug: str) -> Looked:
    """Look into the district's mailbox once."""
    return look(installation, slug, mailbox_of(installation, slug), now=lambda: datetime.now(UTC))


def letter(
    text: str = "幸福路 3 号门前路灯不亮",
    *,
    subject: str = "路灯不亮",
    sender: str = "王女士 <wang@example.com>",
    message_id: str = "<1@example.com>",
    files: int = 0,
    file_bytes: int = 90,
    **headers: str,
) -> bytes:
    """Return a mail as a resident writes it; a header's name is given with `_` for `-`."""
    made = EmailMessage()
    made["From"], made["Subject"] = sender, subject
    if message_id:
        made["Message-ID"] = message_id
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    for number in range(files):
        made.add_attachment(
            b"\xff\xd8\xff" * (file_bytes // 3), maintype="image", subtype="jpeg", filename=f"照片{number}.jpg"
        )
    return made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def contact_of(installation: Installation, slug: str, ticket: Ticket) -> Contact:
    """Return the resident's contact as it was given."""
    with installation.scope(slug) as scope:
        return opened(scope.keys, scope.session.get_one(TicketContact, (scope.tenant.id, ticket.id)))
