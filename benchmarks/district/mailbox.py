"""The mailbox of the measured district: one on this machine that speaks IMAP and nothing else."""

from datetime import UTC, datetime

from core.hooks.core_features import MAIL_INTAKE
from core.hooks.settings import SecretText
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tenancy.scope import Installation
from core.tenancy.secret_rows import keep_text
from tests.inbound.imap_double import ImapBox

MAIL_HOST = "127.0.0.1"


def fetch_from(installation: Installation, slug: str, box: ImapBox) -> None:
    """Let the district's mails be fetched from this mailbox, as often as can be set."""
    now = datetime.now(UTC)
    values = {"host": MAIL_HOST, "port": box.port, "encryption": "none", "login": box.login, "every": 1}
    with installation.scope(slug) as scope:
        made = write_revision(
            scope, MAIL_INTAKE.id, values=values, schema_version=1, reason="测量", author=FILES, now=now
        )
        make_active(scope, MAIL_INTAKE.id, made.number, actor=FILES, now=now)
        keep_text(scope, MAIL_INTAKE.id, "password", SecretText(box.password), by="测量", now=now)
    installation.forget()
