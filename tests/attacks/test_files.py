"""Whatever stands in a file, it is read or refused in words: no importer falls over, and bad rows lose no neighbours."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.areas.boundaries import read_features
from core.intake.columns import is_header, recognise
from core.intake.points import read_point
from core.intake.reading import Incoming, Vocabulary, read_incoming
from core.intake.tabular.opening import open_table
from core.intake.tabular.rows import Row
from core.intake.times import parse_time
from core.journey.roster_words import read_duty
from core.journey.roster_words import read_table as read_roster
from core.kit.errors import Refused
from core.kit.key_file import read_keys, write_keys
from core.sla.budgets import parse_budget
from core.tenancy.moving.reading import opened
from core.tenancy.moving.taking_out import take_out
from core.units.catalogue.limits import read_limit
from core.workdays.declaration import parse_notices, parse_workdays
from tenants.profile import read_profile
from tests.attacks.spoiling import spoilt, spoilt_archive
from tests.builders import KEYS, make_district, make_installation, make_ticket

TENANTS = Path(__file__).parents[2] / "tenants"
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 12, tzinfo=UTC)
HEADER = ("编号", "内容", "提交时间", "答复", "答复时间", "渠道", "性质", "人数", "经度", "纬度", "电话")
GOOD = (
    "1",
    "路灯不亮，夜里看不清",
    "2026-03-12 10:24",
    "已修",
    "2026-03-13 09:00",
    "file",
    "投诉",
    "3",
    "113.1",
    "23.0",
    "",
)
WORDS = Vocabulary({"file": "file"}, {"投诉": "complaint"}, {}, {})
TABLE = "\n".join((",".join(HEADER), ",".join(f'"{cell}"' for cell in GOOD), '"2","井盖\n破损"', "")).encode()
FEATURES = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"a"},"geometry":'
    '{"type":"Polygon","coordinates":[[[113.0,22.9],[113.1,22.9],[113.1,23.0],[113.0,22.9]]]}}]}'
)
ROSTER = "登录名,起,止,星期\nwangwu,2026-03-01,2026-03-31,1-5\nlisi,,,6、7\n"
some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
fewer = settings(some, max_examples=25)


def workbook() -> bytes:
    written = BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet("诉求")
        for row, cells in enumerate((("诉求登记表",), HEADER, GOOD, ("2", "井盖破损"))):
            sheet.write_row(row, 0, cells)
        sheet.merge_range(3, 3, 4, 3, "合并")
    return written.getvalue()


def read_appeals(content: bytes) -> list[Incoming | str]:
    """Return what each row of a file of appeals came to: the appeal, or why it is none. Raises `Refused`."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "appeals"
        path.write_bytes(content)
        table = open_table(path, is_header=lambda cells: is_header(cells, {}))
        columns = recognise(table.columns, {})
        return [_incoming(row, columns) for row in table.rows()]


def _incoming(row: Row, columns: object) -> Incoming | str:
    try:
        return read_incoming(row, columns, WORDS, channel="file", zone=ZONE)  # type: ignore[arg-type]
    except Refused as refusal:
        return refusal.message


def refusal_of(read: Callable[[], object]) -> str:
    """Return in which words something is refused, empty when it is read. Raises whatever is no refusal."""
    try:
        read()
    except Refused as refusal:
        assert refusal.message  # noqa: PT017 -- a refusal without words is a fault
        return refusal.message
    return ""


