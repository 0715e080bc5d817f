"""Pages and notices for what went wrong: in words, with a number to quote."""

import secrets
from itertools import islice
from typing import Any

import psycopg
from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException

from core.kit.errors import Collision, Refused
from core.kit.outages import DOWN, UNCERTAIN, CommittedAlone, outage_of
from core.kit.saying import said, word
from core.web.drafts.showing import page_of_form, typed_in
from core.web.headers import READING
from core.web.keeping import find_unkept
from core.web.rates import TooManyRequests
from core.web.refusals import more_of, status_of, words_of
from core.web.visit import is_sent_by_script

HEADINGS = {
    400: "请求不完整",
    401: "没有通过验证",
    403: "没有权限",
    404: "没有找到",
    405: "不能这样访问",
    409: "情况已经变了",
    413: "内容太大",
    415: "内容的类型不对",
    422: "没有办成",
    429: "尝试太多",
    500: "系统出错了",
    503: "暂时不能服务",
}
WORDS = {
    403: "这个请求来自别的网站，没有执行。请从本系统的页面操作。",
    400: "请返回上一页，刷新后重试。",
    404: "没有这个页面。地址可能写错了，或者内容已经移走。",
    405: "请从页面上的按钮进入。",
    500: "您提交的内容可能没有保存，请稍后重试；仍然不行，请把编号告诉系统管理员。",
}


MOST_ERRORS, LONGEST_NAME = 100, 200
"""So many faults of one body are told, by as much of their names: whoever sends more does not read them."""
HANDED_IN = ("json", "form", "files")
"""Where in a request the things stand that a schema has looked at."""
NOT_KEPT = "您提交的内容没有保存，也没有办理。"
FOR_PROGRAMS = ("/api/", "/in/")
"""Where programs ask, not people: they are told what is wrong as a problem in JSON."""
OPEN_PAGES = "/public/"
"""Pages without sign-in: whoever is there is not led to the sign-in page."""


def refused(refusal: Refused) -> ResponseReturnValue:
    """Answer an expected refusal in its own words, and say when to come back where it is a matter of waiting."""
    answer = current_app.make_response(
        show(status_of(refusal), words_of(refusal), code=refusal.code, **more_of(refusal))
    )
    if isinstance(refusal, TooManyRequests):
        answer.headers["Retry-After"] = str(refusal.seconds)
    return answer


def collided(_collision: Collision) -> ResponseReturnValue:
    """Answer when somebody else wrote the same thing at the same moment, again and again."""
    return show(409, "刚才有人同时提交了同样的内容，请刷新后再看。", code="collision")


