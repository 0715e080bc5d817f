"""What the form of a feature's settings says beside the values: since when they hold and by whom, which secrets are set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.hooks.settings import SecretState
from core.journey.settings.held import Held, is_preset
from core.tenancy.models import SettingsRevision
from core.tenancy.queries import events_of, find_feature_row, revisions_of
from core.tenancy.scope import Scope
from core.tenancy.secret_rows import secret_lines


@dataclass(frozen=True, slots=True)
class SetBy:
    """Since which revision a value of the tenant's own has held: who wrote it, when it began to hold, and why."""

    number: int
    author: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is said in the form of a feature's settings beside their values.

    `state` is that of the feature; `is_preset`: what is set here is preset to the districts of this city. `set_by` says
    since when each value of the tenant's own holds, `in_force` is said of the revision that holds, `secrets` are set.
    """

    state: str
    is_preset: bool
    set_by: Mapping[str, SetBy]
    in_force: SetBy | None
    secrets: Mapping[str, SecretState]


def begin(scope: Scope, now_held: Held) -> Beginning:
    """Return what is said beside the settings that hold."""
    feature_id = now_held.feature.id
    row = find_feature_row(scope, feature_id)
    zone = scope.tenant.zone
    written = _Written(scope, now_held)
    return Beginning(
        state=row.state if row else "off",
        is_preset=is_preset(scope, now_held.feature),
        set_by={name: written.since(name) for name in now_held.own} if now_held.used else {},
        in_force=written.set_by(now_held.in_force) if now_held.in_force else None,
        secrets={
            line.name: SecretState(line.set_by, line.set_at.astimezone(zone))
            for line in secret_lines(scope, feature_id)
        },
    )


class _Written:
    """The revisions of a feature that have held, in the order in which they began to."""

    def __init__(self, scope: Scope, now_held: Held) -> None:
        self._zone = scope.tenant.zone
        self._used = now_held.used
        self._revisions = {each.number: each for each in revisions_of(scope, now_held.feature.id)}
        events = events_of(scope, now_held.feature.id)
        self._began: Sequence[tuple[int, datetime]] = [
            (event.number, event.at) for event in events if event.kind == "activated"
        ]

    def since(self, name: str) -> SetBy:
        """Return the revision with which the value in use began to hold, if it has held ever since."""
        value = _value(self._revisions[self._used], name)
        last = max((place for place, (number, _) in enumerate(self._began) if number == self._used), default=-1)
        since = last
        for place in range(last, -1, -1):
            if _value(self._revisions[self._began[place][0]], name) != value:
                break
            since = place
        return self._told(*self._began[since]) if since >= 0 else self.set_by(self._used)

    def set_by(self, number: int) -> SetBy:
        """Return of a revision who wrote it and when it last began to hold."""
        at = max((at for each, at in self._began if each == number), default=self._revisions[number].created_at)
        return self._told(number, at)

    def _told(self, number: int, at: datetime) -> SetBy:
        revision = self._revisions[number]
        return SetBy(number, revision.author, at.astimezone(self._zone), revision.reason)


def _value(revision: SettingsRevision, name: str) -> tuple[bool, Any]:
    """Return whether the revision says anything of a setting, and what."""
    return name in revision.values, revision.values.get(name)
