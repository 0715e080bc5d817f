"""From step to step of a report: what was answered is kept, looked at, and sent at the end."""

from collections.abc import Mapping
from dataclasses import replace

from flask import current_app, g, redirect, request
from flask.typing import ResponseReturnValue

from core.files.cleaning.cleaned import Place
from core.hooks.values.words import APPELLANT_LABELS
from core.intake.portal import PORTAL
from core.intake.rules import Appeal, usable_text
from core.journey.begun import keep_report, take_files
from core.journey.files import judge_all
from core.journey.instant import answer_question, say_helped
from core.journey.phone_proof import CodeWrong, find_sent, needs_code, prove_phone, send_code
from core.journey.portal import appeal_of, came_before, hand_in
from core.journey.queries.alike import Duplicate, alike_in_public, master_chosen, token_of
from core.journey.queries.danger import dangers_in
from core.kit.errors import Refused
from core.knowledge.instant import ReadyAnswer
from core.residents.drafts.service import begun_files, drop_begun, message_of, remove_begun_file
from core.web.proof import is_proved
from core.web.public.receipt import receipt_page
from core.web.public.report_cookie import forget_report, key_in_cookie, remember_report
from core.web.public.report_show import PURPOSE, Offer, refusal_offer, show_page
from core.web.public.report_typed import ONLY_RECORDED, STEPS, Page, Step, Typed, is_named, new_key, step_named
from core.web.public.site import Guest, not_kept, said
from core.web.uploads import uploads

STEP_OF: Mapping[str, Step] = {"text": "what", "files": "what", "place": "where"}
"""The step on which a field stands; the others stand on the last but one."""
NO_WORDS = "请写下要反映的事情；不方便写字的，可以录一段话。"
NO_PLACE = "请写下在哪里；说不准的，点“不知道准确地址”。"
NO_CODE = "请填写短信里的验证码。"
NOT_PROVED = "还没有提交：安全校验没有完成。您写的都还在，请稍等几秒再点一次“提交”。"
SENT_BEFORE = "这一页您刚才已经提交过一件，这次的内容不同，还没有提交。要另外反映这件事，请再点一次“提交”。"
ELSEWHERE = "这份草稿在另一个页面里也改过，这一页写的还没有存。请对照下面两份，改好后再点一次“下一步”，以这一页的为准。"


def move_on(guest: Guest, page: Page) -> ResponseReturnValue:
    """Keep the answers, look whether they will do, and show the next step, or the one that was asked for."""
    go = request.form.get("go", "")
    if page.elsewhere:
        return show_page(guest, newest(page), Offer(ELSEWHERE, {"text": ELSEWHERE}))
    if is_named("same"):
        phone = request.form.get("same_phone", "").strip() or page.typed.phone
        return send(guest, page.with_(same=request.form["same"], phone=phone, compared="1"))
    if go == "unknown":
        page = page.with_(unknown="1")
    if go == "apart":
        page = page.with_(same="")
    page = keep_page(guest, page)
    if is_named("drop") and page.begun:
        page = without_file(guest, page, number_in("drop"))
        return remembered(page, show_page(guest, page))
    try:
        page = spoken(guest, with_uploads(guest, page))
        if go == "add" or go in STEPS:
            step: Step = page.step if go == "add" else step_named(go)
            after = "check" if page.step == "check" else page.after
            return remembered(page, lead(guest, replace(page, after=after), step))
        page, offer = _looked_at(guest, page)
    except Refused as refusal:
        offer = refusal_offer(refusal)
    if offer is not None:
        if offer.ready:
            page = keep_page(guest, page.with_(answered="1"))
        if offer.alike:
            page = keep_page(guest, page.with_(compared="1"))
        return remembered(page, show_page(guest, page, offer))
    following: Step = "check" if page.after == "check" else STEPS[min(STEPS.index(page.step) + 1, len(STEPS) - 1)]
    return remembered(page, lead(guest, page, following))


def _looked_at(guest: Guest, page: Page) -> tuple[Page, Offer | None]:
    """Return the page, and what this step has to say before the next one is shown, None = nothing.

    Raises what is wrong with the answers.
    """
    scope, typed = guest.scope, page.typed
    match page.step:
        case "what":
            if not typed.text.strip():
                return page, Offer(NO_WORDS, {"text": NO_WORDS})
            usable_text(typed.text)
            appeal = Appeal(PORTAL.id, typed.text, external_id=message_of(scope, page.key))
            if not typed.answered and not dangers_in(scope, typed.text, now=guest.now):
                ready = _answer(guest, page, appeal)
                return page, Offer(ready=ready) if ready else None
        case "where":
            if not typed.is_placed:
                return page, Offer(NO_PLACE, {"place": NO_PLACE})
            if not typed.compared and (alike := _alike(guest, page)):
                return page, Offer(alike=alike)
        case "contact":
            return _proven(guest, page)
    return page, None


