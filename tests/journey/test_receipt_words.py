"""What a receipt says beside number and code, where both stand already."""

import pytest

from core.intake.receipts import CUSTOMARY, TAKEN_IN, beside_numbers, in_words

NUMBER, CODE = "GX2611303160999", "JRX5AYBJ0E"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("您反映的事项{tenant}已收到，受理流水号 {serial_no}，提取码 {access_code}。", "您反映的事项测试区已收到。"),
        ("流水号 {serial_no}，提取码 {access_code}，请收好。三日内回电。", "请收好。三日内回电。"),
        ("{tenant}收到了；号码 {serial_no}；密码 {access_code}\n谢谢您！", "测试区收到了\n谢谢您！"),
        ("流水号 {serial_no}，提取码 {access_code}", ""),
        ("已收到，请留意电话", "已收到，请留意电话"),
        *((CUSTOMARY.replace("{taken_in}", word), "") for word in TAKEN_IN),
    ],
)
def test_a_receipts_own_words_stay_and_the_numbers_are_not_said_twice(text: str, told: str) -> None:
    filled = in_words(text, serial_no=NUMBER, access_code=CODE, tenant="测试区")

    assert beside_numbers(filled, serial_no=NUMBER, access_code=CODE, tenant="测试区") == told
