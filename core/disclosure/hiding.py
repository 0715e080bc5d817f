"""Taking out of a text what nobody outside may read 遮盖, in the one way that holds wherever words of a ticket go out.

Of names some are sure and hidden by themselves; others may be names 疑似姓名. Where a person reads the words before they
are published, these stay to be seen and have to be decided one by one; where nobody reads them, they are hidden as well.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import select

from core.disclosure.models import NoName
from core.disclosure.names.finding import find_names
from core.disclosure.redaction import redacted
from core.hooks import specs
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, blanked
from core.tickets.timeline import Order
from core.units.catalogue.queries import gazetteer_in_force
from core.units.queries import directory

KEY_LENGTH = 12


class NamesUndecided(Refused):
    """The words hold what may be a person's name, and nobody has decided yet whether it is one."""

    code = "names-undecided"


class NoSuchDoubt(Refused):
    """The words hold no such doubtful name, or no more."""

    code = "no-such-doubt"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words that may be somebody's name 疑似姓名, and how often they stand there. `key` names them without saying them."""

    word: str
    times: int

    @property
    def key(self) -> str:
        return hashlib.sha256(self.word.encode()).hexdigest()[:KEY_LENGTH]


def hide(
    scope: Scope,
    text: str,
    contact: Contact,
    *,
    keeps_doubts: bool = False,
    no_names: Collection[str] | None = None,
) -> tuple[str, bool]:
    """Return a text without who spoke and all that is to be hidden, and whether a rule could not be asked.

    `keeps_doubts`: somebody reads it before it is published, so what is perhaps a name stays. `no_names` are the words of
    `no_names_of`, for a caller with many texts.
    """
    plain = blanked(text, replace(contact, keep_private=True))
    answers = scope.hooks.ask(specs.hide_in_public, text=plain)
    spans = [(span.start, span.end) for span in answers.values]
    known = no_names_of(scope) if no_names is None else no_names
    spans += [(name.start, name.end) for name in find_names(plain, known) if name.is_sure or not keeps_doubts]
    return redacted(plain, spans).text, bool(answers.failures)


def no_names_of(scope: Scope) -> frozenset[str]:
    """Return the words that are no names in this tenant: its units and places, and what somebody decided."""
    places = scope.remember("words-that-are-no-names", lambda: _places(scope))
    return places | frozenset(scope.session.scalars(select(NoName.word).where(NoName.tenant_id == scope.tenant.id)))


def doubts_in(scope: Scope, *texts: str) -> tuple[Doubt, ...]:
    """Return what may still be a name in texts out of which the sure ones were taken, in the order of their first place."""
    known = no_names_of(scope)
    words = [text[name.start : name.end] for text in texts if text for name in find_names(text, known)]
    return tuple(Doubt(word, words.count(word)) for word in dict.fromkeys(words))


def doubt_of(scope: Scope, key: str, *texts: str) -> Doubt:
    """Return the doubtful name of this key in the texts. Raises `NoSuchDoubt`."""
    found = next((each for each in doubts_in(scope, *texts) if each.key == key), None)
    if found is None:
        raise NoSuchDoubt("这处疑似姓名已经处理，或文字已经改过。请刷新后查看。")
    return found


def refuse_doubts(scope: Scope, *texts: str) -> None:
    """Raise `NamesUndecided` where something in the texts may be a name."""
    if found := doubts_in(scope, *texts):
        raise NamesUndecided(
            said(
                "还有 {n} 处疑似姓名没有决定，不能公开。请在“疑似姓名”里逐处选“遮盖”或“不是姓名”；改过的文字请先“存下文字”。",
                n=len(found),
            )
        )


def remember_no_name(scope: Scope, word: str, order: Order) -> None:
    """Keep that a word is no name in this tenant, so that nobody is asked again."""
    known = select(NoName.id).where(NoName.tenant_id == scope.tenant.id, NoName.word == word)
    if scope.session.scalar(known) is None:
        scope.session.add(
            NoName(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                word=word,
                decided_by=order.actor.name,
                decided_at=order.now,
            )
        )


def _places(scope: Scope) -> frozenset[str]:
    units = (unit.name for unit in directory(scope).units)
    names = gazetteer_in_force(scope).by_name
    return frozenset(name for name in (scope.tenant.name, *units, *names) if len(name) > 1)
