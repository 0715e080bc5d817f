"""每天接到的来电来信 14,000 多个、转办近 5,000 件: a thousandth of such a day, over the API, and what a whole one would take.

How much one web server really carries is measured by `python -m benchmarks.city_day`.
"""

import time
from datetime import UTC, datetime

from core.journey.report import report_month
from core.people.service import issue_token
from core.web import create_app
from tests.builders import BEIJING
from tests.mailboxes.conftest import Lists

APPEALS, DISPATCHES, PART = 14_000, 5_000, 1_000
EIGHT_HOURS = 8 * 3_600


def test_a_part_of_the_days_letters_are_taken_in_dispatched_or_answered_directly_in_time(lists: Lists) -> None:
    walk, now = lists.walk, datetime.now(UTC)
    letters = walk.run(lambda scope: issue_token(scope, "来信", now=now))
    desk = walk.run(lambda scope: issue_token(scope, "派单", role="operator", now=now))
    client = create_app(walk.installation).test_client()

    def post(path: str, token: str, **said: str) -> dict[str, str]:
        answer = client.post(f"/api/v1/{path}", json=said, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (200, 201), answer.get_data(as_text=True)
        told: dict[str, str] = answer.get_json()
        return told

    begun = time.perf_counter()
    for number in range(APPEALS // PART):
        serial_no = post("tickets", letters, channel="mailbox-town", text=f"第 {number} 封来信，反映一件事")[
            "serial_no"
        ]
        if number < DISPATCHES // PART:
            post(f"tickets/{serial_no}/commands/dispatch", desk, lead="roads", reason="属道路管理")
        else:
            post(f"tickets/{serial_no}/commands/answer_directly", desk, text="已解释政策", disposition="explained")
    whole_day = PART * (time.perf_counter() - begun)

    month = f"{now.astimezone(BEIJING):%Y-%m}"
    figures = report_month(walk.installation, walk.slug, month, now=datetime.now(UTC))
    assert [figures.figure(name).now.numerator for name in ("accepted", "concluded")] == [14, 9]
    assert figures.figure("returned").now.denominator == 5  # what was dispatched
    assert whole_day < EIGHT_HOURS
