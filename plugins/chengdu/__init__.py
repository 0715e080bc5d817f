"""What a Chengdu district does 网络理政: every mailbox and number on one platform, answers in 5 or 20 working days.

Appeals about market supervision, urban management, food and drugs or tourism go straight to the front line 工单直派;
danger is told at once and seen on site within the hour; five figures go to the mayor's meeting every month.
"""

from core.hooks import Feature
from plugins.chengdu import channels, limits, metrics, routing, urgent
from plugins.chengdu.settings import (
    ChannelSettings,
    LimitSettings,
    MetricSettings,
    RoutingSettings,
    UrgentSettings,
)

FEATURES: tuple[Feature, ...] = (
    Feature(
        id="chengdu.channels",
        label="网络理政渠道",
        summary="书记、市长和各级政府信箱、12345 热线、论坛、微博、微信、短信、APP 与服务企业信箱统一受理",
        answers=channels,
        settings=ChannelSettings,
    ),
    Feature(
        id="chengdu.limits",
        label="简单复杂两档时限",
        summary="简单诉求 5 个工作日、复杂诉求 20 个工作日内答复，紧急诉求一小时内到现场核实",
        answers=limits,
        settings=LimitSettings,
    ),
    Feature(
        id="chengdu.routing",
        label="工单直派",
        summary="市场监管、城管、食药监、旅游等系统的工单直派一线，其余按职责清单推荐；领导信箱所属单位同步知会",
        answers=routing,
        settings=RoutingSettings,
    ),
    Feature(
        id="chengdu.urgent",
        label="紧急诉求",
        summary="按关键词和涉及人数识别紧急诉求并立即告知；到期前一个工作日亮黄灯，超期告知承办单位和分派台",
        answers=urgent,
        settings=UrgentSettings,
    ),
    Feature(
        id="chengdu.metrics",
        label="月度效能指标",
        summary="回复办理率、诉求解决率、群众满意率（85% 底线）、超期率、平均回复周期",
        answers=metrics,
        settings=MetricSettings,
    ),
)
