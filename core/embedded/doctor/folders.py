"""Folders, files and access rules of the home, looked at without starting anything; and the machine."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import core
from core.embedded.account import LAST_RESORT
from core.embedded.backup.stored_files import folder_of
from core.embedded.cluster import unsafe_access_lines
from core.embedded.doctor.findings import Finding, hint, missing, unsafe
from core.embedded.files import is_open_to_others
from core.embedded.home import Home

NEEDED_FREE_BYTES = 1_000_000_000
PAGE_SCRIPTS = Path(core.__file__).parent / "web" / "static" / "vendor"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def machine_findings(path: Path) -> Iterable[Finding]:
    """Look at the machine: space on disk, who runs this, what pages and browser tests need."""
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    if free < NEEDED_FREE_BYTES:
        yield missing("磁盘", f"{existing} 所在磁盘只剩 {free // 1_000_000} MB", "清理磁盘，写满后将无法受理诉求")
    if os.geteuid() == 0:
        yield hint("账户", "正以 root 运行", "正式使用请换一个普通账户")
    if not any(shutil.which(name) for name in BROWSERS):
        yield hint("浏览器", "没有 chromium，浏览器测试会被跳过", "需要时安装 chromium 和中文字体")
    if not any(PAGE_SCRIPTS.glob("htmx*.js")):
        yield missing(
            "页面文件", f"{PAGE_SCRIPTS} 中没有页面脚本，操作会整页刷新", "安装 Node 20 以上版本后运行 make assets"
        )


def folder_findings(home: Home) -> Iterable[Finding]:
    """Look at what lies in the home and beside it."""
    private = [home.path, home.logs, home.cluster, home.queue, home.sockets]
    if files := folder_of(home):
        private.append(files)
    else:
        yield hint(
            "附件",
            "附件存放在对象存储的桶里，huiying backup 不复制它",
            "打开桶的版本保留，它就是附件的备份；并定期执行 huiying audit files",
        )
    secret = [home.services, home.keys, home.queue / "valkey.conf"]
    for path in (*private, *secret):
        if path.exists() and is_open_to_others(path):
            mode = "700" if path.is_dir() else "600"
            yield unsafe(
                "文件权限", f"{path} 对其他账户开放（{path.stat().st_mode & 0o777:o}）", f"chmod {mode} {path}"
            )
    for path in (home.sockets, home.cluster):
        if path.exists() and path.stat().st_uid != home.account.uid:
            yield unsafe("文件权限", f"{path} 不属于账户 {home.account.name}", f"chown -R {home.account.name} {path}")
    if home.cluster.exists() and not home.keys.exists():
        yield missing("密钥", f"有数据而没有密钥文件 {home.keys}", "从备份恢复；没有它，已存的个人信息无法解密")
    if home.account.name == LAST_RESORT:
        yield unsafe(
            "账户", f"数据库以 {LAST_RESORT} 运行，同机其他服务也可能使用该账户", "安装 useradd，或改用普通账户运行"
        )
    yield from _access_findings(home)


def _access_findings(home: Home) -> Iterable[Finding]:
    rules = home.cluster / "pg_hba.conf"
    if not rules.exists():
        return
    for line in unsafe_access_lines(rules.read_text(encoding="utf-8", errors="replace")):
        yield unsafe(
            "数据库访问规则",
            f"{rules} 中有一行不验证身份或允许远程连接：{line}",
            "删除该行后执行 huiying down，再重新启动",
        )
