"""Rotating the master key 更换密钥: every encrypted value is encrypted anew in small steps while everybody works.

How far it has come is told by the values themselves, each of which says which key it is under: after a kill the same
command goes on where it stood.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from sqlalchemy import Table, func, or_, select, tuple_, update

from core.engagement.models import Campaign, CampaignEntry
from core.engagement.queries import PHONE_OF_ENTRY, SEED
from core.intake.calls.models import CallRecord
from core.intake.calls.service import PHONE as CALL_PHONE
from core.intake.inbound import BODY
from core.intake.interviews.models import InterviewQuestion, InterviewReturned
from core.intake.interviews.service import RETURNED as INTERVIEW_RETURNED
from core.intake.interviews.service import SEALED as INTERVIEW_ASKER
from core.intake.models import InboundItem, IntakeEvent
from core.intake.outreach.models import OutreachLine
from core.intake.outreach.service import SEALED as OUTREACH_LINE
from core.journey.held import SEALED as HELD
from core.kit.ciphers import CipherName, number_of
from core.kit.errors import Refused
from core.kit.key_file import Keys, KeysUnusable, alone, read_keys, write_keys
from core.kit.keys import Keyring
from core.kit.saying import joined, said
from core.people.drafts.models import Draft
from core.people.drafts.service import SEALED as DRAFT
from core.people.identities import SECRET as PROVIDER_SECRET
from core.people.lists.models import SEALED as SAVED_LIST
from core.people.lists.models import SavedList
from core.people.models import IdentityProvider
from core.people.second_factor.models import SecondFactor
from core.people.second_factor.service import FIELD as SECOND_FACTOR
from core.residents.drafts.models import ReportDraft, ReportFile
from core.residents.drafts.service import FILE as REPORT_FILE
from core.residents.drafts.service import SEALED as REPORT_DRAFT
from core.residents.phones.codes import SEALED as PHONE_CODE
from core.residents.phones.models import PhoneCode
from core.residents.rights.keeping import ANSWER as RIGHTS_ANSWER
from core.residents.rights.keeping import PHONE as RIGHTS_PHONE
from core.residents.rights.keeping import WORDS as RIGHTS_WORDS
from core.residents.rights.models import RightsRequest
from core.tasks.models import FILE as TASK_FILE
from core.tasks.models import GIVEN as TASK_GIVEN
from core.tasks.models import ROW as TASK_ROW
from core.tasks.models import Task, TaskFile, TaskLine
from core.tenancy.facts import TenantFacts
from core.tenancy.models import TenantSecret
from core.tenancy.scope import Installation, Scope
from core.tenancy.secrets import field_of
from core.tenancy.security_log import COMMAND_LINE, note_security
from core.tickets.held import HeldDeed
from core.tickets.models import TicketContact

BATCH = 200
"""Rows encrypted anew in one transaction."""
SETTLED = timedelta(hours=1)
"""How long the newest key must be there before an older one is retired: nothing that began under that one is under way."""
Row = Mapping[str, Any]


class RetirementTooEarly(Refused):
    """The key is in use, or may be."""

    code = "retirement-too-early"


@dataclass(frozen=True, slots=True)
class Encrypted:
    """Columns of a table that hold encrypted values, and under which field of which row each one is."""

    table: Table
    label: str
    fields: Mapping[str, Callable[[Row], str]]
    row_id: str = "id"

    @property
    def key(self) -> list[Any]:
        """The columns of the primary key beside the tenant's."""
        return [column for column in self.table.primary_key.columns if column.key != "tenant_id"]


def _always(field: str) -> Callable[[Row], str]:
    return lambda _row: field


