"""What waits for too long, and what was put away, tenant by tenant."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from core.embedded.doctor.findings import Finding, missing
from core.embedded.services import Services
from core.journey.watching import SEAL_ALARM_AFTER, database_state, lags, standbys
from core.kit.db import Database


def lag_findings(services: Services, *, now: datetime) -> Iterable[Finding]:
    """Look at what is due. Raises sqlalchemy's DBAPIError when the database goes away."""
    database = Database(services.database_url, pool_size=1)
    try:
        if database_state(database) != "ok":  # not there yet, or said already
            return
        for lag in lags(database, now=now):
            if lag.is_behind:
                text = f"{lag.name}（{lag.slug}）的{lag.words}"
                yield missing("积压", text, "确认 huiying up 在运行，后台任务（worker）和时钟（clock）没有报错")
            if lag.dead:
                text = f"{lag.name}（{lag.slug}）有 {lag.dead} 项任务多次失败，已搁置"
                yield missing("搁置的任务", text, f"huiying job dead --tenant {lag.slug} 查看原因，处理后 resume")
            if lag.seal is not None and lag.seal > SEAL_ALARM_AFTER:
                text = f"{lag.name}（{lag.slug}）最近一次封存是 {lag.seal // timedelta(hours=1)} 小时前"
                yield missing("封存", text, "确认时钟（clock）在运行")
        following = standbys(database)
        if following.is_synchronous and not following.count:
            yield missing("备用库", "要求同步备用库，而没有一个连着，提交会一直等待", "查明备用库为何断开")
    finally:
        database.engine.dispose()
