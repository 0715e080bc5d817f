"""What the pages that draw a district's rules have in common: what holds, a draft beside it, and links to what can be changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import abort, request

from core.hooks.contract import Hook
from core.hooks.core_features import ROUTING
from core.journey.asked_rules import Asked, Draft, Setting, as_drafted, as_held
from core.journey.settings.administering import administering
from core.journey.settings.editing import open_drafts
from core.kit.saying import said, word
from core.web.admin.drafting import LARGEST_NUMBER, revision_path
from core.web.admin.editors import DUTIES_EDITOR, form_of_feature
from core.web.input import InputUnusable
from core.web.visit import Visit, installation

PREFIX = "f-"
"""Stands before the name of a setting in the address of its control."""
LONGEST_ID = 100
MOST_OFFERED = 3
"""Drafts of one feature that are offered, the newest first."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A draft about which nothing is decided yet, of a feature that the page draws."""

    draft: Draft
    label: str
    author: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules as they hold, and as they would with the draft that the address names; `label` is its feature's.

    `offered` are other drafts that could be shown beside what holds.
    """

    held: Asked
    drafted: Asked | None
    draft: Draft | None
    label: str
    offered: tuple[Offered, ...]

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

    def item(self, matter: str) -> str:
        """Return where an item of the duty list is changed: in the version that the shown rules follow."""
        return f"{DUTIES_EDITOR}/{self.shown.book.policy.duty_list}/items/{quote(matter, safe='')}"


def rules_asked(visit: Visit, *hooks: Hook[..., Any]) -> Rules:
    """Return the rules of the visit's district, with the draft of `?feature=…&draft=N`; `hooks` are what the page draws.

    Raises `InputUnusable` for a number that is none, and what `as_drafted` raises.
    """
    roster = installation().roster
    held, draft = as_held(visit.scope, roster), _draft()
    offered = tuple(_offered(visit, held, hooks, draft))
    if draft is None:
        return Rules(held, None, None, "", offered)
    return Rules(held, as_drafted(visit.scope, roster, draft), draft, roster.get(draft.feature).label, offered)


def _offered(visit: Visit, held: Asked, hooks: Sequence[Hook[..., Any]], shown: Draft | None) -> Iterator[Offered]:
    author = administering(visit.actor, "查看草稿")
    features = [ROUTING.id, *(feature for hook in hooks for feature in held.table.answerers_of(hook))]
    for feature in dict.fromkeys(features):
        for each in open_drafts(visit.scope, feature, author)[:MOST_OFFERED]:
            draft = Draft(feature, each.number)
            if draft != shown:
                yield Offered(draft, held.label_of(feature), each.author)


def _draft() -> Draft | None:
    feature, number = request.args.get("feature", "").strip(), request.args.get("draft", "").strip()
    if not feature or not number:
        return None
    if not feature.isprintable() or len(feature) > LONGEST_ID:
        abort(404)
    if not (number.isascii() and number.isdecimal() and len(number) <= len(str(LARGEST_NUMBER))):
        raise InputUnusable("草稿的次数看不懂。请从修订的页面打开。")
    return Draft(feature, int(number))