def out_of_date(_error: CSRFError) -> ResponseReturnValue:
    """Answer a form whose token does not fit its session."""
    return show(400, "页面已过期，或登录状态变了。请刷新后重新提交。", code="form-expired")


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer what Flask itself refuses."""
    status = error.code or 500
    told = getattr(error, "data", {}).get("messages", {})
    messages = next((told[place] for place in HANDED_IN if place in told), None)
    if isinstance(messages, dict):
        first = {str(name)[:LONGEST_NAME]: said for name, said in islice(messages.items(), MOST_ERRORS)}
        return show(status, "提交的内容有误，请按 errors 逐项修改。", code="validation-failed", errors=first)
    if messages is not None:
        return show(status, "提交的内容不是 JSON，请检查格式和编码。", code="json-unusable")
    if status == 413:
        return show(status, _too_large(), code=f"http-{status}")
    return show(status, WORDS.get(status, "请返回上一页重试。"), code=f"http-{status}")


def database_failed(error: Exception) -> ResponseReturnValue:
    """Say why the database could not do it now, whether something was kept, and when to come back.

    Whoever was typing gets a button that sends the same again, where doing it twice does it once. What the database
    refused for what it is, is an error nobody expected.
    """
    outage = outage_of(error)
    if outage is None:
        return unexpected(error)
    number = _number()
    current_app.logger.error("error %s, %s: %s", number, outage.code, type(error).__name__)
    is_change = request.method not in READING
    if outage is UNCERTAIN and not is_change:
        outage = DOWN
    words = said(
        "{why}{not_kept}{remedy}",
        why=word(outage.why),
        not_kept=word(NOT_KEPT) if is_change and outage.is_kept is False else "",
        remedy=word(outage.remedy),
    )
    answer = current_app.make_response(
        show(503, words, code=outage.code, number=number, again=_again() if is_change else None)
    )
    answer.headers["Retry-After"] = str(outage.again_seconds)
    return answer


def unexpected(error: Exception) -> ResponseReturnValue:
    """Log an error nobody expected once, with tenant and page, and apologise with its number."""
    number = _number()
    tenant = g.visit.scope.tenant.slug if "visit" in g else "-"
    current_app.logger.error("error %s, tenant %s, %s %s", number, tenant, request.method, request.path, exc_info=error)
    return show(500, WORDS[500], code="internal-error", number=number)


def show(
    status: int,
    words: str,
    *,
    code: str,
    number: str | None = None,
    again: list[tuple[str, str]] | None = None,
    **more: object,
) -> ResponseReturnValue:
    """Answer with a problem (programs), a notice for htmx, or a page; `again` are the fields it offers to send anew."""
    number = number or _number()
    heading = HEADINGS.get(status, HEADINGS[400] if status < 500 else HEADINGS[500])
    if request.path.startswith(FOR_PROGRAMS):
        problem = {"type": "about:blank", "title": heading, "status": status, "code": code, "detail": words}
        return problem | {"number": number} | more, status, {"Content-Type": "application/problem+json"}
    facts: dict[str, Any] = {"status": status, "heading": heading, "words": words, "number": number, "is_error": True}
    facts |= {"here": _here(status), "unkept": find_unkept(status)}
    facts["kept_at"] = page_of_form() if g.get("draft_typed") or code == "session-over" else None
    facts["written"] = [value for _, value in typed_in() if len(value) > 1] if code == "session-over" else []
    if is_sent_by_script():
        body = render_template("errors/notice.html", **facts)
        return body, status, {"HX-Retarget": "#notice", "HX-Reswap": "innerHTML", "X-Code": code}
    if request.path.startswith(OPEN_PAGES):
        return render_template("public/error.html", **facts), status
    retry = request.full_path.rstrip("?") if status >= 500 and request.method == "GET" else None
    return render_template("errors/page.html", again=again, retry=retry, **facts), status


def _again() -> list[tuple[str, str]] | None:
    """Return what was typed, if it is a command that names itself: sent twice, it is done once."""
    is_whole = bool(request.form.get("command_id")) and not request.files  # a page cannot hold files
    return list(request.form.items(multi=True)) if is_whole else None


def _here(status: int) -> str | None:
    """Return where the present state of things can be seen, for a conflict."""
    if status != 409:  # the form of a request that is too large cannot even be read
        return None
    serial_no = request.form.get("serial_no") or (request.view_args or {}).get("serial_no")
    if not serial_no:
        return None
    return f"/unit/{serial_no}" if request.path.startswith("/unit") else f"/t/{serial_no}"


def _too_large() -> str:
    """Say how much may be handed in: it differs where files are."""
    most = (request.max_content_length or 0) // 1_000_000
    return said("提交的内容超过 {most} MB，没有收下。请精简文字、缩小或减少附件后再提交。", most=most)


def _number() -> str:
    return secrets.token_hex(3).upper()


def _tell_where_to(response: Response) -> Response:
    """Tell a script that has sent a form where to go on, instead of having it follow: what was just done is told there."""
    if "X-Send" in request.headers and response.location:
        response.headers["X-Go-To"] = response.location
        response.status_code = 204
        del response.headers["Location"]
        response.set_data(b"")
    return response


def init_app(app: Flask) -> None:
    """Have all errors answered here."""
    app.after_request(_tell_where_to)
    app.register_error_handler(Refused, refused)
    app.register_error_handler(Collision, collided)
    app.register_error_handler(CSRFError, out_of_date)
    app.register_error_handler(HTTPException, http_error)
    for kind in (DBAPIError, psycopg.Error, NoConnectionFree, CommittedAlone):
        app.register_error_handler(kind, database_failed)
    app.register_error_handler(Exception, unexpected)
