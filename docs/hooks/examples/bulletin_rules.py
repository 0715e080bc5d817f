"""Topics are found by words in the names of matters; a matter may belong to several."""

from core.hooks import BulletinRules, hookimpl


@hookimpl
def bulletin_rules():
    return [
        BulletinRules(
            rule_id="elsewhere.bulletin/rules",
            reason="每季度讲评，低于 80% 的点名",
            top=5,
            audience="区长办公会",
        )
    ]
