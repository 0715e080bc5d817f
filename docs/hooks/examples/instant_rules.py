"""Only what is answered alike every time belongs here; what depends on the case is somebody's to find out."""

from core.hooks import InstantRules, InstantTopic, hookimpl


@hookimpl
def instant_rules():
    hours = InstantTopic(
        words=("办事大厅几点上班", "政务大厅的办公时间"),
        answer="政务服务中心窗口周一至周五 9:00 至 12:00、14:00 至 18:00 办公。",
        source="政务服务中心公告",
        rule_id="elsewhere.instant/hours",
    )
    return [InstantRules(threshold=80, suggest_from=40, topics=(hours,), urgent_words=("着火", "被困"))]
