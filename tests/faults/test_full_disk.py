"""The database's disk runs full, or fails: nothing is acknowledged that was not kept, and work goes on by itself."""

from html.parser import HTMLParser

from werkzeug.test import TestResponse

from tests.faults.conftest import District, long_text
from tests.faults.small_disk import SmallDisk, injected, until
from tests.inbound.making import items_of

TRIES = 400


class Fields(HTMLParser):
    """The fields of a page's form and what is in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._name = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._name = dict(attributes).get("name") or "" if tag == "textarea" else ""
        if self._name:
            self.fields[self._name] = ""

    def handle_data(self, data: str) -> None:
        if self._name:
            self.fields[self._name] += data

    def handle_endtag(self, tag: str) -> None:
        if self._name:
            self.fields[self._name] = self.fields[self._name].removeprefix("\n")
        self._name = ""


def test_a_full_disk_acknowledges_nothing_and_loses_nothing(disk: SmallDisk, district: District) -> None:
    visitor = district.at_page()
    before = district.count()
    disk.fill()

    answers: dict[str, TestResponse] = {}
    for number in range(TRIES):
        answers[str(number)] = district.by_api(str(number))
        if answers[str(number)].status_code != 201:
            break
    taken = [key for key, answer in answers.items() if answer.status_code == 201]
    refused = [key for key in answers if key not in taken]
    assert len(refused) == 1, "the disk never ran full"
    problem = answers[refused[0]].get_json()
    assert (problem["status"], problem["code"], answers[refused[0]].headers["Retry-After"]) == (503, "disk-full", "30")
    assert problem["detail"] == (
        "数据库所在的磁盘满了。您提交的内容没有保存，也没有办理。请告诉系统管理员；腾出空间后会自动恢复，届时重新提交即可。"
    )

    pushed = district.by_push("m-full")
    assert (pushed.status_code, pushed.get_json()["code"]) == (503, "disk-full")
    hidden = {name: visitor.hidden(name) for name in ("csrf_token", "command_id")}
    typed = hidden | {
        "text": "第一行\n  第二行 <b>路灯</b>" + long_text(),
        "channel": "desk",
        "nature": "help",
        "name": "王女士",
    }
    notice = visitor.post("/desk/new", hx=True, **typed)
    assert (notice.status_code, notice.headers["HX-Retarget"]) == (503, "#notice")
    page = visitor.client.post("/desk/new", data=typed)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert "您填写的内容还在这一页里" in page.get_data(as_text=True)
    kept = Fields(page.get_data(as_text=True)).fields
    assert kept == typed

    assert visitor.get("/desk").status_code == 200, "reading goes on"
    assert district.halves() == []
    assert district.count() - before == len(taken)
    assert items_of(district.installation, district.slug) == []

    disk.clear()
    assert district.by_api(refused[0]).status_code == 201
    assert district.by_api(refused[0]).status_code == 200
    assert [district.by_push("m-full").status_code for _ in range(2)] == [202, 202]
    sent = [visitor.client.post("/desk/new", data=kept) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [200, 200]
    assert district.count() - before == len(taken) + 2, "by the API and by the page, each once"
    assert len(items_of(district.installation, district.slug)) == 1


def test_a_log_without_room_stops_the_server_and_it_comes_back_by_itself(disk: SmallDisk, district: District) -> None:
    assert district.by_api("before").status_code == 201
    disk.fill()
    keys = []
    for number in range(TRIES):
        keys.append(f"log-{number}")
        if district.by_api(keys[-1]).status_code != 201:
            break
    try:
        for _ in range(3):
            disk.admin("SELECT pg_switch_wal(), pg_logical_emit_message(true, 'ballast', repeat('x', 1000000))")
    except Exception:
        pass
    assert until(lambda: "No space left on device" in disk.log)

    refusal = district.by_api("while-down")
    assert refusal.status_code == 503
    assert refusal.get_json()["code"] in ("database-down", "database-recovering", "disk-full")

    disk.clear()
    assert until(lambda: district.by_api("while-down").status_code in (200, 201))
    assert (district.tickets_under("before"), district.tickets_under("while-down")) == (1, 1)
    assert [district.tickets_under(key) for key in keys[:-1]] == [1] * (len(keys) - 1)
    assert district.halves() == []


def test_an_error_of_the_disk_at_the_commit_is_never_acknowledged(disk: SmallDisk, district: District) -> None:
    assert district.by_api("first").status_code == 201
    tracer = injected(disk.backends(), "fdatasync:error=EIO")
    try:
        answer = district.by_api("torn")
    finally:
        tracer.terminate()
        tracer.wait()

    assert (answer.status_code, answer.get_json()["code"]) == (503, "commit-unanswered")
    assert "不能确定是否已经保存" in answer.get_json()["detail"]
    assert "could not fdatasync file" in disk.log
    assert until(lambda: district.by_api("torn").status_code in (200, 201))
    assert district.by_api("torn").status_code == 200
    assert (district.tickets_under("first"), district.tickets_under("torn")) == (1, 1)
    assert district.halves() == []
