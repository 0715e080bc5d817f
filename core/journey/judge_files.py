"""Having one file judged by the features that judge files 查毒, and what becomes of it."""

from datetime import datetime

from core.files.kinds import BY_NAME
from core.files.models import TicketFile
from core.files.scanning import judges, settle
from core.hooks import specs
from core.hooks.table import EffectFailed
from core.hooks.values import FileVerdict, FileView
from core.journey.feature_work.visits import FeatureFailed
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.service import lock_ticket_of_id

NOT_JUDGED = "还没有查成，会再试"
GIVEN_UP = "试了几次没有查成，请系统管理员检查查毒服务"


def judge_file(scope: Scope, file_id: int, *, now: datetime) -> None:
    """Have a file judged that waits for it; one that was judged, or erased meanwhile, has nothing to wait for.

    Raises `FeatureFailed` when a feature does not answer, `FileGone`, `FilesAway`; then it goes on waiting.
    """
    row = scope.session.get(TicketFile, (scope.tenant.id, file_id))
    if row is None or row.state != "waiting" or row.key is None:
        return
    view = FileView(f"{scope.tenant.slug}-{row.id}", BY_NAME[row.kind].name, row.sha256, scope.files.get(row.key))
    verdicts: list[FileVerdict] = []
    for feature_id in judges(scope):
        try:
            verdicts += scope.hooks.perform(specs.judge_file, feature_id, file=view)
        except EffectFailed as failed:
            label = scope.hooks.enabled[feature_id].feature.label
            raise FeatureFailed(
                said("功能“{label}”没有办成：{words}", label=word(label), words=word(failed.failure.words)),
                failed.failure,
            ) from failed
    ticket = lock_ticket_of_id(scope, row.ticket_id)
    scope.session.refresh(row, with_for_update=True)
    if row.state == "waiting":
        settle(scope, ticket, row, verdicts, now=now)


def tell_not_judged(scope: Scope, file_id: int, *, is_last: bool) -> None:
    """Say beside a file that it could not be judged yet, and whether it is still tried."""
    row = scope.session.get(TicketFile, (scope.tenant.id, file_id))
    if row is not None and row.state == "waiting":
        row.finding = GIVEN_UP if is_last else NOT_JUDGED
