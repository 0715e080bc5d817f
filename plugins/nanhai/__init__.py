"""What Nanhai does 三网融合: ask, administer and supervise on one net, from the resident and back to the resident.

Every appeal gets a dot and a countdown: green, yellow with three hours left, red when the time is up. The discipline
commission sees each ticket as soon as the responsible unit does, and opens a case when the dot turns red.
"""

from core.hooks import Feature
from plugins.nanhai import channels, discipline, light, metrics
from plugins.nanhai.settings import ChannelSettings, DisciplineSettings, LightSettings

FEATURES: tuple[Feature, ...] = (
    Feature(
        id="nanhai.channels",
        label="网络问政渠道",
        summary="@南海微力 微博、81812345 热线、微信、网络发言平台、网上信访和微访谈集中登记",
        answers=channels,
        settings=ChannelSettings,
    ),
    Feature(
        id="nanhai.light",
        label="倒计时圆点",
        summary="咨询类 1 个工作日、办理类 5 个工作日；剩 3 小时变黄并短信提醒，超时变红",
        answers=light,
        settings=LightSettings,
    ),
    Feature(
        id="nanhai.discipline",
        label="纪委同步监督",
        summary="纪委监察部门从受理起同步看到每张工单，超时未答复即立案问责",
        answers=discipline,
        settings=DisciplineSettings,
    ),
    Feature(
        id="nanhai.metrics",
        label="监督考核指标",
        summary="按时办结率和来电满意率",
        answers=metrics,
    ),
)
