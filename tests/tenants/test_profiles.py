"""Reading a district's folder: what it becomes, and what is said when something in it is wrong."""

from pathlib import Path

import pytest

from core.hooks.values import Budget
from core.units.catalogue.duplicates import suggest_duplicates
from core.units.catalogue.figures import figures_of
from tenants.accounts import AccountFact
from tenants.duties import DutyFact, catalogue_of
from tenants.faults import FactsUnusable
from tenants.profile import Profile, read_profile, read_profiles, shipped_profiles
from tenants.units import UnitFact
from tests.tenants.making import AREAS, GOOD, RULES, make_folder

UNITS = GOOD["units.csv"]
UNITS_ELSEWHERE = UNITS.replace("\n", ",\n").replace("mail,\n", "mail,tenant\n")
DUTIES = GOOD["duties.csv"]

PROFILE = GOOD["profile.toml"]
ACCOUNTS = GOOD["accounts.toml"]


def with_area(row: str) -> str:
    """Return the good duties with a column for areas, and these rows after them."""
    header, *lines = DUTIES.splitlines()
    return "\n".join([f"{header},area", *(f"{line}," for line in lines), row, ""])


def faults_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(FactsUnusable) as refused:
        read_profile(folder)
    return refused.value.faults


def test_a_folder_becomes_one_value(tmp_path: Path) -> None:
    profile = read_profile(make_folder(tmp_path))

    assert profile == Profile(
        slug="xinqu",
        name="新区",
        kind="district",
        zone="Asia/Shanghai",
        serial_prefix="XQ",
        members=(),
        features=("city.light",),
        settings={"city.light": {"yellow_hours": 3}},
        units=(
            UnitFact("desk", "派单台", "dispatch_desk", None, "138 0000 0001", "desk@xinqu.example"),
            UnitFact("street", "东街街道办事处", "street", None),
            UnitFact("street-cg", "城市管理科", "section", "street"),
        ),
        duties=(
            DutyFact(
                code="D01",
                category="市政",
                subcategory="路面破损",
                keywords=("路面坑洼", "坑洞"),
                lead="street-cg",
                co=("desk", "street"),
                limit=Budget("wall", 24 * 3600),
                on_site=Budget("wall", 3600),
                legal_basis="《城市道路管理条例》",
                standard="修补平整",
                guide="问清路名和坑洞大小",
            ),
            DutyFact("D02", "市政", "路灯", ("路灯不亮",), "street-cg", (), Budget("wd_eod", 5), None, "", "", ""),
            DutyFact("D03", "政务", "咨询", (), "desk", (), None, None, "", "", ""),
        ),
        calendar_toml=GOOD["workdays.toml"],
        accounts=(AccountFact("xq-jieban", "田一禾", ("clerk",), "street-cg"),),
    )


def test_every_shipped_profile_reads_clean() -> None:
    profiles = {profile.slug: profile for profile in shipped_profiles()}

    assert list(profiles) == [
        "chengdu-gaoxin",
        "chengdu-jinjiang",
        "chengdu-xindu",
        "nanhai",
        "pingshan",
        "sandbox",
        "center",
    ]
    assert {slug: profile.kind for slug, profile in profiles.items() if profile.kind == "city"} == {"center": "city"}
    assert profiles["center"].members == tuple(slug for slug in profiles["center"].members if slug in profiles)
    assert set(profiles["center"].members) == set(profiles) - {"center"}
    assert profiles["sandbox"].features == ()


def test_the_published_units_are_there() -> None:
    names = {profile.slug: {unit.name for unit in profile.units} for profile in shipped_profiles()}

    assert {"高新区网络理政办", "石羊街道办事处", "成都市路灯管理处", "高新区社会事业局", "成都市生态环境局"} <= names[
        "chengdu-gaoxin"
    ]
    assert {"锦江区教育局", "成都市公安局锦江区分局", "锦江区网络理政办"} <= names["chengdu-jinjiang"]
    assert "新都区城管局" in names["chengdu-xindu"]
    assert {"坪山区民生诉求中心", "坪山区政务服务数据管理局"} <= names["pingshan"]
    assert {"南海区政务服务中心", "罗村社会管理处"} <= names["nanhai"]


