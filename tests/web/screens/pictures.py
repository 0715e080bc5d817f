"""`make screens`: start the demonstration in a folder of its own, open every screen, and write pictures and their index.

Each screen is taken at a desktop's width, at a telephone's and dark, in 256 colours; docs/screens holds them. With
`--at ADDRESS --told FILE` a demonstration that runs already is used, FILE being what it said when it began.
"""

import argparse
import fnmatch
import io
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.web.screens.resident import Resident

FOLDER = Path(__file__).parents[3] / "docs" / "screens"
CHROMIUM = "/usr/bin/chromium"
LONGEST_START, TALLEST = 900, 2200
"""Seconds until the demonstration runs at the latest; the lines of a picture at most."""
MODES = {"desktop": (1440, 900, False), "390": (390, 844, False), "dark": (1440, 900, True)}
LOGIN = re.compile(r"(\w[\w-]*@[\w-]+)\s+(\w{12,})")
READY = "回应已就绪"


@dataclass(frozen=True, slots=True)
class Shown:
    """A screen: its mark in the list of screens, what it is, who sees it, and where; `by` is a link to follow from there.

    What it `wants` must stand on it. `*` in `who` stands for anything: it is the first of those for whom the screen is there.
    `upto` is how far somebody gets with a report of their own before it is there (`resident_at`).
    """

    mark: str
    name: str
    shows: str
    who: str
    path: str
    by: str = ""
    wants: str = ""
    keys: tuple[str, ...] = ()
    upto: str = ""


