"""Files wait for the scanner, are given out when it found nothing, and locked away when it did; nobody loses one."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.files.judging import CleanFile, Upload, judge
from core.files.queries import FileLine
from core.files.refusals import FileNotReady
from core.hooks import Feature, FileVerdict, FileView
from core.hooks.core_features import SCANNING
from core.hooks.outside import OWN_HOSTS
from core.jobs.drain import BACKOFF, Failure
from core.jobs.file_scans import tell_failure
from core.jobs.kinds import job_kinds
from core.journey import desk
from core.journey.files import add_files, give_file, list_files
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tenancy.scope import Installation
from core.tickets.models import Message, TicketEvent
from core.tickets.timeline import Order
from tests.builders import OPERATOR, make_district, make_feature, make_installation, make_ticket
from tests.files.samples import document, photo
from tests.jobs.conftest import OwnDatabase
from tests.jobs.making import NOW, drain

BAD = b"bad"
"""What the double takes for a virus."""


@dataclass
class Clamd:
    """Speaks the command INSTREAM as clamd does, on this machine alone."""

    answer: Callable[[bytes], bytes] = lambda content: b"Eicar-Test FOUND" if BAD in content else b"OK"
    seen: list[bytes] = field(default_factory=list)
    address: str = ""

    @contextmanager
    def running(self) -> Iterator["Clamd"]:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.address = f"127.0.0.1:{server.getsockname()[1]}"
            thread = threading.Thread(target=self._serve, args=(server,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown(socket.SHUT_RDWR)
                thread.join(5)

    def _serve(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as sent:
                if sent.read(10) != b"zINSTREAM\0":
                    connection.sendall(b"UNKNOWN COMMAND\0")
                    continue
                content = b""
                while size := struct.unpack("!I", sent.read(4))[0]:
                    content += sent.read(size)
                self.seen.append(content)
                connection.sendall(b"stream: " + self.answer(content) + b"\0")


@pytest.fixture
def clamd(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clamd]:
    with Clamd().running() as running:
        monkeypatch.setenv(OWN_HOSTS, running.address)
        yield running


@dataclass
class Desk:
    """A district whose files are judged, with one ticket in hand of a unit."""

    installation: Installation
    slug: str
    serial_no: str

    def add(self, *files: CleanFile) -> None:
        with self.installation.scope(self.slug) as scope:
            add_files(scope, self.serial_no, Order(OPERATOR, NOW), files)

    def files(self) -> list[FileLine]:
        with self.installation.scope(self.slug) as scope:
            return list(list_files(scope, self.serial_no))

    def states(self) -> list[tuple[str, str]]:
        return [(file.state, file.finding) for file in self.files()]

    def work(self, *, tries: int = 1) -> None:
        at = NOW
        for rest in (timedelta(), *BACKOFF)[:tries]:
            at += rest
            drain(self.installation, job_kinds({}, self.installation), now=at)

    def given(self, file: int) -> bytes:
        with self.installation.scope(self.slug) as scope:
            return give_file(scope, self.serial_no, file).content


def make_desk(database: OwnDatabase, *features: Feature, scanner: str = "") -> Desk:
    installation = make_installation(database.url, features=features)
    slug = make_district(installation, features={feature.id: {} for feature in features})
    if scanner:
        with installation.scope(slug) as scope:
            made = write_revision(
                scope, SCANNING.id, values={"scanner": scanner}, schema_version=1, reason="查毒", author=FILES, now=NOW
            )
            make_active(scope, SCANNING.id, made.number, actor=FILES, now=NOW)
        installation.forget()
    serial_no = make_ticket(installation, slug, now=NOW).serial_no
    installation.run(slug, lambda scope: desk.dispatch(scope, serial_no, Order(OPERATOR, NOW), lead="roads"))
    return Desk(installation, slug, serial_no)


@pytest.fixture(scope="module")
def harmless() -> CleanFile:
    return judge(Upload("坑洼.jpg", photo()))


@pytest.fixture(scope="module")
def infected(harmless: CleanFile) -> CleanFile:
    clean = judge(Upload("回函.pdf", document()))
    return CleanFile(clean.name, clean.kind, clean.content + BAD, b"", None)


def test_a_file_waits_for_the_scanner_and_is_given_out_afterwards(
    database: OwnDatabase, clamd: Clamd, harmless: CleanFile
) -> None:
    here = make_desk(database, scanner=clamd.address)

    here.add(harmless)
    (file,) = here.files()
    assert (file.state, file.state_label) == ("waiting", "待查毒")
    with pytest.raises(FileNotReady, match="等待查毒"):
        here.given(file.id)
    here.work()

    assert clamd.seen == [harmless.content]
    assert here.states() == [("ready", "")]
    assert here.given(file.id) == harmless.content


def test_what_the_scanner_finds_is_locked_away_with_an_entry_and_a_note(
    database: OwnDatabase, clamd: Clamd, harmless: CleanFile, infected: CleanFile
) -> None:
    here = make_desk(database, scanner=clamd.address)

    here.add(harmless, infected)
    here.work()

    assert here.states() == [("ready", ""), ("locked", "Eicar-Test")]
    with pytest.raises(FileNotReady, match="已隔离"):
        here.given(here.files()[1].id)
    with here.installation.scope(here.slug) as scope:
        entry = scope.session.scalars(
            select(TicketEvent).where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.kind == "file_locked")
        ).one()
        notes = scope.session.scalars(select(Message.text).where(Message.tenant_id == scope.tenant.id)).all()
    assert (entry.summary, entry.detail["sha256"]) == ("一个附件查出病毒（Eicar-Test），已隔离", infected.sha256)
    assert [text for text in notes if "已隔离" in text] == [
        f"工单 {here.serial_no} 的一个附件查出病毒，已隔离，不能查看。请让上传的人换一份。"
    ]


def test_a_scanner_that_does_not_answer_leaves_the_file_waiting_and_is_asked_again(
    database: OwnDatabase, clamd: Clamd, harmless: CleanFile
) -> None:
    here, fine = make_desk(database, scanner=clamd.address), clamd.answer
    clamd.answer = lambda _: b"INSTREAM size limit exceeded. ERROR"

    here.add(harmless)
    here.work()
    assert here.states() == [("waiting", "还没有查成，会再试")]

    clamd.answer = fine
    here.work(tries=2)
    assert here.states() == [("ready", "")]


def test_after_the_last_try_it_says_so_and_is_still_given_to_nobody(
    database: OwnDatabase, monkeypatch: pytest.MonkeyPatch, harmless: CleanFile
) -> None:
    monkeypatch.setenv(OWN_HOSTS, "127.0.0.1:9")
    here = make_desk(database, scanner="127.0.0.1:9")

    here.add(harmless)
    here.work(tries=2)
    assert here.states() == [("waiting", "还没有查成，会再试")]
    # After five failures the feature rests a minute by the clock on the wall; the last try is told of as a drain tells it.
    failed = Failure("对方没有应答", attempt=len(BACKOFF) + 1, is_last=True, at=NOW)
    with here.installation.scope(here.slug) as scope:
        tell_failure(scope, {"file_id": here.files()[0].id}, failed)

    assert here.states() == [("waiting", "试了几次没有查成，请系统管理员检查查毒服务")]
    with pytest.raises(FileNotReady):
        here.given(here.files()[0].id)


def test_a_scanner_that_the_operator_did_not_list_is_not_spoken_to(
    database: OwnDatabase, clamd: Clamd, harmless: CleanFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(OWN_HOSTS)
    here = make_desk(database, scanner=clamd.address)

    here.add(harmless)
    here.work()

    assert clamd.seen == []
    assert [state for state, _ in here.states()] == ["waiting"]


def test_every_feature_that_judges_is_asked_and_one_finding_is_enough(
    database: OwnDatabase, harmless: CleanFile, infected: CleanFile
) -> None:
    told: list[FileView] = []

    def judge_file(file: FileView) -> list[FileVerdict] | None:
        told.append(file)
        return [FileVerdict(is_clean=file.kind != "pdf", finding="不收 PDF")]

    def no_opinion(file: FileView) -> Any:
        return None

    here = make_desk(
        database, make_feature("trial.none", judge_file=no_opinion), make_feature("trial.judge", judge_file=judge_file)
    )
    here.add(harmless, infected)
    here.work()

    assert here.states() == [("ready", ""), ("locked", "不收 PDF")]
    assert [(view.kind, view.sha256) for view in told] == [("jpg", harmless.sha256), ("pdf", infected.sha256)]
    assert "content" not in repr(told[0])


def test_where_nobody_judges_files_are_there_at_once(database: OwnDatabase, harmless: CleanFile) -> None:
    here = make_desk(database)

    here.add(harmless)

    assert here.states() == [("ready", "")]
