"""Files of tickets over the API: a system adds them to what it handed in, or what its role or unit has to do with."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response
from flask_smorest.fields import Upload
from marshmallow import fields
from marshmallow.validate import Length

from core.files.cleaning.cleaned import Place
from core.files.limits import LARGEST_UPLOAD, MEGABYTE, MOST_AT_ONCE
from core.files.queries import FileLine
from core.journey.files import add_files, give_file, give_preview, judge_all, list_files, refuse_adding
from core.journey.reach import refuse_unseen
from core.kit.saying import said
from core.tickets.timeline import Order
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.fields import StrictSchema
from core.web.api.keys import KEY_HEADER, TOKEN, given_key
from core.web.api.schemas import ProblemSchema
from core.web.uploads import answer, takes_files, uploads

files = Blueprint("files", __name__, description="附件")
FILE = "/<serial_no>/files/<int(min=1, max=9223372036854775807):file>"
View = Callable[..., Any]
AS_FILE = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


class FilesSchema(StrictSchema):
    """Files to add, one part of the form each, all of them called `files`."""

    files = fields.List(
        Upload(),
        required=True,
        validate=Length(min=1),
        metadata={
            "description": said(
                "一次最多 {most_at_once} 个，共 {largest_upload} MB",
                most_at_once=MOST_AT_ONCE,
                largest_upload=LARGEST_UPLOAD // MEGABYTE,
            )
        },
    )


class PlaceSchema(StrictSchema):
    """Where a photo says that it was taken, by WGS84."""

    longitude = fields.Float()
    latitude = fields.Float()


class FileSchema(StrictSchema):
    """A file of a ticket as it is kept; only one that is `ready` is given out."""

    id = fields.Integer()
    name = fields.String()
    kind = fields.String()
    media_type = fields.String()
    size = fields.Integer(metadata={"description": "字节"})
    sha256 = fields.String()
    state = fields.String(metadata={"description": "ready 可用，waiting 待查毒，locked 已隔离"})
    finding = fields.String()
    added_at = fields.AwareDateTime()
    added_by = fields.String()
    has_preview = fields.Boolean()


class AddedSchema(StrictSchema):
    """What was added, and the places that photos told of: offered once, and kept nowhere."""

    files = fields.Nested(FileSchema, many=True)
    places = fields.Nested(PlaceSchema, many=True)


def who_may_add(view: View) -> View:
    """Let on only who may add files to this ticket, before the body is looked at."""

    @wraps(view)
    def let_on(call: Call, *given: Any, serial_no: str, **parts: Any) -> Any:
        refuse_adding(call.scope, serial_no, actor=call.actor)
        return view(call, *given, serial_no=serial_no, **parts)

    return let_on


def who_sees(view: View) -> View:
    """Let on only who may look the ticket up: by role, for a unit with a share in it, or as who handed it in."""

    @wraps(view)
    def let_on(call: Call, *given: Any, serial_no: str, **parts: Any) -> Any:
        refuse_unseen(call.scope, serial_no, actor=call.actor)
        return view(call, *given, serial_no=serial_no, **parts)

    return let_on


@files.post("/<serial_no>/files")
@takes_files
@for_systems(None)
@who_may_add
@files.doc(**TOKEN, parameters=[KEY_HEADER], summary="上传附件")
@files.arguments(FilesSchema(), location="files")
@files.response(201, AddedSchema)
@files.alt_response(403, schema=ProblemSchema)
@files.alt_response(404, schema=ProblemSchema)
@files.alt_response(409, schema=ProblemSchema)
@files.alt_response(413, schema=ProblemSchema)
@files.alt_response(422, schema=ProblemSchema)
@files.alt_response(503, schema=ProblemSchema)
def add(call: Call, _sent: dict[str, Any], serial_no: str) -> dict[str, Any]:
    """Add files to a ticket, cleaned; under an Idempotency-Key that was used before, tell what came of it then."""
    cleaned = judge_all(uploads())
    added = add_files(call.scope, serial_no, Order(call.actor, call.now, command_id=given_key()), cleaned)
    places: list[Place] = [file.place for file in cleaned if file.place]
    return {"files": [_told(line) for line in added], "places": places}


@files.get("/<serial_no>/files")
@for_systems(None)
@who_sees
@files.doc(**TOKEN, summary="附件")
@files.response(200, FileSchema(many=True))
@files.alt_response(404, schema=ProblemSchema)
def list_all(call: Call, serial_no: str) -> list[dict[str, Any]]:
    """List the files of a ticket, the oldest first."""
    return [_told(line) for line in list_files(call.scope, serial_no)]


@files.get(FILE)
@for_systems(None)
@who_sees
@files.doc(**TOKEN, summary="下载附件", responses={"200": {"description": "附件本身", **AS_FILE}})
@files.alt_response(404, schema=ProblemSchema)
@files.alt_response(409, schema=ProblemSchema)
@files.alt_response(503, schema=ProblemSchema)
def give(call: Call, serial_no: str, file: int) -> Response:
    """Give out a file of a ticket."""
    return answer(give_file(call.scope, serial_no, file))


@files.get(f"{FILE}/preview")
@for_systems(None)
@who_sees
@files.doc(**TOKEN, summary="附件小图", responses={"200": {"description": "小图，JPEG", **AS_FILE}})
@files.alt_response(404, schema=ProblemSchema)
@files.alt_response(409, schema=ProblemSchema)
def give_small(call: Call, serial_no: str, file: int) -> Response:
    """Give out the small copy of an image."""
    return answer(give_preview(call.scope, serial_no, file))


def _told(line: FileLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "name": line.name,
        "kind": line.kind.name,
        "media_type": line.kind.media_type,
        "size": line.size,
        "sha256": line.sha256,
        "state": line.state,
        "finding": line.finding,
        "added_at": line.added_at,
        "added_by": line.added_by,
        "has_preview": line.has_preview,
    }