def decoded(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """Return a reader of bytes as the files are read: as UTF-8, what is none of it marked."""
    return lambda content: read(content.decode("utf-8", errors="replace"))


TEXTS: dict[str, tuple[tuple[bytes, ...], Callable[[bytes], object]]] = {
    "appeals": ((TABLE, TABLE.decode().encode("gb18030"), TABLE.decode().encode("utf-16")), read_appeals),
    "calendar": (((TENANTS / "nanhai/workdays.toml").read_bytes(),), decoded(parse_workdays)),
    "notices": (
        ('[[notice]]\nyear = 2027\nnumber = "x"\n[[notice.festival]]\nname = "元旦"\nday = 2027-01-01\n'.encode(),),
        decoded(parse_notices),
    ),
    "boundaries": ((FEATURES.encode(),), decoded(read_features)),
    "roster": ((ROSTER.encode(),), decoded(read_roster)),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_spoilt_text_is_read_or_refused_in_words(kind: str) -> None:
    samples, read = TEXTS[kind]

    @some
    @given(spoilt(samples))
    def tried(content: bytes) -> None:
        refusal_of(lambda: read(content))

    tried()


@some
@given(spoilt_archive(workbook()))
def test_a_spoilt_workbook_is_read_or_refused_in_words(content: bytes) -> None:
    refusal_of(lambda: read_appeals(content))


cells = st.sampled_from(["", "x", "-1", "9" * 30, "2026-02-30", "NaN", "\u202e", "²", "东经", "投诉"]) | st.text(
    max_size=8
)
rows = st.lists(cells, max_size=14).map(lambda row: [cell.replace("\x00", "").replace("\r", "") for cell in row])


@some
@given(st.lists(rows, min_size=1, max_size=6), st.data())
def test_bad_rows_lose_none_of_their_neighbours(bad: list[list[str]], data: st.DataObject) -> None:
    good = [(str(number), *GOOD[1:]) for number in range(100, 104)]
    lines = data.draw(st.permutations([*good, *bad]))
    told = "\n".join(
        [",".join(HEADER), *(",".join('"{}"'.format(cell.replace('"', '""')) for cell in line) for line in lines)]
    )

    read = read_appeals(told.encode("utf-8", "replace"))

    taken = {each.appeal.external_id for each in read if isinstance(each, Incoming)}
    assert {line[0] for line in good} <= taken


@some
@given(st.text(max_size=40) | st.text("0123456789年月日时点分秒上下午周-/.:T ,+Z零一二十百半个工作", max_size=24))
def test_any_text_is_a_value_or_refused_in_words(text: str) -> None:
    readers: tuple[Callable[[str], object], ...] = (
        lambda each: parse_time(each, ZONE),
        lambda each: read_point(each, each),
        lambda each: parse_budget("wall", each),
        lambda each: parse_budget("wd_eod", each),
        read_limit,
        read_duty,
    )
    for read in readers:
        refusal_of(partial(read, text))


@fewer
@given(st.data())
def test_a_spoilt_folder_of_a_tenant_is_read_or_every_fault_is_told(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "pingshan"
        shutil.copytree(TENANTS / "pingshan", copy)
        chosen = data.draw(st.sampled_from(sorted(path.name for path in copy.iterdir() if path.is_file())))
        (copy / chosen).write_bytes(data.draw(spoilt(((copy / chosen).read_bytes(),))))
        told = refusal_of(lambda: read_profile(copy))
        assert not told or chosen.partition(".")[0] in told or copy.name in told


@fewer
@given(st.data())
def test_a_spoilt_key_file_is_refused_in_words(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "keys.json"
        read_keys(path)
        path.write_bytes(data.draw(spoilt((path.read_bytes(),))))
        told = refusal_of(lambda: write_keys(path, read_keys(path)))
        assert not told or path.name in told


def test_a_spoilt_file_of_a_tenant_is_refused_in_words(database_url: str, owner_url: str, tmp_path: Path) -> None:
    installation = make_installation(database_url)
    slug, path = make_district(installation), tmp_path / "tenant.zip"
    make_ticket(installation, slug)
    with installation.scope(slug) as scope:
        take_out(scope, path, owner_url=owner_url, now=NOW)
    whole = path.read_bytes()

    @fewer
    @given(spoilt_archive(whole))
    def tried(content: bytes) -> None:
        path.write_bytes(content)
        told = refusal_of(lambda: _opened(path))
        assert bool(told) == (content != whole) or _same(content, whole)

    tried()


def test_a_file_of_a_tenant_with_brackets_without_an_end_is_refused_in_words(
    database_url: str, owner_url: str, tmp_path: Path
) -> None:
    installation, path, spoilt_path = make_installation(database_url), tmp_path / "tenant.zip", tmp_path / "spoilt.zip"
    with installation.scope(make_district(installation)) as scope:
        take_out(scope, path, owner_url=owner_url, now=NOW)
    with ZipFile(path) as whole, ZipFile(spoilt_path, "w") as other:
        for name in whole.namelist():
            other.writestr(name, b"[" * 200_000 if "unit" in name else whole.read(name))

    assert "已损坏或被改动" in refusal_of(lambda: _opened(spoilt_path))


def _opened(path: Path) -> None:
    with opened(path, KEYS):
        pass


def _same(content: bytes, whole: bytes) -> bool:
    """Tell whether an archive holds what another one does, though packed otherwise."""
    with ZipFile(BytesIO(content)) as one, ZipFile(BytesIO(whole)) as other:
        return all(one.read(name) == other.read(name) for name in other.namelist())