ENCRYPTED: tuple[Encrypted, ...] = (
    Encrypted(
        TicketContact.__table__,  # type: ignore[arg-type]
        "联系方式",
        {part: _always(f"contact.{part}") for part in ("name", "phone", "address", "wechat", "weibo", "email")},
        row_id="ticket_id",
    ),
    Encrypted(IntakeEvent.__table__, "来件", {"payload": _always("intake.payload")}),  # type: ignore[arg-type]
    Encrypted(InboundItem.__table__, "推送来件", {"body": _always(BODY)}),  # type: ignore[arg-type]
    Encrypted(CallRecord.__table__, "来电记录", {"phone": _always(CALL_PHONE)}),  # type: ignore[arg-type]
    Encrypted(
        RightsRequest.__table__,  # type: ignore[arg-type]
        "本人信息申请",
        {"phone": _always(RIGHTS_PHONE), "words": _always(RIGHTS_WORDS), "answer": _always(RIGHTS_ANSWER)},
    ),
    Encrypted(PhoneCode.__table__, "验证码的手机号", {"phone": _always(PHONE_CODE)}),  # type: ignore[arg-type]
    Encrypted(InterviewQuestion.__table__, "微访谈的提问人", {"sealed": _always(INTERVIEW_ASKER)}),  # type: ignore[arg-type]
    Encrypted(InterviewReturned.__table__, "微访谈退回的行", {"sealed": _always(INTERVIEW_RETURNED)}),  # type: ignore[arg-type]
    Encrypted(OutreachLine.__table__, "会议和走访的条目", {"sealed": _always(OUTREACH_LINE)}),  # type: ignore[arg-type]
    Encrypted(SavedList.__table__, "常用列表", {"sealed": _always(SAVED_LIST)}),  # type: ignore[arg-type]
    Encrypted(Task.__table__, "任务的内容", {"sealed": _always(TASK_GIVEN)}),  # type: ignore[arg-type]
    Encrypted(TaskLine.__table__, "任务的行", {"sealed": _always(TASK_ROW)}),  # type: ignore[arg-type]
    Encrypted(TaskFile.__table__, "任务文件的密钥", {"sealed": _always(TASK_FILE)}),  # type: ignore[arg-type]
    Encrypted(
        TenantSecret.__table__,  # type: ignore[arg-type]
        "功能的密钥",
        {"cipher": lambda row: field_of(row["feature"], row["name"])},
    ),
    Encrypted(
        SecondFactor.__table__,  # type: ignore[arg-type]
        "动态口令",
        {"offered": _always(SECOND_FACTOR), "secret": _always(SECOND_FACTOR)},
        row_id="account_id",
    ),
    Encrypted(Campaign.__table__, "抽签种子", {"seed": _always(SEED)}),  # type: ignore[arg-type]
    Encrypted(CampaignEntry.__table__, "线上互动的手机号", {"phone": _always(PHONE_OF_ENTRY)}),  # type: ignore[arg-type]
    Encrypted(Draft.__table__, "草稿", {"sealed": _always(DRAFT)}),  # type: ignore[arg-type]
    Encrypted(ReportDraft.__table__, "没写完的诉求", {"sealed": _always(REPORT_DRAFT)}),  # type: ignore[arg-type]
    Encrypted(ReportFile.__table__, "没写完的诉求的附件名", {"sealed": _always(REPORT_FILE)}),  # type: ignore[arg-type]
    Encrypted(HeldDeed.__table__, "可撤销的操作", {"sealed": _always(HELD)}),  # type: ignore[arg-type]
    Encrypted(IdentityProvider.__table__, "统一身份认证", {"secret": _always(PROVIDER_SECRET)}),  # type: ignore[arg-type]
)
"""Everything that is encrypted. A column that is not here would keep an old key in use without anybody knowing."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rotation has come in one table of one tenant: rows done just now, and those that could not be read."""

    tenant: str
    label: str
    done: int
    unreadable: int


def rotate_key(
    installation: Installation,
    *,
    cipher: CipherName | None,
    now: datetime,
    told: Callable[[Progress], None] = lambda _progress: None,
) -> tuple[Keys, int, int]:
    """Make a new key, unless a rotation is unfinished, and encrypt everything under it; return the keys, rows and failures.

    `cipher` None = as until now. Rows that nobody can read, because they were tampered with, are counted and left as they
    are; then the rotation stays unfinished. Raises `KeysUnusable`.
    """
    path = installation.keys.path
    assert path is not None, "keys that are kept in a file"
    with alone(path):
        keys = read_keys(path)
        wanted = cipher or keys.cipher
        if not keys.unfinished or wanted != keys.cipher:
            keys = keys.with_new_key(cipher=wanted, now=now)
            _refuse_unsupported(keys)
            write_keys(path, keys)
        done = failed = 0
        for tenant in installation.tenants():
            rows, unreadable = _rekey(installation, tenant, told)
            done, failed = done + rows, failed + unreadable
            if rows:
                detail = {"key": keys.newest, "cipher": keys.cipher, "rows": rows, "unreadable": unreadable}
                installation.run(tenant.slug, partial(_note, detail=detail, now=now))
        if not failed:
            keys = replace(keys, unfinished=False)
            write_keys(path, keys)
    return keys, done, failed


def keys_in_use(installation: Installation) -> dict[int, int]:
    """Return how many values of all tenants are encrypted under each key."""
    found: dict[int, int] = {}
    for tenant in installation.tenants():
        with installation.scope(tenant.slug) as scope:
            for prefix, count in _prefixes(scope):
                found[number_of(prefix)] = found.get(number_of(prefix), 0) + count
    return found


