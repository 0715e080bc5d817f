"""Whether the features work, and whether what administrators have drafted waits for one of them."""

from collections.abc import Iterator

from core.journey.features.listing import list_features
from core.journey.features.trouble import list_cards
from core.journey.health.signs import Asked, Sign, Tone, some
from core.journey.settings.log import count_waiting
from core.kit.saying import said

LIST = "/admin/features"


def features_work(asked: Asked) -> Iterator[Sign]:
    """Tell of features that fail, are put aside, cannot be used, or are not asked at all."""
    listed = list_features(asked.scope, asked.roster, actor=asked.actor)
    if listed.safe_mode:
        yield Sign(
            "over",
            "系统以安全模式运行：所有功能都不询问，按通用规则办理。",
            remedy="请运维人员排除故障后，不带 HUIYING_SAFE_MODE 重新启动。",
        )
    aside = [line.label for line in listed.features if line.state == "suspended"]
    if aside:
        named, more = some(aside)
        words = said("{count} 项功能停用着，它们管的事按通用规则办理。", count=len(aside))
        yield Sign("over", words, named, more, LIST, "查明原因，恢复")
    unusable = [line.label for line in listed.features if line.state == "incompatible"]
    if unusable:
        named, more = some(unusable)
        words = said("{count} 项启用的功能不能使用，它们管的事按通用规则办理。", count=len(unusable))
        yield Sign("over", words, named, more, LIST, "看原因")
    cards = list_cards(asked.scope, asked.roster, actor=asked.actor)
    if cards:
        named, more = some(
            dict.fromkeys(said("{label}：{words}", label=card.label, words=card.words) for card in cards)
        )
        tone: Tone = "over" if any(card.count > 1 or card.hook == "settings" for card in cards) else "soon"
        yield Sign(
            tone, said("{count} 张待修复：功能出了错。", count=len(cards)), named, more, f"{LIST}#repairs", "去修复"
        )
    for each in listed.quarantined:
        yield Sign(
            "soon",
            said("插件 {plugin} 没有载入：{reason}", plugin=each.plugin, reason=each.reason),
            remedy="请运维人员安装合适的版本。",
        )
    enabling = [line.label for line in listed.features if line.state == "enabling"]
    if enabling:
        named, more = some(enabling)
        yield Sign(
            "soon", said("{count} 项功能启用到一半。", count=len(enabling)), named, more, LIST, "接着办完，或放弃"
        )


def nothing_undecided(asked: Asked) -> Iterator[Sign]:
    """Tell of drafts that wait for somebody."""
    if waiting := count_waiting(asked.scope):
        words = said("{waiting} 次修订等人处理：试算、批准、启用或撤回。", waiting=waiting)
        yield Sign("soon", words, href="/admin/revisions", mend="去处理")
