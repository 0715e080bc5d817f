"""What a hook is: one question of the core, with everything declared that follows from asking it.

The executor, the manual and the conformance kit read the same declaration; nothing about a hook is written elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, Literal, ParamSpec, TypeVar

import pluggy

from core.hooks.values import Context

API_VERSION = "1.1"
"""Version of the contract. A new hook, argument or optional field raises the second number; anything taken away, the
first, after twelve months of warning. `contract.lock.json` fails the tests when one changes without the other."""
PROJECT = "huiying"
CORE = "core"
"""Who answered where no feature did."""
hookspec = pluggy.HookspecMarker(PROJECT)

Kind = Literal["load", "policy", "render", "effect"]
"""`load`: asked once per tenant and epoch. `policy`: a decision; frozen values in and out, no rows, no network, no
clock, so that it can be asked again. `render`: shown on a page. `effect`: acts outside, in a job after the commit."""
Merge = Literal["all", "first", "each", "best", "veto"]
"""`all` answers count; the `first` feature of the district's order that has one decides, later ones are not asked; per
subject (`each` clock, channel, mark) the first one decides; the `best` score wins; one objection is a `veto`."""
OnError = Literal["skip", "default", "manual", "hold", "retry", "omit", "quarantine"]
"""What the core does instead of a failed answer: `skip` it, go by the core's own rule (`default`), give the ticket to
a person (`manual`), do nothing until a person decides (`hold`), try again later (`retry`), leave the part out (`omit`),
or leave the feature out until it is repaired (`quarantine`)."""

P = ParamSpec("P")
T = TypeVar("T")
Spec = Callable[Concatenate[Context, Mapping[str, Any], P], Sequence[T] | None]


@dataclass(frozen=True, eq=False)
class Hook(Generic[P, T]):
    """One question: its name, the rule for its answers, and the types that mypy checks where it is asked.

    `label` is what the house calls it, on repair cards for instance.
    `item` is the type of each element that an implementation returns in its list. `budget_ms` is the work, in CPU time,
    after which one implementation is cut off; one that only waits is cut off after ten times as long, an effect after
    as long.
    """

    name: str
    label: str
    spec: Callable[..., Any]
    kind: Kind
    merge: Merge
    on_error: OnError
    item: type[T]
    budget_ms: int
    since: str

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names that an implementation may take, in the order of the specification."""
        code = self.spec.__code__
        return code.co_varnames[: code.co_argcount]


def hook(
    *, label: str, kind: Kind, merge: Merge, on_error: OnError, item: type[T], budget_ms: int, since: str
) -> Callable[[Spec[P, T]], Hook[P, T]]:
    """Declare a hook; the docstring of the specification tells when it is asked and what happens if nobody answers."""

    def declare(spec: Spec[P, T]) -> Hook[P, T]:
        return Hook(
            name=spec.__name__,
            label=label,
            spec=hookspec(spec),
            kind=kind,
            merge=merge,
            on_error=on_error,
            item=item,
            budget_ms=budget_ms,
            since=since,
        )

    return declare
