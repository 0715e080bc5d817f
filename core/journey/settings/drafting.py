"""Drafting a revision of settings 起草修订: what is asked for is checked where it enters, and nothing else is written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.hooks.roster import Roster
from core.hooks.settings import Difference, SettingsInvalid, fields_of, values_from
from core.journey.settings.administering import administering, reason_for
from core.journey.settings.held import Held, held, is_preset
from core.journey.settings.naming import not_there
from core.journey.settings.standings import changes_of
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tenancy.models import SettingsRevision
from core.tenancy.queries import revision_of_command
from core.tenancy.revisions import Author, feature_row, write_revision
from core.tenancy.scope import Scope
from core.tickets.service import CommandReused
from core.tickets.timeline import Actor

UNKNOWN = "没有这一项设置"


class FieldLocked(Refused):
    """The city has locked the setting; its districts take it as it is."""

    code = "setting-locked"


class NothingChanged(Refused):
    """The settings asked for are those that hold."""

    code = "nothing-changed"


class NotACitysPreset(Refused):
    """Only what a city presets for its districts can be locked."""

    code = "not-a-preset"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: changes to what holds now, or (`whole`) everything that is set otherwise than inherited.

    `inherit` names settings that go back to what is inherited; `lock` and `unlock` those that a city takes from its
    districts or gives back to them.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    inherit: Collection[str] = ()
    whole: Mapping[str, Any] | None = None
    lock: Collection[str] = ()
    unlock: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft: its number, the one that holds, and in words what it would change."""

    number: int
    in_force: int
    changes: tuple[Difference, ...]


def draft(
    scope: Scope,
    roster: Roster,
    feature_id: str,
    wish: Wish,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    command_id: str | None = None,
) -> Drafted:
    """Write the next revision of a feature's settings; nothing holds otherwise by it.

    The same command id of the same author writes one revision. Raises `NotPermitted`, `UnknownFeature`, `FeatureUnusable`, `FeatureOfCity`,
    `ReasonMissing`, `ReasonUnusable`, `SettingsInvalid` (out of range, HTML, or naming nothing of this tenant),
    `FieldLocked`, `NotACitysPreset`, `NothingChanged`, `CommandReused`.
    """
    author = administering(actor, "起草设置")
    why = reason_for(reason, "起草设置")
    marked = f"{author.account_id}/{command_id}" if command_id else None
    return write_draft(scope, roster, feature_id, wish, reason=why, author=author, now=now, marked=marked)


def write_draft(
    scope: Scope,
    roster: Roster,
    feature_id: str,
    wish: Wish,
    *,
    reason: str,
    author: Author,
    now: datetime,
    marked: str | None,
) -> Drafted:
    """Write the next revision for somebody whose right to it was settled before; raises as `draft`.

    What was written under the same mark is returned, and nothing is written again.
    """
    roster.get(feature_id)
    feature_row(scope, feature_id)  # locked: two that draft at once get two numbers, one after the other
    now_held = held(scope, roster, feature_id)
    if marked and (written := revision_of_command(scope, marked)):
        return _repeated(scope, now_held, written)
    _refuse_unknown(now_held, wish)
    own = now_held.checked(_own_wanted(now_held, wish))
    locked = _locked_wanted(scope, now_held, wish)
    if not is_preset(scope, now_held.feature):
        refuse_strangers(scope, now_held, own)
    if own == _written(now_held) and set(locked) == set(now_held.own_locked):
        raise NothingChanged(
            said(
                "这样设置与现行的相同，没有起草。请写明要改的项，{label}现行的设置可先查看。",
                label=word(now_held.feature.label),
            )
        )
    revision = write_revision(
        scope,
        feature_id,
        values=own,
        schema_version=now_held.schema.VERSION,
        reason=reason,
        author=author,
        now=now,
        locked=locked,
        command_id=marked,
    )
    return Drafted(revision.number, now_held.in_force, changes_of(scope, now_held, revision))


