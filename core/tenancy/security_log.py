"""The security log 安全日志: who signed in, was given a right, looked at what is masked, or tried what they may not.

One table of the tenant, which the application's role can only add to. Each event carries a mark made with a key that is
not in the database, so that one written or changed behind the product's back shows at once; one taken away shows against
the daily seal. What is sent to a syslog server is read from here.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import select

from core.kit.keys import Keyring
from core.tenancy.models import SecurityEvent
from core.tenancy.scope import Scope

SecurityKind = Literal[
    "sign_in",
    "sign_in_failed",
    "locked",
    "unlocked",
    "identity_linked",
    "identity_unlinked",
    "provider_added",
    "provider_removed",
    "spraying",
    "held_back",
    "signed_out",
    "session_revoked",
    "password_set",
    "totp_on",
    "totp_off",
    "recovery_used",
    "invited",
    "reset_sent",
    "break_glass",
    "account_opened",
    "account_closed",
    "account_reopened",
    "account_moved",
    "role_given",
    "role_taken",
    "duties_joined",
    "access_reviewed",
    "list_put",
    "token_made",
    "token_revoked",
    "trespass",
    "unmasked",
    "found_by_name",
    "export_begun",
    "exported",
    "erased",
    "own_shown",
    "rights_asked",
    "rights_answered",
    "bulletin_drafted",
    "bulletin_naming",
    "bulletin_approved",
    "bulletin_published",
    "performance_computed",
    "performance_frozen",
    "performance_objected",
    "performance_judged",
    "performance_signed",
    "reminder_signed",
    "reminder_discarded",
    "reminder_judged",
    "case_printed",
    "panel_pool",
    "engagement",
    "city_granted",
    "city_grant_ended",
    "city_looked",
    "delivery_set",
    "keys_rotated",
    "unit_added",
    "unit_changed",
    "unit_closed",
    "unit_reopened",
    "calendar_published",
    "host_given",
    "host_taken",
    "screen_made",
    "screen_ended",
    "tenant_suspended",
    "tenant_resumed",
    "tenant_closed",
    "tenant_deleted",
]
"""Everything the log can tell. A new kind is added here, with its words in `KIND_LABELS`."""
KINDS: frozenset[str] = frozenset(get_args(SecurityKind))
KIND_LABELS: dict[SecurityKind, str] = {
    "sign_in": "登录",
    "sign_in_failed": "登录失败",
    "locked": "锁定",
    "unlocked": "解除锁定",
    "identity_linked": "关联统一身份",
    "identity_unlinked": "解除统一身份",
    "provider_added": "接入统一身份认证",
    "provider_removed": "断开统一身份认证",
    "spraying": "疑似遍试账号",
    "held_back": "超过限流",
    "signed_out": "退出登录",
    "session_revoked": "吊销会话",
    "password_set": "设置密码",
    "totp_on": "启用动态口令",
    "totp_off": "停用动态口令",
    "recovery_used": "使用恢复码",
    "invited": "发出邀请",
    "reset_sent": "发出密码重设链接",
    "break_glass": "启用应急账号",
    "account_opened": "开设账号",
    "account_closed": "停用账号",
    "account_reopened": "恢复账号",
    "account_moved": "调整所属单位",
    "role_given": "授予角色",
    "role_taken": "收回角色",
    "duties_joined": "准许兼任管理角色",
    "access_reviewed": "权限复核",
    "list_put": "更换名册",
    "token_made": "签发令牌",
    "token_revoked": "吊销令牌",
    "trespass": "越权被拒",
    "unmasked": "查看隐去的信息",
    "found_by_name": "按姓名查到工单",
    "export_begun": "开始导出",
    "exported": "导出",
    "erased": "删除个人信息",
    "own_shown": "本人查看本人信息",
    "rights_asked": "本人信息申请",
    "rights_answered": "答复本人信息申请",
    "bulletin_drafted": "生成通报草稿",
    "bulletin_naming": "决定是否点名",
    "bulletin_approved": "核准通报",
    "bulletin_published": "发布通报",
    "performance_computed": "计算年度绩效",
    "performance_frozen": "冻结年度绩效",
    "performance_objected": "对年度绩效提出异议",
    "performance_judged": "认定对年度绩效的异议",
    "performance_signed": "签发年度绩效",
    "reminder_signed": "签发提醒函",
    "reminder_discarded": "不发提醒函",
    "reminder_judged": "评定提醒函的成效",
    "case_printed": "打印问责案卷",
    "panel_pool": "评议员库变动",
    "engagement": "线上互动",
    "city_granted": "授权市级查看工单",
    "city_grant_ended": "收回市级查看工单的授权",
    "city_looked": "市级查看区县工单",
    "delivery_set": "定期发送设置",
    "keys_rotated": "更换密钥",
    "unit_added": "新增单位",
    "unit_changed": "变更单位",
    "unit_closed": "停用单位",
    "unit_reopened": "恢复单位",
    "calendar_published": "发布工作日历",
    "host_given": "绑定域名",
    "screen_made": "开设大屏",
    "screen_ended": "停用大屏",
    "host_taken": "解除域名",
    "tenant_suspended": "停用租户",
    "tenant_resumed": "恢复租户",
    "tenant_closed": "注销租户",
    "tenant_deleted": "删除租户",
}
COMMAND_LINE = "命令行"
"""Actor of what is done by somebody at the server, whom nobody has signed in."""


@dataclass(frozen=True, slots=True)
class By:
    """Who does something that the security log tells of: in words, by account or token, from where, and why."""

    name: str
    id: int | None = None
    address: str = ""
    reason: str = ""


AT_THE_MACHINE = By(COMMAND_LINE)
LONGEST = 500
"""Characters kept of one text; what was sent in its place may be of any length."""
MOST_PARTS = 200
"""Values kept of one detail."""
UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that a terminal, or a reader of lines, may obey: control characters, directions, line ends."""


