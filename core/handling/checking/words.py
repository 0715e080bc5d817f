"""The words of appeals and replies without a dictionary: what every letter says is passed over, the rest is what it is about.

A text is cut where courtesy, connecting words and the language of offices stand, at marks and at characters that only join.
What is left are phrases; two phrases have to do with each other when they share a pair of neighbouring characters. A number,
and a word in Latin letters, counts as one character.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

COURTESY = """
您好 你好 尊敬的 尊敬 敬爱的 敬爱 领导 书记 市长 县长 区长 局长 主任 各位 请问 咨询 想问 问一下 反映 反应 投诉 举报 建议 希望 请求 要求 求助 呼吁 盼望 期盼
恳请 恳求 强烈 谢谢 感谢 麻烦 帮忙 帮助 祝您 祝 工作顺利 生活愉快 理解 支持 关心 关注 信任 监督 宝贵 意见 欢迎 网友 市民 居民 村民 业主 群众 百姓 老百姓
人民 诉求人 来电人 投诉人 反映人 先生 女士 同志 本人 我们 你们 他们 她们 自己 大家 问题 情况 事情 事项 诉求 来信 来电 来访 留言 信件 函件 帖子 网帖 平台 栏目
"""
JOINING = """
关于 对于 有关 相关 这个 那个 这些 那些 这样 那样 什么 怎么 怎样 如何 为什么 为何 是否 能否 可否 能不能 可不可以 何时 什么时候 多少 多久 哪里 哪儿 哪个 哪些
现在 目前 已经 已于 一直 没有 不能 不是 就是 还是 但是 可是 因为 所以 如果 如有 虽然 而且 并且 或者 以及 同时 另外 因此 为此 由于 通过 根据 按照 依据 结合 针对
可以 可能 应该 应当 需要 必须 一下 一个 一些 一种 一样 一定 一次 两个 其中 其他 其它 所有 全部 任何 非常 特别 十分 比较 很多 许多 多次 长期 经常 每天 每年 每次
今年 去年 明年 今天 昨天 当天 近期 日前 今后 年月 月份 时候 时间 期间 过程 当时 之后 以后 之前 以前 然后 至今 以来 起来 出来 下来 过来 上去 进来 开始 继续 再次
不知道 知道 不到 不了 存在 出现 发生 造成 导致 影响 严重 附近 旁边 周边 地方 方面 左右 部分 直接 属于 位于 作为 成为 所在 包括 还有 以上 以下 如下 第一 第二 第三
一是 二是 三是 四是 分别 确实 基本 真正 实际 具体 详细 不同 相同 方式 原因 结果 现象 目的 内容 范围 条件 程序 标准 方案 措施 办法 计划 数量 上述 有一 下一步 进一步
"""
OFFICE = """
解决 处理 办理 落实 调查 核实 核查 核处 查实 回复 答复 回应 反馈 告知 说明 解释 收悉 收到 接到 转办 转交 交办 已转 已收 现将 现就 特此 经查 经调查 经核实 经了解 了解
部门 政府 单位 机关 我局 我办 我镇 我街道 我区 我市 我县 我校 我院 街道办事处 办事处 街道办 管委会 委员会 局机关 办公室 指挥部 有限公司 公司 工作人员 工作 人员 负责人 负责
高度重视 重视 立即 及时 尽快 早日 积极 认真 严格 切实 努力 全面 做好 加强 加大 加快 力度 推进 开展 组织 安排 实施 实行 采取 进行 完成 完善 改善 提高 提升 促进 保障
确保 保证 管理 监管 服务 规定 规范 规划 政策 文件 通知 条例 法规 法律 依法 依规 合法 违法 符合 属实 不属实 部分属实 合理 不合理 研究 考虑 讨论 会议 召开 决定 明确 确定
协调 沟通 联系 对接 联合 配合 督促 责令 要求 检查 整改 整治 行动 现场 实地 到位 有效 统一 综合 重点 集中 日常 正常 良好 满意 满足 需求 困难 方便 不便 发现 提出 提供
予以 给予 相应 同意 批准 审批 审核 申请 登记 备案 办结 受理 编号 拨打 致电 电话 咨询电话 联系电话 疑问 任何 发展 建设 社会 国家 城市 中国 生活 经济 行政 执法 承诺
精神 资料 材料 信息 进入 期待 耐心 等待 放心 特此回复 专此 此复 得到 取得 增加 选择 表示 争取 可证 阶段 前期 正在 启动 正式 预计 将在 今后
"""
BROAD = """
小区 社区 街道 学校 小学 中学 学生 家长 老师 教师 教育 交通 项目 工程 环境 安全 开发 市场 中心 道路 公路 大道 路段 路口 农村 乡镇 城乡 地区 区域 无法 物业 建筑 施工 改造 收费 费用
出行 公交 车辆 房屋 住房 医院 医疗 使用 设施 设备 设置 面积 手续 维护 企业 机构 资源 资金 公共 开工 建成 免费 收取 缴纳 非法 违规 经营 网络 系统 上级 当地 本地 全市 全区 全国 开发商 职工 劳动 人行 行人 绿化
"""
"""What half a town's letters are about: such a word alone does not show that a reply means this appeal."""
BROAD_PAIRS = frozenset(pair for word in BROAD.split() for pair in pairwise(word))
EVERYWHERE = tuple(sorted({*COURTESY.split(), *JOINING.split(), *OFFICE.split()}, key=lambda word: (-len(word), word)))
"""Words that any letter may hold, of whatever; the longest first."""
JOINTS = frozenset(
    "的了吗呢吧啊呀嘛我你您他她它们是在和与及或也都就还又很着过把被给让请这那哪么什怎为以于从到向由并而且但因所其之将已未不没有能可要想去来说对等得个些每各该此再只才更最太好至经现如"
)
"""Characters that join others: a phrase ends before them."""
DAY = r"(?:19|20)\d\d年[底初度]?|\d{1,2}月(?:份|\d{1,2}[日号])?|\d{1,2}[日时点分](?!线)"
_SKIPPED = re.compile("|".join((DAY, *map(re.escape, EVERYWHERE))))
_UNIT = re.compile(r"[A-Za-z]*\d+(?:\.\d+)?[A-Za-z]*|[A-Za-z]{2,}|[\u3400-\u9fff]|.", re.DOTALL)
_HAN = re.compile(r"[\u3400-\u9fff]")
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of a text that says what it is about: its words, where it begins, and where each of its characters does."""

    words: str
    units: tuple[str, ...]
    starts: tuple[int, ...]

    @property
    def pairs(self) -> frozenset[Pair]:
        """Its neighbouring characters."""
        return frozenset(pairwise(self.units))

    @property
    def span(self) -> tuple[int, int]:
        return self.starts[0], self.starts[-1] + len(self.units[-1])


def phrases_of(text: str) -> Sequence[Phrase]:
    """Return the phrases of a text in order; one of a single character is none, nor is one of numbers alone."""
    return tuple(_phrases(text))


def pairs_of(text: str) -> frozenset[Pair]:
    """Return all pairs of a text's phrases."""
    return frozenset().union(*(each.pairs for each in phrases_of(text)))


def _phrases(text: str) -> Iterator[Phrase]:
    bare = _SKIPPED.sub(lambda found: "\n" * len(found[0]), text)
    units: list[str] = []
    starts: list[int] = []
    for found in [*_UNIT.finditer(bare), None]:
        unit = found[0] if found else "\n"
        if found and (len(unit) > 1 or unit.isdigit() or (_HAN.match(unit) and unit not in JOINTS)):
            units.append(unit.lower())
            starts.append(found.start())
            continue
        if unit == " " and units and units[-1][-1].isdigit():
            continue  # people set numbers apart: 19 户 is 19户
        if len(units) > 1 and any(_HAN.match(each) for each in units):
            yield Phrase(text[starts[0] : starts[-1] + len(units[-1])], tuple(units), tuple(starts))
        units, starts = [], []
