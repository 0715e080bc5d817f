"""受理回执: 凭受理流水号和提取码查询、监督 what becomes of one's own letter, without an account."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Receipt, hookimpl, joined, said
from core.hooks.settings import Paragraph, Settings, cross_check


class ReceiptSettings(Settings):
    """What the resident is told when a letter came in."""

    text = Paragraph(
        load_default="您反映的事项{tenant}已收到，受理流水号 {serial_no}，提取码 {access_code}。"
        "凭受理流水号和提取码，可随时查询、监督办理情况，无需注册账号。",
        shortest=10,
        longest=500,
        title="回执文字",
        help="要写上 {serial_no}（受理流水号）和 {access_code}（提取码）；{tenant} 是本区名称",
        group="回执",
    )

    @cross_check
    def tells_number_and_code(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say which of the two is missing: without them nobody finds their letter again."""
        missing = [name for name in ("{serial_no}", "{access_code}") if name not in values["text"]]
        return (
            {"text": said("回执文字里没有 {missing}，诉求人将无法查询", missing=joined("、", missing))}
            if missing
            else {}
        )


@hookimpl
def receipt(settings: Mapping[str, Any]) -> Sequence[Receipt]:
    """Tell the resident number and code, and that both together open the whole of their own case."""
    return [
        Receipt(
            text=settings["text"],
            rule_id="chengdu.receipt/number-and-code",
            reason="来信受理后，凭受理流水号和提取码查询、监督本人来信办理情况",
        )
    ]
