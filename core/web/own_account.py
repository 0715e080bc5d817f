"""The page of the own account: how the pages are wanted, second factor, sessions, password."""

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, session

from core.journey.identity import list_providers, own_identities
from core.journey.own_account import (
    Proof,
    accept_offer,
    ask_for_offer,
    ask_for_recovery_codes,
    change_own_password,
    choose_preferences,
    end_own_other_sessions,
    end_own_session,
    give_up_second_factor,
    show_offer,
)
from core.journey.own_account import (
    own_account as own_account_of,
)
from core.journey.sign_in import NotSignedIn
from core.kit.saying import said
from core.people.passwords import PasswordTooWeak
from core.people.preferences import CHOICES
from core.people.roles import Permission
from core.web.account import PROBLEMS, status_of_failure
from core.web.input import InputUnusable, own_path, text
from core.web.refusals import status_of
from core.web.second_step import LONGEST_CODE, qr_code
from core.web.visit import Answer, Done, Visit, allows, set_session
from core.web.wishes import REMEMBERED, remember_wishes, wishes

own_account = Blueprint("own_account", __name__)
PAGE = "/account"
OFFER = "/account/second-factor"
WRONG = "密码不对，请核对后再试。"


@own_account.get(PAGE)
@allows(Permission.OWN_ACCOUNT)
def show_own_account(visit: Visit) -> Answer:
    """Show the visitor's account."""
    return _shown(visit)


@allows(Permission.OWN_ACCOUNT)
def shown_again(visit: Visit) -> Answer:
    """Show the account once more, with what was refused beside its form."""
    refusal = g.refusal
    return _shown(visit, problem=refusal.message, status=status_of(refusal))


@own_account.post("/account/preferences")
@allows(Permission.OWN_ACCOUNT, again=shown_again)
def choose_now(visit: Visit) -> Answer:
    """Keep how the visitor wants the pages, as far as the form says; a list that is not in it stays as it was."""
    chosen: dict[str, str | bool] = {name: getattr(wishes(), name) for name in REMEMBERED}  # what was seen until now
    chosen |= {name: text(name, longest=20) for name in CHOICES if name in request.form}
    if "keys_asked" in request.form:
        chosen["keys"] = bool(request.form.get("keys"))
    kept = choose_preferences(visit.scope, visit.staff, **chosen)
    back = own_path(request.form.get("next")) if "next" in request.form else PAGE
    if back == PAGE:
        flash("已按您的选择显示。", "ok")
    response = make_response(redirect(back, 303))
    remember_wishes(response, kept)
    return response


@own_account.post(OFFER)
@allows(Permission.OWN_ACCOUNT)
def offer_now(visit: Visit) -> Answer:
    """Offer a second factor, after a proof."""
    failed = ask_for_offer(visit.scope, visit.staff, proof_in_form(), now=visit.now)
    return proof_failed(visit, failed) if failed else redirect(OFFER, 303)


@own_account.get(OFFER)
@allows(Permission.OWN_ACCOUNT)
def show_offered(visit: Visit) -> Answer:
    """Show what a phone takes in."""
    return _offer(visit, problem=None)


@own_account.post("/account/second-factor/bind")
@allows(Permission.OWN_ACCOUNT)
def bind_offered(visit: Visit) -> Answer:
    """Let the phone hold, and show the recovery codes this once."""
    bound = accept_offer(visit.scope, visit.staff, code=_code(), address=_address(), now=visit.now)
    if isinstance(bound, NotSignedIn):
        return _offer(visit, problem=PROBLEMS[bound.reason])
    return render_template("account/own_codes.html", codes=bound, title="已绑定，请抄下恢复码")


@own_account.post("/account/second-factor/off")
@allows(Permission.OWN_ACCOUNT, again=shown_again)
def give_up_now(visit: Visit) -> Answer:
    """Take the second factor away, after a proof."""
    failed = give_up_second_factor(visit.scope, visit.staff, proof_in_form(), now=visit.now)
    return proof_failed(visit, failed) if failed else Done("已停用动态口令，以后只凭密码登录。", PAGE, "soon")


@own_account.post("/account/recovery-codes")
@allows(Permission.OWN_ACCOUNT)
def renew_codes(visit: Visit) -> Answer:
    """Show new recovery codes this once, after a proof."""
    codes = ask_for_recovery_codes(visit.scope, visit.staff, proof_in_form(), now=visit.now)
    if isinstance(codes, NotSignedIn):
        return proof_failed(visit, codes)
    if codes is None:
        return redirect(PAGE, 303)
    return render_template("account/own_codes.html", codes=codes, title="新的恢复码")


@own_account.post("/account/sessions/end")
@allows(Permission.OWN_ACCOUNT, again=shown_again)
def end_sessions_now(visit: Visit) -> Answer:
    """End one session of the visitor, or all but this one."""
    which = text("session", longest=20)
    if which == "others":
        ended = end_own_other_sessions(visit.scope, visit.staff, address=_address(), now=visit.now)
        return Done(said("已结束其他 {ended} 处登录。", ended=ended) if ended else "没有其他登录。", PAGE)
    if not (which.isascii() and which.isdecimal()) or len(which) > 18:
        raise InputUnusable("没有说明要结束哪一次登录。请刷新页面后重试。")
    end_own_session(visit.scope, visit.staff, int(which), address=_address(), now=visit.now)
    return Done("已结束这次登录。", PAGE)


@own_account.post("/account/password")
@allows(Permission.OWN_ACCOUNT, again=shown_again)
def change_password(visit: Visit) -> Answer:
    """Change the password, after a proof; the visitor goes on in a new session, all others end."""
    password = request.form.get("new", "")
    if password != request.form.get("again", ""):
        raise PasswordTooWeak("两次填写的新密码不一样。请重新填写。")
    token = change_own_password(visit.scope, visit.staff, proof_in_form(), password=password, now=visit.now)
    if isinstance(token, NotSignedIn):
        return proof_failed(visit, token)
    session.clear()
    flash("已更换密码，其他登录全部结束。", "ok")
    response = make_response(redirect(PAGE, 303))
    set_session(response, visit.scope.tenant.slug, token)
    return response


def _shown(visit: Visit, *, problem: str | None = None, status: int = 200) -> Answer:
    account = own_account_of(visit.scope, visit.staff, now=visit.now)
    page = render_template(
        "account/own.html",
        account=account,
        identities=own_identities(visit.scope, visit.staff),
        providers=list_providers(visit.scope),
        here=visit.staff.session_id,
        problem=problem,
        role_words=visit.seat,
    )
    return page, status


def proof_failed(visit: Visit, failed: NotSignedIn) -> Answer:
    words = WRONG if failed.reason == "wrong" else PROBLEMS[failed.reason]
    return _shown(visit, problem=words, status=status_of_failure(failed))


def _offer(visit: Visit, *, problem: str | None) -> Answer:
    offer = show_offer(visit.scope, visit.staff)
    if offer is None:
        return redirect(PAGE, 303)
    page = render_template("account/own_bind.html", offer=offer, drawn=qr_code(offer.address), problem=problem)
    return page, 422 if problem else 200


def proof_in_form() -> Proof:
    return Proof(request.form.get("password", ""), _code(), _address())


def _code() -> str:
    return request.form.get("code", "")[:LONGEST_CODE]


def _address() -> str:
    return request.remote_addr or ""
