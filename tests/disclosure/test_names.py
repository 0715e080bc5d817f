"""Persons' names are found in running text: sure ones, doubtful ones, and nothing of places, units, laws and products."""

import pytest

from core.disclosure.names.finding import find_names


def marked(text: str, *no_names: str) -> str:
    """Return the text with sure names in 【】 and doubtful ones in 〖〗."""
    for name in reversed(find_names(text, no_names)):
        left, right = "【】" if name.is_sure else "〖〗"
        text = f"{text[: name.start]}{left}{text[name.start : name.end]}{right}{text[name.end :]}"
    return text


@pytest.mark.parametrize(
    "said",
    [
        "【王建国】反映小区停水，社区已上门。",
        "经与【李】女士联系，问题已解决。",
        "已联系【王小明】先生说明情况",
        "公交车司机【杨】师傅态度恶劣，【陈】局长已约谈公司。",
        "经办人：【刘某】，联系人：【王秀英】，电话＊＊",
        "我街道社区网格员【陈丽】已上门走访。",
        "区住建局副局长【赵志强】带队到场，【周建平】、【吴丽娟】等三户在场。",
        "原告【马建军】与被告成都大华公司",
        "被告人【欧阳国华】、见证人【诸葛小飞】",
        "患者【买买提·吐尔逊】已出院，【古丽】同志陪同。",
        "业主【约翰·史密斯】投诉噪音。",
        "我叫【买合木提】，住在附近；姓名：【阿依古丽】",
        "【于某某】称其车被刮，【刘XX】的房屋漏水，【李**】住户不在家",
        "其妻【黃秀雲】与其女儿【李小满】在育才小学就读。",
        "【小王】和【老陈】都签了字，一位姓【赵】的司机也在。",
        "网格员【陈丽】上门三次。昨天【陈丽】又去了一次。",
    ],
)
def test_names_that_are_sure(said: str) -> None:
    assert marked(said.translate({ord(each): None for each in "【】〖〗"})) == said


@pytest.mark.parametrize(
    "said",
    [
        "被害人〖小雨〗（8岁）已由家长接回。",
        "〖Mr. John Smith〗 反映签证问题",
        "对面是〖李宁〗专卖店",
        "评标结果由〖张百熙〗墓一带公示",
    ],
)
def test_names_that_a_person_has_to_look_at(said: str) -> None:
    assert marked(said.translate({ord(each): None for each in "【】〖〗"})) == said


@pytest.mark.parametrize(
    "said",
    [
        "黄河路积水严重，王府井商圈占道经营，高新区管委会、金牛区茶店子街道已核实。",
        "温江区公平街道、都江堰市、彭州市、简阳市、龙泉驿区大面街道已联动。",
        "依据《中华人民共和国民法典》第九百四十条、《信访工作条例》办理。",
        "白云小区的万科物业答复，华为手机店、沃尔玛超市已整改，请到石羊街道办事处办理。",
        "孙子兵法、白居易小学、张家巷、马家沟、罗马假日小区、韩国料理店",
        "两次退单均未获准。方便群众办事，任何单位不得拒绝。周边居民反映，路段已修复。",
        "向书记汇报后由主任签批，请向老师了解，任组长的和老师谈过。",
        "施工方承诺何时完工将公示；余额不足，石材破损，水管爆裂，钱已退回，金额为三百元。",
        "曾多次协调，黄金周期间客流大；黄灯闪烁，白线模糊，雷雨天气、高层住宅、高考期间。",
        "经办人：市民中心综合科，联系人：区信访局；我是租户，我叫物业来修，物业没来。",
        "恒大·绿洲、保利·香槟国际、万科·金域蓝湾，使用 Windows Server 和 App Store 下载",
        "感谢您对我们工作的理解和支持！祝您生活愉快，全家安康。",
    ],
)
def test_what_is_no_name_stays(said: str) -> None:
    assert marked(said) == said


def test_what_the_district_knows_to_be_no_name_is_none() -> None:
    assert marked("由张家湾广场负责，找李广田了解", "李广田") == "由张家湾广场负责，找李广田了解"