def _proven(guest: Guest, page: Page) -> tuple[Page, Offer | None]:
    """Have the phone shown to be at hand where the district asks for it: send a code, or look at the one that was given."""
    scope = guest.scope
    appeal = appeal_of(scope, page.typed.letter(scope, page.key, now=guest.now))
    page = keep_page(guest, page.with_(phone=appeal.contact.phone))
    if not needs_code(scope, appeal.contact, now=guest.now):
        return page, None
    sent = find_sent(scope, page.typed.phone, purpose="report", now=guest.now)
    if sent is None or request.form.get("go") == "code":
        if not is_proved(scope, PURPOSE, now=guest.now):
            return page, Offer(NOT_PROVED, sent=sent)
        try:
            sent = send_code(scope, page.typed.phone, purpose="report", address=address(), now=guest.now)
            return page, Offer(sent=sent)
        except Refused as refusal:
            return page, replace(refusal_offer(refusal), sent=sent)
    code = request.form.get("code", "")
    if not code.strip():
        return page, Offer(NO_CODE, {"code": NO_CODE}, sent=sent)
    try:
        proof = prove_phone(scope, page.typed.phone, code, purpose="report", now=guest.now)
    except CodeWrong as refusal:
        return page, replace(refusal_offer(refusal), sent=None if refusal.is_over else sent)
    return keep_page(guest, page.with_(phone_proof=proof)), None


def send(guest: Guest, page: Page) -> ResponseReturnValue:
    """Hand the report in, and show number and code; or the step on which something is missing, with all of it kept."""
    scope, now = guest.scope, guest.now
    page = spoken(guest, keep_page(guest, page))
    if reached(replace(page, step="check")) == "what":
        return remembered(page, show_page(guest, replace(page, step="what"), Offer(NO_WORDS, {"text": NO_WORDS})))
    try:
        letter = page.typed.letter(scope, page.key, now=now)
        appeal = appeal_of(scope, letter)
        if needs_code(scope, appeal.contact, now=now) and not came_before(scope, appeal):
            return remembered(page, show_page(guest, replace(page, step="contact"), Offer(NO_CODE, {"code": NO_CODE})))
        if not (letter.phone_proven or is_proved(scope, PURPOSE, now=now) or came_before(scope, appeal)):
            return remembered(page, show_page(guest, replace(page, step="check"), Offer(NOT_PROVED)))
        master = master_chosen(scope, page.typed.written, page.typed.same, now=now)
        with scope.session.begin_nested():
            handed_in = hand_in(
                scope,
                appeal,
                may_publish=page.typed.wish,
                address=address(),
                master=master,
                draft=page.key,
                now=now,
            )
    except Refused as refusal:
        if refusal.code == "message-reused":
            page = keep_page(guest, replace(page, key=new_key(), begun=None))
            return remembered(page, show_page(guest, replace(page, step="check"), Offer(SENT_BEFORE)))
        offer = refusal_offer(refusal)
        field = next(iter(offer.faults or {}), "")
        step: Step = STEP_OF.get(field, "contact") if field else "check"
        return remembered(page, show_page(guest, replace(page, step=step), offer))
    return forget_report(current_app.make_response(receipt_page(guest, handed_in)))


def with_uploads(guest: Guest, page: Page) -> Page:
    """Keep the files that came with the form. Raises `FileRefused` and its kinds, `FilesTooMany`, `BegunTooMany`, `FilesAway`."""
    given = uploads()
    if not given:
        return page
    files = judge_all(given)
    page = keep_page(guest, page, must=True)
    assert page.begun is not None
    take_files(guest.scope, page.begun, files, address=address(), now=guest.now)
    place: Place | None = next((file.place for file in files if file.place), None)
    if place is None or page.typed.photo_longitude:
        return page
    found = {"photo_longitude": str(place.longitude), "photo_latitude": str(place.latitude)}
    return keep_page(guest, page.with_(**found))


def without_file(guest: Guest, page: Page, number: int) -> Page:
    """Drop a file of the draft; with the last photo goes where it was taken."""
    if page.begun is None:
        return page
    remove_begun_file(guest.scope, page.begun, number)
    if any(file.stored.kind.nature == "image" for file in begun_files(guest.scope, page.begun)):
        return page
    return keep_page(guest, page.with_(photo_longitude="", photo_latitude="", use_photo=""))


def spoken(guest: Guest, page: Page) -> Page:
    """Return the page with words that say where the words are, when somebody only spoke."""
    is_silent = page.typed.text.strip() in ("", ONLY_RECORDED)
    if not is_silent:
        return page
    files = begun_files(guest.scope, page.begun)
    text = ONLY_RECORDED if any(file.stored.kind.nature == "recording" for file in files) else ""
    return page if page.typed.text == text else keep_page(guest, page.with_(text=text))


