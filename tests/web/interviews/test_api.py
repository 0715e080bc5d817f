"""Interviews over the API: figures for those who may read them, and a question that comes twice is one."""

from datetime import UTC, datetime
from typing import Any

from core.journey.people import issue_token
from tests.interviews.asking import SLUG, answer, ask, questions
from tests.web.interviews.conftest import Studio

PATH = "/api/v1/interviews"


def token(studio: Studio, role: str = "operator") -> dict[str, str]:
    with studio.walk.installation.scope(studio.walk.slug) as scope:
        return {"Authorization": f"Bearer {issue_token(scope, f'微博平台{role}', role=role, now=datetime.now(UTC))}"}


def test_a_question_that_comes_twice_is_one_and_the_figures_are_told(studio: Studio) -> None:
    client, headers = studio.app.test_client(), token(studio)
    asked: dict[str, Any] = {
        "text": "村口路灯不亮",
        "place": "weibo",
        "unit": "道路管理处",
        "asker": {"handle": "@夜归人", "phone": "13800000009"},
    }
    answers = [
        client.post(f"{PATH}/{SLUG}/questions", json=asked, headers={**headers, "Idempotency-Key": "w-1"})
        for _ in range(2)
    ]
    assert [(each.status_code, each.get_json()["number"], each.get_json()["state"]) for each in answers] == [
        (201, 1, "waiting"),
        (201, 1, "waiting"),
    ]
    again = client.post(f"{PATH}/{SLUG}/questions", json=asked, headers=headers)
    assert again.get_json() == {"number": 2, "state": "doubled", "state_label": "重复提问"}
    assert client.post(f"{PATH}/none/questions", json=asked, headers=headers).status_code == 404
    assert client.post(f"{PATH}/{SLUG}/questions", json={**asked, "text": "😀"}, headers=headers).status_code == 422
    assert len(questions(studio.walk)) == 2

    ask(studio.walk, "行道树多久剪一次", unit="parks", handle="树下")
    answer(studio.walk, 3, host=2)
    [told] = client.get(PATH, headers=headers).get_json()
    assert (told["slug"], told["state"]) == (SLUG, "open")
    assert told["counts"] == {
        **dict.fromkeys(("set_aside", "filed", "merged", "finished", "in_progress"), 0),
        "asked": 3,
        "doubled": 1,
        "answered_live": 1,
        "waiting": 1,
        "backlog": 1,
    }
    case = client.get(f"{PATH}/{SLUG}", headers=headers).get_json()
    assert {each["unit"]: each["counts"]["asked"] for each in case["units"]} == {"道路管理处": 2, "园林管理处": 1}
    assert client.get(PATH, headers=token(studio, "auditor")).status_code == 403
