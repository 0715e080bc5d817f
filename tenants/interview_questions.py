"""Questions for the demonstration of live interviews: invented, as residents of a Foshan town might ask them, the same every time.

No two distinct ones are about the same trouble at the same place of a unit, so that what is to be merged is known beforehand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

UNITS = {
    "桂城街道办事处": (
        "夏东",
        "夏西",
        "平洲",
        "叠北",
        "叠南",
        "石肯",
        "雷岗",
        "南约",
        "东二",
        "千灯湖",
        "怡海",
        "灯湖西",
    ),
    "大沥镇人民政府": ("盐步", "黄岐", "沙溪", "联滘", "平地", "钟边", "曹边", "横江", "泌冲", "河西", "水头", "太平"),
    "里水镇人民政府": ("和顺", "草场", "河村", "赤山", "甘蕉", "岗联", "胜利", "大步", "洲村", "得胜", "金溪", "邓岗"),
    "狮山镇人民政府": ("官窑", "松岗", "小塘", "兴贤", "永安", "大榄", "石碣", "虹岭", "塘头", "谭边", "狮岭", "莲塘"),
    "西樵镇人民政府": (
        "官山",
        "民乐",
        "大同",
        "简村",
        "崇南",
        "联新",
        "太平墟",
        "儒溪",
        "稔岗",
        "上金瓯",
        "河岗",
        "显岗",
    ),
    "丹灶镇人民政府": (
        "金沙",
        "联沙",
        "横江墟",
        "仙岗",
        "南沙",
        "罗行",
        "上安",
        "下安",
        "建设村",
        "云溪",
        "西联",
        "新农",
    ),
    "九江镇人民政府": ("沙头", "河清", "烟南", "上东", "下西", "梅圳", "水南", "海寿", "新龙", "南金", "沙咀", "镇南"),
    "罗村社会管理处": ("务庄", "寨边", "联星", "街边", "沙坑", "联和", "罗湖", "芦塘", "下柏", "上柏", "招大", "塱沙"),
}
"""Units that can be asked, as they are called, and places where something may be amiss; some of them invented."""
TROUBLES = (
    ("{}市场门口的路灯不亮半个月了", "晚上买菜都要打手电"),
    ("{}小学旁边的人行道破损得厉害", "小孩上学容易绊倒"),
    ("{}大街每逢大雨就水浸街", "铺面年年进水"),
    ("{}村口的垃圾桶三天没人清", "苍蝇多到开不了窗"),
    ("{}工业区夜里有很重的喷漆异味", "家里老人咳个不停"),
    ("{}村边的河涌又黑又臭", "以前还能游泳"),
    ("{}路口下班时间天天堵车", "一公里要走半个钟"),
    ("{}到地铁站的公交班次太少", "早上等四十分钟"),
    ("{}菜市场外走鬼摆满一条街", "单车都推不过去"),
    ("{}旧楼顶层有人加建铁皮房", "挡了后面的光"),
    ("{}停车场收费比隔壁贵一倍", "也没有公示"),
    ("{}公园的健身器材坏了几件", "老人家没地方活动"),
    ("{}的公厕锁了大半年", "街坊要绕很远"),
    ("{}的工地半夜还在打桩施工噪音很大", "第二天没法上班"),
    ("{}一带泥头车不盖布扬尘很大", "阳台一天一层灰"),
    ("{}这边自来水水压不够", "六楼洗澡要等半夜"),
    ("{}片区一到夏天就跳闸停电", "冰箱里的菜都坏了"),
    ("{}新楼盘的管道燃气还没通", "交了初装费一年了"),
    ("{}村里的宽带网速慢", "只有一家可以选"),
    ("{}小区的物业费说涨就涨", "业委会也没有开会"),
    ("{}的外来工子女积分入学学位够不够", "听说又要提高分数"),
    ("{}幼儿园收费里有一项说不清", "老师说是自愿"),
    ("{}卫生站看病要排一上午", "能不能多来一个医生"),
    ("{}的孩子打疫苗要跑到镇上", "一来一回就是半天"),
    ("{}有家厂拖欠工资两个月", "几十个工友在等"),
    ("{}的灵活就业人员怎么参保社保", "问了几次说法不同"),
    ("{}的宅基地十年没有批过", "分了家还挤在一起"),
    ("{}安置房的房产证办了三年", "一直说在排队"),
    ("{}什么时候有公租房可以申请", "我们夫妻都在这里打工"),
    ("{}的低保户今年怎么复核", "阿婆自己走不动"),
    ("{}想建一个老人活动中心", "白天没有地方坐"),
    ("{}居委会办事要跑几趟", "材料清单能不能贴出来"),
    ("{}的绿道断在半路", "骑车要下来走马路"),
    ("{}图书馆分馆几点关门", "下班去总是关着"),
    ("{}的鱼塘今年发病多", "想请人来看看"),
    ("{}小作坊没有牌照还在生产", "就在住宅楼下"),
    ("{}餐馆的油烟直接排到巷子", "衣服晾不出去"),
    ("{}路边的广告牌歪了", "打台风时怕掉下来"),
    ("{}楼梯间的消防通道堆满杂物", "说了几次没人搬"),
    ("{}治安岗晚上没人", "最近有人丢了单车"),
)
"""What residents ask about, at a place, with why it troubles them."""
OPENINGS = ("请问镇长，", "想问一下，", "领导好，", "", "", "", "街坊都想知道，", "反映一件事，", "你好，", "主任好，")
CLOSINGS = (
    "，什么时候解决？",
    "，有没有计划？",
    "，谁来管？",
    "，能不能处理一下？",
    "，打算怎样办？",
    "，盼回复。",
    "，请跟进。",
)
MARKS = ("😡", "🙏", "😂", "👍", "！！", "……", " ", "？？")
ASIDE = (
    "加微信领优惠券，全场八折",
    "招聘兼职日结工资，详情私信",
    "今晚球赛谁赢？",
    "沙发！前排围观",
    "专业疏通下水道，价格便宜",
    "顶一个，路过",
)
"""What is said in an interview and asks nothing of anybody."""
PLACES = ("微博", "微博", "微博", "网页", "微信", "电话")
FIRST_NAMES = (
    "阿强",
    "阿珍",
    "小敏",
    "大头",
    "肥仔",
    "细妹",
    "老陈",
    "师奶",
    "骑单车的人",
    "夜归人",
    "早茶客",
    "新南海人",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many questions there are of each kind: answered live, set aside, doubled, distinct, and alike to one of those."""

    live: int
    aside: int
    doubled: int
    distinct: int
    alike: int

    @property
    def asked(self) -> int:
        return self.live + self.aside + self.doubled + self.distinct + self.alike


