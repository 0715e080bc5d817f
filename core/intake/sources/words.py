"""What kinds of sources there are, what has become of them, and when one counts as silent."""

from collections.abc import Mapping
from typing import Final

SOURCE_KINDS: Final[Mapping[str, str]] = {
    "hotline": "热线",
    "app": "手机应用",
    "website": "网站",
    "mailbox": "邮箱信箱",
    "wechat": "微信",
    "weibo": "微博",
    "grid": "网格",
    "system": "业务系统",
    "counter": "窗口与服务点",
    "deputies": "代表委员",
    "other": "其他",
}
MERGED, OPEN, CLOSED = "merged", "open", "closed"
SOURCE_STATES: Final[Mapping[str, str]] = {MERGED: "已并入", OPEN: "仍开通", CLOSED: "已关闭"}
SILENT_DAYS: Final = 30
"""After so many days without a message a source counts as silent, where its row says nothing else."""