def typed_changes(roster: Roster, feature_id: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return what was typed for single settings as values; what is none stays text, to be refused with its reason.

    Words and choices of several stand between commas. Raises `UnknownFeature`, `FeatureUnusable`, `SettingsInvalid`.
    """
    feature = roster.get(feature_id)
    roster.answers_of(feature)
    fields = fields_of(feature.schema())
    wrong = {name: [UNKNOWN] for name in texts if name not in fields}
    wrong |= {
        name: ["有多行，不能写在一行里；请用文件给出"]
        for name in texts
        if name in fields and fields[name].kind == "rows"
    }
    if wrong:
        raise SettingsInvalid(feature_id, wrong)
    submitted: dict[str, list[str]] = {}
    for name, text in texts.items():
        kind = fields[name].kind
        parts = [part.strip() for part in text.replace("、", ",").replace("，", ",").split(",")]
        submitted[name] = ["\n".join(parts)] if kind == "words" else parts if kind == "choices" else [text]
        if not text.strip():
            submitted[f"{name}-none"] = ["yes"]
    values = values_from(feature.schema(), submitted)
    return {**values, **{name: texts[name] for name in texts if name not in values}}


def refuse_strangers(scope: Scope, now_held: Held, values: Mapping[str, Any]) -> None:
    """Raise `SettingsInvalid` when the values name something that the tenant does not have."""
    if wrong := not_there(scope, now_held.schema, values):
        raise SettingsInvalid(now_held.feature.id, wrong)


def _own_wanted(now_held: Held, wish: Wish) -> dict[str, Any]:
    """Return the own values asked for, unchecked. Raises `FieldLocked`."""
    wanted = dict(now_held.own if wish.whole is None else wish.whole) | dict(wish.changes)
    for name in now_held.locked:
        given = {**(wish.whole or {}), **wish.changes}
        if name in given and given[name] != now_held.effective.get(name):
            title = fields_of(now_held.schema)[name].title if name in fields_of(now_held.schema) else name
            raise FieldLocked(
                said(
                    "“{title}”由全市统一（{city} 第 {number} 次修订），本区不能改。确需不同，请与市中心商议。",
                    title=title,
                    city=now_held.preset.city,
                    number=now_held.preset.number,
                )
            )
    return {name: value for name, value in wanted.items() if name not in wish.inherit}


def _locked_wanted(scope: Scope, now_held: Held, wish: Wish) -> list[str]:
    if (wish.lock or wish.unlock) and not is_preset(scope, now_held.feature):
        raise NotACitysPreset("只有市中心能为下辖各区锁定设置。请去掉锁定，或由市中心起草。")
    return sorted((set(now_held.own_locked) | set(wish.lock)) - set(wish.unlock))


def _refuse_unknown(now_held: Held, wish: Wish) -> None:
    known = fields_of(now_held.schema)
    named = {*wish.inherit, *wish.lock, *wish.unlock}
    wrong = {name: [UNKNOWN] for name in sorted(named) if name not in known}
    wrong |= {
        name: ["既要改又要沿用，请只写一样"] for name in sorted({*wish.changes, *(wish.whole or ())} & {*wish.inherit})
    }
    if wrong:
        raise SettingsInvalid(now_held.feature.id, wrong)


def _written(now_held: Held) -> dict[str, Any] | None:
    """Return the values that hold as a draft would write them, None where nothing holds or it fits no longer."""
    if not now_held.used or now_held.used != now_held.in_force:
        return None
    try:
        return now_held.checked(now_held.own)
    except SettingsInvalid:
        return None


def _repeated(scope: Scope, now_held: Held, written: SettingsRevision) -> Drafted:
    if written.feature != now_held.feature.id:
        raise CommandReused("这个命令编号已经用过，没有再执行。请换一个新的编号。")
    return Drafted(written.number, now_held.in_force, changes_of(scope, now_held, written))
