"""A district of the central city's kind: mailboxes of five levels, and two administrators who agree with each other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.journey import mailboxes, sources
from core.journey.lists import order_of
from core.kit.lists import ListPut
from core.people.roles import Permission
from core.people.service import open_account
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from tests.builders import beijing, make_district, make_installation
from tests.journey.walking import Walk
from tests.plugins.making import SHIPPED

FEATURES = ("chengdu.channels", "chengdu.routing", "chengdu.scope", "chengdu.receipt")
UNITS = (
    ("city-office", "市政府办公厅", "city_department"),
    ("county-office", "锦水区政府办公室", "district_department"),
    ("town", "石桥街道办事处", "street"),
    ("metro", "市轨道交通集团", "public_utility"),
    ("power", "国网供电公司", "central_body"),
    *(("market", "市场监管局", "district_department"), ("street-2", "南门街道办事处", "street")),
)
HEAD = ("信箱名称", "层级", "领导职务", "所属单位", "承办单位", "渠道", "诉求类型", "受理区域", "是否公开")
FIVE = (
    ("市长信箱", "市级", "市长", "市政府办公厅", "", "市长信箱", "", "", "是"),
    ("锦水区区长信箱", "区（市）县", "区长", "锦水区政府办公室", "道路管理处", "区（市）县信箱", "", "锦水区", ""),
    ("石桥街道主任信箱", "乡镇（街道）", "主任", "town", "", "mailbox-town", "环境卫生、道路", "石桥街道", "是"),
    ("地铁董事长信箱", "公共服务单位", "董事长", "市轨道交通集团", "metro", "", "公共交通", "", "是"),
    ("供电总经理信箱", "中央及省驻地单位", "总经理", "国网供电公司", "power", "", "供电", "", "否"),
)
Rows = Sequence[Sequence[str]]


@dataclass
class Lists:
    """The district's lists, and the files that are put in their place."""

    walk: Walk
    folder: Path
    ids: Mapping[str, int]

    def put(self, rows: Rows, *, agreed_by: str = "berta") -> ListPut:
        """Put a list of mailboxes in place."""
        path = self._file("mailboxes.csv", HEAD, rows)

        def work(scope: Scope) -> ListPut:
            order = order_of(scope, self.anna, reason="年度更新", deed=mailboxes.DEED, now=NOW, agreed_by=agreed_by)
            return mailboxes.import_mailboxes(scope, path, order)

        return self._done(work)

    def put_hotlines(self, rows: Rows) -> ListPut:
        """Put a list of merged hotlines in place, as the registry of sources."""
        path = self._file("hotlines.csv", ("原号码", "热线名称", "原主管单位", "并入日期"), rows)

        def work(scope: Scope) -> ListPut:
            order = order_of(scope, self.anna, reason="热线整合", deed=sources.DEED, now=NOW)
            return sources.import_sources(scope, path, order).put

        return self._done(work)

    @property
    def anna(self) -> Actor:
        return Actor("staff", "安娜", self.ids["anna"], permissions=frozenset({Permission.ADMINISTER}))

    def _done(self, work: Callable[[Scope], ListPut]) -> ListPut:
        put = self.walk.run(work)
        self.walk.installation.forget()  # elsewhere it is read anew after some seconds
        return put

    def _file(self, name: str, head: Sequence[str], rows: Rows) -> Path:
        path = self.folder / name
        path.write_text("\n".join(",".join(cells) for cells in (head, *rows)), encoding="utf-8-sig")
        return path


NOW = beijing("2026-03-02 09:00")


@pytest.fixture
def lists(database_url: str, tmp_path: Path) -> Iterator[Lists]:
    installation = make_installation(database_url, features=[SHIPPED.features[name] for name in FEATURES])
    slug = make_district(installation, features={name: {} for name in FEATURES}, units=UNITS)
    ids = {}
    with installation.scope(slug) as scope:
        for login, role in (("anna", "administrator"), ("berta", "administrator"), ("otto", "operator")):
            made = open_account(scope, login=login, name=login, password=None, roles=(role,), now=NOW)
            ids[login] = made.id
    yield Lists(Walk(installation, slug), tmp_path, ids)
    installation.database.engine.dispose()
