"""What the pages that draw a district's rules have in common: what holds, a draft beside it, and links to what can be changed."""

from dataclasses import dataclass

from flask import abort, request

from core.journey.asked_rules import Asked, Draft, Setting, as_drafted, as_held
from core.kit.saying import said, word
from core.web.admin.drafting import LARGEST_NUMBER, revision_path
from core.web.admin.editors import form_of_feature
from core.web.input import InputUnusable
from core.web.visit import Visit, installation

PREFIX = "f-"
"""Stands before the name of a setting in the address of its control."""
LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules as they hold, and as they would with the draft that the address names; `label` is its feature's."""

    held: Asked
    drafted: Asked | None
    draft: Draft | None
    label: str

    @property
    def shown(self) -> Asked:
        """The rules that are edited: the draft's where there is one."""
        return self.drafted or self.held

    @property
    def draft_words(self) -> str:
        """Return what the draft is called, empty where there is none."""
        if self.draft is None:
            return ""
        return said("{label}第 {number} 次修订（草稿）", label=word(self.label), number=self.draft.number)

    @property
    def draft_path(self) -> str:
        """Return the page of the draft."""
        return revision_path(self.draft.feature, self.draft.number) if self.draft else ""

    def link(self, setting: Setting) -> str:
        """Return where a setting is changed: in the draft, if it is of the draft's feature."""
        same = self.draft is not None and self.draft.feature == setting.feature
        query = f"?draft={self.draft.number}" if same and self.draft else ""
        return f"{form_of_feature(setting.feature)}{query}#{PREFIX}{setting.name}"


def rules_asked(visit: Visit) -> Rules:
    """Return the rules of the visit's district, with the draft of `?feature=…&draft=N`.

    Raises `InputUnusable` for a number that is none, and what `as_drafted` raises.
    """
    roster = installation().roster
    held, draft = as_held(visit.scope, roster), _draft()
    if draft is None:
        return Rules(held, None, None, "")
    return Rules(held, as_drafted(visit.scope, roster, draft), draft, roster.get(draft.feature).label)


def _draft() -> Draft | None:
    feature, number = request.args.get("feature", "").strip(), request.args.get("draft", "").strip()
    if not feature or not number:
        return None
    if not feature.isprintable() or len(feature) > LONGEST_ID:
        abort(404)
    if not (number.isascii() and number.isdecimal() and len(number) <= len(str(LARGEST_NUMBER))):
        raise InputUnusable("草稿的次数看不懂。请从修订的页面打开。")
    return Draft(feature, int(number))
