"""Files of a ticket on the pages of desk and unit: adding them, and giving them out."""

from flask import Blueprint

from core.files.kinds import accepted
from core.files.limits import MEGABYTE, MOST_AT_ONCE
from core.journey.files import add_files, give_file, give_preview, judge_all
from core.kit.saying import said, word
from core.people.roles import Permission
from core.tickets.timeline import Order
from core.web.desk.ticket import show_ticket
from core.web.desk.unit import handle_ticket
from core.web.input import text
from core.web.uploads import answer, takes_files, uploads
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("desk_files", __name__)
LEFT_OUT = "，照片里的拍摄位置没有保存"
FILE = "<int(max=9223372036854775807):file>"


@pages.app_context_processor
def choosing() -> dict[str, object]:
    """Let every form that takes files say which."""
    return {"file_kinds": accepted(), "most_files": MOST_AT_ONCE}


@pages.app_template_filter("size")
def size(count: int) -> str:
    """Say how large a file is."""
    return f"{count / MEGABYTE:.1f} MB" if count >= MEGABYTE else f"{max(1, round(count / 1000))} KB"


@pages.post("/t/<serial_no>/files")
@takes_files
@allows(Permission.ACCEPT, again=show_ticket)
def add_at_desk(visit: Visit, serial_no: str) -> Answer:
    """Add files at the desk."""
    return _added(visit, serial_no, back=f"/t/{serial_no}#files")


@pages.get(f"/t/<serial_no>/files/{FILE}")
@allows(Permission.SEE_TICKETS)
def give_at_desk(visit: Visit, serial_no: str, file: int) -> Answer:
    """Give out a file to who sees the district's tickets."""
    return answer(give_file(visit.scope, serial_no, file))


@pages.get(f"/t/<serial_no>/files/{FILE}/preview")
@allows(Permission.SEE_TICKETS)
def preview_at_desk(visit: Visit, serial_no: str, file: int) -> Answer:
    """Show the small copy of an image to who sees the district's tickets."""
    return answer(give_preview(visit.scope, serial_no, file))


@pages.post("/unit/<serial_no>/files")
@takes_files
@allows(Permission.HANDLE, again=handle_ticket)
def add_for_unit(visit: Visit, serial_no: str) -> Answer:
    """Add files for a unit with a share in the ticket."""
    return _added(visit, serial_no, back=f"/unit/{serial_no}#files")


@pages.get(f"/unit/<serial_no>/files/{FILE}")
@allows(Permission.HANDLE)
def give_to_unit(visit: Visit, serial_no: str, file: int) -> Answer:
    """Give out a file to a unit with a share in the ticket."""
    return answer(give_file(visit.scope, serial_no, file))


@pages.get(f"/unit/<serial_no>/files/{FILE}/preview")
@allows(Permission.HANDLE)
def preview_to_unit(visit: Visit, serial_no: str, file: int) -> Answer:
    """Show the small copy of an image to a unit with a share in the ticket."""
    return answer(give_preview(visit.scope, serial_no, file))


def _added(visit: Visit, serial_no: str, *, back: str) -> Answer:
    files = judge_all(uploads())
    order = Order(visit.actor, visit.now, command_id=text("command_id", longest=64) or None)
    added = add_files(visit.scope, serial_no, order, files)
    return Done(
        said(
            "{serial_no} 的 {number} 个附件已上传{left_out}",
            serial_no=serial_no,
            number=len(added),
            left_out=word(LEFT_OUT) if any(file.place for file in files) else "",
        ),
        back,
    )
