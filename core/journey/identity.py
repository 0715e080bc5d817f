"""Signing in by an identity 统一身份 that a provider vouches for, and linking one to the own account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.journey.own_account import Proof
from core.journey.sign_in import NOBODY, NotSignedIn, SignedIn, StepNeeded, admit, prove
from core.kit.errors import Refused
from core.people.identities import (
    IdentityLine,
    Provider,
    account_of,
    add_provider,
    get_provider,
    identities_of,
    link,
    providers,
    remove_provider,
    unlink,
)
from core.people.queries import find_candidate
from core.people.rules import Staff
from core.tenancy.scope import Scope
from core.tenancy.security_log import COMMAND_LINE, SecurityKind, note_security


class NoSuchIdentity(Refused):
    """The account is signed in to by no such identity."""

    code = "no-such-identity"


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """A provider as lists show it."""

    name: str
    label: str
    issuer: str
    client_id: str


def list_providers(scope: Scope) -> list[ProviderLine]:
    """Return the tenant's providers by name, without secrets."""
    return [ProviderLine(each.name, each.label, each.issuer, each.client_id) for each in providers(scope)]


def provider_named(scope: Scope, name: str) -> Provider:
    """Return a provider as it is spoken to. Raises `NoSuchProvider`."""
    return get_provider(scope, name)


def bring_provider(scope: Scope, provider: Provider, *, now: datetime, by: str = COMMAND_LINE) -> None:
    """Let staff sign in by a provider too. Raises `ProviderTaken`."""
    add_provider(scope, provider, now=now)
    detail = {"issuer": provider.issuer, "client_id": provider.client_id}
    note_security(scope, "provider_added", actor=by, subject=provider.name, detail=detail, now=now)


def drop_provider(scope: Scope, name: str, *, now: datetime, by: str = COMMAND_LINE) -> None:
    """Let nobody sign in by a provider any more; sessions that have begun go on. Raises `NoSuchProvider`."""
    remove_provider(scope, name)
    note_security(scope, "provider_removed", actor=by, subject=name, now=now)


def sign_in_by_identity(
    scope: Scope, *, issuer: str, subject: str, address: str, now: datetime
) -> SignedIn | StepNeeded | NotSignedIn:
    """Let in whoever holds the account that this identity is linked to, as a right password would: a code is still asked for.

    An identity that is linked to no account of the tenant opens none, whatever else the provider says of it.
    """
    account_id = account_of(scope, issuer=issuer, subject=subject)
    candidate = find_candidate(scope, account_id, now=now) if account_id is not None else None
    if candidate is None:
        detail = {"reason": "not-linked", "issuer": issuer}
        note_security(scope, "sign_in_failed", actor=NOBODY, address=address, detail=detail, now=now)
        return NotSignedIn("not-linked")
    return admit(scope, candidate, by="identity", address=address, now=now)


def own_identities(scope: Scope, staff: Staff) -> list[IdentityLine]:
    """Return the identities that sign in to the own account."""
    return identities_of(scope, staff.account_id)


def may_link(scope: Scope, staff: Staff, proof: Proof, *, now: datetime) -> NotSignedIn | None:
    """Ask once more who it is, before an identity is linked that will stand in for the password; None = it is they."""
    return prove(scope, staff, password=proof.password, code=proof.code, address=proof.address, now=now)


def link_own(scope: Scope, staff: Staff, *, issuer: str, subject: str, address: str, now: datetime) -> None:
    """Let the identity sign in to the own account. Raises `IdentityTaken`."""
    if link(scope, staff.account_id, issuer=issuer, subject=subject, now=now):
        _note(scope, "identity_linked", staff, issuer, address, now)


def unlink_own(
    scope: Scope, staff: Staff, identity_id: int, proof: Proof, *, now: datetime
) -> Literal[True] | NotSignedIn:
    """Let an identity sign in to the own account no more. Raises `NoSuchIdentity`."""
    failed = may_link(scope, staff, proof, now=now)
    if failed is not None:
        return failed
    if not unlink(scope, staff.account_id, identity_id):
        raise NoSuchIdentity("这个统一身份已经解除，或不是您的。请刷新页面查看。")
    _note(scope, "identity_unlinked", staff, "", proof.address, now)
    return True


def _note(scope: Scope, kind: SecurityKind, staff: Staff, issuer: str, address: str, now: datetime) -> None:
    detail = {"issuer": issuer} if issuer else {}
    note_security(
        scope,
        kind,
        actor=staff.name,
        actor_id=staff.account_id,
        address=address,
        subject=staff.login,
        detail=detail,
        now=now,
    )
