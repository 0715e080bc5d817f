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
SIGN_IN = Feature(
    id=f"{CORE}.sign_in",
    label="登录",
    summary="哪些角色只凭密码不能登录",
    answers="core.people.second_factor.settings",
    settings="core.people.second_factor.settings:SignInSettings",
    plugin=CORE,
    version=API_VERSION,
    hooks=(),
    level="every",
)
MAIL_INTAKE = Feature(
    id=f"{CORE}.mail_intake",
    label="邮件收取",
    summary="从政务邮箱收取来信，登记为工单；没有写收信服务器就不收取",
    answers="core.intake.mail.settings",
    settings="core.intake.mail.settings:MailIntakeSettings",
    plugin=CORE,
    version=API_VERSION,
    hooks=(),
    level="every",
)
SCANNING = Feature(
    id=f"{CORE}.scanning",
    label="查毒",
    summary="附件给人看之前，先由哪个查毒服务查过；不写则不查",
    answers="core.files.scanning",
    settings="core.files.scanning:ScanSettings",
    plugin=CORE,
    version=API_VERSION,
    hooks=("judge_file",),
    level="every",
)
CORE_FEATURES = (ROUTING, PRIVACY, RATES, SIGN_IN, MAIL_INTAKE, SCANNING)
CORE_IDS = frozenset(feature.id for feature in CORE_FEATURES)