def test_nanhai_has_its_82_members_and_the_eight_that_held_live_interviews() -> None:
    nanhai = next(profile for profile in shipped_profiles() if profile.slug == "nanhai")
    members = {unit.code: unit for unit in nanhai.units if unit.member}

    assert len(members) == 82
    assert {unit.name for unit in members.values() if unit.kind == "street"} == {
        "桂城街道办事处",
        "九江镇人民政府",
        "西樵镇人民政府",
        "丹灶镇人民政府",
        "狮山镇人民政府",
        "大沥镇人民政府",
        "里水镇人民政府",
        "罗村社会管理处",
    }
    assert {profile.slug for profile in shipped_profiles() if any(unit.member for unit in profile.units)} == {"nanhai"}


def test_every_item_of_the_pingshan_list_names_body_basis_limit_and_standard() -> None:
    pingshan = next(profile for profile in shipped_profiles() if profile.slug == "pingshan")

    assert len({duty.category for duty in pingshan.duties}) == 19
    incomplete = [
        duty.code
        for duty in pingshan.duties
        if not (duty.lead and duty.legal_basis and duty.limit and duty.standard and duty.guide)
    ]
    assert incomplete == []


def _is_hours(duty: DutyFact) -> bool:
    """Tell whether an item is to be dealt with within four hours, day or night."""
    return duty.limit is not None and duty.limit.mode == "wall" and duty.limit.amount <= 4 * 3600


def test_the_pingshan_list_has_19_categories_and_1285_graded_items_told_apart_in_every_community() -> None:
    pingshan = next(profile for profile in shipped_profiles() if profile.slug == "pingshan")
    areas = pingshan.gazetteer.areas.nodes if pingshan.gazetteer else ()
    listed = catalogue_of(pingshan.duties, areas=areas)

    figures = figures_of(listed)

    assert (figures.categories, figures.items, figures.by_origin) == (19, 1285, {"published": 1, "proposed": 1284})
    assert figures.by_grade == {"general": 1171, "urgent": 93, "major": 21}
    assert (figures.coverage.areas, figures.coverage.cells, figures.coverage.gaps) == (23, 1285 * 23, ())
    assert set(figures.limits) == {"分钟", "小时", "工作小时", "工作日"}
    assert suggest_duplicates(listed) == ()
    assert [duty.code for duty in pingshan.duties if duty.grade is None] == []
    slow = [duty.code for duty in pingshan.duties if duty.grade != "general" and not (duty.on_site or _is_hours(duty))]
    assert slow == []
    words = [frozenset(duty.keywords) for duty in pingshan.duties]
    assert len(set(words)) == len(words)
    assert {len(each) for each in words} <= set(range(2, 7))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, without="workdays.toml")

    assert faults_of(folder) == ("xinqu/workdays.toml：没有这个文件，而每个区都要有它；请补上，没有内容的可以只写表头",)


def test_another_encoding_is_noticed(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    (folder / "workdays.toml").write_bytes("工作日".encode("gb18030"))

    assert faults_of(folder) == ("xinqu/workdays.toml：不是 UTF-8 编码，汉字会变成乱码；请另存为 UTF-8 后再试",)


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, units="\ufeff" + UNITS)

    assert read_profile(folder).units[0].code == "desk"


def test_how_units_are_reached_and_what_to_ask_may_be_left_out(tmp_path: Path) -> None:
    def without(text: str, count: int) -> str:
        return "\n".join(line.rsplit(",", count)[0] for line in text.splitlines())

    profile = read_profile(make_folder(tmp_path, units=without(UNITS, 2), duties=without(DUTIES, 1)))

    assert {(unit.phone, unit.mail) for unit in profile.units} == {("", "")}
    assert {duty.guide for duty in profile.duties} == {""}


