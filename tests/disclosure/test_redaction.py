"""What nobody outside may read is taken out of the words, and the rest of them stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.disclosure.redaction import HIDDEN, redacted


@pytest.mark.parametrize(
    ("said", "outside"),
    [
        ("请打 13800000001 找我", "请打 ＊＊ 找我"),
        ("电话138-0000-0001,或+86 138 0000 0001。", "电话＊＊,或＊＊。"),
        ("座机028-86000000，分机别打", "座机＊＊，分机别打"),
        ("身份证510107199003075678，卡号6222 0000 1111 2222 333", "身份证＊＊，卡号＊＊"),
        ("川A·12345 和川AD12345两辆车占道", "＊＊ 和＊＊两辆车占道"),
        ("发到 some.one@example.com 或微信号wx_abc12345", "发到 ＊＊ 或＊＊"),
        ("住青羊小区3栋2单元501室，楼上漏水", "住青羊小区＊＊，楼上漏水"),
        ("人民路12号附3号门口积水", "人民路＊＊门口积水"),
        ("与 CD2603120012345 是同一件事", "与 ＊＊ 是同一件事"),
    ],
)
def test_what_leads_to_a_person_is_taken_out(said: str, outside: str) -> None:
    assert redacted(said).text == outside


@pytest.mark.parametrize(
    "said",
    [
        "地铁10号线施工到2026年3月12日，围挡占了半幅路",
        "12345热线答复：5个工作日内处理，罚款2000元",
        "K12+300处路面塌陷，面积约35平方米",
        "每天早上8:00到9:30，第3次反映了",
    ],
)
def test_what_leads_to_nobody_stays(said: str) -> None:
    assert redacted(said).text == said


@given(
    text=st.text("甲乙丙丁王明0123456789号栋-，A", max_size=60),
    spans=st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=6),
)
def test_nothing_of_a_given_stretch_is_left_and_nothing_else_is_invented(
    text: str, spans: list[tuple[int, int]]
) -> None:
    marked = {at for start, end in spans for at in range(max(0, start), min(len(text), end))}
    found = redacted(text, spans)
    kept = found.text.split(HIDDEN)
    at = 0
    for part in kept:
        at = text.index(part, at) + len(part)
    assert found.text.count(HIDDEN) == found.hidden
    assert len("".join(kept)) <= len(text) - len(marked)
