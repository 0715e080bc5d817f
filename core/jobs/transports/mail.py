"""Mail by SMTP."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from core.jobs.drain import TryLater
from core.jobs.transports.outgoing import GatewayMisconfigured, NotAccepted, Outgoing
from core.kit.saying import said

TIMEOUT = 10.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server as `SMTP_URL` names it. `smtps` speaks TLS from the start, `smtp` as soon as it is offered."""

    scheme: str
    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def configured(cls, url: str) -> "MailServer":
        """Return the server of `smtp://user:password@host:port?from=sender`. Raises `GatewayMisconfigured`."""
        parts = urlsplit(url)
        sender = parse_qs(parts.query).get("from", [""])[0]
        try:
            port = parts.port or PORTS[parts.scheme]
            Address(addr_spec=sender)
        except (KeyError, ValueError, IndexError) as error:
            raise GatewayMisconfigured(_FORM) from error
        if not parts.hostname or "@" not in sender:
            raise GatewayMisconfigured(_FORM)
        return cls(
            parts.scheme, parts.hostname, port, sender, unquote(parts.username or ""), unquote(parts.password or "")
        )

    def send(self, outgoing: Outgoing, *, now: datetime) -> None:
        """Hand the mail to the server."""
        message = self._message(outgoing, now)
        try:
            with self._session() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = sorted({code for code, _ in error.recipients.values()})
            if all(500 <= code < 600 for code in codes):
                raise NotAccepted(
                    said("邮件服务器拒绝了收件地址（SMTP {codes}），请核对邮箱。", codes=codes[0])
                ) from None
            raise TryLater(said("邮件服务器暂不接受收件地址（SMTP {codes}）", codes=codes[0])) from None
        except smtplib.SMTPDataError as error:
            if 500 <= error.smtp_code < 600:
                raise NotAccepted(
                    said("邮件服务器拒绝了这封邮件（SMTP {smtp_code}），没有送达。", smtp_code=error.smtp_code)
                ) from None
            raise TryLater(said("邮件服务器没有接受（SMTP {smtp_code}）", smtp_code=error.smtp_code)) from None
        except smtplib.SMTPResponseException as error:
            raise TryLater(said("邮件服务器没有接受（SMTP {smtp_code}）", smtp_code=error.smtp_code)) from None
        except (smtplib.SMTPException, OSError) as error:
            raise TryLater(said("邮件服务器没有应答（{name}）", name=type(error).__name__)) from None

    def _message(self, outgoing: Outgoing, now: datetime) -> EmailMessage:
        message = EmailMessage()
        try:
            message["To"] = Address(addr_spec=outgoing.to)
        except (ValueError, IndexError):
            raise NotAccepted("登记的邮箱不是有效的邮箱地址，请核对。") from None
        message["From"] = Address(addr_spec=self.sender)
        message["Subject"] = " ".join(outgoing.subject.split())
        message["Date"] = now
        message["Message-ID"] = f"<{outgoing.id}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        if outgoing.unsubscribe:  # RFC 8058: the mailbox' own button, without a page being opened
            message["List-Unsubscribe"] = f"<{outgoing.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(outgoing.text)
        for file in outgoing.attached:
            kind, _, subkind = file.media_type.partition(";")[0].partition("/")
            message.add_attachment(file.content, maintype=kind, subtype=subkind, filename=file.name)
        return message

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        if self.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        with server:
            is_private = self.scheme == "smtps" or self.host in LOOPBACK
            if self.scheme == "smtp":
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls(context=context)
                    is_private = True
            if self.user:
                if not is_private:
                    raise TryLater("邮件服务器不支持加密，没有把密码明文发给它；请改用 smtps://")
                server.login(self.user, self.password)
            yield server


_FORM = "SMTP_URL 不可用。请写成 smtp://用户：密码@主机：端口？from=发件地址，加密端口用 smtps://。"