def test_no_shipped_file_holds_a_way_to_reach_somebody() -> None:
    assert {(unit.phone, unit.mail) for profile in shipped_profiles() for unit in profile.units} == {("", "")}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (
            UNITS.replace("code,name", "代码,name"),
            "第 1 行：表头是“代码,name,kind,parent,phone,mail”，认不出各列；"
            "请改成“code,name,kind,parent[,phone][,mail][,tenant][,member]”",
        ),
        (
            UNITS + "more,更多,street,,\n",
            "第 5 行：有 5 列，表头有 6 列，对不上；含有英文逗号的格子请加双引号",
        ),
        (
            UNITS + "street,西街街道办事处,street,,,\n",
            "第 5 行：单位代码“street”在第 3 行已经用过，一个代码只能指一个单位；请换一个代码",
        ),
        (
            UNITS + "西街,西街街道办事处,street,,,\n",
            "第 5 行：单位代码“西街”不能用作代码；请用小写字母开头，只含小写字母、数字和连字符，2 到 40 个字符",
        ),
        (
            UNITS + "west,,street,,,\n",
            "第 5 行：单位“west”没有名称，派单时认不出它；请填写 name",
        ),
        (
            UNITS + "west,西街街道办事处,bureau,,,\n",
            "第 5 行：单位类别“bureau”不存在；请从 city_department、district_department、street、section、"
            "community_center、public_utility、central_body、dispatch_desk、discipline、establishment、government 中选一个",
        ),
        (
            UNITS + "west,西街街道办事处,street,,值班13800000000,\n",
            "第 5 行：单位“west”的电话“值班13800000000”拨不通；请只用数字、空格、+ 和 -，没有就留空",
        ),
        (
            UNITS + "west,西街街道办事处,street,,+ -,\n",
            "第 5 行：单位“west”的电话“+ -”拨不通；请只用数字、空格、+ 和 -，没有就留空",
        ),
        (
            UNITS + "west,西街街道办事处,street,,,west@street@xinqu.example\n",
            "第 5 行：单位“west”的邮箱“west@street@xinqu.example”寄不到；请写成 名称@域名，恰好一个 @，没有就留空",
        ),
        (
            UNITS + "west,西街街道办事处,street,north,,\n",
            "第 5 行：单位“west”的上级“north”不在表中；请先写上级单位，或把 parent 留空",
        ),
        (
            UNITS.replace("处,street,,", "处,street,street-cg,"),
            "第 3 行：上级关系绕成了圈（street → street-cg → street），分不出谁上谁下；请改正其中一个单位的 parent",
        ),
        (
            UNITS + "street-hw,城市管理科,section,street,,\n",
            "第 5 行：同一上级下有 2 个“城市管理科”，派单时无法分辨；请改名或合并",
        ),
        (
            UNITS + "desk-two,第二派单台,dispatch_desk,,,\n",
            "：有 2 个 dispatch_desk；没有规则可依的工单要有唯一的派单台接收，请恰好写一个",
        ),
        (
            UNITS_ELSEWHERE + "here,新区,district_department,,,,xinqu\n",
            "：单位“here”的 tenant 写的是本租户自己，移交没有去处；请写别的租户，或留空",
        ),
        (
            UNITS_ELSEWHERE + "next,邻区,district_department,street,,,lin\n",
            "第 5 行：单位“next”把代表其他租户的单位放进了隶属关系，移交的工单不能转派下级；请把 parent 留空",
        ),
        (
            UNITS_ELSEWHERE + "next,邻区,district_department,,,,lin\nnear,邻街,street,next,,,\n",
            "第 6 行：单位“near”把代表其他租户的单位放进了隶属关系，移交的工单不能转派下级；请把 parent 留空",
        ),
        (
            UNITS_ELSEWHERE.replace("desk@xinqu.example,", "desk@xinqu.example,lin"),
            "第 2 行：派单台“desk”写了 tenant，没有规则可依的工单会被移交出去；请把 tenant 留空",
        ),
        (
            UNITS_ELSEWHERE.replace("tenant", "member") + "west,西街街道办事处,street,,,,是\n",
            "第 5 行：单位“west”的 member 写的是“是”；成员单位写 yes，不是的留空",
        ),
        (
            UNITS_ELSEWHERE.replace("tenant", "member").replace("desk@xinqu.example,", "desk@xinqu.example,yes"),
            "第 2 行：派单台“desk”向成员单位派单，自己不是成员单位；请把 member 留空",
        ),
    ],
)
def test_faults_of_units(tmp_path: Path, changed: str, fault: str) -> None:
    where = "xinqu/units.csv" if fault.startswith("：") else "xinqu/units.csv "

    assert where + fault in faults_of(make_folder(tmp_path, units=changed))


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (
            DUTIES + "D01,市政,别的,,desk,,,,,,,\n",
            "第 5 行：事项代码“D01”在第 2 行已经用过，一个代码只能指一个事项；请换一个代码",
        ),
        (
            DUTIES + "d-4,市政,别的,,desk,,,,,,,\n",
            "第 5 行：事项代码“d-4”不能用作代码；请用大写字母开头，只含大写字母和数字，2 到 12 个字符",
        ),
        (
            DUTIES + "D04,市政,,,desk,,,,,,,\n",
            "第 5 行：事项“D04”缺少大类或小类，选不到它；请填写 category 和 subcategory",
        ),
        (
            DUTIES + "D04,市政,路灯,,desk,,,,,,,\n",
            "第 5 行：事项“市政 / 路灯”在第 3 行已经有了，两项无法分辨；请合并或改名",
        ),
        (
            DUTIES + "D04,市政,井盖,,water,,,,,,,\n",
            "第 5 行：事项“D04”写的单位“water”不在 units.csv 中，工单会无处可派；请改用已有的单位代码",
        ),
        (
            DUTIES + "D04,市政,井盖,,desk,street|desk,,,,,,\n",
            "第 5 行：事项“D04”的“desk”既是主办又是协办；请从 co 中删去",
        ),
        (
            DUTIES + "D04,市政,井盖,,desk,,days,5,,,,\n",
            "第 5 行：时限方式“days”不存在，算不出截止；请从 wall、ws、wd_eod、wd_same、natural 中选一个，或两格都留空",
        ),
        (
            DUTIES + "D04,市政,井盖,,desk,,ws,5,,,,\n",
            "第 5 行：时限“5”看不懂，ws 按小时或分钟计；请写成 24h 或 30m",
        ),
        (
            DUTIES + "D04,市政,井盖,,desk,,wd_eod,0,,,,\n",
            "第 5 行：时限“0”看不懂，wd_eod 按天计；请写 1 到 999 的整数",
        ),
        (
            DUTIES + "D04,市政,井盖,,desk,,,,1天,,,\n",
            "第 5 行：到场时限“1天”看不懂，到场按自然时间计；请写成 60m 或 2h，不要求到场的留空",
        ),
    ],
)
def test_faults_of_duties(tmp_path: Path, changed: str, fault: str) -> None:
    assert faults_of(make_folder(tmp_path, duties=changed)) == ("xinqu/duties.csv " + fault,)


