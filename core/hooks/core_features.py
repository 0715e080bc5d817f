"""What the core itself lets a tenant set in revisions, as if it were a feature: always on, in every tenant.

Settings and answers are named here and imported when a tenant is read: the stages that own them lie above the hooks.
"""

from core.hooks.contract import API_VERSION, CORE
from core.hooks.features import Feature

ROUTING = Feature(
    id=f"{CORE}.routing",
    label="派单依据",
    summary="现行的职责清单和派单规则：谁的事谁来办，例外写在规则里",
    answers="core.routing.settings",
    settings="core.routing.settings:RoutingSettings",
    plugin=CORE,
    version=API_VERSION,
    hooks=(),
    level="every",
)
PRIVACY = Feature(
    id=f"{CORE}.privacy",
    label="个人信息",
    summary="办结之后，诉求人的联系方式保存多久",
    answers="core.tickets.retention",
    settings="core.tickets.retention:RetentionSettings",
    plugin=CORE,
    version=API_VERSION,
    hooks=(),
    level="every",
)
RATES = Feature(
    id=f"{CORE}.rates",
    label="限流",
    summary="一个地址、一个电话、一个对接系统在一段时间里最多可以来多少",
    answers="core.tenancy.rates",
    settings="core.tenancy.rates:RateSettings",
    plugin=CORE,
    version=API_VERSION,
    hooks=(),
    level="every",
)
CORE_FEATURES = (ROUTING, PRIVACY, RATES)
CORE_IDS = frozenset(feature.id for feature in CORE_FEATURES)