OPERATOR, UNIT, LEADER = "gx-zuoxi@chengdu-gaoxin", "gx-chengguan@chengdu-gaoxin", "gx-lingdao@chengdu-gaoxin"
MEMBER, OFFICER, WORKER = "gx-pingyi-*@chengdu-gaoxin", "nh-jiwei@nanhai", "ps-liulian@pingshan"
REVIEWER = "gx-shenhe@chengdu-gaoxin"
KEEPER, SECURITY, ANALYST = "ps-guanli1@pingshan", "ps-anquan@pingshan", "zx-fenxi@center"
NH_KEEPER = "nh-guanli1@nanhai"
ROW = "main tbody a[href]"
GAOXIN, NANHAI = "/public/chengdu-gaoxin", "/public/nanhai"
WORDS = "天府三街地铁站 B 口旁边的路灯坏了三盏，晚上下班看不清台阶，上周有人摔了一跤，请尽快修好。"
PLACE = "天府三街地铁站 B 口"
RESIDENTS = (
    Shown("P1", "首页", "three doors, the hotline, and what is public", "", GAOXIN),
    Shown("P2-1", "反映：说事情", "one box, photos or a recording, no department to choose", "", "", upto="what"),
    Shown(
        "P2-2",
        "反映：在哪里",
        "the place, from the photo, the phone or typed, or not known exactly",
        "",
        "",
        upto="where",
    ),
    Shown("P2-3", "反映：怎么联系您", "phone and name, which the unit does not see by itself", "", "", upto="contact"),
    Shown("P2-4", "反映：核对", "all answers once more, before they are sent", "", "", upto="check"),
    Shown("P3", "回执", "number and code, what comes next and by when", "", "", upto="receipt"),
    Shown("P4", "查进度", "number and code are asked for", "", f"{GAOXIN}/progress"),
    Shown("P5", "进展", "one's own appeal step by step, and what can be done with it", "", "", upto="follow"),
    Shown("P6", "办理数据", "figures of the month and of a year, each with what it means", "", f"{GAOXIN}/figures"),
    Shown(
        "P7", "单位比较", "units side by side, and twelve months, small numbers not told", "", f"{GAOXIN}/figures/units"
    ),
    Shown("P8", "办理公开", "cases that were closed, without anything that leads to a person", "", f"{GAOXIN}/cases"),
    Shown(
        "P8-1", "公开的一件", "one case with its steps and its answer", "", f"{GAOXIN}/cases", "main a[href*='/cases/']"
    ),
    Shown("P9", "回应解读", "what is often asked, answered by whoever is responsible", "", f"{GAOXIN}/answers"),
    Shown("P10", "公开通报", "the month in figures, as a PDF", "", f"{GAOXIN}/bulletins"),
    Shown("P11", "领导信箱", "mailboxes by level, matter and area", "", f"{GAOXIN}/mailboxes"),
    Shown("P12", "微访谈", "what is coming, what was, and what was not finished since", "", f"{NANHAI}/interviews"),
    Shown("P13", "无障碍说明", "what works for whom, what does not yet, and where to say so", "", f"{GAOXIN}/a11y"),
)
SCREENS = (
    *RESIDENTS,
    Shown(
        "O1",
        "接听新建",
        "a call is taken down while the form looks for its matter, its unit and what may be the same",
        OPERATOR,
        "/desk/new",
    ),
    Shown(
        "O2", "派单台", "the queue of what waits for dispatch, and the ticket that is open beside it", OPERATOR, "/desk"
    ),
    Shown(
        "O3",
        "整件工单",
        "everything of one ticket: appeal, clocks, units, timeline, and what may be done with it",
        OPERATOR,
        "/desk?lane=all",
        "a[data-open]",
    ),
    Shown("O4", "合并", "two tickets side by side that are one matter", OPERATOR, "/desk/merge"),
    Shown(
        "O5",
        "拆单",
        "the text of an appeal that holds several, taken apart",
        OPERATOR,
        "/desk",
        "main a[href*='/desk/split/']",
    ),
    Shown(
        "O6",
        "审核回复",
        "a unit's answer beside the appeal, with what the checks found, to be passed or sent back",
        REVIEWER,
        "/desk?lane=review",
    ),
    Shown(
        "O7", "回访", "the call to the resident after the answer, with what to ask", OPERATOR, "/desk?lane=follow_up"
    ),
    Shown("O8", "知识库", "questions that are answered for everybody, found by their words", OPERATOR, "/knowledge"),
    Shown("O9", "会商", "tickets whose unit is in dispute, and those who were asked", OPERATOR, "/desk?lane=consult"),
    Shown("O10", "批量导入", "a table of appeals is handed in", OPERATOR, "/desk/import"),
    Shown("U1", "单位的工单", "a unit's tickets by what they wait for, the most pressing first", UNIT, "/unit"),
    Shown("U2", "办理", "a ticket as its unit sees it, to be signed for", UNIT, "/unit", f"{ROW}[href^='/unit/']"),
    Shown(
        "U3",
        "答复",
        "the answer is written, the points of the appeal beside it",
        "gx-*@chengdu-gaoxin",
        "/unit?tab=in_hand",
        f"{ROW}[href^='/unit/']",
        wants="#text",
    ),
    Shown(
        "U4",
        "办理成绩",
        "the unit's own results by month, beside the median of its like",
        UNIT,
        "/unit/stats",
    ),
    Shown("U5", "人员和值班", "who of the unit is there, and who has the duty", UNIT, "/unit/people"),
    Shown("L1", "待阅", "what needs the leader, the gravest first", LEADER, "/leader"),
    Shown(
        "L2",
        "批示",
        "a ticket with the form of an instruction",
        LEADER,
        "/leader",
        "main a[href^='/leader/T'], main article a.button.main",
    ),
    Shown("L3", "我的批示", "what became of one's instructions", LEADER, "/leader/instructions"),
    Shown("L4", "月度简报", "the month on one page", LEADER, "/leader/brief"),
    Shown("V1", "我的评议", "the panels that one sits on", MEMBER, "/panel", wants="main a[href^='/panel/']"),
    Shown(
        "V2",
        "评议材料",
        "a panel's materials and the vote",
        MEMBER,
        "/panel",
        "main a.button[href^='/panel/']:not([href$='/result'])",
    ),
    Shown("V3", "评议结果", "what the panel found", MEMBER, "/panel", "main a[href$='/result']"),
    Shown("D1", "问责案件", "cases of accountability by their step", OFFICER, "/discipline"),
    Shown(
        "D2",
        "案卷",
        "a case with its evidence and what may be done next",
        OFFICER,
        "/discipline",
        f"{ROW}[href^='/discipline/']",
    ),
    Shown("D3", "立案规则", "when a case is opened by itself", OFFICER, "/discipline/rules"),
    Shown(
        "C1", "代录", "an appeal is taken down for somebody at the counter, also without network", WORKER, "/center/new"
    ),
    Shown("C2", "本中心的工单", "what the centre took in, and where it stands", WORKER, "/center?tab=all"),
    Shown("C3", "民情联系会", "the lines of a residents' meeting", WORKER, "/center/meeting"),
    Shown("A1", "运行状况", "what is wrong in the district, and where it is mended", KEEPER, "/admin"),
    Shown("A1-1", "功能", "what is on, in which order it is asked, and what fails", KEEPER, "/admin/features"),
    Shown(
        "A1-2",
        "功能设置",
        "a form made of a feature's settings",
        NH_KEEPER,
        "/admin/features/nanhai.light/settings",
    ),
    Shown("A2", "渠道", "by what appeals come and news goes, and whether it does", KEEPER, "/admin/channels"),
    Shown("A3", "派单规则", "a new rule, read back as a sentence", KEEPER, "/admin/routing?new"),
    Shown("A4", "时限与预警", "every limit over the working calendar", NH_KEEPER, "/admin/limits"),
    Shown("A4-1", "工作日历", "the year with its rest days, and how a notice comes in", KEEPER, "/admin/calendar"),
    Shown("A5", "升级与问责", "what happens to a ticket that nobody handles", NH_KEEPER, "/admin/escalation"),
    Shown(
        "A6", "评价与评议", "by what units are scored, with last month before and after", NH_KEEPER, "/admin/evaluation"
    ),
    Shown("A7", "职责清单", "versions, files in and out, gaps", KEEPER, "/admin/duties"),
    Shown("A8", "单位", "the units as a tree, with what they have in hand", KEEPER, "/admin/units"),
    Shown("A8-1", "区域", "areas as a map and as a list", KEEPER, "/admin/areas"),
    Shown("A8-2", "值班", "who is on duty in which unit", KEEPER, "/admin/rosters"),
    Shown("A8-3", "权限复核", "who may what, since when, and what is unusual", SECURITY, "/admin/access"),
    Shown("A10", "修订与回滚", "every change of settings, those that wait first", KEEPER, "/admin/revisions"),
    Shown("A11", "市级看到的本区", "what the city sees of the district, and who looked", KEEPER, "/admin/city"),
    Shown("S1", "运行总览", "the city's month, every number with what is behind it", ANALYST, "/city"),
    Shown("S2", "区县对比", "districts side by side", ANALYST, "/city/districts"),
    Shown("S3", "承办单位", "units of all districts", ANALYST, "/city/units"),
    Shown("S4", "诉求热点", "what is asked most, and what grows", ANALYST, "/city/matters"),
    Shown("S5", "综合预警", "what rises unusually", ANALYST, "/city/warnings"),
    Shown("S6", "领导批示", "instructions by level, and what was reported", ANALYST, "/city/instructions"),
    Shown("S7", "月度分析报告", "the month's material in one click", ANALYST, "/city/month"),
    Shown("S9", "数据质量", "who is late, and what is not in the city's list", ANALYST, "/city/quality"),
    Shown("S9-1", "指标口径", "what every figure means", ANALYST, "/city/definitions"),
    Shown("S10", "定期发送", "figures that go by mail each week or month", ANALYST, "/city/deliveries"),
    Shown("S11", "探索", "matters, districts and days to zoom into", ANALYST, "/city/explore"),
    Shown("S12", "大屏", "links under which a wall shows the figures", ANALYST, "/city/screens"),
    Shown("X1", "登录", "signing in", "", "/sign-in"),
    Shown("X2", "我的账号", "one's own account: type, density, colours, language, shortcuts", OPERATOR, "/account"),
    Shown("X3", "快捷键", "the keys of the page that is open", OPERATOR, "/desk", keys=("?",)),
    Shown("X4", "任务中心", "long work with its progress and its files", OPERATOR, "/tasks"),
    Shown("X5", "没有权限", "a page of others, refused in words", OPERATOR, "/accounts"),
)