def test_an_item_may_be_another_unit_s_in_an_area(tmp_path: Path) -> None:
    profile = read_profile(
        make_folder(tmp_path, areas=AREAS, duties=with_area("D02,市政,路灯,,local:street,,,,,,,,XQ01"))
    )

    assert profile.gazetteer is not None
    assert [(name.name, name.area, name.kind) for name in profile.gazetteer.names] == [("东街", "XQ01", "road")]
    catalogue = catalogue_of(profile.duties, areas=profile.gazetteer.areas.nodes)
    assert [catalogue.resolve("D02", area).lead for area in (None, "XQ01")] == ["street-cg", "street"]
    assert catalogue.resolve("D02", "XQ01").values.limit == Budget("wd_eod", 5)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            "D01,市政,路面破损,,street,,,,,,,,XQ02",
            "事项“D01”写的区域“XQ02”不在 areas.csv 中，这一行会落空；请改用已有的区域编码",
        ),
        ("D01,市政,路面,,street,,,,,,,,XQ01", "事项代码“D01”在第 2 行已经用过，一个代码只能指一个事项；请换一个代码"),
        ("D01,市政,路面破损,,,,,,,,,,", "事项“D01”写的单位“”不在 units.csv 中，工单会无处可派；请改用已有的单位代码"),
    ],
)
def test_faults_of_items_in_areas(tmp_path: Path, row: str, fault: str) -> None:
    found = faults_of(make_folder(tmp_path, areas=AREAS, duties=with_area(row)))

    assert f"xinqu/duties.csv 第 5 行：{fault}" in found


def test_a_row_for_the_same_item_and_area_stands_once(tmp_path: Path) -> None:
    row = "D01,市政,路面破损,,street,,,,,,,,XQ01"

    assert faults_of(make_folder(tmp_path, areas=AREAS, duties=with_area(f"{row}\n{row}"))) == (
        "xinqu/duties.csv 第 6 行：事项“D01”在区域“XQ01”的一行在第 5 行已经有了；请合并成一行",
    )


def test_what_only_shows_where_rows_meet_is_told_of_the_whole_list(tmp_path: Path) -> None:
    without_unit = AREAS.replace("XQ,street,", "XQ,,")
    duties = with_area("D01,市政,路面破损,,local:street,,,,,,,,XQ01")

    assert faults_of(make_folder(tmp_path, areas=without_unit, duties=duties)) == (
        "xinqu/duties.csv：事项“D01 市政 / 路面破损”没有一个区域有主办单位，工单无处可派；"
        "请补上主办单位，或写“属地街道”并给区域指定单位",
    )


