"""An editor on a feature's settings: what it opens, and whether what it saves still fits when two administrators edit at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.hooks.roster import Roster
from core.hooks.settings import Difference, MigrationFailed
from core.journey.settings.administering import administering
from core.journey.settings.checking import Checked, check
from core.journey.settings.drafting import Drafted, Wish, draft
from core.journey.settings.held import Held, held
from core.journey.settings.standings import changes_between, changes_of
from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.tenancy.models import SettingsRevision
from core.tenancy.queries import events_of, happened_to, revision_of_command, revisions_of
from core.tenancy.revisions import Author, feature_row, get_revision, record_event
from core.tenancy.rules import CLOSED, Standing, refuse_closed, state_of
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

TOLD = 6
"""Differences that a refusal tells before it counts the rest."""


class FormOutdated(Refused):
    """Another revision has come into force since the form was opened."""

    code = "form-outdated"


class DraftedMeanwhile(Refused):
    """Somebody else has drafted another revision of the same settings since the form was opened."""

    code = "drafted-meanwhile"


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A revision about which nothing is decided yet: its number, who wrote it and when, and why."""

    number: int
    author: str
    created_at: datetime
    reason: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """What an editor shows of a feature: what holds, or an open draft that is edited further (`draft`, 0 = none).

    `base` is the number in force and `newest` that of the newest revision there is; a form carries both, and what it
    saves is refused where either has gone on. `values` are what features would get, `own` what is set here otherwise
    than inherited, `locked` the names that a city locks for its districts, `others` the open drafts besides this one.
    """

    feature: str
    label: str
    base: int
    newest: int
    draft: int
    values: Mapping[str, Any]
    own: Mapping[str, Any]
    locked: tuple[str, ...]
    others: tuple[OpenDraft, ...]
    held: Held


