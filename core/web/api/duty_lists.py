"""The duty list over the API, for systems with a token: drafted from a file, read, compared, exported."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Response, request
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import CombinedMultiDict, FileStorage

from core.journey.duties.drafting import DraftedVersion
from core.journey.duties.files import NoSuchFormat
from core.journey.duties.importing import (
    CheckedFile,
    HowToRead,
    Read,
    at_once_as,
    check_read,
    import_duties,
    read_duties,
)
from core.journey.duties.showing import Compared, Covered, compare_versions, coverage, export_duties, table_of
from core.journey.duties.versions import VersionLine, versions
from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.people.access import HOUSE
from core.people.roles import Permission
from core.web.api.administering import NUMBER, described
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.duty_schemas import (
    LARGEST_NUMBER,
    CheckedFileSchema,
    ComparedSchema,
    CoveredSchema,
    DraftedVersionSchema,
    DutyDraftSchema,
    DutyFileSchema,
    DutyRowsSchema,
    DutyVersionSchema,
)


class Forms(FlaskParser):
    """Reads a form together with the files that come with it, as one schema describes them."""

    def load_form(self, req: Any, schema: Any) -> Any:
        """Return fields and files."""
        return MultiDictProxy(CombinedMultiDict([req.form, req.files]), schema)


duty_lists = Blueprint("duty-lists", __name__, description="职责清单")
duty_lists.ARGUMENTS_PARSER = Forms()
FORM = {"location": "form", "content_type": "multipart/form-data"}
PAGE = 200
"""Rows of a list in one answer."""
UPLOADED = "上传的文件"
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
FILE = {"type": "string", "format": "binary"}
OFFSET = {
    "in": "query",
    "name": "offset",
    "schema": {"type": "integer", "minimum": 0},
    "description": said("从第几行起列出，一次 {page} 行", page=PAGE),
}
AGAINST = {
    "in": "query",
    "name": "against",
    "schema": {"type": "integer", "minimum": 1},
    "description": "与哪一版比较；不写则与现行的比较",
}
AS = {
    "in": "query",
    "name": "as",
    "schema": {"type": "string", "enum": list(KINDS)},
    "description": "导出成什么；不写则是 xlsx",
}


class QueryUnclear(Refused):
    """A number in the address is none."""

    code = "query-unclear"


@duty_lists.get("")
@for_systems(HOUSE)
@described(duty_lists)
@duty_lists.response(200, DutyVersionSchema(many=True))
def list_versions(call: Call) -> list[VersionLine]:
    """List the versions of the duty list 职责清单, the newest first."""
    return list(versions(call.scope, actor=call.actor))  # a tuple would be taken for a body and a status


@duty_lists.post("")
@for_systems(Permission.ADMINISTER)
@described(duty_lists)
@duty_lists.arguments(DutyDraftSchema(), **FORM)
@duty_lists.response(201, DraftedVersionSchema)
def draft_list(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Draft a version 起草 from a file; rows that cannot be taken are told. It holds once a revision of routing names it."""
    reason, loosened = given.pop("reason"), given.pop("loosened")
    with _kept(given.pop("file")) as path:
        read, drafted = import_duties(
            call.scope,
            path,
            _how(given),
            reason=reason,
            actor=call.actor,
            now=call.now,
            loosened=loosened,
        )
    return _drafted(read, drafted)


@duty_lists.post("/check")
@for_systems(Permission.ADMINISTER)
@described(duty_lists)
@duty_lists.arguments(DutyFileSchema(), **FORM)
@duty_lists.response(200, CheckedFileSchema)
def check_list(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Tell what would come of drafting a file 检查; nothing is kept."""
    loosened = given.pop("loosened")
    with _kept(given.pop("file")) as path:
        read = read_duties(call.scope, path, _how(given), actor=call.actor)
    return _checked(check_read(call.scope, read, now=call.now, loosened=loosened))


@duty_lists.get(f"/{NUMBER}")
@for_systems(HOUSE)
@described(duty_lists, parameters=[OFFSET])
@duty_lists.response(200, DutyRowsSchema)
def show_list(call: Call, number: int) -> dict[str, Any]:
    """Tell the rows of a version, as many as fit one answer."""
    offset = _number("offset", least=0) or 0
    _, table = table_of(call.scope, number, actor=call.actor)
    return {
        "number": number,
        "total": len(table.rows),
        "offset": offset,
        "columns": table.columns,
        "rows": table.rows[offset : offset + PAGE],
    }


@duty_lists.get(f"/{NUMBER}/coverage")
@for_systems(HOUSE)
@described(duty_lists)
@duty_lists.response(200, CoveredSchema)
def show_coverage(call: Call, number: int) -> Covered:
    """Tell whether every matter is somebody's in every area, and name those that are not."""
    return coverage(call.scope, number, actor=call.actor)


@duty_lists.get(f"/{NUMBER}/diff")
@for_systems(HOUSE)
@described(duty_lists, parameters=[AGAINST])
@duty_lists.response(200, ComparedSchema)
def compare_lists(call: Call, number: int) -> Compared:
    """Tell in words what a version says otherwise than another one, or than the one in force 比较."""
    return compare_versions(call.scope, _number("against", least=1), number, actor=call.actor)


@duty_lists.get(f"/{NUMBER}/export")
@for_systems(HOUSE)
@described(duty_lists, parameters=[AS])
@duty_lists.response(200, FILE, content_type=KINDS["xlsx"])
@duty_lists.alt_response(200, schema=FILE, content_type="text/csv", success=True)
def export_list(call: Call, number: int) -> Response:
    """Give a version as a file 导出 that can be imported again."""
    ending = request.args.get("as", "xlsx")
    if ending not in KINDS:
        raise NoSuchFormat(said("as 应为 {kinds}。", kinds=joined(" 或 ", KINDS)))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{ending}"
        export_duties(call.scope, path, number, actor=call.actor)
        content = path.read_bytes()
    disposition = f'attachment; filename="duty-list-{call.scope.tenant.slug}-{number}.{ending}"'
    return Response(content, mimetype=KINDS[ending], headers={"Content-Disposition": disposition})


@contextmanager
def _kept(file: FileStorage) -> Iterator[Path]:
    """Keep an upload for as long as it is read; what it is is known by its content."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / UPLOADED
        file.save(path)
        yield path


def _how(given: dict[str, Any]) -> HowToRead:
    return HowToRead(at_once=at_once_as(given.pop("at_once")), **given)


def _number(name: str, *, least: int) -> int | None:
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and least <= int(text[:11]) <= LARGEST_NUMBER):
        raise QueryUnclear(
            said("{name} 应为从 {least} 起的整数，如 {least_2}。", name=name, least=least, least_2=least + 2)
        )
    return int(text)


def _read(read: Read) -> dict[str, Any]:
    rejected = [{"row": each.row.number, "reason": each.reason} for each in read.file.reading.rejected]
    return {"accepted": read.accepted, "rejected": rejected, "remarks": read.remarks}


def _drafted(read: Read, drafted: DraftedVersion) -> dict[str, Any]:
    names = ("number", "is_new", "in_force", "against", "limit_changes", "coverage", "notes")
    return {name: getattr(drafted, name) for name in names} | {"read": _read(read)}


def _checked(checked: CheckedFile) -> dict[str, Any]:
    names = ("passed", "faults", "loosened", "against", "coverage")
    return {name: getattr(checked, name) for name in names} | {"read": _read(checked.read)}
