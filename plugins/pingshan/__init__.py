"""What Pingshan does 一网统管: one entrance, one duty list, nobody passes the ball.

The duty list decides who handles an appeal, on what legal basis and how fast; community centres take in at their
counters and no longer have to catch what nobody wants; a numbered letter reminds the unit whose time runs out.
"""

from core.hooks import Feature
from plugins.pingshan import channels, duty_list, metrics, reminder
from plugins.pingshan.settings import ChannelSettings, DutyListSettings, ReminderSettings

FEATURES: tuple[Feature, ...] = (
    Feature(
        id="pingshan.channels",
        label="民生诉求统一入口",
        summary="以“@坪山”微信入口为主，整合热线、数字城管、网格、政府邮箱、人大代表解民忧、微博和社区党群服务中心",
        answers=channels,
        settings=ChannelSettings,
    ),
    Feature(
        id="pingshan.duty_list",
        label="职责清单",
        summary="按《“一网统管”职责清单》确定处置责任主体、处置时限和到场时限，直接分拨，杜绝“踢皮球”",
        answers=duty_list,
        settings=DutyListSettings,
    ),
    Feature(
        id="pingshan.reminder",
        label="提醒函",
        summary="时限将到或超期时，给处置责任主体发提醒和编号的提醒函",
        answers=reminder,
        settings=ReminderSettings,
    ),
    Feature(
        id="pingshan.metrics",
        label="办结指标",
        summary="办结率和当日办结占比",
        answers=metrics,
    ),
)
