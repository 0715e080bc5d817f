"""Files on the pages: added with the appeal, on the ticket, with the reply; given out to who may see the ticket."""

import io
import random
import re
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import EnvironBuilder, TestResponse

from core.files.limits import MOST_PER_TICKET
from core.files.models import TicketFile
from core.files.queries import FileLine
from core.journey import erase
from core.journey.file_audit import audit_files
from core.journey.files import list_files, remove_orphans
from core.journey.person import export_person
from core.kit.file_store import FileStore
from core.tickets.contact import Contact
from core.tickets.models import Ticket, TicketEvent
from core.tickets.timeline import SYSTEM, Order
from core.web.uploads import TAKING
from tests.builders import make_actor, make_ticket
from tests.files.samples import DEVICE, document, photo
from tests.web.conftest import House
from tests.web.making import Life, Visitor

CUTS = 200


def sent(*files: tuple[str, bytes]) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(content), name) for name, content in files]


def files_of(house: House, serial_no: str) -> tuple[FileLine, ...]:
    with house.installation.scope(house.slug) as scope:
        return list_files(scope, serial_no)


def added(house: House, serial_no: str, *files: tuple[str, bytes], visitor: Visitor | None = None) -> TestResponse:
    visitor = visitor or house.visitor(house.operator)
    visitor.get(f"/t/{serial_no}")
    return visitor.post(f"/t/{serial_no}/files", files=sent(*files))


def test_a_photo_comes_in_with_the_appeal_and_is_shown_without_its_place(house: House) -> None:
    operator = house.visitor(house.operator)
    operator.get("/desk/new")

    page = operator.post(
        "/desk/new", text="青山路路面坑洼", channel="desk", nature="help", files=sent(("坑洼 1.jpg", photo()))
    )

    assert page.status_code == 200
    with house.installation.scope(house.slug) as scope:
        ticket = scope.session.scalars(select(Ticket).where(Ticket.tenant_id == scope.tenant.id)).one()
        entries = scope.session.scalars(
            select(TicketEvent).where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.kind == "file_added")
        ).all()
        serial_no, point, entry = ticket.serial_no, ticket.point, entries[0]
    (file,) = files_of(house, serial_no)
    assert (file.name, file.added_by, point) == ("坑洼 1.jpg", "张丽（受理席）", None)
    assert entry.summary == "上传了 1 个附件（JPG 图片）"
    assert entry.detail["files"][0]["sha256"] == file.sha256
    shown = operator.get(f"/t/{serial_no}").get_data(as_text=True)
    assert f'src="/t/{serial_no}/files/{file.id}/preview"' in shown
    given = operator.client.get(f"/t/{serial_no}/files/{file.id}")
    assert DEVICE.encode() not in given.data
    assert {name: given.headers[name] for name in SAFE} == SAFE
    assert given.headers["Content-Disposition"] == (
        "inline; filename=\"file.jpg\"; filename*=UTF-8''%E5%9D%91%E6%B4%BC%201.jpg"
    )
    small = operator.client.get(f"/t/{serial_no}/files/{file.id}/preview")
    assert (small.status_code, small.mimetype) == (200, "image/jpeg")
    assert len(small.data) < len(given.data)