@dataclass(frozen=True, slots=True)
class Line:
    """One question as it stands in the file. `is_live`: it is answered live; `is_aside`: it asks nothing of anybody."""

    number: str
    text: str
    handle: str
    phone: str
    unit: str
    location: str
    minute: float
    place: str
    is_live: bool = False
    is_aside: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        return self.number, self.text, self.handle, self.phone, self.unit, self.location, self.place


def lines(session: str, wanted: Wanted, *, hosts: Sequence[str], minutes: int, part: int) -> list[Line]:
    """Return the questions of a session in the order in which they were asked.

    `hosts` are the units whose heads answer: most are asked of them. Of two sessions, `part` 0 and 1, none asks what the
    other does.
    """
    chance = Random(f"huiying/{session}")  # noqa: S311 -- invented words, the same every time  # nosec B311
    asking = _Asking(session, chance, minutes)
    distinct = list(_distinct(chance, hosts, part, wanted.live + wanted.distinct))
    live = [asking.line(*each, is_live=True) for each in distinct[: wanted.live]]
    first = [asking.line(*each) for each in distinct[wanted.live :]]
    alike = [asking.again(first[place % len(first)], by_another=True) for place in _skewed(chance, wanted.alike)]
    doubled = [asking.again(each, by_another=False) for each in chance.sample(first, wanted.doubled)]
    aside = [asking.line("", "", ASIDE[place % len(ASIDE)], is_aside=True) for place in range(wanted.aside)]
    return sorted([*live, *first, *alike, *doubled, *aside], key=lambda line: (line.minute, line.number))


@dataclass(slots=True)
class _Asking:
    """Who asks when, and by which place; each with a number and, unless the same person asks again, a name of their own."""

    session: str
    chance: Random
    minutes: int
    count: int = 0

    def line(
        self, unit: str, location: str, text: str, *, is_live: bool = False, is_aside: bool = False, begins: float = 0
    ) -> Line:
        self.count += 1
        return Line(
            number=f"{self.session}-{self.count:05}",
            text=text,
            handle=f"{self.chance.choice(FIRST_NAMES)}{self.session[-2:]}{self.count:04}",
            phone=f"100{self.session[-2:]}{self.count:06}" if self.chance.random() < 0.7 else "",  # no network has such
            unit=unit,
            location=location,
            minute=self.chance.uniform(begins, self.minutes),
            place=self.chance.choice(PLACES),
            is_live=is_live,
            is_aside=is_aside,
        )

    def again(self, line: Line, *, by_another: bool) -> Line:
        """Return the question once more with other marks, later on."""
        mark, text = self.chance.choice(MARKS), line.text
        said = text[:-1] + mark if self.chance.random() < 0.5 else f"{mark}{text}"
        other = self.line(line.unit, line.location, said, begins=line.minute)
        if by_another:
            return other
        return Line(other.number, said, line.handle, line.phone, line.unit, line.location, other.minute, line.place)


def _distinct(chance: Random, hosts: Sequence[str], part: int, count: int) -> Iterator[tuple[str, str, str]]:
    """Yield unit, place and text of so many questions, each about another trouble or place; four in five ask the hosts."""
    found = [
        (unit, place, trouble)
        for unit, places in UNITS.items()
        for number, (place, trouble) in enumerate(product(places, TROUBLES))
        if number % 2 == part
    ]
    chance.shuffle(found)
    asked = [each for each in found if each[0] in hosts][: count * 4 // 5]
    asked += [each for each in found if each[0] not in hosts][: count - len(asked)]
    chance.shuffle(asked)
    for unit, place, (trouble, why) in asked:
        opening, closing = chance.choice(OPENINGS), chance.choice(CLOSINGS)
        yield unit, f"{place}一带", f"{opening}{trouble.format(place)}，{why}{closing}"


def _skewed(chance: Random, count: int) -> Iterator[int]:
    """Yield places so that a few questions have many that are like them, as when a whole village asks."""
    for _ in range(count):
        yield int(chance.paretovariate(0.6)) - 1