def keep_page(guest: Guest, page: Page, *, must: bool = False) -> Page:
    """Keep the answers as the draft, and return the page as it stands then. Where nothing can be kept the form has it all.

    `must`: raise what stands against it instead.
    """
    try:
        begun = keep_report(
            guest.scope, page.key, page.typed.answers(), window=page.window, address=address(), now=guest.now
        )
    except Refused:
        if must:
            raise
        return page
    return replace(page, begun=begun)


def newest(page: Page) -> Page:
    """Return the page as the next one that may write over what another page wrote."""
    return page.with_(text_by=Typed.of(page.begun.answers).text_by if page.begun else "")


def reached(page: Page) -> Step:
    """Return the step that can be shown: the wanted one, or the first before it that lacks an answer."""
    if not page.typed.text.strip():
        return "what"
    return page.step if page.typed.is_placed or page.step in ("what", "where") or page.typed.same else "where"


def lead(guest: Guest, page: Page, step: Step) -> ResponseReturnValue:
    """Show a step under an address of its own where the browser keeps our cookie, so that it can be loaded again and gone back to."""
    step = reached(replace(page, step=step))
    after = page.after if step != "check" else ""
    if page.begun is not None and key_in_cookie() == page.key:
        return redirect(f"{g.open_at}/report/{step}" + ("?after=check" if after == "check" else ""), 303)
    return show_page(guest, replace(page, step=step, after=after))


def remembered(page: Page, answer: ResponseReturnValue) -> ResponseReturnValue:
    """Have the browser keep the key of the draft, if there is one."""
    response = current_app.make_response(answer)
    return remember_report(response, page.key) if page.begun is not None else response


def deleted(guest: Guest, page: Page) -> ResponseReturnValue:
    """Throw the draft away, and begin again if a link led here."""
    drop_begun(guest.scope, page.key)
    asked = request.form.get("asked", "")
    answer: ResponseReturnValue = (
        redirect(f"{g.open_at}/report?{asked}", 303)
        if asked.isascii() and asked.isprintable() and asked
        else said("已经删除", "您写了一半的内容和照片、录音都删除了，没有提交。要反映问题，随时可以重新写。")
    )
    not_kept()
    return forget_report(current_app.make_response(answer))


def resumed(guest: Guest, page: Page) -> ResponseReturnValue:
    """Go on with the draft, now also with what the link said that led here."""
    if page.begun is None:
        return redirect(f"{g.open_at}/report", 303)
    typed, given = Typed.of(page.begun.answers), request.form
    words = given.get("asked_text", "").strip()
    if words and words not in typed.text:
        typed = replace(typed, text=f"{typed.text.rstrip()}\n{words}".strip())
    if given.get("asked_mailbox"):
        typed = replace(typed, mailbox=given["asked_mailbox"])
    if given.get("asked_appellant") in APPELLANT_LABELS and given["asked_appellant"] != "person":
        typed = replace(typed, appellant=given["asked_appellant"])
    page = keep_page(guest, replace(page, typed=typed))
    step: Step = "what" if words or not typed.text.strip() else "where" if not typed.is_placed else "contact"
    return remembered(page, lead(guest, page, step))


def _answer(guest: Guest, page: Page, appeal: Appeal) -> ReadyAnswer | None:
    """Return the answer that may settle what was written, unless it is filed already."""
    if came_before(guest.scope, appeal):
        return None
    key = message_of(guest.scope, page.key)
    return answer_question(guest.scope, appeal.text, key=key, medium="web", now=guest.now)


def _alike(guest: Guest, page: Page) -> list[tuple[str, Duplicate]]:
    """Return what may be the same thing with the names by which it is chosen."""
    found = alike_in_public(guest.scope, page.typed.written, now=guest.now)
    return [(token_of(guest.scope, each.serial_no), each) for each in found]


def solved(guest: Guest, page: Page) -> ResponseReturnValue:
    """Nothing is filed: the answer that was shown was all that they wanted."""
    not_kept()
    if say_helped(guest.scope, message_of(guest.scope, page.key), now=guest.now):
        drop_begun(guest.scope, page.key)
        words = "谢谢，很高兴帮到您。您写的内容没有提交，也没有保存。以后还有问题，随时可以再来反映。"
        return forget_report(current_app.make_response(said("已解决", words)))
    return said("没有提交", "这一页没有显示过答复，或者已经提交过了。要反映问题，请回到“反映诉求”重新填写。")


def number_in(field: str) -> int:
    """Return the number of a file that the form names, 0 = none that could be one."""
    number = request.form.get(field, "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0


def address() -> str:
    """Return the address that asks."""
    return request.remote_addr or ""
