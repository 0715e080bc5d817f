"""What Nanhai may set; every default is the practice its article publishes."""

from core.hooks.settings import (
    Line,
    MatterChoice,
    Secret,
    Settings,
    UnitChoice,
    Whole,
    Words,
    WorkDays,
    WorkHours,
)


class ChannelSettings(Settings):
    """Number and account under which residents find the district, and the key of the hotline's platform."""

    hotline = Line(
        load_default="81812345",
        longest=12,
        pattern="[0-9]{5,12}",
        pattern_says="热线号码须为 5 到 12 位数字",
        title="热线号码",
        help="“南海民声”服务热线",
        group="号码与账号",
    )
    weibo_account = Line(
        load_default="南海微力",
        longest=30,
        title="政务微博",
        help="市民 @ 这个账号即可反映诉求",
        group="号码与账号",
    )
    hotline_secret = Secret(
        shortest=24,
        title="热线平台推送密钥",
        help="热线平台用它给推送签名（HMAC-SHA256）；没有设密钥，推送一律不收",
        group="推送接入",
        affects="new",
    )


class LightSettings(Settings):
    """The countdown of the light, and the words that make an appeal very urgent."""

    inquiry_days = WorkDays(
        load_default=1,
        min=1,
        max=10,
        title="咨询类答复时限",
        help="次日起算，最后一个工作日下班前答复",
        group="时限",
    )
    handling_days = WorkDays(
        load_default=5,
        min=1,
        max=30,
        title="办理类答复时限",
        help="咨询以外的诉求",
        group="时限",
    )
    yellow_hours = WorkHours(
        load_default=3,
        min=1,
        max=7,
        title="剩余多少工作小时变黄",
        help="圆点由绿色转为黄色，并发短信提醒责任部门",
        group="信号灯",
    )
    keywords = Words(
        load_default=[
            *("井盖缺失", "井盖不见", "井盖丢失", "井盖被盗", "没有井盖"),
            *("漏电", "触电", "燃气泄漏", "煤气泄漏", "倒塌", "坍塌", "塌陷", "起火", "落水", "被困"),
        ],
        shortest=2,
        longest=20,
        title="非常紧急的关键词",
        help="标题或内容出现任意一词即按紧急诉求处理",
        group="识别",
    )


class DisciplineSettings(Settings):
    """Who supervises, what no unit answers for, and what the yearly performance of a unit is made of."""

    unit = UnitChoice(
        kind="discipline",
        load_default="discipline",
        title="监督单位",
        help="从受理起同步看到每一张工单；超时未答复时在此立案问责",
        group="监督",
        risk="accountability",
    )
    exempt_matters = MatterChoice(
        many=True,
        may_be_empty=True,
        load_default=[],
        title="免予问责的事项",
        help="这些事项超时，不自动立案；需要时由督查人员立案",
        group="免责",
        risk="accountability",
    )
    exempt_words = Words(
        load_default=["已起诉", "法院诉讼", "法院已受理", "申请仲裁", "行政复议", "刑事立案"],  # the article names none
        shortest=2,
        longest=20,
        title="涉诉的词",
        help="标题或内容出现任意一词，视为涉法涉诉，超时不自动立案",
        group="免责",
        risk="accountability",
    )
    on_time_weight = Whole(
        load_default=60,  # the article says that the marks count for the year, not how much
        min=0,
        max=100,
        unit="分",
        title="按时办结的分值",
        help="按时办结率乘以这个分值",
        group="绩效考核",
        risk="accountability",
    )
    satisfied_weight = Whole(
        load_default=40,
        min=0,
        max=100,
        unit="分",
        title="群众满意的分值",
        help="满意率乘以这个分值",
        group="绩效考核",
        risk="accountability",
    )
    overdue_loss = Whole(
        load_default=1,
        min=0,
        max=20,
        unit="分",
        title="每超时一件扣",
        help="按裁定后的超时件数",
        group="绩效考核",
        risk="accountability",
    )
    redo_loss = Whole(
        load_default=2,
        min=0,
        max=20,
        unit="分",
        title="每重办一次扣",
        help="群众不认可、重新办理的次数",
        group="绩效考核",
        risk="accountability",
    )


class LoopSettings(Settings):
    """What a unit has to do before it answers, so that the loop closes at the resident."""

    attempts = Whole(
        load_default=1,  # the article says that the unit reports back, not how often it has to try
        min=1,
        max=5,
        unit="次",
        title="答复前至少联系几次",
        help="诉求人留有电话的，联系上一次即可答复；联系不上的，至少试这么多次",
        group="反馈市民",
    )
