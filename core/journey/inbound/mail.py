"""Mails 来信 from the district's mailbox: kept as they came before the server is told so, and read by the core itself."""

from dataclasses import dataclass
from datetime import datetime

from core.hooks.budget import OverBudget, within
from core.hooks.core_features import MAIL_INTAKE
from core.hooks.values import InboundAppeal, InboundPayload
from core.intake.inbound import body_hash, find_message, new_item, payload_of, replace_body
from core.intake.mail.identity import content_id, is_same, mail_id
from core.intake.mail.reading import HEADERS_TYPE, MAIL_TYPE, Mail, MailUnreadable, read_mail
from core.intake.mail.settings import MEGABYTE, find_mailbox
from core.intake.models import InboundItem
from core.journey.erase import ERASED_BODY
from core.journey.inbound.receive import have_taken_in
from core.journey.settings.deciding import put_card
from core.kit.db import insert_rows
from core.kit.saying import joined, said
from core.tenancy.scope import Scope

RULE = f"{MAIL_INTAKE.id}/mail"
READ_SECONDS = 20.0
"""How long reading one mail may take; what people write takes milliseconds."""
TOO_LARGE = "mail-too-large"
"""Under what it stands on a repair card that a mail was left in the mailbox."""
TROUBLE = "mailbox"
"""Under what it stands on a repair card that the mailbox cannot be reached."""


@dataclass(frozen=True, slots=True)
class KeptMail:
    """The number of ours under which a mail is kept, and whether it came for the first time."""

    number: int
    is_new: bool


def keep_mail(scope: Scope, channel: str, raw: bytes, *, now: datetime) -> KeptMail:
    """Keep a mail, and have it taken in soon. One that came before stays as it is.

    `core.kit.errors.Collision` means that it came at the same moment by another way: run again and it is found.
    """
    message_id = mail_id(raw)
    before = find_message(scope, channel, message_id, locked=True)
    if before is not None and before.content_type == HEADERS_TYPE:
        return _whole_at_last(scope, before, raw, now=now)
    if before is not None and not _is_known(scope, before, raw):
        # Another mail under the same Message-ID: a program that gives every mail the same one loses none of them.
        message_id = content_id(raw)
        before = find_message(scope, channel, message_id)
    if before is not None:
        return KeptMail(before.id, is_new=False)
    return _kept(scope, channel, message_id, raw, content_type=MAIL_TYPE, state="waiting", failure="", now=now)


def note_too_large(scope: Scope, channel: str, head: bytes, *, size: int, largest: int, now: datetime) -> KeptMail:
    """Keep the head of a mail that stays in the mailbox, for a person, and tell the administrators; once for each mail.

    `size` and `largest` are bytes.
    """
    message_id = mail_id(head)
    if before := find_message(scope, channel, message_id):
        return KeptMail(before.id, is_new=False)
    words = said(
        "邮件有 {size:.1f} MB，超过 {largest} MB 的上限，没有收取，仍在邮箱里。",
        size=size / MEGABYTE,
        largest=largest // MEGABYTE,
    )
    put_card(scope, MAIL_INTAKE.id, TOO_LARGE, _revision(scope), said("{words}见待人工录入。", words=words), now=now)
    failure = said("{words}请到邮箱里查看后录入，或调高上限。", words=words)
    return _kept(
        scope, channel, message_id, head, content_type=HEADERS_TYPE, state="needs_person", failure=failure, now=now
    )


def tell_trouble(scope: Scope, words: str, *, now: datetime) -> None:
    """Put up a repair card about the mailbox, for the administrators of this tenant."""
    put_card(scope, MAIL_INTAKE.id, TROUBLE, _revision(scope), words, now=now)


def mail_of(scope: Scope, payload: InboundPayload) -> Mail:
    """Return the mail in an item. Raises `MailUnreadable`; of a mail that was too large to be fetched, always."""
    if payload.content_type == HEADERS_TYPE:
        raise MailUnreadable("邮件超过大小上限，没有收取，仍在邮箱里。请到邮箱里查看后录入，或调高上限。")
    mailbox = find_mailbox(scope.hooks)
    own_addresses = mailbox.own_addresses if mailbox else ()
    try:
        with within(READ_SECONDS, longest=3 * READ_SECONDS):
            return read_mail(payload.body, received_at=payload.received_at, own_addresses=own_addresses)
    except OverBudget:
        raise MailUnreadable("邮件的格式过于复杂，不能自动读出。") from None


def appeal_of(mail: Mail) -> InboundAppeal:
    """Return the appeal that a mail is. One without words says what its subject says."""
    return InboundAppeal(
        mail.text or mail.subject,
        RULE,
        joined("；", filter(None, ("邮件", mail.files_words))),
        title=mail.subject,
        contact_name=mail.name,
        contact_address=mail.address,
        submitted_at=mail.written_at,
    )


def _is_known(scope: Scope, before: InboundItem, raw: bytes) -> bool:
    """Tell whether the mail is the one that was kept: byte for byte, or but for what its way here added, or as far as
    anybody can know after its writer was erased.
    """
    if before.body_hash == body_hash(scope, raw):
        return True
    kept = payload_of(scope, before).body
    return kept == ERASED_BODY or is_same(kept, raw)


def _whole_at_last(scope: Scope, before: InboundItem, raw: bytes, *, now: datetime) -> KeptMail:
    """Keep a mail of which there was the head only, and have it taken in unless a person was quicker."""
    replace_body(scope, before, raw, content_type=MAIL_TYPE)
    if before.state == "needs_person" and not before.tickets:
        before.state, before.failure = "waiting", ""
        have_taken_in(scope, before, now=now)
    scope.session.flush()
    return KeptMail(before.id, is_new=False)


def _kept(
    scope: Scope,
    channel: str,
    message_id: str,
    body: bytes,
    *,
    content_type: str,
    state: str,
    failure: str,
    now: datetime,
) -> KeptMail:
    with scope.session.gathering() as rows:
        item = new_item(
            scope,
            channel=channel,
            message_id=message_id,
            content_type=content_type,
            body=body,
            state=state,
            vouched_by=scope.hooks.stamp(MAIL_INTAKE.id),
            failure=failure,
            now=now,
        )
        if state == "waiting":
            have_taken_in(scope, item, now=now)
    insert_rows(scope.session, rows)
    return KeptMail(item.id, is_new=True)


def _revision(scope: Scope) -> int:
    enabled = scope.hooks.enabled.get(MAIL_INTAKE.id)
    return enabled.revision if enabled else 0