def test_faults_of_areas_are_told_with_their_lines_and_nothing_is_written_beside_the_file(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, areas=AREAS.replace("XQ,street,", "XQ,water,").replace("道路,,东街", "运河,,东街"))

    found = faults_of(folder)

    assert [fault.partition("：")[0] for fault in found] == ["xinqu/areas.csv 第 3 行", "xinqu/areas.csv 第 4 行"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "accounts.toml",
        "areas.csv",
        "duties.csv",
        "profile.toml",
        "units.csv",
        "workdays.toml",
    ]


def test_rules_are_read_and_their_faults_told_like_others(tmp_path: Path) -> None:
    profile = read_profile(make_folder(tmp_path, rules=RULES))
    (tmp_path / "b").mkdir()
    faulty = make_folder(tmp_path / "b", rules=RULES.replace('"safety"', '"first"'))

    assert profile.rules is not None
    assert [rule.id for rule in profile.rules.rules] == ["r-power"]
    assert faults_of(faulty) == (
        "xinqu/rules.json：规则“r-power”的 phase：没有阶段“first”。请从 safety、override、catalogue、split、fallback 中选一个。",
    )


def test_a_rule_that_names_what_there_is_not_is_told(tmp_path: Path) -> None:
    [fault] = faults_of(make_folder(tmp_path, rules=RULES.replace("street-cg", "water")))

    assert fault.startswith("xinqu/rules.json：")
    assert "没有代码为 water 的单位" in fault


def test_what_is_the_product_s_own_is_no_feature_of_a_profile(tmp_path: Path) -> None:
    listed = (
        PROFILE.replace('["city.light"]', '["city.light", "core.routing"]')
        + """
[settings."core.routing"]
duty_list = 3
"""
    )

    assert faults_of(make_folder(tmp_path, profile=listed)) == (
        "xinqu/profile.toml 第 6 行：core.routing 是产品自己的，始终启用；请从 features 中删去",
        "xinqu/profile.toml 第 8 行：职责清单写在 duties.csv，派单规则写在 rules.json，不写在 core.routing 的设置里；请移过去",
    )


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (
            PROFILE.replace('"xinqu"', '"other"'),
            "第 1 行：slug 写的是“other”，文件夹却叫“xinqu”，两处要一致才找得到；请改成一样",
        ),
        (PROFILE.replace('name = "新区"\n', ""), "第 1 行：缺少 name，它是必填的；请补上"),
        (PROFILE.replace('"新区"', '""'), "第 2 行：name 是空的；请填写"),
        (PROFILE.replace('"新区"', "3"), "第 2 行：name 写成了“3”，这里要写文字；请改正"),
        (
            PROFILE.replace('"district"', '"town"'),
            "第 3 行：kind 写成了“town”；区（县）请写 district，汇总各区的市中心请写 city",
        ),
        (
            PROFILE.replace("Asia/Shanghai", "Asia/Chengdu"),
            "第 4 行：没有名为“Asia/Chengdu”的时区，算不出当地时间；请用 IANA 名称，如 Asia/Shanghai",
        ),
        (PROFILE.replace('"XQ"', '"X1"'), "第 5 行：流水号前缀“X1”不合规则；请写两到三个大写字母"),
        (
            PROFILE.replace('["city.light"]', '["city.light", "city.light"]'),
            "第 6 行：功能“city.light”写了不止一次，次序就说不清了；请只留一处",
        ),
        (
            PROFILE.replace('["city.light"]', "[]"),
            "第 8 行：给功能“city.light”写了设置，却没有启用它；请加进 features，或删去设置",
        ),
        (
            PROFILE.replace('["city.light"]', '["city.light", 3]'),
            "第 6 行：features 的每一项都要是加引号的文字；请改正",
        ),
        (
            'hosts = ["https://xinqu.example"]\n' + PROFILE,
            "第 1 行：“https://xinqu.example”不能用作域名。只写域名本身，不写 https:// 和端口，如 suqiu.example.gov.cn；"
            "IP 地址和 localhost 留给本机。",
        ),
        (
            'members = ["dongqu"]\n' + PROFILE,
            "第 1 行：只有 kind 为 city 的才有 members；请删去 members，或把 kind 改成 city",
        ),
        (
            'members = ["dongqu"]\n' + PROFILE.replace('"district"', '"city"'),
            "第 1 行：成员“dongqu”没有自己的文件夹，无从汇总；请先建好它，或从 members 中删去",
        ),
        (
            'members = ["xinqu"]\n' + PROFILE.replace('"district"', '"city"'),
            "第 1 行：members 里写了“xinqu”自己，数字会重复计算；请删去",
        ),
        (
            'colour = "red"\n' + PROFILE,
            "第 1 行：不认识 colour，写了也不起作用；可用的有 features、hosts、kind、members、name、serial_prefix、"
            "settings、slug、zone，请改正或删去",
        ),
    ],
)
def test_faults_of_a_profile(tmp_path: Path, changed: str, fault: str) -> None:
    assert "xinqu/profile.toml " + fault in faults_of(make_folder(tmp_path, profile=changed))


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    (fault,) = faults_of(make_folder(tmp_path, profile=PROFILE.replace('"新区"', '"新区')))

    assert fault.startswith("xinqu/profile.toml 第 2 行：不合 TOML 语法（")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (
            ACCOUNTS + ACCOUNTS,
            "第 7 行：登录名“xq-jieban”在第 1 行已经用过，一个登录名只属于一个人；请换一个",
        ),
        (
            ACCOUNTS.replace("xq-jieban", "田"),
            "第 2 行：登录名“田”不能用来登录；请用小写字母开头，只含小写字母、数字和连字符，3 到 32 个字符",
        ),
        (
            ACCOUNTS.replace('"clerk"', '"boss"'),
            "第 4 行：账号“xq-jieban”的角色“boss”不存在；请从 operator、trainee、reviewer、clerk、community-worker、supervisor、leader、discipline、panel-member、analyst、administrator、security-administrator、auditor 中选择",
        ),
        (
            ACCOUNTS.replace('"street-cg"', '"water"'),
            "第 5 行：账号“xq-jieban”的单位“water”不在 units.csv 中；请改用已有的单位代码",
        ),
        (
            ACCOUNTS.replace('unit = "street-cg"\n', ""),
            "第 1 行：账号“xq-jieban”是承办、纪检或社区工作人员，却没有单位，看不到任何工单；请写上 unit",
        ),
        (
            ACCOUNTS + 'password = "secret"\n',
            "第 6 行：不认识 password，写了也不起作用；可用的有 login、name、roles、unit，请改正或删去",
        ),
    ],
)
def test_faults_of_accounts(tmp_path: Path, changed: str, fault: str) -> None:
    assert faults_of(make_folder(tmp_path, accounts=changed)) == ("xinqu/accounts.toml " + fault,)


