"""The duty list over the API: the same steps and refusals as at the command line, with statuses and codes."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.journey.people import issue_token
from core.tenancy.scope import Installation
from core.web import create_app
from tests.duties.commanding import LINES, District

PATH = "/api/v1/duty-lists"


@dataclass(frozen=True)
class System:
    """Another system of the district, with a token of its own."""

    client: FlaskClient
    token: str

    def get(self, path: str = "") -> TestResponse:
        return self.client.get(f"{PATH}{path}", headers=self._headers)

    def send(self, content: bytes | None, path: str = "", **form: Any) -> TestResponse:
        """Send a file with a form."""
        data = form if content is None else {**form, "file": (io.BytesIO(content), "清单.csv")}
        return self.client.post(f"{PATH}{path}", headers=self._headers, data=data, content_type="multipart/form-data")

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture(scope="module")
def client(installation: Installation) -> FlaskClient:
    return create_app(installation).test_client()


def system_of(district: District, client: FlaskClient, role: str | None = "administrator") -> System:
    with district.installation.scope(district.slug) as scope:
        token = issue_token(scope, f"{role}-{scope.new_id()}", role=role, now=datetime.now(UTC))
    return System(client, token)


@pytest.fixture
def system(district: District, client: FlaskClient) -> System:
    return system_of(district, client)


def content(*lines: str) -> bytes:
    return "\n".join(("大类,小类,区域,主办单位,时限（工作日）,关键词", *(lines or LINES))).encode()


def told(answer: TestResponse) -> tuple[int, str]:
    problem = answer.get_json()
    assert answer.mimetype == "application/problem+json", answer.data
    assert problem["detail"]
    return answer.status_code, problem["code"]


def test_a_file_is_drafted_and_its_rejected_rows_are_told(system: System) -> None:
    answer = system.send(content(*LINES, "环境卫生,公厕,,园林局,2,"), reason="首次导入")

    drafted = answer.get_json()
    assert answer.status_code == 201, drafted
    assert (drafted["number"], drafted["is_new"], drafted["against"]["number"]) == (1, True, 0)
    assert drafted["read"] == {
        "accepted": 4,
        "rejected": [{"row": 6, "reason": "没有单位“园林局”；是不是 园林管理处"}],
        "remarks": ["“即时”按 1小时 计，共 1 处"],
    }
    assert (drafted["coverage"]["cells"], drafted["coverage"]["resolved"]) == (9, 9)
    [version] = system.get().get_json()
    assert (version["number"], version["in_force"], version["reason"]) == (1, False, "首次导入")


def test_a_version_is_read_part_by_part(system: System) -> None:
    many = [f"城市管理,事项{number},,道路管理处,5," for number in range(250)]
    system.send(content(*many), reason="首次导入")

    first, second = (system.get(f"/1?offset={offset}").get_json() for offset in (0, 200))

    assert (first["total"], len(first["rows"]), len(second["rows"])) == (251, 200, 51)
    assert first["columns"][:4] == ["编码", "大类", "小类", "区域"]
    assert second["rows"][0][:3] == ["01.200", "城市管理", "事项199"]


def test_versions_are_compared_and_their_reach_is_told(district: District, system: System) -> None:
    system.send(content(), reason="首次导入")
    district.let_hold(1)
    system.send(content("城市管理,道路,,道路管理处,3,路面、坑洼", *LINES[1:]), reason="第二轮时限压缩")

    compared = system.get("/2/diff").get_json()
    back = system.get("/1/diff?against=2").get_json()
    covered = system.get("/2/coverage").get_json()

    assert (compared["before"], compared["after"]) == (1, 2)
    assert compared["differences"] == ["改时限 01.01 城市管理 / 道路（全区）：5个工作日 → 3个工作日"]
    assert back["differences"] == ["改时限 01.01 城市管理 / 道路（全区）：3个工作日 → 5个工作日"]
    assert covered["coverage"]["gaps"] == []
    assert covered["coverage"]["by_lead"] == {"roads": 3, "st-north": 2, "light": 1, "parks": 3}


def test_an_export_is_drafted_as_the_same_version(district: District, system: System) -> None:
    system.send(content(), reason="首次导入")

    for ending, kind in (("xlsx", "application/vnd.openxmlformats"), ("csv", "text/csv")):
        exported = system.get(f"/1/export?as={ending}")
        again = system.send(exported.data, reason="原样导入").get_json()

        assert (exported.mimetype or "").startswith(kind)
        assert exported.headers["Content-Disposition"] == (
            f'attachment; filename="duty-list-{district.slug}-1.{ending}"'
        )
        assert (again["number"], again["is_new"], again["read"]["rejected"]) == (1, False, [])


def test_a_check_keeps_nothing(system: System) -> None:
    checked = system.send(content("城市管理,道路,北桥街道,道路管理处,5,"), "/check")

    assert checked.status_code == 200, checked.get_json()
    assert checked.get_json()["passed"] is False
    assert checked.get_json()["faults"] == [
        "事项“01.01 城市管理 / 道路”在南桥街道松岗社区没有主办单位，工单无处可派；请补上主办单位，或写“属地街道”并给区域指定单位"
    ]
    assert checked.get_json()["coverage"]["gaps"] == [{"matter": "01.01", "area": "s1", "why": "清单里没有适用的行"}]
    assert system.get().get_json() == []


def test_a_list_with_faults_is_refused_with_all_of_them(system: System) -> None:
    answer = system.send(content("城市管理,道路,,,5,", "环卫,,,园林管理处,,"), reason="首次导入")

    assert told(answer) == (422, "duty-list-unusable")
    assert len(answer.get_json()["faults"]) == 2
    assert system.get().get_json() == []


def test_a_longer_limit_has_to_be_named(district: District, system: System) -> None:
    system.send(content(), reason="首次导入")
    district.let_hold(1)
    longer = content("城市管理,道路,,道路管理处,8,路面、坑洼", *LINES[1:])

    assert told(system.send(longer, reason="试")) == (422, "limits-loosened")
    drafted = system.send(longer, reason="试", loosened=["01.01"]).get_json()
    assert drafted["limit_changes"] == ["01.01 城市管理 / 道路（全区）时限放宽 5个工作日 → 8个工作日"]


def test_what_the_file_leaves_open_is_said_in_the_form(system: System) -> None:
    lines = "大类,小类,时限\n城市管理,道路,即时".encode()

    drafted = system.send(lines, reason="首次导入", at_once="30分钟", lead="道路管理处").get_json()

    assert "“即时”按 30分钟 计，共 1 处" in drafted["read"]["remarks"]
    assert drafted["coverage"]["resolved"] == 3


@pytest.mark.parametrize(
    ("sent", "form", "status", "code"),
    [
        (None, {"reason": "试"}, 422, "validation-failed"),
        (b"", {"reason": "试"}, 422, "table-unusable"),
        (b"%PDF-1.7", {"reason": "试"}, 422, "table-unusable"),
        (b"PK\x03\x04 no workbook", {"reason": "试"}, 422, "table-unusable"),
        ("单位,电话\n道路管理处,1".encode(), {"reason": "试"}, 422, "not-a-duty-list"),
        (content(), {}, 422, "validation-failed"),
        (content(), {"reason": " "}, 422, "reason-missing"),
        (content(), {"reason": "试", "onto": "x"}, 422, "validation-failed"),
        (content(), {"reason": "试", "onto": "7"}, 404, "no-such-duty-list"),
        (content(), {"reason": "试", "gazetteer": "7"}, 404, "no-such-gazetteer"),
        (content(), {"reason": "试", "at_once": "一会儿"}, 422, "limit-unclear"),
        (content(), {"reason": "试", "lead": "道路局"}, 422, "leads-unusable"),
        (content(), {"reason": "试", "loosened": "09"}, 422, "no-such-duty-item"),
        (content(), {"reason": "试", "surplus": "1"}, 422, "validation-failed"),
        (b"x" * (1024 * 1024 + 1), {"reason": "试"}, 413, "http-413"),
    ],
)
def test_what_cannot_be_drafted_is_a_problem(
    system: System, sent: bytes | None, form: dict[str, str], status: int, code: str
) -> None:
    assert told(system.send(sent, **form)) == (status, code)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/1", 404, "no-such-duty-list"),
        ("/1/coverage", 404, "no-such-duty-list"),
        ("/1/diff", 404, "no-such-duty-list"),
        ("/1/export", 404, "no-such-duty-list"),
        ("/1/export?as=pdf", 422, "no-such-format"),
        ("/1?offset=-1", 422, "query-unclear"),
        ("/1/diff?against=x", 422, "query-unclear"),
        ("/99999999999", 404, "http-404"),
    ],
)
def test_what_is_not_there_is_a_problem(system: System, path: str, status: int, code: str) -> None:
    assert told(system.get(path)) == (status, code)


def test_only_tokens_of_administrators_draft_and_only_those_with_a_role_read(
    district: District, client: FlaskClient, system: System
) -> None:
    system.send(content(), reason="首次导入")
    operator, sender = system_of(district, client, "operator"), system_of(district, client, None)

    assert told(operator.send(content(), reason="试")) == (403, "not-permitted")
    assert told(operator.send(content(), "/check")) == (403, "not-permitted")
    assert [version["number"] for version in operator.get().get_json()] == [1]
    assert told(sender.get()) == (403, "not-permitted")
    assert client.get(PATH).status_code == 401


def test_the_description_tells_of_the_file(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").get_json()

    body = described["paths"]["/api/v1/duty-lists"]["post"]["requestBody"]["content"]
    assert list(body) == ["multipart/form-data"]
    assert described["paths"]["/api/v1/duty-lists/{number}/export"]["get"]["responses"]["200"]["content"]
