"""The feature itself: its check, its pages, commands and jobs, and what it does outside after the fact."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.store import Store
from core.hooks.values import (
    CommandSpec,
    Context,
    DomainEvent,
    Done,
    Finding,
    JobSpec,
    PageSpec,
    UnitView,
)


@hook(label="设置检查", kind="effect", merge="all", on_error="hold", item=Finding, budget_ms=10_000, since="1.1")
def check_settings(ctx: Context, settings: Mapping[str, Any], units: Sequence[UnitView]) -> Sequence[Finding] | None:
    """What is wrong with a draft of the feature's own settings beyond its form: a gateway that does not answer.

    Asked when a draft is checked, with the draft's settings; only the feature whose settings they are. The network may be used. An error,
    or a failure, and the draft cannot be activated.
    """


@hook(label="页面", kind="load", merge="each", on_error="quarantine", item=PageSpec, budget_ms=1000, since="1.1")
def pages(ctx: Context, settings: Mapping[str, Any]) -> Sequence[PageSpec] | None:
    """Pages of the feature, each at `/x/<plugin>/<path>` for those who have its permission.

    Asked once per tenant and epoch. Where the feature is off there is no page. Nobody answers: no page.
    """


@hook(label="命令", kind="load", merge="each", on_error="quarantine", item=CommandSpec, budget_ms=1000, since="1.1")
def commands(ctx: Context, settings: Mapping[str, Any]) -> Sequence[CommandSpec] | None:
    """Commands of the feature, called `huiying x <plugin> <name> --tenant T`. Asked once per tenant and epoch."""


@hook(label="定时任务", kind="load", merge="each", on_error="quarantine", item=JobSpec, budget_ms=1000, since="1.1")
def jobs(ctx: Context, settings: Mapping[str, Any]) -> Sequence[JobSpec] | None:
    """Work of the feature that returns every day. Asked once per tenant and epoch, and by the clock."""


@hook(label="事件通知", kind="effect", merge="all", on_error="retry", item=Done, budget_ms=10_000, since="1.1")
def on_event(ctx: Context, settings: Mapping[str, Any], event: DomainEvent, store: Store) -> Sequence[Done] | None:
    """What is done outside the house when something happened to a ticket.

    Asked in a job after the commit, once for each feature and each entry of the timeline, of the kinds that its manifest
    lists under `events` where it lists any; not about imported history. The network may be used through `core.hooks.outside`; `store` holds
    the plugin's own rows. At least once, and not always in order: what leaves the house carries `event.id` as its
    idempotency key. A failure takes back what was written, and is tried again after 1 and 5 minutes, half an hour, 2 and
    12 hours, then left to a person.
    """
