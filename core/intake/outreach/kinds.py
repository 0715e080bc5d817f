"""The kinds of occasions on which a district goes to residents, as its features name them."""

from collections.abc import Mapping

from core.hooks import specs
from core.hooks.values import OutreachKind
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope


class NoSuchOutreachKind(Refused):
    """The tenant holds no occasions of this kind."""

    code = "no-such-outreach-kind"


def kinds_of(scope: Scope) -> Mapping[str, OutreachKind]:
    """Return the kinds of occasions by id, in the district's order; the first to name an id defines it."""
    return scope.remember("outreach-kinds", lambda: _ask(scope))


def get_kind(scope: Scope, kind_id: str) -> OutreachKind:
    """Return the kind. Raises `NoSuchOutreachKind`, naming those that exist."""
    known = kinds_of(scope)
    if (kind := known.get(kind_id)) is None:
        named = joined("、", (word(each.label) for each in known.values())) or "没有"
        raise NoSuchOutreachKind(
            said(
                "{name}没有“{kind_id}”这种联系群众的活动。现有：{named}。请从列表中选择。",
                name=scope.tenant.name,
                kind_id=kind_id,
                named=word(named),
            )
        )
    return kind


def _ask(scope: Scope) -> dict[str, OutreachKind]:
    known: dict[str, OutreachKind] = {}
    for _, kind in scope.hooks.ask(specs.outreach_kinds):
        known.setdefault(kind.id, kind)
    return known