def take(address: str, told: str, browser: Browser, folder: Path, wanted: Sequence[str]) -> list[str]:
    """Take the pictures; return the screens that could not be opened, in words."""
    passwords = dict(LOGIN.findall(told))
    missed: list[str] = []
    sessions: dict[str, StorageState] = {}
    for shown in (each for each in SCREENS if not wanted or each.mark in wanted):
        candidates = fnmatch.filter(passwords, shown.who) if shown.who else [""]
        for mode, (width, height, dark) in MODES.items():
            for who in candidates:
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if dark else "light",
                    storage_state=sessions.get(who),
                    locale="zh-CN",
                    timezone_id="Asia/Shanghai",
                )
                page = context.new_page()
                if who and who not in sessions:
                    sign_in(page, address, who, passwords[who])
                    sessions[who] = context.storage_state()
                if is_there := resident_at(page, address, shown) if shown.upto else go(page, address, shown):
                    keep(page, folder / f"{shown.mark}-{mode}.webp")
                    candidates = [who]
                context.close()
                if is_there:
                    break
            else:
                missed.append(f"{shown.mark} {shown.name}: nothing at {shown.path} {shown.by}")
                break
    return missed


def sign_in(page: Page, address: str, login: str, password: str) -> None:
    """Sign in on the sign-in page."""
    page.goto(f"{address}/sign-in")
    page.fill("#login", login)
    page.fill("#password", password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def go(page: Page, address: str, shown: Shown) -> bool:
    """Open a screen and tell whether it is there."""
    answer = page.goto(address + shown.path)
    if answer is None or (answer.status >= 400 and shown.mark != "X5"):
        return False
    if shown.by:
        target = page.locator(shown.by).first
        if not target.count():
            return False
        page.goto(address + str(target.get_attribute("href")))
    if shown.wants and not page.locator(shown.wants).count():
        return False
    for key in shown.keys:
        page.keyboard.press(key)
    page.wait_for_load_state("networkidle")
    return True


def resident_at(page: Page, address: str, shown: Shown) -> bool:
    """Report as somebody would, up to the step that is shown, or past it to the receipt and to one's own page."""
    resident = Resident(page, address + GAOXIN)
    resident.say(WORDS)
    if shown.upto == "what":
        return True
    resident.go_on()
    page.fill("#place", PLACE)
    if shown.upto == "where":
        return True
    resident.go_on()
    page.fill("#phone", "13800000017")
    if shown.upto == "contact":
        return True
    resident.go_on()
    if shown.upto != "check":
        resident.send()
    if shown.upto == "follow":
        resident.follow()
    return True


def keep(page: Page, path: Path) -> None:
    """Write the page as a small picture, cut off where it is too long to look at."""
    taken = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    cut = taken.convert("RGB").crop((0, 0, taken.width, min(taken.height, TALLEST)))
    cut.save(path, "WEBP", quality=60, method=6)


def index(folder: Path) -> str:
    """Return the page that lists the pictures there are."""
    lines = [
        "# The screens",
        "",
        "Taken by `make screens` from the demonstration: all people, places and appeals in it are invented, or from the",
        "published cases. Marks as in the specification of the pages: P for residents, O operator, U unit, L leader, V panel,",
        "D discipline, C community centre, A administration, S city, X common.",
        "",
        "| screen | | what it shows | desktop | 390 px | dark |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for shown in SCREENS:
        cells = [
            f"[{mode}]({shown.mark}-{mode}.webp)" if (folder / f"{shown.mark}-{mode}.webp").exists() else "–"
            for mode in MODES
        ]
        lines.append(f"| {shown.mark} | {shown.name} | {shown.shows} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


@contextmanager
def demonstration() -> Iterator[tuple[str, str]]:
    """Run the demonstration in a folder of its own; yield its address and what it said."""
    with tempfile.TemporaryDirectory(prefix="huiying-screens-") as home, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        told = Path(home) / "told.log"
        command = [str(Path(sys.executable).with_name("huiying")), "up", "--demo", "--port", str(port)]
        with told.open("wb") as output:
            running = subprocess.Popen(
                command, stdout=output, stderr=output, env={**os.environ, "HUIYING_HOME": f"{home}/home"}
            )
        try:
            for _ in range(LONGEST_START):
                if READY in told.read_text(errors="replace"):
                    break
                if running.poll() is not None:
                    sys.exit(told.read_text(errors="replace")[-2000:])
                time.sleep(1)
            yield f"http://127.0.0.1:{port}", told.read_text(errors="replace")
        finally:
            running.terminate()
            running.wait(timeout=60)


@contextmanager
def running_at(address: str, told: str) -> Iterator[tuple[str, str]]:
    """Use a demonstration that runs already."""
    yield address, Path(told).read_text(errors="replace")


def main() -> None:
    """Take the pictures and write the index; say what was missed and how large it all is."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--at", default="")
    given.add_argument("--told", default="")
    given.add_argument("--folder", type=Path, default=FOLDER)
    given.add_argument("marks", nargs="*")
    asked = given.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    source = running_at(asked.at, asked.told) if asked.at else demonstration()
    with source as (address, told), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        missed = take(address, told, browser, asked.folder, asked.marks)
        browser.close()
    (asked.folder / "README.md").write_text(index(asked.folder))
    size = sum(each.stat().st_size for each in asked.folder.iterdir())
    print(f"{asked.folder}: {len(list(asked.folder.glob('*.webp')))} pictures, {size / 1e6:.1f} MB")  # noqa: T201
    for each in missed:
        print(each)  # noqa: T201
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
