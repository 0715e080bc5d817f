"""Pages of features: shown by the core's components, for whom they are meant, where the feature is on, and never harmful."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy import select as sa_select

from core.hooks import Block, FactsBlock, Feature, NotPossible, PageSpec, Store, TableBlock, TextBlock, Visitor
from core.hooks.roster import Roster
from core.hooks.settings import Line, OneOf, Rows, Settings, Whole
from core.hooks.tables import select, update
from core.journey.feature_work.parts import pages_of
from core.people.roles import ROLES
from core.tenancy.guest import guest
from core.tenancy.models import FeatureAct, FeatureIncident
from core.tenancy.scope import Installation, Scope
from core.web import create_app
from tests.builders import make_district, make_feature, make_installation, switch_on
from tests.logbook import LOGBOOK
from tests.logbook.tables import TALK
from tests.logbook.talks import Talk, record_talk
from tests.web.making import Visitor as Browser
from tests.web.making import make_account

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def database_url(logbook_url: str) -> str:
    """The database that holds the table of the feature."""
    return logbook_url


@pytest.fixture(scope="module")
def shipped(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=(*Roster.installed().features.values(), *LOGBOOK.features))
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="module")
def app(shipped: Installation) -> Flask:
    return create_app(shipped)


@pytest.fixture
def here(shipped: Installation) -> str:
    return make_district(shipped, features={"logbook.talks": {}})


def browser(app: Flask, installation: Installation, slug: str, *roles: str, unit: str | None = None) -> Browser:
    """Return somebody with these roles, signed in."""
    login = make_account(installation, slug, f"who-{'-'.join(roles)}", roles, name="张丽", unit=unit)
    visitor = Browser(app)
    assert visitor.sign_in(login).status_code == 303
    return visitor


def talk(**typed: str) -> dict[str, str]:
    """Return what is typed about the first round of the article."""
    return {
        "held_on": "2013-10-23",
        "guest": "东部三镇街主政官",
        "topic": "交通与环境",
        "questions": "1804",
        "answered_live": "36",
        **typed,
    }


# Who may open what.


def test_every_page_of_every_shipped_feature_opens_to_those_who_have_its_permission_and_is_not_there_when_off(
    shipped: Installation, app: Flask
) -> None:
    features = [name for name, feature in shipped.roster.features.items() if "pages" in (feature.hooks or ())]
    assert "logbook.talks" in features
    on, off = make_district(shipped, features={name: {} for name in features}), make_district(shipped)
    with shipped.scope(on) as scope:
        pages = list(pages_of(scope).values())
    assert {page.feature for page in pages} == set(features)

    for role in ROLES.values():
        unit = "roads" if role.name in ("clerk", "discipline") else None
        there, elsewhere = (browser(app, shipped, slug, role.name, unit=unit) for slug in (on, off))
        for page in pages:
            expected = 200 if page.permission in role.permissions else 403
            assert there.get(page.href).status_code == expected, (role.name, page.href)
            assert elsewhere.get(page.href).status_code == 404, (role.name, page.href)
            assert elsewhere.post(page.href).status_code in (400, 404), (role.name, page.href)


def test_without_a_session_a_page_of_a_feature_leads_to_the_sign_in_page(app: Flask) -> None:
    assert Browser(app).get("/x/logbook/talks").location.startswith("/sign-in")
    assert Browser(app).get("/x/no/such").location.startswith("/sign-in")


@pytest.mark.parametrize("path", ["/x/logbook/no-such", "/x/nobody/talks", "/x/logbook/talks/", "/x/logbook/"])
def test_a_page_that_no_feature_has_is_not_there(shipped: Installation, app: Flask, here: str, path: str) -> None:
    assert browser(app, shipped, here, "operator").get(path).status_code == 404


def test_the_menu_holds_the_pages_that_the_visitor_may_open(shipped: Installation, app: Flask, here: str) -> None:
    operator = browser(app, shipped, here, "operator").get("/desk").get_data(as_text=True)
    leader = browser(app, shipped, here, "leader").get("/desk").get_data(as_text=True)

    assert "本区功能" in operator
    assert ['href="/x/logbook/talks"' in page for page in (operator, leader)] == [True, True]
    assert ['href="/x/logbook/talks/new"' in page for page in (operator, leader)] == [True, False]


# The form.


def test_a_talk_is_written_down_and_shown(shipped: Installation, app: Flask, here: str) -> None:
    operator = browser(app, shipped, here, "operator")
    operator.get("/x/logbook/talks/new")

    answer = operator.post("/x/logbook/talks/new", **talk())

    assert (answer.status_code, answer.location) == (303, "/x/logbook/talks/new")
    told = operator.get(answer.location).get_data(as_text=True)
    assert "已登记10 月 23 日的座谈会，1,768 条提问转交办理" in told
    page = operator.get("/x/logbook/talks").get_data(as_text=True)
    cells = ("2013-10-23", "东部三镇街主政官", "交通与环境", "1,804", "36", "1,768", "2.0%")
    assert [cell in page for cell in cells] == [True] * len(cells)


def test_a_form_sent_twice_is_taken_once(shipped: Installation, app: Flask, here: str) -> None:
    operator = browser(app, shipped, here, "operator")
    operator.get("/x/logbook/talks/new")

    answers = [operator.post("/x/logbook/talks/new", **talk()) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert held(shipped, here) == ["东部三镇街主政官"]
    assert [(act.kind, act.part, act.actor) for act in acts(shipped, here)] == [("page", "talks/new", "张丽")]


def test_a_form_sent_twice_at_the_same_moment_is_taken_once(shipped: Installation, app: Flask, here: str) -> None:
    login = make_account(shipped, here, "hasty", ["operator"])
    windows = [Browser(app) for _ in range(2)]
    for window in windows:
        window.sign_in(login)
        window.get("/x/logbook/talks/new")

    def send(window: Browser) -> int:
        return window.post("/x/logbook/talks/new", **talk(), command_id="the-same").status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, windows)) == [303, 303]
    assert held(shipped, here) == ["东部三镇街主政官"]


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    shipped: Installation, app: Flask, here: str
) -> None:
    operator = browser(app, shipped, here, "operator")
    operator.get("/x/logbook/talks/new")

    answer = operator.post("/x/logbook/talks/new", **talk(held_on="去年", questions="30", answered_live="36", guest=""))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for fault in ("请填写日期，如 2013-10-25", "当场答复不能多于收到的提问", "必须填写"):
        assert fault in page
    assert 'value="交通与环境"' in page
    assert 'aria-describedby="answered_live-fault"' in page
    assert held(shipped, here) == []


def test_a_refusal_of_the_feature_is_shown_in_its_words(shipped: Installation, app: Flask, here: str) -> None:
    operator = browser(app, shipped, here, "operator")
    operator.get("/x/logbook/talks/new")
    operator.post("/x/logbook/talks/new", **talk())
    operator.get("/x/logbook/talks/new")

    again = operator.post("/x/logbook/talks/new", **talk(topic="别的"))
    ahead = operator.post("/x/logbook/talks/new", **talk(held_on="2999-01-01"))

    assert (again.status_code, ahead.status_code) == (422, 422)
    assert "10 月 23 日东部三镇街主政官的座谈会已经登记过" in again.get_data(as_text=True)
    assert 'value="别的"' in again.get_data(as_text=True)
    assert "1 月 1 日还没有到" in ahead.get_data(as_text=True)
    assert held(shipped, here) == ["东部三镇街主政官"]
    assert incidents(shipped, here) == []


def test_a_form_without_our_token_or_its_number_does_nothing(shipped: Installation, app: Flask, here: str) -> None:
    operator = browser(app, shipped, here, "operator")
    assert operator.client.post("/x/logbook/talks/new", data=talk()).status_code == 400
    operator.get("/x/logbook/talks/new")
    assert operator.post("/x/logbook/talks/new", **talk(), command_id="").status_code == 422
    assert operator.post("/x/logbook/talks", **talk()).status_code == 405
    assert held(shipped, here) == []


def test_the_form_of_another_role_is_refused(shipped: Installation, app: Flask, here: str) -> None:
    leader = browser(app, shipped, here, "leader")
    leader.get("/x/logbook/talks")
    assert leader.post("/x/logbook/talks/new", command_id="1", **talk()).status_code == 403
    assert held(shipped, here) == []


def test_a_district_sees_its_own_rows_only(shipped: Installation, app: Flask, here: str) -> None:
    other = make_district(shipped, features={"logbook.talks": {}})
    operator = browser(app, shipped, here, "operator")
    operator.get("/x/logbook/talks/new")
    operator.post("/x/logbook/talks/new", **talk())

    page = browser(app, shipped, other, "operator").get("/x/logbook/talks").get_data(as_text=True)

    assert "东部三镇街" not in page
    assert "还没有登记过座谈会" in page


class StopForm(Settings):
    """A stop of a bus line."""

    name = Line(longest=20, required=True, title="站名")
    minutes = Whole(min=0, max=99, load_default=5, title="间隔", unit="分钟")


class LineForm(Settings):
    """A bus line with its stops."""

    kind = OneOf(choices={"day": "日班", "night": "夜班"}, load_default="day", title="班次")
    stops = Rows(StopForm, most=5, least=1, required=True, title="站点")


def test_rows_are_added_moved_and_removed_by_plain_buttons(database_url: str) -> None:
    taken: list[Any] = []

    def submit(values: Mapping[str, Any]) -> str:
        taken.append([row["name"] for row in values["stops"]])
        return "好"

    house = Trial(database_url, submit=submit, LineForm=LineForm)
    visitor = house.browser()
    visitor.get(PAGE)

    added = visitor.post(PAGE, **{"stops-row": "", "kind": "night", "stops-add": "1"})
    assert added.status_code == 200
    assert 'value="night" selected' in visitor.page
    assert 'name="stops-0-name"' in visitor.page
    rows = {"stops-row": ["", "0", "1"], "stops-0-name": "东门", "stops-1-name": "西门", "kind": "night"}
    moved = visitor.post(PAGE, **rows, **{"stops-1-up": "1"}).get_data(as_text=True)
    assert moved.index("西门") < moved.index("东门")
    assert visitor.post(PAGE, **{**rows, "stops-1-name": ""}).status_code == 422
    assert "第 2 行" in visitor.page
    assert visitor.post(PAGE, **rows).status_code == 303
    assert taken == [["东门", "西门"]]


# What a feature shows is text.


def test_what_a_feature_shows_is_escaped(database_url: str) -> None:
    house = Trial(
        database_url,
        show=lambda: [
            TextBlock(HOSTILE, heading=HOSTILE, tone="warn"),
            FactsBlock(((HOSTILE, HOSTILE),), heading="'\" onmouseover=alert(1)"),
            TableBlock((HOSTILE, "数"), ((HOSTILE, "1,804"), ("b", "36")), heading=f'"{HOSTILE}'),
            TableBlock(("甲",), (), empty=HOSTILE),
        ],
    )

    page = house.browser().get(PAGE).get_data(as_text=True)

    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 11
    assert 'onmouseover=alert(1)"' not in page
    assert '<td class="num" data-column="数">1,804</td>' in page


@pytest.mark.parametrize(
    "answer",
    [
        "no list",
        [Block()],
        [TextBlock(Markup(HOSTILE))],
        [TextBlock(7)],  # type: ignore[arg-type]
        [TableBlock(("a", "b"), (("1",),))],
        [TextBlock("x" * 300_000)],
        [TextBlock("\x00")],
        [{"text": "x"}],
    ],
    ids=["text", "bare", "markup", "number", "uneven", "huge", "nul", "mapping"],
)
def test_what_cannot_be_shown_is_an_apology_with_a_number(database_url: str, answer: Any) -> None:
    house = Trial(database_url, show=lambda: answer)

    response = house.browser().get(PAGE)

    page = response.get_data(as_text=True)
    [card] = house.incidents()
    assert response.status_code == 503
    assert HOSTILE not in page
    assert f"请把编号 {card.error_id} 告诉系统管理员" in page
    assert (card.hook, card.kind) == ("show", "unusable")


# Pages that fail.


def fail() -> None:
    raise ValueError("诉求人张三，13800000001")


def leave() -> None:
    raise SystemExit(3)


def hang() -> None:
    time.sleep(60)


def spin() -> None:
    while True:
        pass


@pytest.mark.parametrize(
    ("ruin", "kind"), [(fail, "raised"), (leave, "exited"), (hang, "over_budget"), (spin, "over_budget")]
)
def test_a_page_that_fails_is_an_apology_and_the_desk_goes_on(
    database_url: str, ruin: Callable[[], None], kind: str
) -> None:
    house = Trial(database_url, show=ruin, submit=ruin, LineForm=LineForm)
    visitor = house.browser()

    shown = visitor.get(PAGE)

    page = shown.get_data(as_text=True)
    assert shown.status_code == 503
    assert "由功能“trial.page”提供" in page
    assert "13800000001" not in page
    assert 'name="stops-add"' in page
    assert [card.kind for card in house.incidents()] == [kind]
    assert visitor.get("/desk").status_code == 200


def test_a_form_that_fails_keeps_what_was_typed_and_writes_nothing(database_url: str) -> None:
    def submit(store: Store, values: Mapping[str, Any]) -> str:
        record_talk(store, a_talk())
        raise RuntimeError

    house = Trial(database_url, "logbook.trial", submit=submit, LineForm=LineForm)
    visitor = house.browser()
    visitor.get("/x/logbook/page")

    answer = visitor.post("/x/logbook/page", **{"stops-row": ["", "0"], "stops-0-name": "东门"})

    page = answer.get_data(as_text=True)
    [card] = house.incidents()
    assert answer.status_code == 503
    assert f"没有保存。其他页面不受影响；请把编号 {card.error_id}" in page
    assert 'value="东门"' in page
    assert held(house.installation, house.slug) == []


def test_a_page_that_keeps_failing_is_left_to_rest(database_url: str) -> None:
    asked = []

    def show() -> list[Block]:
        asked.append(1)
        raise ValueError

    visitor = Trial(database_url, show=show).browser()
    for _ in range(8):
        assert visitor.get(PAGE).status_code == 503

    assert len(asked) == 5
    assert "连续出错，暂停使用" in visitor.page


def test_a_page_that_only_shows_cannot_write(database_url: str) -> None:
    house = Trial(database_url, "logbook.trial", show=lambda store: record_talk(store, a_talk()))

    assert house.browser().get("/x/logbook/page").status_code == 503
    assert held(house.installation, house.slug) == []


def test_a_page_reaches_no_other_districts_rows_and_no_table_of_another(database_url: str) -> None:
    def submit(store: Store, values: Mapping[str, Any]) -> str:
        everything = update(TALK).where(TALK.c.tenant_id > 0).values(topic="改过")
        return f"{store.run(everything)} 行"

    house = Trial(database_url, "logbook.trial", submit=submit, LineForm=LineForm)
    other = house.another()
    with house.installation.scope(other) as scope, guest_of(scope) as store:
        record_talk(store, a_talk())
    visitor = house.browser()
    visitor.get("/x/logbook/page")

    visitor.post("/x/logbook/page", **{"stops-row": ["", "0"], "stops-0-name": "东门"})

    assert "0 行" in visitor.get("/x/logbook/page").get_data(as_text=True)
    with house.installation.scope(other) as scope, guest_of(scope) as store:
        assert [row["topic"] for row in store.rows(select(TALK.c.topic))] == ["交通"]


def test_a_refusal_of_the_store_that_the_feature_keeps_to_itself_is_a_failure(database_url: str) -> None:
    def submit(store: Store, values: Mapping[str, Any]) -> str:
        for _ in range(2):
            try:
                record_talk(store, a_talk())
            except Exception:
                return "好"
        return "好"

    house = Trial(database_url, "logbook.trial", submit=submit, LineForm=LineForm)
    visitor = house.browser()
    visitor.get("/x/logbook/page")

    answer = visitor.post("/x/logbook/page", **{"stops-row": ["", "0"], "stops-0-name": "东门"})

    assert answer.status_code == 503
    assert held(house.installation, house.slug) == []
    assert [card.hook for card in house.incidents()] == ["pages"]


def test_who_looks_and_when_is_told_to_the_page(database_url: str) -> None:
    seen: list[Visitor] = []

    def show(visitor: Visitor) -> list[Block]:
        seen.append(visitor)
        raise NotPossible("今天不开放，明天再来。")

    answer = Trial(database_url, show=show).browser().get(PAGE)

    assert (answer.status_code, [each.name for each in seen]) == (422, ["张丽"])
    assert seen[0].now.tzinfo is not None
    assert "今天不开放，明天再来。" in answer.get_data(as_text=True)


# Pages that cannot be: put aside, with the reason for the administrator.


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (PageSpec("page", "页面", "become-root", show="show"), "权限 become-root 不存在"),
        (PageSpec("page", "页面", "see-tickets", show="absent"), "没有函数 absent"),
        (PageSpec("page", "页面", "see-tickets", show="show", submit="show", form="Absent"), "没有表单 Absent"),
        (PageSpec("page", "页面", "see-tickets", show="show", submit="show"), "submit 和 form"),
        (PageSpec("../desk", "页面", "see-tickets", show="show"), "页面的路径"),
        (PageSpec("page", "", "see-tickets", show="show"), "页面的名称"),
        (PageSpec("page", "页面", "see-tickets", show="__import__"), "公开名称"),
    ],
)
def test_a_page_that_cannot_be_is_left_out_and_reported(database_url: str, spec: PageSpec, words: str) -> None:
    house = Trial(database_url, specs=[spec])
    visitor = house.browser()

    assert visitor.get(f"/x/trial/{spec.path}").status_code == 404
    assert visitor.get("/desk").status_code == 200
    assert [words in card.words for card in house.incidents()] == [True]


def test_a_permission_that_the_manifest_does_not_name_is_not_used(database_url: str) -> None:
    house = Trial(database_url, permissions=("accept",))
    assert house.browser().get(PAGE).status_code == 404
    assert ["没有写在清单的 permissions 里" in card.words for card in house.incidents()] == [True]


def test_the_first_feature_to_name_an_address_has_it(database_url: str) -> None:
    def named(text: str) -> Feature:
        return a_feature(f"trial.{text}", show=lambda: [TextBlock(text)])

    installation = make_installation(database_url, features=[named("first"), named("second")])
    slug = make_district(installation, features={"trial.second": {}, "trial.first": {}})

    page = browser(create_app(installation), installation, slug, "operator").get(PAGE).get_data(as_text=True)

    assert '<p class="prose">second</p>' in page
    assert '<p class="prose">first</p>' not in page


# Making features for one test.

PAGE = "/x/trial/page"


def a_feature(
    feature_id: str = "trial.page",
    *,
    specs: Sequence[PageSpec] | None = None,
    permissions: tuple[str, ...] = (),
    **parts: Any,
) -> Feature:
    """Return a feature with a page; `parts` are functions and forms of its module."""
    form = "LineForm" if "LineForm" in parts else ""
    spec = PageSpec("page", "试验页", "see-tickets", show="show", submit="submit" if form else "", form=form)
    feature = make_feature(feature_id, pages=lambda: list(specs or [spec]))
    module: Any = feature.answers
    vars(module).update({"show": lambda: [TextBlock("看得到")], **parts})
    return Feature(feature.id, feature.label, feature.summary, module, permissions=permissions)


class Trial:
    """A district that has one feature with a page."""

    def __init__(self, database_url: str, feature_id: str = "trial.page", **how: Any) -> None:
        self._feature = feature_id
        self.installation = make_installation(database_url, features=[a_feature(feature_id, **how)])
        self.slug = make_district(self.installation, features={feature_id: {}})
        self._app = create_app(self.installation)

    def browser(self) -> Browser:
        """Return an operator of the district."""
        return browser(self._app, self.installation, self.slug, "operator")

    def another(self) -> str:
        """Return another district that has the feature on."""
        slug = make_district(self.installation)
        with self.installation.scope(slug) as scope:
            switch_on(scope, self._feature, {})
        self.installation.forget()
        return slug

    def incidents(self) -> Sequence[FeatureIncident]:
        return incidents(self.installation, self.slug)


def a_talk() -> Talk:
    return Talk(date(2013, 10, 23), "东部三镇街主政官", "交通", 1804, 36, "")


def guest_of(scope: Scope) -> AbstractContextManager[Store]:
    return guest(scope, "logbook", writes=True, seconds=5)


def held(installation: Installation, slug: str) -> list[str]:
    """Return the guests of the talks that are written down."""
    with installation.scope(slug) as scope, guest_of(scope) as store:
        return [row["guest"] for row in store.rows(select(TALK.c.guest))]


def incidents(installation: Installation, slug: str) -> Sequence[FeatureIncident]:
    with installation.scope(slug) as scope:
        return scope.session.scalars(
            sa_select(FeatureIncident).where(FeatureIncident.tenant_id == scope.tenant.id)
        ).all()


def acts(installation: Installation, slug: str) -> Sequence[FeatureAct]:
    with installation.scope(slug) as scope:
        return scope.session.scalars(sa_select(FeatureAct).where(FeatureAct.tenant_id == scope.tenant.id)).all()
