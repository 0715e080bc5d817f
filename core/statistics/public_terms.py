"""What the figures for everybody mean 统计口径: numerator, denominator, the day on which it counts, and the version of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.kit.saying import joined, said, word
from core.statistics.measures import MEASURES
from core.statistics.public import RATES


@dataclass(frozen=True, slots=True)
class Definition:
    """What a column counts, in words; of a quotient `denominator` says what it is divided by."""

    id: str
    label: str
    numerator: str
    denominator: str
    day: str

    @property
    def measures(self) -> Sequence[str]:
        """The measures that it is made of."""
        return RATES.get(self.id, (self.id,))

    @property
    def versions(self) -> Mapping[str, int]:
        """Version of each measure's definition; a new one never changes what was counted by the old one."""
        return {MEASURES[measure].label: MEASURES[measure].version for measure in self.measures}

    @property
    def version_words(self) -> str:
        """The same as a reader is told."""
        return joined(
            "，",
            (
                said("“{label}”第 {version} 版", label=word(label), version=version)
                for label, version in self.versions.items()
            ),
        )


DEFINITIONS: Sequence[Definition] = (
    Definition("accepted", "受理", "受理的诉求件数，重办不另计，拆单的分项不另计", "", "受理之日"),
    Definition("dispatched", "已派单", "派给主办单位的次数，改派、退单后再派、分项各计一次", "", "派单之日"),
    Definition("concluded", "已办", "办结的诉求件数；重办后不再计入，再次办结时重新计入", "", "办结之日"),
    Definition(
        "on_time",
        "按期率",
        "到期前已答复的答复时限件数（按时）",
        "到期、结果已定的答复时限件数（按时＋超期）",
        "时限到期之日",
    ),
    Definition(
        "satisfied",
        "满意率",
        "评价为满意和基本满意的件数",
        "有效评价件数（满意＋不满意），没有评价的不计",
        "评价之日",
    ),
)
