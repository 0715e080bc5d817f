"""受理回执: 凭受理流水号和提取码查询、监督 what becomes of one's own letter, without an account."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Receipt, hookimpl


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
