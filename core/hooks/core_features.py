"""What the core itself lets a tenant set in revisions, as if it were a feature: always on, in every tenant.

Settings and answers are named here and imported when a tenant is read: the stages that own them lie above the hooks.
"""

from core.hooks.contract import API_VERSION, CORE
from core.hooks.features import Feature


def _own(name: str, label: str, summary: str, settings: str, *hooks: str) -> Feature:
    """Return a feature of the core; the module of its `settings`, named as `module:class`, holds its answers too."""
    return Feature(
        id=f"{CORE}.{name}",
        label=label,
        summary=summary,
        answers=settings.partition(":")[0],
        settings=settings,
        plugin=CORE,
        version=API_VERSION,
        hooks=hooks,
        level="every",
    )


ROUTING = _own(
    "routing",
    "派单依据",
    "现行的职责清单和派单规则：谁的事谁来办，例外写在规则里",
    "core.routing.settings:RoutingSettings",
)
PRIVACY = _own("privacy", "个人信息", "办结之后，诉求人的联系方式保存多久", "core.tickets.retention:RetentionSettings")
RATES = _own(
    "rates", "限流", "一个地址、一个电话、一个对接系统在一段时间里最多可以来多少", "core.tenancy.rates:RateSettings"
)
SIGN_IN = _own("sign_in", "登录", "哪些角色只凭密码不能登录", "core.people.second_factor.settings:SignInSettings")
MAIL_INTAKE = _own(
    "mail_intake",
    "邮件收取",
    "从政务邮箱收取来信，登记为工单；没有写收信服务器就不收取",
    "core.intake.mail.settings:MailIntakeSettings",
)
CLEARANCE = _own(
    "clearance",
    "派单前审定",
    "受理席记下的电话工单，是否都要由另一人审定后才派单",
    "core.intake.clearances.settings:ClearanceSettings",
)
PORTAL_INTAKE = _own(
    "portal",
    "网上提交",
    "诉求人在公开页面上不用注册即可提交诉求；没有开通就没有这个页面",
    "core.intake.portal:PortalSettings",
    "check_settings",
)
FACE = _own(
    "face",
    "公开页面",
    "公开页面上的名称、主色、热线和其他电话、欢迎语、停机公告，首页列出哪些入口",
    "core.residents.face:FaceSettings",
)
WECHAT = _own(
    "wechat",
    "微信公众号",
    "居民在本区的服务号里反映诉求、补充、查进度和评价，办理进展发到微信；没有填写 AppID 就不接入",
    "core.intake.wechat.settings:WeChatSettings",
    "check_settings",
)
WEIBO = _own(
    "weibo",
    "微博账号",
    "居民在微博 @ 本区的账号反映诉求，在自己的微博下评论补充和评价，答复以评论发在那里；没有填写账号 UID 就不接入",
    "core.intake.weibo.settings:WeiboSettings",
    "check_settings",
)
ROTA = _own(
    "rota",
    "坐席值守",
    "坐席是否 7×24 小时有人值守：空档提醒系统管理员，紧急诉求用短信告知当班的人",
    "core.people.roster.settings:RotaSettings",
)
SCANNING = _own(
    "scanning",
    "查毒",
    "附件给人看之前，先由哪个查毒服务查过；不写则不查",
    "core.files.scanning:ScanSettings",
    "judge_file",
)
SCREENING = _own(
    "screening",
    "有效诉求初筛",
    "来件不是诉求的由两人先后认定为无效，理由有代码；本区可以另加理由",
    "core.intake.screening.settings:ScreeningSettings",
)
UNDO = _own(
    "undo",
    "撤销",
    "派单、直接答复、审核通过、批示和批量操作之后，多少秒之内可以撤销；到时才执行",
    "core.tickets.undoing:UndoSettings",
)
TELLING = _own(
    "telling",
    "免打扰",
    "短信、邮件和微信通知从几点发到几点；紧急的和答复刚才来说话的人的不受限",
    "core.tickets.hours:TellingSettings",
)
CITY = _own(
    "city",
    "市级统计",
    "市中心把哪些区（市）县编成同类组互相对比；区（市）县自己用不到",
    "core.statistics.gathered.settings:CitySettings",
)
CORE_FEATURES = (
    ROUTING,
    PRIVACY,
    RATES,
    SIGN_IN,
    MAIL_INTAKE,
    PORTAL_INTAKE,
    FACE,
    WECHAT,
    WEIBO,
    ROTA,
    CLEARANCE,
    SCANNING,
    SCREENING,
    UNDO,
    TELLING,
    CITY,
)
CORE_IDS = frozenset(feature.id for feature in CORE_FEATURES)
