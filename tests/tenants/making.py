"""A small district's folder, right in every file; a test replaces the one file it is about."""

from pathlib import Path

GOOD = {
    "profile.toml": """
slug = "xinqu"
name = "新区"
kind = "district"
zone = "Asia/Shanghai"
serial_prefix = "XQ"
features = ["city.light"]

[settings."city.light"]
yellow_hours = 3
""".lstrip(),
    "units.csv": """
code,name,kind,parent,phone,mail
desk,派单台,dispatch_desk,,138 0000 0001,desk@xinqu.example
street,东街街道办事处,street,,,
street-cg,城市管理科,section,street,,
""".lstrip(),
    "duties.csv": """
code,category,subcategory,keywords,lead,co,limit_mode,limit_amount,on_site,legal_basis,standard,guide
D01,市政,路面破损,路面坑洼|坑洞,street-cg,desk|street,wall,24h,60m,《城市道路管理条例》,修补平整,问清路名和坑洞大小
D02,市政,路灯,路灯不亮,street-cg,,wd_eod,5,,,,
D03,政务,咨询,,desk,,,,,,,
""".lstrip(),
    "workdays.toml": """
[calendar]
name = "工作日历"
zone = "Asia/Shanghai"
national = "cn"

[[weekly]]
days = ["mon", "tue", "wed", "thu", "fri"]
segments = ["09:00-12:00", "14:00-18:00"]
""".lstrip(),
    "accounts.toml": """
[[account]]
login = "xq-jieban"
name = "田一禾"
roles = ["clerk"]
unit = "street-cg"
""".lstrip(),
}
RULES = """
{"rules": [{
  "id": "r-power", "label": "用电险情", "phase": "safety", "priority": 10,
  "when": {"field": "text", "op": "contains_any", "value": ["漏电"]},
  "then": {"assign": {"lead": "street-cg"}}, "explain": "来件提到漏电"}]}
"""
"""What rules.json may say; a good folder has none."""
AREAS = """
类型,编码,名称,上级,属地单位,所属区域
区,XQ,新区,,,
街道,XQ01,东街街道,XQ,street,
道路,,东街,,,XQ01
""".lstrip()
"""What areas.csv may say; a good folder has none."""
BESIDE = {"areas": "areas.csv", "rules": "rules.json"}


def make_folder(root: Path, *, slug: str = "xinqu", without: str | None = None, **files: str) -> Path:
    """Write the good files, those given by name (`units="…"` for units.csv) instead of the good ones or beside them."""
    folder = root / slug
    folder.mkdir()
    for name, text in GOOD.items():
        if name != without:
            (folder / name).write_text(files.get(name.partition(".")[0], text), encoding="utf-8")
    for given, name in BESIDE.items():
        if given in files:
            (folder / name).write_text(files[given], encoding="utf-8")
    return folder
