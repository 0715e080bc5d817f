"""来信受理后，市民可凭受理流水号和提取码查询、监督本人来信办理情况."""

from core.hooks import Receipt
from core.hooks.specs import receipt
from tests.plugins.making import answers, make_ticket


def test_the_resident_is_told_number_and_code_and_what_they_are_for() -> None:
    assert answers("chengdu.receipt", receipt, ticket=make_ticket()) == [
        Receipt(
            text="您反映的事项{tenant}已收到，受理流水号 {serial_no}，提取码 {access_code}。"
            "凭受理流水号和提取码，可随时查询、监督办理情况，无需注册账号。",
            rule_id="chengdu.receipt/number-and-code",
            reason="来信受理后，凭受理流水号和提取码查询、监督本人来信办理情况",
        )
    ]


def test_a_district_may_word_it_otherwise() -> None:
    worded = {"text": "流水号 {serial_no}，提取码 {access_code}，请保存好。"}

    assert [told.text for told in answers("chengdu.receipt", receipt, worded, ticket=make_ticket())] == [worded["text"]]
