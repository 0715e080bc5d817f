"""Every way in of the district, each walked from its own door: the public page, the desk, the API; and counted by way."""

from datetime import datetime

from core.journey.report import report_month
from core.people.service import issue_token
from tests.builders import BEIJING
from tests.mailboxes.conftest import FIVE, Lists
from tests.mailboxes.test_report_page import Entry, entry
from tests.web.making import Visitor, make_account

__all__ = ["entry"]
BESIDE = (
    ("市委书记信箱", "市级", "市委书记", "city-office", "", "书记信箱", "", "", "是"),
    ("市政府信箱", "市级", "市政府值班", "city-office", "", "市政府信箱", "", "", "是"),
)
BY_PAGE = ("市委书记信箱", "市长信箱", "市政府信箱", "锦水区区长信箱", "石桥街道主任信箱", "")
BY_API = ("forum", "weibo", "wechat", "sms", "app")


def test_letters_calls_and_messages_of_every_way_are_tickets_and_are_counted_by_it(lists: Lists, entry: Entry) -> None:
    lists.put([*FIVE, *BESIDE])
    lists.put_hotlines([("96007", "供水热线", "", "")])
    assert f'href="{entry.base}/report?as=enterprise"' in entry.client.get(entry.base).get_data(as_text=True)
    for mailbox in BY_PAGE:
        entry.open()
        assert entry.send(text=f"写给{mailbox or '大家'}的一件事", mailbox=mailbox).status_code == 200
    entry.open("?as=enterprise")
    entry.send(text="企业反映门前道路封闭", appellant="enterprise")

    operator = Visitor(entry.app)
    operator.sign_in(make_account(lists.walk.installation, lists.walk.slug, "otti", ["operator"]))
    operator.get("/desk/new")
    assert '<option value="96007">供水热线</option>' in operator.page
    assert operator.post("/desk/new", text="来电反映路灯不亮", channel="hotline", source="96007").status_code == 200

    token = lists.walk.run(lambda scope: issue_token(scope, "新媒体", now=entry.now))
    for channel in BY_API:
        sent = entry.client.post(
            "/api/v1/tickets",
            json={"channel": channel, "text": f"经{channel}反映一件事"},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert sent.status_code == 201

    now: datetime = entry.now
    month = f"{now.astimezone(BEIJING):%Y-%m}"
    told = report_month(lists.walk.installation, lists.walk.slug, month, now=now)
    assert {share.label: share.numerator for share in told.by_channel} == dict.fromkeys(
        (
            *("书记信箱", "市长信箱", "市政府信箱", "区（市）县信箱", "乡镇（街道）信箱", "服务企业信箱"),
            *("12345 热线", "网络论坛", "微博", "微信", "短信", "APP", "网上提交"),
        ),
        1,
    )
    assert [ticket.source for ticket in entry.tickets() if ticket.channel == "hotline"] == ["96007"]
