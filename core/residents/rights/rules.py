"""What can be asked of the data about oneself, within what time it is answered, and why it may be refused."""

from collections.abc import Mapping

from core.kit.errors import Refused

WORKING_DAYS = 15
"""Within so many a request is answered."""
KIND_LABELS: Mapping[str, str] = {"erase": "删除本人信息", "explain": "说明怎样使用本人信息"}
STATE_LABELS: Mapping[str, str] = {
    "open": "待答复",
    "granted": "已办理",
    "partly": "已部分办理",
    "refused": "不予办理",
}
GROUND_LABELS: Mapping[str, str] = {
    "open": "诉求还在办理，需要能联系到您",
    "dispute": "复核、申诉或第三方评议还没有结束",
    "accountability": "问责程序还没有结束",
    "law": "法律、行政法规规定的保存期限未满",
    "archives": "已归档的工单按档案法保存，其中的姓名、电话和住址可以隐去",
    "technical": "技术上难以删除，除存储和安全保护外不再使用",
    "identity": "不能确认是本人的信息",
}
"""Why something is not erased, as the resident is told: the exceptions of art. 47 of the PIPL as they occur here."""
OWN_GROUNDS = ("open", "dispute", "accountability")
"""Those that the product itself finds of a ticket."""
LONGEST_WORDS = 500
LONGEST_ANSWER = 1_000
READABLE_DAYS = 90
"""So long after it was answered the resident can read the answer; then nothing tells any more whose request it was."""


class RequestUnusable(Refused):
    """Something is missing in what is asked, or in what is answered."""

    code = "rights-request-unusable"


class AskedAlready(Refused):
    """The same is asked already and not answered yet."""

    code = "rights-asked-already"


class NoSuchRequest(Refused):
    """There is no such request."""

    code = "no-such-rights-request"


class AnsweredAlready(Refused):
    """The request is answered."""

    code = "rights-answered-already"


class NothingErasable(Refused):
    """None of the tickets that are asked about can be erased now."""

    code = "nothing-erasable"