@dataclass(frozen=True, slots=True)
class Form:
    """What a form was opened with: what held, the newest revision there was, the draft that it goes on with (0 = none)."""

    base: int
    newest: int
    draft: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft that an editor saved, with what its check found."""

    drafted: Drafted
    checked: Checked


def open_editor(scope: Scope, roster: Roster, feature_id: str, draft_number: int | None, *, actor: Actor) -> Opened:
    """Return what holds of a feature's settings, or what an open draft says.

    Raises `NotPermitted`, `UnknownFeature`, `FeatureUnusable`, `FeatureOfCity`, `NoSuchRevision`, `RevisionClosed`,
    `MigrationFailed`.
    """
    author = administering(actor, "起草设置")
    now_held = held(scope, roster, feature_id)
    own, locked = now_held.own, now_held.own_locked
    if draft_number:
        revision = _open_draft(scope, feature_id, draft_number)
        own, locked = now_held.own_of(revision), tuple(revision.locked)
    return Opened(
        feature=feature_id,
        label=now_held.feature.label,
        base=now_held.in_force,
        newest=max((revision.number for revision in revisions_of(scope, feature_id)), default=0),
        draft=draft_number or 0,
        values=now_held.effective_of(own),
        own=own,
        locked=locked,
        others=tuple(each for each in open_drafts(scope, feature_id, author) if each.number != draft_number),
        held=now_held,
    )


def open_drafts(scope: Scope, feature_id: str, author: Author) -> list[OpenDraft]:
    """Return the revisions of a feature about which nothing is decided yet, the newest first."""
    happened = happened_to(events_of(scope, feature_id))
    return [
        OpenDraft(
            revision.number,
            revision.author,
            revision.created_at.astimezone(scope.tenant.zone),
            revision.reason,
            revision.author_id is not None and revision.author_id == author.account_id,
        )
        for revision in revisions_of(scope, feature_id)
        if state_of([each.kind for each in happened.get(revision.number, ())]) not in CLOSED
    ]


def save(
    scope: Scope,
    roster: Roster,
    feature_id: str,
    wish: Wish,
    *,
    form: Form,
    reason: str,
    actor: Actor,
    now: datetime,
    command_id: str | None = None,
) -> Saved:
    """Draft what an editor asks for, and check it at once. A draft that was edited further gives way to the new one.

    Raises what `draft` raises, and `FormOutdated`, `DraftedMeanwhile` where others were faster.
    """
    author = administering(actor, "起草设置")
    feature_row(scope, feature_id)  # locked: whoever saves at the same time waits, and then finds this one
    now_held = held(scope, roster, feature_id)
    previous = None
    if not (command_id and revision_of_command(scope, f"{author.account_id}/{command_id}")):  # no second click
        previous = _open_draft(scope, feature_id, form.draft) if form.draft else None
        refuse_outrun(scope, now_held, form, author)
    whole = _going_on(now_held, previous, wish) if previous else wish
    drafted = draft(scope, roster, feature_id, whole, reason=reason, actor=actor, now=now, command_id=command_id)
    if previous is not None:
        instead = said("改为第 {number} 次修订", number=drafted.number)
        record_event(scope, feature_id, previous.number, "withdrawn", actor=author, now=now, detail={"reason": instead})
    return Saved(drafted, check(scope, roster, feature_id, drafted.number, actor=actor, now=now))


def refuse_outrun(scope: Scope, now_held: Held, form: Form, author: Author) -> None:
    """Raise where something else holds than when the form was opened, or somebody else has drafted since."""
    feature_id = now_held.feature.id
    if form.base != now_held.in_force:
        revision = get_revision(scope, feature_id, now_held.in_force)
        raise FormOutdated(
            said(
                "您打开之后，{author}起草的第 {number} 次修订已经生效：{differs}。您填的还在下面，没有保存；"
                "核对以后再次保存，即按您填的另行起草。",
                author=revision.author,
                number=revision.number,
                differs=_words(_changes_since(scope, now_held, form.base)),
            )
        )
    others = [each for each in open_drafts(scope, feature_id, author) if each.number > form.newest and not each.is_own]
    if others:
        newest = others[0]
        changes = changes_of(scope, now_held, get_revision(scope, feature_id, newest.number))
        raise DraftedMeanwhile(
            said(
                "您打开之后，{author}起草了第 {number} 次修订，还没有生效：{differs}。您填的还在下面，没有保存；"
                "请先与其商量，仍要另行起草的再次保存。",
                author=newest.author,
                number=newest.number,
                differs=_words(changes),
            )
        )


def _open_draft(scope: Scope, feature_id: str, number: int) -> SettingsRevision:
    """Return a revision that does not hold yet and still may. Raises `NoSuchRevision`, `RevisionClosed`."""
    revision = get_revision(scope, feature_id, number)
    happened = happened_to(events_of(scope, feature_id, number)).get(number, ())
    refuse_closed(Standing(number, revision.author_id, happened, 0), "修改")
    return revision


def _going_on(now_held: Held, previous: SettingsRevision, wish: Wish) -> Wish:
    """Return the wish so that what the draft before it asked for is kept where the wish says nothing."""
    if wish.whole is not None:
        return wish
    kept = {*wish.inherit, *now_held.locked}
    own = {name: value for name, value in now_held.own_of(previous).items() if name not in kept}
    locked = {*previous.locked, *wish.lock} - {*wish.unlock}
    unlocked = {*now_held.own_locked, *wish.unlock} - locked
    return Wish(changes=wish.changes, inherit=wish.inherit, whole=own, lock=locked, unlock=unlocked)


def _changes_since(scope: Scope, now_held: Held, base: int) -> Sequence[Difference]:
    """Return what holds otherwise than under the revision `base` (0 = only what is inherited)."""
    try:
        own = now_held.own_of(get_revision(scope, now_held.feature.id, base)) if base else {}
    except MigrationFailed:
        return ()
    return changes_between(scope, now_held, now_held.effective_of(own), now_held.effective)


def _words(changes: Sequence[Difference]) -> str:
    """Say what differs, each in one part of a sentence."""
    told = [
        said("{label} {before} → {after}", label=change.label, before=change.before or "空", after=change.after or "空")
        for change in changes[:TOLD]
    ]
    if len(changes) > TOLD:
        told.append(said("另有 {number:,} 处", number=len(changes) - TOLD))
    return joined("；", told) or "设置没有不同"
