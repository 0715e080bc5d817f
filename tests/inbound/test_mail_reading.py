"""What stands in a mail: Chinese in whatever charset, text without markup, files counted, and no bytes that raise."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.intake.mail.bodies import text_of_html
from core.intake.mail.identity import is_same, mail_id
from core.intake.mail.reading import Mail, MailUnreadable, read_mail
from core.intake.rules import is_storable
from tests.inbound.mailing import letter

NOW = datetime(2026, 3, 12, 10, tzinfo=UTC)
LANTERN = "路灯不亮"
GBK = "镕裎"
"""The first of them is in GBK and not in GB2312."""


def read(raw: bytes) -> Mail:
    return read_mail(raw, received_at=NOW)


def with_headers(*lines: bytes, body: bytes = b"x") -> bytes:
    return b"\r\n".join((*lines, b"", body))


def test_a_mail_as_programs_write_it() -> None:
    mail = read(letter("第一行\n\n第二行", files=2, Date="Thu, 12 Mar 2026 17:00:00 +0800"))

    assert mail == Mail(
        name="王女士",
        address="wang@example.com",
        subject=LANTERN,
        text="第一行\n\n第二行",
        files=2,
        written_at=NOW - timedelta(hours=1),
        automatic="",
    )
    assert mail.files_words == "邮件带有 2 个附件，原件保存在来信记录中"


def test_nothing_of_a_mail_is_shown_by_printing_it() -> None:
    assert "wang" not in repr(read(letter()))
    assert LANTERN not in repr(read(letter()))


@pytest.mark.parametrize("charset", ["gb2312", "GBK", "gb18030", "utf-8", "x-unknown", "", "rot13"])
def test_text_is_read_in_the_charset_that_was_meant(charset: str) -> None:
    encoding = "utf-8" if charset == "utf-8" else "gb18030"
    declared = f"Content-Type: text/plain; charset={charset}".encode()
    raw = with_headers(declared, b"Content-Transfer-Encoding: 8bit", body=f"{LANTERN}{GBK}".encode(encoding))

    assert read(raw).text == f"{LANTERN}{GBK}"


@pytest.mark.parametrize(
    "subject",
    [
        LANTERN.encode(),
        LANTERN.encode("gb18030"),
        b"=?utf-8?B?6Lev54Gv5LiN5Lqu?=",
        b"=?GB2312?B?wre1xrK7wcE=?=",
        b"=?utf-8?Q?=E8=B7=AF=E7=81=AF?=\r\n =?utf-8?Q?=E4=B8=8D=E4=BA=AE?=",
    ],
)
def test_subjects_are_read_however_they_were_sent(subject: bytes) -> None:
    assert read(with_headers(b"Subject: " + subject)).subject == LANTERN


def test_an_encoded_word_that_says_gb2312_may_hold_its_successors() -> None:
    assert read(with_headers(b"Subject: =?gb2312?B?6UY=?=")).subject == GBK[0]


def test_html_is_reduced_to_what_it_says() -> None:
    html = (
        "<html><head><title>T</title><style>p{}</style></head><body><p>路灯<b>不亮</b></p>"
        "<script>alert(1)</script><div>三天&nbsp;了 &lt;急&gt;</div><table><tr><td>a</td><td>b</td></tr></table>"
        "<img src=x onerror=alert(2)><!-- c --></body></html>"
    )
    assert text_of_html(html) == "路灯不亮\n\n三天 了 <急>\n\na b"


def test_plain_text_goes_before_html_and_neither_counts_as_a_file() -> None:
    made = EmailMessage()
    made.set_content("正文")
    made.add_alternative("<p>网页</p>", subtype="html")
    made.add_attachment(letter(), maintype="application", subtype="octet-stream", filename="转发.eml")

    assert (read(made.as_bytes()).text, read(made.as_bytes()).files) == ("正文", 1)
    only = EmailMessage()
    only.set_content("<p>网页</p>", subtype="html")
    assert (read(only.as_bytes()).text, read(only.as_bytes()).files) == ("网页", 0)


def test_a_forwarded_mail_within_a_mail_is_a_file_and_not_its_words() -> None:
    made = EmailMessage()
    made.set_content("见转发")
    inner = EmailMessage()
    inner["Subject"] = "里面"
    inner.set_content("里面的话")
    made.add_attachment(inner)

    assert (read(made.as_bytes()).text, read(made.as_bytes()).files) == ("见转发", 1)


@pytest.mark.parametrize(
    ("date", "is_believed"),
    [
        ("Thu, 12 Mar 2026 09:59:00 +0000", True),
        ("Tue, 10 Feb 2026 10:00:00 +0000", True),
        ("Mon, 9 Feb 2026 10:00:00 +0000", False),
        ("Thu, 12 Mar 2026 10:01:00 +0000", False),
        ("yesterday", False),
        ("Thu, 12 Mar 99999 10:00:00 +9999", False),
    ],
)
def test_when_it_was_written_is_believed_within_a_month(date: str, *, is_believed: bool) -> None:
    assert (read(letter(Date=date)).written_at is not None) == is_believed


@pytest.mark.parametrize(
    "sender", ["", "nobody", "a@b, c@d", '"王@女士" <wang@example.com>', "<>", "@", "a" * 300 + "@b"]
)
def test_whatever_the_sender_is_called_the_mail_is_read(sender: str) -> None:
    mail = read(with_headers(f"From: {sender}".encode()))
    assert mail.text == "x"
    assert len(mail.name) <= 100
    assert len(mail.address) <= 254


def test_a_mail_is_known_by_its_message_id_else_by_all_of_it() -> None:
    one, other = letter("一"), letter("二")
    assert mail_id(one) == mail_id(other) == mail_id(b"Message-ID:\r\n <1@example.com>\r\n\r\n")
    assert mail_id(letter("一", message_id="")) != mail_id(letter("二", message_id=""))
    assert "example" not in mail_id(one)


def test_what_stations_write_above_a_mail_makes_no_other_mail_of_it() -> None:
    raw = letter("一")
    assert is_same(raw, b"Received: from x\r\n by y\r\nX-Spam: 1\r\n" + raw)
    assert not is_same(raw, letter("二"))
    assert not is_same(raw, letter("一", subject="别的"))


MANY = 20_000
BOMBS = {
    "ten thousand headers": with_headers(*[b"X-%d: y" % number for number in range(10_000)]),
    "a head without end": b"X: y\r\n" * MANY * 3,
    "many parts": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * MANY,
    "deep parts": b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number) for number in range(500)
    ),
    "mails within mails": b"Content-Type: message/rfc822\r\n\r\n" * MANY,
    "nested comments": with_headers(b"From: " + b"(" * MANY),
    "a list of addresses": with_headers(b"From: " + b"a," * MANY),
    "quotes": with_headers(b"From: " + b'"' * MANY),
    "parameters": with_headers(b"Content-Type: text/plain; " + b"a*0=b;" * MANY),
    "content types": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    + (b"--x\r\nContent-Type: text/plain; " + b"a=b;" * 200 + b"\r\n\r\na\r\n") * 90,
    "tags": with_headers(b"Content-Type: text/html", body=b"<div>" * MANY),
    "fewer tags": with_headers(b"Content-Type: text/html", body=b"<div>" * 9_000),
    "entities": with_headers(b"Content-Type: text/html", body=b"&" * MANY),
    "zeros": with_headers(b"Subject: \x00", body=b"\x00" * 1_000_000),
    "a long text": with_headers(b"Subject: x", body=b"x" * 5_000_000),
    "ends of lines": with_headers(b"Subject: x", body=b"\n" * 3_000_000),
    "base64 that is none": with_headers(b"Content-Transfer-Encoding: base64", body=b"=" * 100_000),
    "lone surrogates": with_headers(b"Subject: =?utf-8?B?7aCA?=", body=b"\xed\xa0\x80"),
    "nothing": b"",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_mail_that_was_made_to_harm_is_read_or_refused_soon(bomb: str) -> None:
    began = time.thread_time()
    with suppress(MailUnreadable):
        mail = read(BOMBS[bomb])
        assert is_storable(mail.text + mail.subject + mail.name + mail.address)
    mail_id(BOMBS[bomb])
    assert time.thread_time() - began < 10


PIECES = st.sampled_from(
    [
        *(
            b"From: ",
            b"Subject: ",
            b"Content-Type: ",
            b"multipart/mixed; boundary=x",
            b"text/html; charset=gb2312",
            b"Date: ",
        ),
        *(
            b"\r\n",
            b"\r\n\r\n",
            b"\n",
            b"\r",
            b"--x",
            b"--x--",
            b"=?utf-8?B?",
            b"?=",
            b"<",
            b">",
            b'"',
            b"(",
            b",",
            b";",
        ),
        *(
            b"Content-Transfer-Encoding: base64",
            b"quoted-printable",
            b"filename*=utf-8''%E8",
            b"charset=",
            b"\x00",
            b"\xff",
        ),
        *(
            b"Content-Disposition: attachment; filename=",
            b"=E8=B7",
            b"&#55296;",
            b"<p>",
            b"@",
            b"Message-ID: ",
            b"\xed\xa0\x80",
        ),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=60).map(b"".join))
def test_any_bytes_are_a_mail_or_wait_for_a_person(raw: bytes) -> None:
    mail_id(raw)
    assert is_same(raw, raw)
    try:
        mail = read(raw)
    except MailUnreadable:
        return
    assert is_storable(mail.text + mail.subject + mail.name + mail.address)
    assert "\n" not in mail.subject + mail.name


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_whatever_html_says_no_tag_is_left_of_it(given_html: str) -> None:
    text = text_of_html(f"<p>{given_html}</p><script>alert(1)</script>")
    assert "alert(1)" not in text or "alert(1)" in given_html