def test_a_calendar_without_hours_is_told(tmp_path: Path) -> None:
    calendar, _, _ = GOOD["workdays.toml"].partition("[[weekly]]")

    (fault,) = faults_of(make_folder(tmp_path, workdays=calendar))

    assert fault.startswith("xinqu/workdays.toml：日历里没有任何工作时间")


def test_a_calendar_of_another_zone_is_told(tmp_path: Path) -> None:
    calendar = GOOD["workdays.toml"].replace("Asia/Shanghai", "Asia/Tokyo")

    assert faults_of(make_folder(tmp_path, workdays=calendar)) == (
        "xinqu/workdays.toml：zone 写的是 Asia/Tokyo，profile.toml 写的是 Asia/Shanghai，钟点会对不上；请改成一样",
    )


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    folder = make_folder(
        tmp_path,
        profile=PROFILE.replace('"XQ"', '"x"'),
        duties=DUTIES.replace("D03,政务,咨询,,desk", "D03,政务,咨询,,water"),
    )

    assert faults_of(folder) == (
        "xinqu/duties.csv 第 4 行：事项“D03”写的单位“water”不在 units.csv 中，工单会无处可派；请改用已有的单位代码",
        "xinqu/profile.toml 第 5 行：流水号前缀“x”不合规则；请写两到三个大写字母",
    )


def test_two_districts_may_not_share_a_serial_prefix(tmp_path: Path) -> None:
    make_folder(tmp_path)
    make_folder(tmp_path, slug="yueqiu", profile=PROFILE.replace('"xinqu"', '"yueqiu"'))

    with pytest.raises(FactsUnusable) as refused:
        read_profiles(tmp_path)

    assert refused.value.faults == (
        "yueqiu/profile.toml：流水号前缀“XQ”已被 xinqu 使用，两区的流水号会分不清；请换一个",
    )
