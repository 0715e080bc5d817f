"""What stands before and after a stretch and makes it more, or less, likely a name 人名的上下文."""

import re

TITLE_WORDS = (
    "先生|女士|小姐|太太|师傅|老师|同志|同学|同事|阿姨|大爷|大叔|大妈|大姐|大哥|婆婆|奶奶|爷爷|老人|网友|书记|主任|局长|所长|科长|镇长|乡长|村长"
    "|支书|经理|总监|律师|医生|医师|护士|警官|民警|队长|站长|校长|股长|处长|厅长|院长|教授|教师|部长|组长|秘书长|主席|县长|区长|市长|会长|社长|行长"
    "|厂长|店长|馆长|会计|董事长|教练|法官|检察官|代表|委员|老板|工程师|专员|调研员|夫妇|夫妻|父子|母女|父女|母子|兄弟|姐妹|一家"
)
TITLE = re.compile(rf"(?:原|时任|副|总)?(?:{TITLE_WORDS})")
COURTESY = re.compile(
    "先生|女士|小姐|太太|师傅|老师|同志|同学|阿姨|大爷|大叔|大妈|大姐|大哥|婆婆|奶奶|爷爷|警官|律师|医生|护士"
)
"""Titles that stand behind a surname alone and mean a person beyond doubt; those of offices follow other words as well."""
_ANNOUNCING = (
    "我叫|我是|本人|姓名|名字|名叫|叫做|叫|名为|联系人|当事人|投诉人|举报人|反映人|经办人|承办人|负责人|责任人|法人|法定代表人|法人代表|代表人|工作人员"
    "|执法人员|管理人员|民警|辅警|干警|社工|网格员|村民|居民|业主|户主|租户|住户|租客|房东|学生|学员|同学|教师|老师|司机|驾驶员|乘客|家属|丈夫|妻子"
    "|夫人|父亲|母亲|儿子|女儿|之子|之女|之妻|之夫|弟弟|哥哥|姐姐|妹妹|孙子|孙女|儿媳|女婿|姐夫|邻居|书记|主任|局长|所长|科长|镇长|乡长|村长|支书"
    "|经理|总监|站长|队长|校长|股长|处长|县长|区长|市长|省长|院长|组长|秘书长|秘书|专干|干部|会计|出纳|医生|护士|律师|教授|同志|老板|店主|店长|车主"
    "|死者|伤者|患者|病人|受害人|被害人|嫌疑人|被告|原告|申请人|执行人|被告人|信访人|上访人|来信人|投资人|承包人|承租人|出租人|当事方|见证人|证人"
    "|监护人|继承人|受益人|权利人|债权人|债务人|经营者|老人|女士|先生|男子|女子|男童|女童|小孩|孩子|其子|其女|其妻|其夫|其父|其母|其弟|其兄|其姐"
    "|其妹|其哥|妻|夫|子|女|父|母|员工|职工|主席|代表|委员|董事长|保安|厂长|工程师|约谈|联系到|找到|咨询人|网友|网民|保洁员|护林员|楼长|楼栋长"
    "|物管|客户|户|尊敬的|敬爱的"
)
ANNOUNCING = re.compile(rf"(?:{_ANNOUNCING})[：:，,（(“\"\s]*$")
NAMED = re.compile(
    r"(?:姓名|联系人|经办人|承办人|责任人|法定代表人|法人代表)(?:是|为)?[：:\s]{1,3}([\u4e00-\u9fff·]{2,12})"
    r"(?=[，,。；;、！!\s（(）)\d]|$|电话|联系)"
)
"""A word that announces a name, and what follows up to the next sign; it may be a unit as well."""
CALLED = re.compile(r"(?:名叫|我叫|名字叫|名字是|叫做)([\u4e00-\u9fff·]{2,5})(?=[，,。；;、！!\s（(）)]|$)")
CHILD = re.compile(
    r"(?:女儿|儿子|孙女|孙子|弟弟|妹妹|孩子|小孩|患儿|女童|男童|受害人|被害人|学生)(小[\u4e00-\u9fff])(?![学区组时孩型])(?=[（(，,、。和与在被已]|$)"
)
"""A child, or somebody who suffered something, by a pet name."""
OFFICE = re.compile(
    "(?:科|室|股|局|办|中心|处|站|所|院|队|部|委|会|公司|人员|单位|主任|热线|平台|专线|窗口|大厅|社区|街道|同上|如下|本人|业主|村民|居民|代表|名单)$"
)
CLAUSE_BEGINS = re.compile(r"(?:^|[、，,。；;：:（(“\"！!？?\s]|[由与和向经对同及将让请给找为系是按因]|关于|对于)$")
CLAUSE_ENDS = re.compile(r"[、，,。；;：:（(）)”\"\s！!？?]|$")
SAYS = re.compile("反映|表示|自称|声称|认为|来电|来访|来信|投诉|举报|提出|同意|承诺")
AFTER_NAME = re.compile(
    "都|称|说|要求|在|于|与|和|及|等|的|到|因|将|已|未|为|是|系|从|向|对|以|被|又|也|均|曾|家|户|本人|两人"
    "|二人|三人|之|提供|办理|申请|所|签|收|带领|汇报|组织|负责|持|驾|患|名下|承包|经营"
)
PLACE = re.compile(
    "[一二三四五六七八九十]{1,2}(?:组|队|村|栋|号|社|期|路|里)|郡|堤|轩|邸|墅|庭|阁|汇城|都(?=小区|[，。；、]|$)|安置|路|街|大道|巷|村|镇|乡|县|市|区|省|州|社区|小区|组|桥|河|湖|江|山|岭|坡|坪|塘|冲|湾|垅|垸|坝|水库|庙|寺|祠|墓|塔|楼|苑|园|府|城|广场|花园|公寓"
    "|大厦|中学|小学|学校|幼儿园|医院|诊所|酒店|宾馆|饭店|超市|公司|集团|厂|矿|站|铁路|高速|线|工程|项目|派出所|街道|片区|公园|景区|门|井|店|馆|沟|坎|台|垭|岗|坂|嘴|咀|畈|埠|圩|屋场"
    "|庄|港|洲|岛|口|坳|洞|段|隧道|地块|置业|地产|物业|投资|建设|科技|实业|驾校|银行|电力|林场|农场|市场|农业|旅游|商贸|中路|东路|西路|南路|北路"
    "|管区|办事处|自然村|居委会|机械|重工|牌|食品|餐饮|药业|汽车|家居|美术馆|纪念|故居|国际|新城|半岛|体育|家园|大队|水系|流域"
)
COMPANY = re.compile(
    r"(?:(?![在到与和于是向的对从去就将进反为])[\u4e00-\u9fff]){0,5}"
    r"(?:有限|公司|幼儿园|小区|花园|家园|公寓|广场|驾校|楼盘|餐饮|置业|培训|合作社|自然村|收费站|水库|会所|汽修|医院|建材|中学|小学|学校|大道|路|站|镇|村|乡"
    r"|苑|郡|林场|公园|项目|店)"
)
PLACE_BEFORE = re.compile(r"[A-Za-z0-9][区县市镇]?$|(?:位于|地处|途经|途径|开往|起于|止于|沿)$")
DOCUMENT_NUMBER = re.compile(r"[\u4e00-\u9fff]{0,3}(?:[\[〔【（(]{1,2}(?:19|20)\d\d[\]〕】）)]|字?第\d+号|\d+号令)")
LAST_OF_PLACE = frozenset("市省州镇村路街县巷乡区庭苑线站局办委处科所院部队室厅会校组店厂城府栋")
"""A stretch that ends so is a place or an office, not a name."""
OFTEN_OF_PLACE = frozenset("桥塘冲湾坪坡岭洲园湖河江山溪洞坳塅垅垸坝港沟庄寨屋墩岗垄湘渡桃")
"""A stretch that ends so is as often a place."""
HOUSE = frozenset("家")
"""Between two others it speaks for a place even more."""
MIDDLE_OF_PLACE = frozenset("桥塘冲湾坪坡岭洞坳塅垅垸坝港沟庄寨屋墩岗垄溪")
"""Characters between the first and the last of three that speak for a place."""
NOT_GIVEN = frozenset("的了是在不我你他她它们这那及等就都其所被把将让给也还并则因没很个您吗呢吧啊未已仍却过")


