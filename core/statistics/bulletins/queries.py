"""Reading bulletins: as they were frozen, held against their digest."""

from collections.abc import Sequence

from sqlalchemy import func, select

from core.documents.frozen import digest_of, from_text
from core.documents.model import Document
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.statistics.bulletins.in_force import EDITION_LABELS
from core.statistics.bulletins.models import Bulletin, BulletinNaming
from core.statistics.periods import Month
from core.tenancy.scope import Scope

STATE_LABELS = {"draft": "草稿", "approved": "已核准，未发布", "published": "已发布"}
DRAFT_WORDS = "草稿：尚未经第二人核准，不得对外使用。"


class NoSuchBulletin(Refused):
    """The tenant has no bulletin with this number."""

    code = "no-such-bulletin"


class BulletinDamaged(Refused):
    """A bulletin's document is not as it was frozen."""

    code = "bulletin-damaged"


def bulletins(scope: Scope, *, state: str | None = None) -> Sequence[Bulletin]:
    """Return all bulletins, or those in a state, the newest first."""
    asked = select(Bulletin).where(Bulletin.tenant_id == scope.tenant.id).order_by(Bulletin.number.desc())
    return scope.session.scalars(asked if state is None else asked.where(Bulletin.state == state)).all()


def has_published(scope: Scope) -> bool:
    """Tell whether any bulletin was published that has a copy for everybody."""
    asked = (
        select(Bulletin.id)
        .where(Bulletin.tenant_id == scope.tenant.id, Bulletin.state == "published", Bulletin.for_all != "")
        .limit(1)
    )
    return scope.session.scalar(asked) is not None


def get_bulletin(scope: Scope, number: int) -> Bulletin:
    """Return the bulletin with this number. Raises `NoSuchBulletin`."""
    asked = select(Bulletin).where(Bulletin.tenant_id == scope.tenant.id, Bulletin.number == number)
    found = scope.session.scalar(asked)
    if found is None:
        raise NoSuchBulletin(
            said("{name}没有第 {number} 期通报。请从通报列表中选择。", name=scope.tenant.name, number=number)
        )
    return found


def find_newest(scope: Scope, month: Month, edition: str) -> Bulletin | None:
    """Return the newest bulletin of a month and edition: the last correction, where there is one."""
    asked = (
        select(Bulletin)
        .where(Bulletin.tenant_id == scope.tenant.id, Bulletin.month == str(month), Bulletin.edition == edition)
        .order_by(Bulletin.number.desc())
        .limit(1)
    )
    return scope.session.scalar(asked)


def replaced_by(scope: Scope, bulletin: Bulletin) -> Bulletin | None:
    """Return the correction of a bulletin."""
    asked = select(Bulletin).where(Bulletin.tenant_id == scope.tenant.id, Bulletin.replaces_id == bulletin.id)
    return scope.session.scalar(asked)


def namings_of(scope: Scope, bulletin: Bulletin) -> Sequence[BulletinNaming]:
    """Return whom a bulletin proposed to name, in the order of the proposal."""
    asked = (
        select(BulletinNaming)
        .where(BulletinNaming.tenant_id == scope.tenant.id, BulletinNaming.bulletin_id == bulletin.id)
        .order_by(BulletinNaming.id)
    )
    return scope.session.scalars(asked).all()


def undecided(scope: Scope, bulletin: Bulletin) -> int:
    """Return how many of its proposals nobody has decided."""
    asked = select(func.count()).where(
        BulletinNaming.tenant_id == scope.tenant.id,
        BulletinNaming.bulletin_id == bulletin.id,
        BulletinNaming.state == "proposed",
    )
    return scope.session.scalar(asked) or 0


def copy_for_all(bulletin: Bulletin) -> str:
    """Return the text of the copy that everybody reads. Raises `BulletinDamaged`, and `NoSuchBulletin` where it has none."""
    if not bulletin.for_all:
        raise NoSuchBulletin(
            said("第 {number} 期通报没有供公众阅读的文本。请重新统计草稿，或者出更正。", number=bulletin.number)
        )
    _refuse_other(bulletin, bulletin.for_all, bulletin.for_all_sha256)
    return bulletin.for_all


def _refuse_other(bulletin: Bulletin, text: str, sha256: str) -> None:
    if digest_of(text) != sha256:
        raise BulletinDamaged(
            said(
                "第 {number} 期通报的内容与留存的摘要不符，不能使用。请系统维护人员核对数据库并查看安全日志。",
                number=bulletin.number,
            )
        )


def document_of(bulletin: Bulletin) -> Document:
    """Return a bulletin's document; that of a draft says that it is one. Raises `BulletinDamaged`."""
    _refuse_other(bulletin, bulletin.document, bulletin.sha256)
    document = from_text(bulletin.document)
    if bulletin.state != "draft":
        return document
    return Document(
        document.title,
        (*document.lead, DRAFT_WORDS),
        document.sections,
        document.maker,
        document.made_at,
        said("{footer}（草稿）", footer=document.footer),
    )


def name_of(bulletin: Bulletin) -> str:
    """Return what a bulletin is called: `2026年10月通报第 3 期（综合版）`."""
    month = Month.parse(bulletin.month)
    return said(
        "{words}通报第 {number} 期（{edition}）",
        words=word(month.words),
        number=bulletin.number,
        edition=word(EDITION_LABELS[bulletin.edition]),
    )
