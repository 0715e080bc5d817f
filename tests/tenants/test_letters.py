"""Reading letters: the shipped ones, and what is said when a file of them cannot be used."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from core.hooks import specs
from core.hooks.roster import Roster, Wanted
from core.hooks.values import Context
from core.intake.channels import EVERYWHERE
from core.workdays.rules import Timetable
from core.workdays.shipped import SHIPPED
from tenants.ages import Ago, OnDay, OnWorkday
from tenants.faults import FactsUnusable
from tenants.letter import STANDINGS, Instructed, Letter
from tenants.letters import read_letters, shipped_letters
from tenants.profile import Profile, read_profile, shipped_profiles
from tests.builders import beijing
from tests.tenants.making import make_folder

PROFILES = {profile.slug: profile for profile in shipped_profiles()}
LETTERS: Mapping[str, Sequence[Letter]] = shipped_letters(tuple(PROFILES.values()))
WEDNESDAY, SUNDAY, NEW_YEAR = beijing("2026-11-25 15:20"), beijing("2026-11-22 12:00"), beijing("2027-01-01 00:05")
THEMES = """
[[theme]]
matters = ["D02"]
where = "road"
nature = "complaint"
said = ["{place}路灯不亮｜{place}的路灯三晚不亮，请检修。", "{place}路灯闪｜{place}的路灯一直闪，请检修。"]
replies = ["{who}您好，{place}的路灯已修好。"]
""".lstrip()
WORDS = """
[words]
astray = ["不属我单位职责"]
extended = ["等配件到货"]
unhappy = ["又坏了，同意重办"]
redone = ["{who}您好，已彻底修好。"]

""".lstrip()
HEAD = """
weeks = [1, 2]
channels = ["hotline", "wechat"]
ratings = ["satisfied/yes", "refused"]
late_every = 3

[mailboxes]
wechat = "区长信箱"

[places]
road = ["东街", "西街", "南街"]