SAFE = {
    "Content-Type": "image/jpeg",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def test_where_a_photo_was_taken_is_kept_only_when_asked(house: House) -> None:
    operator = house.visitor(house.operator)
    operator.get("/desk/new")

    operator.post("/desk/new", text="青山路路面坑洼", channel="desk", use_place="1", files=sent(("a.jpg", photo())))

    with house.installation.scope(house.slug) as scope:
        ticket = scope.session.scalars(select(Ticket).where(Ticket.tenant_id == scope.tenant.id)).one()
        assert (ticket.longitude, ticket.latitude) == (114.3, 22.7)


def test_an_appeal_with_a_bad_file_is_not_taken_in_and_keeps_what_was_typed(house: House) -> None:
    operator = house.visitor(house.operator)
    operator.get("/desk/new")

    page = operator.post("/desk/new", text="青山路路面坑洼", channel="desk", files=sent(("a.pdf", photo())))

    assert page.status_code == 422
    assert "与名字不符" in operator.page
    assert "青山路路面坑洼" in operator.page
    with house.installation.scope(house.slug) as scope:
        assert scope.session.scalars(select(Ticket.id).where(Ticket.tenant_id == scope.tenant.id)).all() == []


def test_a_document_is_saved_and_not_shown(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no

    assert added(house, serial_no, ("回函.pdf", document())).status_code == 303

    (file,) = files_of(house, serial_no)
    given = house.visitor(house.operator).client.get(f"/t/{serial_no}/files/{file.id}")
    assert given.headers["Content-Disposition"].startswith("attachment; ")
    assert house.visitor(house.operator).get(f"/t/{serial_no}/files/{file.id}/preview").status_code == 404


def test_a_unit_adds_files_with_its_reply(house: House) -> None:
    life = Life(house.installation, house.slug).take_in().handled()
    clerk = house.visitor(house.clerk)
    clerk.get(f"/unit/{life.serial_no}")

    answer = clerk.post(
        f"/unit/{life.serial_no}/reply",
        text="已修补路面",
        disposition="resolved",
        files=sent(("修补后.jpg", photo()), ("验收单.pdf", document())),
    )

    assert answer.status_code == 303
    assert [file.name for file in files_of(house, life.serial_no)] == ["修补后.jpg", "验收单.pdf"]
    assert "修补后.jpg" in clerk.get(f"/unit/{life.serial_no}").get_data(as_text=True)
    file = files_of(house, life.serial_no)[0]
    assert clerk.client.get(f"/unit/{life.serial_no}/files/{file.id}").status_code == 200


def test_files_are_there_for_who_sees_the_ticket_alone(house: House) -> None:
    life = Life(house.installation, house.slug).take_in().handled()
    other = make_ticket(house.installation, house.slug).serial_no
    added(house, life.serial_no, ("a.jpg", photo()))
    file = files_of(house, life.serial_no)[0].id
    operator, gardener = house.visitor(house.operator), house.visitor(house.gardener)

    nobodys = operator.get(f"/t/{life.serial_no}/files/1")
    others = operator.get(f"/t/{other}/files/{file}")

    assert (nobodys.status_code, others.status_code) == (404, 404)
    assert without_number(nobodys) == without_number(others)
    assert gardener.get(f"/unit/{life.serial_no}/files/{file}").status_code == 403
    assert gardener.get(f"/t/{life.serial_no}/files/{file}").status_code == 403
    assert house.visitor().get(f"/t/{life.serial_no}/files/{file}").status_code == 303


def without_number(answer: TestResponse) -> str:
    words: str = answer.get_data(as_text=True).split("<main", 1)[1].split("编号", 1)[0]
    return words


def test_a_file_of_another_district_is_nobodys(house: House, make_house: object) -> None:
    assert callable(make_house)
    there: House = make_house()
    serial_no = make_ticket(there.installation, there.slug).serial_no
    added(there, serial_no, ("a.jpg", photo()))
    here = make_ticket(house.installation, house.slug).serial_no
    file = files_of(there, serial_no)[0].id

    operator = house.visitor(house.operator)
    assert operator.get(f"/t/{serial_no}/files/{file}").status_code == 404
    assert operator.get(f"/t/{here}/files/{file}").status_code == 404


def test_the_same_form_sent_twice_adds_its_files_once(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no
    operator = house.visitor(house.operator)
    operator.get(f"/t/{serial_no}")
    once = secrets.token_hex(8)

    for _ in range(2):
        assert (
            operator.post(f"/t/{serial_no}/files", command_id=once, files=sent(("a.jpg", photo()))).status_code == 303
        )

    assert len(files_of(house, serial_no)) == 1


def test_a_form_without_files_and_one_with_too_many_say_so(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no
    operator = house.visitor(house.operator)
    operator.get(f"/t/{serial_no}")

    assert operator.post(f"/t/{serial_no}/files").status_code == 422
    assert "没有选择附件" in operator.page
    assert added(house, serial_no, *[(f"{each}.jpg", b"\xff\xd8\xff") for each in range(11)]).status_code == 409


def test_a_ticket_takes_so_many_files_and_no_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no
    monkeypatch.setattr("core.files.service.MOST_PER_TICKET", 1)
    assert added(house, serial_no, ("a.jpg", photo())).status_code == 303

    assert added(house, serial_no, ("b.jpg", photo())).status_code == 409

    assert [file.name for file in files_of(house, serial_no)] == ["a.jpg"]
    assert MOST_PER_TICKET > 1


def test_only_who_is_signed_in_may_send_much(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no
    large = ("a.jpg", photo() + bytes(2_000_000))

    stranger = house.visitor()
    stranger.get("/sign-in")
    assert stranger.post(f"/t/{serial_no}/files", files=sent(large)).status_code == 413
    assert "超过 1 MB" in stranger.page
    operator = house.visitor(house.operator)
    operator.get(f"/t/{serial_no}")
    assert operator.post(f"/t/{serial_no}/note", files=sent(large)).status_code == 413
    assert added(house, serial_no, large, visitor=operator).status_code == 303
    assert operator.post(f"/t/{serial_no}/files", files=sent(("a.jpg", bytes(61_000_000)))).status_code == 413
    assert "超过 60 MB" in operator.page


def test_the_server_collects_just_what_the_pages_take(house: House) -> None:
    lines = {
        f"POST {re.sub('<[^>]*>', 'x', rule.rule)} HTTP/1.1": getattr(
            house.app.view_functions[rule.endpoint], "takes_files", False
        )
        for rule in house.app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    }

    assert {line: bool(TAKING.match(line.encode())) for line in lines} == lines
    assert sum(lines.values()) == 17
    assert not TAKING.match(b"GET /t/x/files HTTP/1.1")


def test_what_was_put_and_never_committed_goes_after_a_day_and_nothing_else(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no
    added(house, serial_no, ("a.jpg", photo()))
    with house.installation.scope(house.slug) as scope:
        orphan = scope.files.put(b"nobody's")
        kept = scope.session.scalars(select(TicketFile.key).where(TicketFile.tenant_id == scope.tenant.id)).one()

        assert remove_orphans(scope, now=datetime.now(UTC)) == 0
        assert {each.key for each in scope.files.lying()} == {orphan, kept, f"{kept}.small"}
        assert remove_orphans(scope, now=datetime.now(UTC) + timedelta(hours=25)) == 1
        assert {each.key for each in scope.files.lying()} == {kept, f"{kept}.small"}


def test_what_is_written_when_the_transaction_fails_is_seen_by_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no
    monkeypatch.setattr("core.journey.files.mark_ticket", fail)
    house.app.config["PROPAGATE_EXCEPTIONS"] = False

    assert added(house, serial_no, ("a.jpg", photo())).status_code == 500

    monkeypatch.undo()
    assert files_of(house, serial_no) == ()
    with house.installation.scope(house.slug) as scope:
        assert len(list(scope.files.lying())) == 2
        assert remove_orphans(scope, now=datetime.now(UTC) + timedelta(hours=25)) == 2
    assert added(house, serial_no, ("a.jpg", photo())).status_code == 303


def test_an_upload_cut_off_anywhere_leaves_nothing_and_can_be_sent_again(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no
    operator = house.visitor(house.operator)
    operator.get(f"/t/{serial_no}")
    once = secrets.token_hex(8)
    fields = {"csrf_token": operator.hidden("csrf_token"), "command_id": once, "files": sent(("a.jpg", photo()))}
    environ = EnvironBuilder(method="POST", data=fields).get_environ()
    body, kind = environ["wsgi.input"].read(), environ["CONTENT_TYPE"]
    house.app.config["PROPAGATE_EXCEPTIONS"] = False

    for cut in sorted(random.Random(106).sample(range(len(body)), CUTS)):
        answer = operator.client.post(
            f"/t/{serial_no}/files",
            input_stream=io.BytesIO(body[:cut]),
            headers={"Content-Type": kind, "Content-Length": str(len(body))},
        )
        assert answer.status_code == 400, cut
    assert files_of(house, serial_no) == ()
    with house.installation.scope(house.slug) as scope:
        assert list(scope.files.lying()) == []
    assert operator.client.post(f"/t/{serial_no}/files", data=body, content_type=kind).status_code == 303
    assert len(files_of(house, serial_no)) == 1


def fail(*_: object) -> None:
    raise RuntimeError("between the store and the commit")


def test_where_nothing_can_be_stored_nothing_is_half_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no
    monkeypatch.setattr(house.installation, "files", None)

    assert added(house, serial_no, ("a.jpg", photo())).status_code == 503

    assert files_of(house, serial_no) == ()


def test_a_person_is_erased_with_the_files(house: House) -> None:
    life = Life(house.installation, house.slug).take_in()
    added(house, life.serial_no, ("王女士家门口.jpg", photo()))
    (file,) = files_of(house, life.serial_no)
    with house.installation.scope(house.slug) as scope:
        ticket = scope.session.scalars(select(Ticket).where(Ticket.serial_no == life.serial_no)).one()
        ticket.state = "archived"
    with house.installation.scope(house.slug) as scope:
        erase.erase_contact(scope, life.serial_no, Order(SYSTEM, datetime.now(UTC)), reason="本人要求")

    assert files_of(house, life.serial_no) == ()
    assert house.visitor(house.operator).get(f"/t/{life.serial_no}/files/{file.id}").status_code == 404
    with house.installation.scope(house.slug) as scope:
        row = scope.session.scalars(select(TicketFile).where(TicketFile.tenant_id == scope.tenant.id)).one()
        assert (row.state, row.key, row.has_preview, row.name) == ("erased", None, False, "")
        assert remove_orphans(scope, now=datetime.now(UTC) + timedelta(hours=25)) == 2
        assert list(scope.files.lying()) == []
    assert isinstance(house.installation.files, FileStore)


def test_a_person_is_told_of_the_files_without_their_names(house: House) -> None:
    who = Contact("王女士", "13800000001")
    serial_no = make_ticket(house.installation, house.slug, contact=who).serial_no
    added(house, serial_no, ("王女士家门口.jpg", photo()))
    (file,) = files_of(house, serial_no)

    actor = make_actor("管理员", "administrator", id=9)
    with house.installation.scope(house.slug) as scope:
        told = export_person(scope, who.phone, actor=actor, reason="本人申请", now=datetime.now(UTC))

    assert told["tickets"][0]["files"] == [
        {"at": file.added_at, "kind": "JPG 图片", "bytes": file.size, "sha256": file.sha256}
    ]


def test_the_audit_names_what_was_slipped_in_and_what_was_rewritten(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug).serial_no
    added(house, serial_no, ("a.jpg", photo()))
    assert audit_files(house.installation, house.slug).findings == ()

    with house.installation.scope(house.slug) as scope:
        row = scope.session.scalars(select(TicketFile).where(TicketFile.tenant_id == scope.tenant.id)).one()
        values = {column.key: getattr(row, column.key) for column in TicketFile.__table__.columns}
        slipped = TicketFile(**values | {"id": scope.new_id(), "key": scope.files.put(b"forged"), "sha256": "0" * 64})
        scope.session.add(slipped)
        row.sha256 = "0" * 64

    found = audit_files(house.installation, house.slug)
    assert [(each.serial_no, each.words) for each in found.findings] == [
        (serial_no, "登记的校验值被改动，与流转记录不符"),
        (serial_no, "被添加，流转记录里没有上传过它"),
        (serial_no, "文件内容被改动，与上传时不符"),
    ]
