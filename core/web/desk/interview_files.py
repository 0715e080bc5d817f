"""A file of questions 导入提问: looked at first, with what each column says; then imported, and what is broken given back."""

import base64
import binascii
import uuid
import zlib

from flask import Blueprint, Response, g, render_template, request

from core.intake.interviews.reading import FIELDS
from core.journey.interview_files import import_file, returned_file, template_file
from core.journey.interview_preview import LABELS, Preview, headed_by, look_at
from core.journey.interview_task import AT_ONCE, ask_to_import, count_questions
from core.journey.queries.interviews import interview_case
from core.kit import saying
from core.people.roles import Permission
from core.web.input import InputUnusable, text
from core.web.refusals import status_of, words_of
from core.web.uploads import takes_files, uploads
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("interview_files", __name__)
AT = "/interviews/<slug>"
MOST_CARRIED = 450_000
"""Characters of a file that the page carries from the preview to the import; a larger one is chosen once more."""
MOST_BYTES = 10_000_000
MOST_COLUMNS = 100


@pages.get(f"{AT}/file")
@allows(Permission.ACCEPT)
def show_import(visit: Visit, slug: str) -> Answer:
    """Show the form that takes a file; after a refusal with why."""
    return _page(visit, slug)


@pages.post(f"{AT}/file")
@takes_files
@allows(Permission.ACCEPT, again=show_import)
def read_file(visit: Visit, slug: str) -> Answer:
    """Show what is in the file, and what importing it would come to; with `act` "take" import it."""
    name, content = _given()
    said = _said()
    if text("act", longest=10) != "take":
        seen = look_at(visit.scope, slug, name, content, said=said, actor=visit.actor)
        return _page(visit, slug, name=name, seen=seen, carried=_carried(content))
    name, content = headed_by(name, content, said)
    if count_questions(name, content) > AT_ONCE:
        key = text("command_id", longest=64) or uuid.uuid4().hex
        task = ask_to_import(visit.scope, slug, name, content, actor=visit.actor, request=key, now=visit.now)
        return Done(saying.said("{what}，在后台进行，可以离开这一页", what=task.what), f"/tasks/{task.id}")
    done = import_file(visit.scope, slug, name, content, actor=visit.actor, now=visit.now)
    told = [
        saying.said("新增 {created} 条", created=done.created),
        saying.said("先前已有 {existing} 条", existing=done.existing),
        saying.said("退回 {number} 行", number=len(done.returned)),
    ]
    if done.doubled:
        told.insert(1, saying.said("其中 {doubled} 条是同一人重复提问", doubled=done.doubled))
    return Done(
        saying.said("已导入：{told}", told=saying.joined("，", told)),
        f"/interviews/{slug}",
        "soon" if done.returned else "ok",
    )


@pages.get(f"{AT}/returned")
@allows(Permission.ACCEPT)
def download_returned(visit: Visit, slug: str) -> Answer:
    """Answer with the rows that were returned, and why, as a table to be mended and imported."""
    return _saved(returned_file(visit.scope, slug, actor=visit.actor), f"returned-{slug}.csv")


@pages.get("/interview-template")
@allows(Permission.ACCEPT)
def download_template(_visit: Visit) -> Answer:
    """Answer with an empty table of questions."""
    return _saved(template_file(), "questions.csv")


def _page(visit: Visit, slug: str, *, name: str = "", seen: Preview | None = None, carried: str = "") -> Answer:
    refusal = g.get("refusal")
    page = render_template(
        "interviews/file.html",
        case=interview_case(visit.scope, slug, actor=visit.actor),
        name=name,
        seen=seen,
        carried=carried,
        fields=[(field, LABELS[field]) for field in FIELDS],
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


def _given() -> tuple[str, bytes]:
    """Return the file that was chosen, else the one that the page carries. Raises `InputUnusable`."""
    if given := uploads():
        if len(given) > 1:
            raise InputUnusable("一次只导入一个文件。请只选一个。")
        return given[0].name, given[0].content
    if not (carried := request.form.get("carried", "")):
        raise InputUnusable("请选一个 Excel、CSV 或文本文件。")
    try:
        unpacked = zlib.decompressobj()
        content = unpacked.decompress(base64.b64decode(carried, validate=True), MOST_BYTES)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise InputUnusable("页面不完整，没有导入。请重新选择文件。") from error
    if not unpacked.eof:
        raise InputUnusable("页面不完整，没有导入。请重新选择文件。")
    return text("name", longest=200) or "questions.csv", content


def _carried(content: bytes) -> str:
    """Return the file as the page carries it to the import, empty where it is too large for that."""
    packed = base64.b64encode(zlib.compress(content, 6)).decode()
    return packed if len(packed) <= MOST_CARRIED else ""


def _said() -> dict[int, str] | None:
    """Return which column says what, as it was chosen on the page, None where nothing was."""
    names = {place: f"column-{place}" for place in range(MOST_COLUMNS)}
    if not any(name in request.form for name in names.values()):
        return None
    chosen = {place: request.form.get(name, "") for place, name in names.items()}
    return {place: field for place, field in chosen.items() if field in FIELDS}


def _saved(content: bytes, name: str) -> Response:
    return Response(content, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})