def retire_key(installation: Installation, number: int, *, now: datetime) -> Keys:
    """Let nothing be read any more that was encrypted under this key. It still proves seals, codes and numbers.

    Raises `RetirementTooEarly` while a value is under it, or one may still be written; `KeysUnusable`.
    """
    path = installation.keys.path
    assert path is not None, "keys that are kept in a file"
    with alone(path):
        keys = read_keys(path)
        if number not in keys.masters:
            raise KeysUnusable(
                said(
                    "没有第 {number} 号密钥。现有：{masters}。",
                    number=number,
                    masters=joined("、", map(str, sorted(keys.masters))),
                )
            )
        if number in keys.retired_at:
            return keys
        if number == keys.newest or keys.unfinished:
            raise RetirementTooEarly(
                said("第 {number} 号密钥还在使用，不能停用。请先运行 huiying keys rotate 并等它完成。", number=number)
            )
        if now < keys.made_at[keys.newest] + SETTLED:
            raise RetirementTooEarly(
                said(
                    "最新的密钥启用不到 1 小时，可能还有未提交的数据，第 {number} 号暂不能停用。请稍后再试。",
                    number=number,
                )
            )
        if left := keys_in_use(installation).get(number):
            raise RetirementTooEarly(
                said(
                    "还有 {left} 项数据用第 {number} 号密钥加密，不能停用。请再运行一次 huiying keys rotate。",
                    left=left,
                    number=number,
                )
            )
        keys = replace(keys, retired_at={**keys.retired_at, number: now})
        write_keys(path, keys)
        for tenant in installation.tenants():
            installation.run(tenant.slug, partial(_note, detail={"retired": number}, now=now))
    return keys


def _refuse_unsupported(keys: Keys) -> None:
    """Raise `KeysUnusable` where the cryptography library of this machine cannot encrypt in the way wanted."""
    try:
        Keyring(keys.masters, cipher=keys.cipher).encrypt("", tenant_id=0, field="", row_id=0)
    except UnsupportedAlgorithm as error:
        raise KeysUnusable(
            said("这台机器的密码库不支持 {cipher}，没有改动。请改用 aes-256-gcm。", cipher=keys.cipher)
        ) from error


def _rekey(installation: Installation, tenant: TenantFacts, told: Callable[[Progress], None]) -> tuple[int, int]:
    done = failed = 0
    for kind in ENCRYPTED:
        after: tuple[Any, ...] | None = None
        while True:
            rows, unreadable, after = installation.run(tenant.slug, partial(_rekey_batch, kind=kind, after=after))
            done, failed = done + rows, failed + unreadable
            told(Progress(tenant.slug, kind.label, rows, unreadable))
            if after is None:
                break
    return done, failed


def _rekey_batch(
    scope: Scope, *, kind: Encrypted, after: tuple[Any, ...] | None
) -> tuple[int, int, tuple[Any, ...] | None]:
    """Encrypt up to `BATCH` rows beyond a key anew; return how many, how many nobody can read, and the last key."""
    table, prefix = kind.table, scope.keys.prefix
    columns = [table.c[name] for name in kind.fields]
    query = select(table).where(
        table.c.tenant_id == scope.tenant.id,
        or_(*(func.substring(column, 1, len(prefix)) != prefix for column in columns)),
    )
    if after is not None:
        query = query.where(tuple_(*kind.key) > after)
    rows = scope.session.execute(query.order_by(*kind.key).limit(BATCH).with_for_update()).mappings().all()
    done = 0
    for row in rows:
        try:
            changed = _encrypted_anew(scope, kind, dict(row), prefix)
        except (InvalidTag, KeysUnusable, ValueError):
            continue
        which = [column == row[column.key] for column in table.primary_key.columns]
        scope.session.execute(update(table).where(*which).values(changed))
        done += 1
    last = tuple(rows[-1][column.key] for column in kind.key) if len(rows) == BATCH else None
    return done, len(rows) - done, last


def _encrypted_anew(scope: Scope, kind: Encrypted, row: Row, prefix: bytes) -> dict[str, bytes]:
    changed = {}
    for name, field in kind.fields.items():
        stored = row[name]
        if stored is None or stored.startswith(prefix):
            continue
        where = {"tenant_id": scope.tenant.id, "field": field(row), "row_id": row[kind.row_id]}
        changed[name] = scope.keys.encrypt_bytes(scope.keys.decrypt_bytes(stored, **where), **where)
    return changed


def _prefixes(scope: Scope) -> Iterator[tuple[bytes, int]]:
    for kind in ENCRYPTED:
        for name in kind.fields:
            column = kind.table.c[name]
            prefix = func.substring(column, 1, 2)
            query = select(prefix, func.count()).where(kind.table.c.tenant_id == scope.tenant.id, column.is_not(None))
            rows: Sequence[Any] = scope.session.execute(query.group_by(prefix)).all()
            yield from ((found, count) for found, count in rows)


def _note(scope: Scope, *, detail: Mapping[str, Any], now: datetime) -> None:
    note_security(scope, "keys_rotated", actor=COMMAND_LINE, detail=detail, now=now)