""".lstrip()
LETTER = """
[[letter]]
title = "路面坑洼"
text = "东街路口的路面坑洼不平，电动车经过很颠，晚上更看不清，请尽快派人来修补。"
place = "东街路口"
channel = "hotline"
before = "2d 3h"
""".lstrip()
SENT_OUT = LETTER + 'matter = "D01"\n'


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return read_profile(make_folder(tmp_path))


def read(tmp_path: Path, profile: Profile, text: str, themes: str = THEMES) -> tuple[Letter, ...]:
    (tmp_path / "themes.toml").write_text(themes, encoding="utf-8")
    file = tmp_path / "xinqu.toml"
    file.write_text(text, encoding="utf-8")
    return read_letters(file, {"xinqu": profile})


def test_a_table_becomes_a_letter_that_waits_for_dispatch(tmp_path: Path, profile: Profile) -> None:
    (letter,) = read(tmp_path, profile, LETTER)

    assert letter == Letter(
        number=1,
        title="路面坑洼",
        text="东街路口的路面坑洼不平，电动车经过很颠，晚上更看不清，请尽快派人来修补。",
        place="东街路口",
        channel="hotline",
        mailbox="",
        age=Ago(timedelta(days=2, hours=3)),
        stands="waiting",
        nature=None,
        matter="",
    )
    assert (letter.who, letter.phone) == ("周先生", "13800000001")


def test_themed_letters_take_turns_in_place_wording_channel_and_rating(tmp_path: Path, profile: Profile) -> None:
    themed = read(tmp_path, profile, HEAD + LETTER)[1:]

    assert [(one.number, one.title, one.mailbox, one.rating, one.late) for one in themed] == [
        (2, "东街路灯不亮", "", "satisfied/yes", False),
        (3, "西街路灯闪", "区长信箱", "refused", False),
        (4, "南街路灯不亮", "", "satisfied/yes", True),
    ]
    assert (themed[0].matter, themed[0].stands, themed[0].reply) == ("D02", "rated", "{who}您好，东街的路灯已修好。")


def test_some_themed_letters_go_astray_take_longer_or_are_done_again(tmp_path: Path, profile: Profile) -> None:
    often = "astray_every = 2\nextended_every = 5\nredone_every = 3"
    head = HEAD.replace("late_every = 3", often).replace("1, 2", "4, 2").replace('"南街"', '"南街", "北街", "中街"')
    two_matters = THEMES.replace('["D02"]', '["D02", "D03"]')

    themed = read(tmp_path, profile, head, WORDS + two_matters)

    assert [(one.matter, one.astray, one.extended, one.redone, one.rating, one.why) for one in themed] == [
        ("D02", "", 0, "", "satisfied/yes", ""),
        ("D03", "street-cg", 0, "", "refused", "不属我单位职责"),
        ("D02", "", 0, "{who}您好，已彻底修好。", "dissatisfied/no", "又坏了，同意重办"),
        ("D03", "street-cg", 0, "", "refused", "不属我单位职责"),
        ("D02", "", 3, "", "satisfied/yes", "等配件到货"),
        ("D03", "", 0, "{who}您好，已彻底修好。", "dissatisfied/no", "又坏了，同意重办"),
    ]


def test_enterprises_write_of_their_own_leaders_instruct_and_a_rise_is_of_one_matter(
    tmp_path: Path, profile: Profile
) -> None:
    own = THEMES.replace("路灯", "电压").replace("[[theme]]", '[[theme]]\nappellant = "enterprise"')
    words = '[words]\ninstructed = ["city｜分管领导｜请办好｜已办好"]\nlate = ["technical｜等配件"]\n'
    rise = THEMES.replace("[[theme]]", "[[rise]]\ncount = 2").replace("路灯", "自来水").replace('"road"', '"rise"')
    head = HEAD.replace("[mailboxes]", "enterprise_every = 2\ninstructed_every = 3\n\n[mailboxes]")

    themed = read(tmp_path, profile, head + 'rise = ["北街", "中街"]\n' + rise, words + THEMES + own)

    assert [(one.title, one.appellant, one.instructed, one.late_because) for one in themed] == [
        ("东街路灯不亮", None, None, ("", "")),
        ("东街电压不亮", "enterprise", None, ("", "")),
        ("南街路灯不亮", None, Instructed("分管领导", "city", "请办好", "已办好"), ("technical", "等配件")),
        ("北街自来水不亮", None, None, ("", "")),
        ("中街自来水闪", None, None, ("", "")),
    ]
    assert [one.age.back for one in themed if isinstance(one.age, OnDay)][-2:] == [6, 3]


def test_themed_letters_come_in_the_weeks_before_this_one_the_oldest_first(tmp_path: Path, profile: Profile) -> None:
    ages = [letter.age for letter in read(tmp_path, profile, HEAD)]

    assert [age.back for age in ages if isinstance(age, OnDay)] == [20, 13, 10]


def test_a_working_day_ago_passes_over_the_weekend() -> None:
    timetable = Timetable(SHIPPED["GZ"]())
    last_working_day = OnWorkday(1, time(10, 24))

    assert last_working_day.instant(timetable, now=SUNDAY) == beijing("2026-11-20 10:24")
    assert last_working_day.instant(timetable, now=WEDNESDAY) == beijing("2026-11-24 10:24")


@pytest.mark.parametrize("now", [WEDNESDAY, SUNDAY, NEW_YEAR])
def test_every_shipped_letter_came_before_now(now: datetime) -> None:
    timetable = Timetable(SHIPPED["GZ"]())

    assert [
        (slug, letter.title)
        for slug, letters in LETTERS.items()
        for letter in letters
        if letter.age.instant(timetable, now=now) >= now
    ] == []


def test_all_districts_have_letters_and_the_city_has_none() -> None:
    assert set(LETTERS) == {slug for slug, profile in PROFILES.items() if profile.kind == "district"}


def test_thirty_one_letters_wait_at_the_desk_of_the_largest_district() -> None:
    at_the_desk = [one for one in LETTERS["chengdu-gaoxin"] if one.stands in ("waiting", "returned", "redone")]

    assert len(at_the_desk) == 31


@pytest.mark.parametrize("slug", LETTERS)
def test_every_channel_is_one_of_the_district(slug: str) -> None:
    profile = PROFILES[slug]
    enabled = [Wanted(feature, profile.settings.get(feature, {})) for feature in profile.features]
    table = Roster.installed().table(Context(1, slug, profile.zone), enabled)
    known = {channel.id for channel in EVERYWHERE} | {channel.id for _, channel in table.ask(specs.channels)}

    assert {letter.channel for letter in LETTERS[slug]} - known == set()


@pytest.mark.parametrize("slug", LETTERS)
def test_every_named_mailbox_belongs_to_a_unit(slug: str) -> None:
    owned = {row["mailbox"] for row in PROFILES[slug].settings.get("chengdu.routing", {}).get("mailboxes", [])}

    assert {letter.mailbox for letter in LETTERS[slug] if letter.mailbox} - owned == set()


@pytest.mark.parametrize("slug", LETTERS)
def test_no_two_letters_of_a_district_read_the_same(slug: str) -> None:
    texts = Counter(letter.text for letter in LETTERS[slug])
    phones = Counter(letter.phone for letter in LETTERS[slug])

    assert [text for text, count in texts.items() if count > 1] == []
    assert [phone for phone, count in phones.items() if count > 1] == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (LETTER.replace('"2d 3h"', '"昨天"'), "第 6 行：before 写成了“昨天”，看不出多久；请写成 2d 3h 或 35m"),
        (
            LETTER + "day = -2\n",
            "第 6 行：既写了 before 又写了 day、at，说不清是什么时候；请只留一种",
        ),
        (
            LETTER.replace('before = "2d 3h"', 'day = 0\nat = "10:24"'),
            "第 6 行：day 写成了 0，要在今天之前；请写负数，-1 是上一个工作日，今天来的请用 before",
        ),
        (
            LETTER.replace('before = "2d 3h"', 'day = -1\nat = "25:10"'),
            "第 7 行：at 写成了“25:10”，看不出几点几分；请写成 10:24",
        ),
        (
            LETTER.replace("东街路口的路面坑洼不平，电动车经过很颠，晚上更看不清，", ""),
            "第 3 行：内容有 9 个字；请写 30 到 160 个字",
        ),
        (LETTER + 'matter = "D99"\n', "第 7 行：matter 没有“D99”这一项；请改用本区已有的代码"),
        (LETTER + 'unit = "water"\n', "第 7 行：unit 没有“water”这一项；请改用本区已有的代码"),
        (
            LETTER + 'stands = "lost"\n',
            f"第 7 行：stands 没有“lost”这一项；请从 {'、'.join(STANDINGS)} 中选择",
        ),
        (
            LETTER + 'stands = "to_sign"\n',
            "第 7 行：要到“待签收”，却不知派给谁；请写上 unit 或 matter",
        ),
        (SENT_OUT + 'stands = "review"\n', "第 1 行：要到“待审核”，还缺 reply；请补上"),
        (SENT_OUT + 'stands = "returned"\n', "第 1 行：要到“退回派单台”，还缺 why；请补上"),
        (SENT_OUT + 'stands = "rated"\nreply = "好"\n', "第 1 行：要到“已评价，或不愿评价”，还缺 rating；请补上"),
        (SENT_OUT + 'stands = "return_asked"\n', "第 1 行：要到“申请退单，待决定”，还缺 why；请补上"),
        (LETTER + 'stands = "attached"\n', "第 1 行：要到“并入另一件”，还缺 to；请补上"),
        (
            LETTER + 'stands = "attached"\nto = "路灯不亮"\n',
            "第 1 行：“路面坑洼”要并入的“路灯不亮”不在来信里；请改成另一封信的标题",
        ),
        (
            LETTER + 'stands = "split"\nparts = ["路面", "路灯"]\nmatters = ["D01"]\n',
            "第 9 行：parts 的每一项都要在 matters 里有一个本区的事项；请一一对应",
        ),
        (SENT_OUT + "extended = 3\n", "第 8 行：申请延期要有理由；请写上 why"),
        (
            SENT_OUT + 'return_reason = "lazy"\n',
            "第 8 行：return_reason 没有“lazy”这一项；请从 not_duty、wrong_area、needs_lead、duplicate、unclear 中选择",
        ),
        (
            HEAD.replace("late_every", "extended_every"),
            "第 4 行：themes.toml 的 words 里没有 extended，不知怎么说；请补上",
        ),
        (LETTER + LETTER, "第 1 行：标题“路面坑洼”用了两次（第 1 封和第 2 封）；请换个说法"),
        (
            LETTER.replace('"路面坑洼"', f'"{"路面坑洼" * 7}"'),
            f"第 1 行：标题“{'路面坑洼' * 7}”有 28 个字，列表里放不下；请缩到 25 个字以内",
        ),
        (
            HEAD.replace('"refused"', '"angry"'),
            "第 3 行：ratings 没有“angry”这一项；请从 satisfied/yes、satisfied/partly、satisfied/no、basically/yes、"
            "basically/partly、basically/no、dissatisfied/yes、dissatisfied/partly、dissatisfied/no、refused 中选择",
        ),
        (
            HEAD.replace('channels = ["hotline", "wechat"]\n', ""),
            "第 1 行：weeks 里有往日来信，却没有 channels；请补上，写成列表",
        ),
        (HEAD.replace("[1, 2]", '"many"'), "第 1 行：weeks 要写每周的封数，由远到近；请写成 [3, 4, 8] 这样的整数列表"),
        (HEAD.replace("road =", "roads ="), "第 9 行：places 里没有 road 的地名，往日来信没有地点；请补上"),
        (LETTER + 'colour = "red"\n', "不认识 colour"),
    ],
)
def test_faults_of_letters(tmp_path: Path, profile: Profile, text: str, fault: str) -> None:
    with pytest.raises(FactsUnusable) as refused:
        read(tmp_path, profile, text)

    assert [found for found in refused.value.faults if fault in found] != []


def test_a_wording_without_a_place_is_a_fault(tmp_path: Path, profile: Profile) -> None:
    with pytest.raises(FactsUnusable) as refused:
        read(tmp_path, profile, LETTER, THEMES.replace("{place}路灯闪｜{place}的路灯一直闪", "路灯闪，路灯一直闪"))

    assert refused.value.faults == (
        f"{tmp_path.name}/themes.toml 第 5 行：“路灯闪，路灯一直闪，请检修。”要写成“标题｜内容”，其中用 {{place}} 代替地点；请改正",
    )


def test_words_that_nobody_asks_for_are_a_fault(tmp_path: Path, profile: Profile) -> None:
    with pytest.raises(FactsUnusable) as refused:
        read(tmp_path, profile, LETTER, WORDS.replace("astray", "lost") + THEMES)

    assert refused.value.faults == (
        f"{tmp_path.name}/themes.toml 第 1 行：words 里不认识 lost，写了也不起作用；请改正或删去",
    )


def test_a_file_of_no_district_is_refused(tmp_path: Path, profile: Profile) -> None:
    (tmp_path / "themes.toml").write_text(THEMES, encoding="utf-8")
    (tmp_path / "dongqu.toml").write_text(LETTER, encoding="utf-8")

    with pytest.raises(FactsUnusable) as refused:
        read_letters(tmp_path / "dongqu.toml", {"xinqu": profile})

    assert refused.value.faults == (
        f"{tmp_path.name}/dongqu.toml 第 1 行：没有名为“dongqu”的区，信无处可投；请把文件名改成 xinqu 之一",
    )
