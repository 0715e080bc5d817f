"""The list in figures: items, origins, grades, limits by unit of time, units, and how far it reaches."""

import json

from tests.duties.commanding import District

HEAD = "大类,小类,区域,主办单位,时限,到场时限,关键词,出处,事件等级"
LINES = (
    "城市管理,道路,,道路管理处,24小时,60分钟,坑洼,公布,",
    "城市管理,井盖,,道路管理处,90分钟,30分钟,井盖,拟定,紧急",
    "城市管理,路灯,,属地街道,3个工作日,,路灯,拟定,一般",
    "环境卫生,垃圾,,园林管理处,24小时,,垃圾,,重大",
)


def test_stats_count_items_origins_grades_limits_units_and_cells(district: District) -> None:
    district.said("import", district.file(*LINES, head=HEAD), by="anna")

    told = district.said("stats")

    assert told == [
        "职责清单第 1 版（未启用）",
        "2 大类 / 4 小类",
        "出处：公布 1 项、拟定 2 项、没有写明 1 项",
        "事件等级：一般 2 项、紧急 1 项、重大 1 项",
        "要求到场：2 项",
        "时限按分钟计 1 项：1小时30分钟 1",
        "时限按小时计 2 项：24小时 2",
        "时限按工作日计 1 项：3个工作日 1",
        "4 个事项 × 3 个区域，共 12 种情形，12 种有主办单位，0 种没有；写明主办单位的有 4 行。",
        "",
        "大类         小类  要求到场  拟定  紧急  重大",
        "01 城市管理     3         2     2     1     0",
        "02 环境卫生     1         0     0     0     1",
        "",
        "主办单位    小类",
        "道路管理处     2",
        "属地街道       1",
        "园林管理处     1",
    ]
    plain = json.loads("\n".join(district.said("stats", "--json")))
    assert (plain["categories"], plain["items"], plain["by_origin"]) == (2, 4, {"published": 1, "proposed": 2, "": 1})
    assert plain["by_grade"] == {"general": 2, "urgent": 1, "major": 1}
    assert plain["by_category"]["02"]["by_grade"] == {"general": 0, "urgent": 0, "major": 1}
    assert plain["coverage"] == {"areas": 3, "cells": 12, "resolved": 12, "gaps": []}
