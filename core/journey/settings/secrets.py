"""Secrets 密钥 of a feature: set by reference or as text, replaced, removed, listed; their texts are shown to nobody."""

from collections.abc import Sequence
from datetime import datetime

from core.hooks.roster import Roster
from core.hooks.settings import Secret, SecretText, fields_of, secrets_of
from core.journey.settings.administering import administering
from core.journey.settings.held import held, is_preset
from core.kit.saying import joined, said, word
from core.tenancy.revisions import feature_row, record_feature_event
from core.tenancy.scope import Scope
from core.tenancy.secret_rows import (
    NoSuchSecret,
    SecretLine,
    keep_reference,
    keep_text,
    remove_secret,
    secret_lines,
)
from core.tenancy.secrets import SecretUnusable
from core.tickets.timeline import Actor


def set_secret(
    scope: Scope, roster: Roster, feature_id: str, name: str, given: SecretText | str, *, actor: Actor, now: datetime
) -> None:
    """Keep a secret: a `SecretText` as it is, encrypted; a `str` as the reference to where it is read from.

    It holds within two seconds everywhere, and belongs to no revision: going back brings no old one back. Raises
    `NotPermitted`, `UnknownFeature`, `NoSuchSecret`, `SecretUnusable`.
    """
    author = administering(actor, "设置密钥")
    field = _field(scope, roster, feature_id, name)
    if is_preset(scope, roster.get(feature_id)):
        raise SecretUnusable(
            said("功能 {feature_id} 的密钥由各区自己设置，市中心不能代设，也不能预设。", feature_id=feature_id)
        )
    feature_row(scope, feature_id)
    if isinstance(given, SecretText):
        if flaw := field.flaw(given.reveal()):
            raise SecretUnusable(said("密钥“{title}”不能保存：{flaw}。请重新键入。", title=field.title, flaw=flaw))
        keep_text(scope, feature_id, name, given, by=author.name, now=now)
    else:
        keep_reference(scope, feature_id, name, given, by=author.name, now=now)
    record_feature_event(scope, feature_id, "secret_set", actor=author, reason=name, now=now)


def forget_secret(scope: Scope, feature_id: str, name: str, *, actor: Actor, now: datetime) -> None:
    """Remove a secret. Raises `NotPermitted`, `NoSuchSecret`."""
    author = administering(actor, "移除密钥")
    feature_row(scope, feature_id)
    remove_secret(scope, feature_id, name)
    record_feature_event(scope, feature_id, "secret_removed", actor=author, reason=name, now=now)


def list_secrets(scope: Scope, roster: Roster, feature_id: str, *, actor: Actor) -> Sequence[SecretLine]:
    """Return which secrets are set, by whom and when. Raises `NotPermitted`, `UnknownFeature`."""
    administering(actor, "查看密钥")
    roster.get(feature_id)
    return secret_lines(scope, feature_id)


def _field(scope: Scope, roster: Roster, feature_id: str, name: str) -> Secret:
    schema = held(scope, roster, feature_id).schema
    known = secrets_of(schema)
    if name not in known:
        raise NoSuchSecret(
            said(
                "功能 {feature_id} 没有名为 {name} 的密钥。它的密钥：{known}。",
                feature_id=feature_id,
                name=name,
                known=joined("、", known) or word("无"),
            )
        )
    field = fields_of(schema)[name]
    assert isinstance(field, Secret)
    return field
