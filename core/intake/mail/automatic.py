"""Mails that no resident wrote: answered to, they would go round in a circle."""

from collections.abc import Collection
from email.message import EmailMessage

from core.kit.saying import said

BULK = ("bulk", "junk", "list", "auto_reply")
MACHINES = ("mailer-daemon", "postmaster")
ANSWERED_BY_ITSELF = ("x-autoreply", "x-autorespond", "x-auto-reply")


def why_automatic(message: EmailMessage, sender: str, *, own_addresses: Collection[str]) -> str:
    """Return why a mail was not written by a resident, in words; empty when it may have been.

    RFC 3834 names what an automatic answer says of itself, RFC 3464 what a mail server reports.
    """
    submitted = _word(message, "auto-submitted")
    if submitted not in ("", "no"):
        return said("是自动发出的邮件（Auto-Submitted: {submitted}）", submitted=submitted[:40])
    if _word(message, "precedence") in BULK:
        return "是群发或自动回复的邮件（Precedence）"
    if any(name in message for name in ANSWERED_BY_ITSELF):
        return "是自动回复的邮件"
    if (
        message.get_content_type() == "multipart/report"
        or "".join(str(message.get("return-path", "x")).split()) == "<>"
    ):
        return "是邮件服务器的退信或回执"
    if sender.partition("@")[0].lower() in MACHINES:
        return "是邮件服务器发出的邮件"
    if sender.lower() in own_addresses:
        return "是从本区自己的邮箱发出的邮件"
    return ""


def _word(message: EmailMessage, name: str) -> str:
    return str(message.get(name, "")).partition(";")[0].strip().lower()