def note_security(
    scope: Scope,
    kind: SecurityKind,
    *,
    actor: str,
    actor_id: int | None = None,
    address: str = "",
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Add an event to the security log, in the transaction of what it tells of.

    `actor` is who did it, in words (`林工（审核席）`, `命令行`); `actor_id` their account or token. `address` is where the
    request came from, `subject` what it was done to. No secret and no contact data belongs in any of them. Texts are cut at
    `LONGEST` characters, and characters that a terminal or a log would obey are kept as escapes (`\\x1b`).
    """
    assert kind in KINDS, "a kind that is declared in SecurityKind"
    event = SecurityEvent(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        kind=kind,
        at=now,
        actor=escaped(actor),
        actor_id=actor_id,
        address=escaped(address),
        subject=escaped(subject),
        detail=_plain(detail or {}),
        mark=b"",
    )
    event.mark = scope.keys.seal(_content(event), tenant_id=scope.tenant.id)
    scope.session.add(event)


def note_done(
    scope: Scope,
    kind: SecurityKind,
    by: By,
    *,
    subject: str,
    detail: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Add an event of what somebody did, with the reason they gave, if any; otherwise as `note_security`."""
    told = {**(detail or {}), **({"reason": by.reason} if by.reason else {})}
    note_security(scope, kind, actor=by.name, actor_id=by.id, address=by.address, subject=subject, detail=told, now=now)


def is_genuine(event: SecurityEvent, keys: Keyring) -> bool:
    """Tell whether the event is as the product wrote it, under any of our keys."""
    return event.mark in keys.possible_seals(_content(event), tenant_id=event.tenant_id)


def security_events(
    scope: Scope,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kind: str | None = None,
    subject: str | None = None,
) -> Iterator[SecurityEvent]:
    """Yield the events in the order of their times: from `since` on, before `until`, of one kind, about one subject."""
    query = select(SecurityEvent).where(SecurityEvent.tenant_id == scope.tenant.id)
    if since is not None:
        query = query.where(SecurityEvent.at >= since)
    if until is not None:
        query = query.where(SecurityEvent.at < until)
    if kind is not None:
        query = query.where(SecurityEvent.kind == kind)
    if subject is not None:
        query = query.where(SecurityEvent.subject == subject)
    ordered = query.order_by(SecurityEvent.at, SecurityEvent.id)
    yield from scope.session.scalars(ordered, execution_options={"yield_per": 1000})


def as_document(event: SecurityEvent, *, tenant: str) -> dict[str, Any]:
    """Return the event as the JSON object that is exported: times in UTC, the tenant by its short name."""
    return {
        "tenant": tenant,
        "id": event.id,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": event.kind,
        "actor": event.actor,
        "actor_id": event.actor_id,
        "address": event.address,
        "subject": event.subject,
        "detail": event.detail,
    }


def escaped(text: str) -> str:
    """Return the text on one line, cut off, with nothing in it that a terminal or a log would obey."""
    return "".join(_escape(each) if unicodedata.category(each) in UNSAFE else each for each in text[:LONGEST])


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _plain(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return the detail as JSON can hold it, every text in it escaped; a value of another kind is kept as its text."""
    left = [MOST_PARTS]

    def plain(value: object) -> Any:
        left[0] -= 1
        if left[0] < 0:
            return "…"
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, Mapping):
            return {escaped(str(key)): plain(each) for key, each in list(value.items())[:MOST_PARTS]}
        if isinstance(value, list | tuple | set | frozenset):
            return [plain(each) for each in list(value)[:MOST_PARTS]]
        return escaped(str(value))

    return {escaped(str(key)): plain(value) for key, value in detail.items()}


def _content(event: SecurityEvent) -> bytes:
    """Return what an event's mark is made over, in one canonical form."""
    values = {
        "of": "security_event",
        "tenant": event.tenant_id,
        "id": event.id,
        "kind": event.kind,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor,
        "actor_id": event.actor_id,
        "address": event.address,
        "subject": event.subject,
        "detail": event.detail,
    }
    canonical = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()
