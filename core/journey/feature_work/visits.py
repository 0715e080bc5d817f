"""Running the functions that features name: within their time, on their own rows, once for each thing to do.

Each visit is a savepoint in the transaction of whoever asks. What fails takes back its own rows and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from core.hooks import specs
from core.hooks.checks import check_items, check_lines, check_text
from core.hooks.contract import Hook
from core.hooks.settings import SettingsInvalid, read
from core.hooks.store import StoreRefusal
from core.hooks.table import EffectFailed, Failure
from core.hooks.values import Block, Visitor
from core.journey.feature_work.parts import FeatureCommand, FeatureJob, FeaturePage, Part
from core.journey.settings.naming import not_there
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tenancy.feature_acts import find_act_alone, keep_act
from core.tenancy.guest import guest
from core.tenancy.scope import Scope

R = TypeVar("R")
PAGE_SECONDS = 2.0
"""What a page may take to be shown, or a form to be taken: a web process serves one request at a time."""
COMMAND_SECONDS = 60.0
LONGEST_TOLD = 200
"""Characters of what is told after a form: they travel in a cookie."""
LONGEST_NOTE = 2000


class FeatureFailed(Refused):
    """A feature did not do its part; `failure` says what happened, and stands as a repair card."""

    code = "feature-failed"

    def __init__(self, message: str, failure: Failure) -> None:
        super().__init__(message)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is at a feature's page or gives its command, as the record of it keeps them."""

    name: str
    account_id: int | None = None


CLOCK = Guest("定时工作")


def show_page(scope: Scope, page: FeaturePage, who: Guest, *, now: datetime) -> list[Block]:
    """Return what a page shows. Raises `FeatureFailed`, `core.hooks.features.NotPossible`."""
    check = partial(check_items, page.spec.show, Block)
    return _visit(scope, page, specs.pages, page.spec.show, who, now, check=check, seconds=PAGE_SECONDS, writes=False)


def submit_page(
    scope: Scope, page: FeaturePage, who: Guest, typed: Mapping[str, Any], *, form_id: str, now: datetime
) -> str:
    """Have a page take what was typed into its form, and return what to tell.

    The same `form_id` does it once: the second time the first answer is told. Raises `FeatureFailed`,
    `core.hooks.settings.SettingsInvalid`, `core.hooks.features.NotPossible`.
    """
    key = f"page/{page.feature}/{page.spec.path}/{who.account_id}/{form_id}"
    if done := find_act_alone(scope, key):
        return done.told
    values = _checked(scope, page, typed)
    check = partial(check_text, page.spec.submit, longest=LONGEST_TOLD)
    told = _visit(
        scope, page, specs.pages, page.spec.submit, who, now, check=check, seconds=PAGE_SECONDS, values=values
    )
    _keep(scope, page, "page", page.spec.path, key, who, told, now)
    return told


def run_command(
    scope: Scope, command: FeatureCommand, who: Guest, typed: Mapping[str, Any], *, now: datetime
) -> list[str]:
    """Carry out a command and return the lines to print. Raises as `submit_page`."""
    values = _checked(scope, command, typed)
    check = partial(check_lines, command.spec.run)
    lines = _visit(
        scope,
        command,
        specs.commands,
        command.spec.run,
        who,
        now,
        check=check,
        seconds=COMMAND_SECONDS,
        outside=True,
        values=values,
    )
    key = f"command/{command.feature}/{command.spec.name}/{scope.new_id()}"
    _keep(scope, command, "command", command.spec.name, key, who, lines[-1] if lines else "", now)
    return lines


def run_job(scope: Scope, job: FeatureJob, day: date, *, now: datetime) -> str:
    """Do a day's work of a feature and return its note. Raises `FeatureFailed`, `core.hooks.features.NotPossible`."""
    check = partial(check_text, job.spec.run, longest=LONGEST_NOTE)
    told = _visit(
        scope,
        job,
        specs.jobs,
        job.spec.run,
        CLOCK,
        now,
        check=check,
        seconds=job.spec.seconds,
        outside=True,
        day=day,
    )
    _keep(scope, job, "job", job.spec.name, f"job/{job.key}/{day}", CLOCK, told, now)
    return told


def _visit(
    scope: Scope,
    part: Part,
    hook: Hook[..., Any],
    function: str,
    who: Guest,
    now: datetime,
    *,
    check: Callable[[Any], R],
    seconds: float,
    writes: bool = True,
    outside: bool = False,
    **given: Any,
) -> R:
    try:
        with guest(scope, part.plugin, writes=writes, seconds=seconds) as store:
            return scope.hooks.call(
                part.feature,
                function,
                seconds=seconds,
                check=check,
                outside=outside,
                visitor=Visitor(who.name, now),
                store=store,
                **given,
            )
    except EffectFailed as failed:
        failure = failed.failure
    except StoreRefusal as refusal:  # the feature kept it to itself, and its rows were taken back all the same
        failure = scope.hooks.refuse(part.feature, hook, refusal.message)
    raise FeatureFailed(_words(part, failure, writes=writes), failure)


def _words(part: Part, failure: Failure, *, writes: bool) -> str:
    by, saved = (
        said("这里由功能“{feature_label}”提供，", feature_label=part.feature_label),
        "，什么都没有保存" if writes else "",
    )
    if failure.kind == "resting":
        return said("{by}它连续出错，暂停使用{saved}，请过一会儿再试。其他页面不受影响。", by=by, saved=word(saved))
    return said(
        "{by}它出错了{saved}。其他页面不受影响；请把编号 {error_id} 告诉系统管理员。",
        by=by,
        saved=word(saved),
        error_id=failure.error_id,
    )


def _checked(scope: Scope, part: Part, typed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was typed as the feature gets it. Raises `SettingsInvalid` naming every bad field."""
    if part.form is None:
        return {}
    values = read(part.form, typed)
    if strangers := not_there(scope, part.form, values):
        raise SettingsInvalid("", strangers)
    return values


def _keep(scope: Scope, part: Part, kind: Any, name: str, key: str, who: Guest, told: str, now: datetime) -> None:
    keep_act(
        scope,
        key=key,
        feature=part.feature,
        kind=kind,
        part=name,
        actor=who.name,
        actor_id=who.account_id,
        told=told[:LONGEST_NOTE],
        now=now,
    )