PARTICLES = frozenset("于向和时任方成应由原但从将同与来是所过以多再为当区生支计平付包分班车国边文万武强那司镇沙江龙金")
"""Surnames that are as often another word, or the end of one: alone before an office they are not taken for a name."""
SPOKEN_SURNAMES = frozenset("万武江龙金方文")
"""Of those, the ones that are good surnames where more than an office follows."""


def weight(text: str, start: int, end: int) -> float:
    """Return how much more likely what stands around makes the stretch a name, as a logarithm; negative = less likely."""
    before, after, last = text[max(0, start - 12) : start], text[end : end + 14], text[end - 1]
    is_titled, is_announced = bool(TITLE.match(after)), bool(ANNOUNCING.search(before))
    odds = 4.5 * is_titled + 3.5 * is_announced
    if before[-1:] in "（(" and after[:1] in "）)" and before and after:
        odds += 1.5
    if CLAUSE_ENDS.match(after):
        odds += 0.7
    elif SAYS.match(after):
        odds += 2.5
    elif AFTER_NAME.match(after):
        odds += 1.0
    elif not is_titled:
        odds -= 1.0
    if CLAUSE_BEGINS.search(before):
        odds += 0.7
    elif not is_announced and text[start] in PARTICLES - SPOKEN_SURNAMES:
        odds -= 3.0
    if not is_titled:
        if PLACE.match(after):
            odds -= 4.5
        elif COMPANY.match(after):
            odds -= 1.0 if is_announced else 2.5
        if last in OFTEN_OF_PLACE:
            odds -= 1.0 if is_announced else 4.5
    if end - start == 3 and not (is_titled or is_announced):
        odds -= 5.0 if text[start + 1] in HOUSE else 2.5 if text[start + 1] in MIDDLE_OF_PLACE else 0.0
    if end - start > 1 and (last in LAST_OF_PLACE or text[start + 1] in LAST_OF_PLACE):
        odds -= 8.0
    if after[:1] in HOUSE and last in OFTEN_OF_PLACE:
        odds -= 3.0
    if DOCUMENT_NUMBER.match(after):
        odds -= 9.0
    if PLACE_BEFORE.search(before):
        odds -= 4.0
    return odds
