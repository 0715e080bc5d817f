"""The answers of one tenant: asked one by one, each within its time, each checked, none able to harm another."""

import logging
import secrets
import traceback
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from copy import copy
from dataclasses import dataclass
from inspect import signature
from typing import Any, Generic, Literal, ParamSpec, TypeVar

from core.hooks.breaker import Breaker
from core.hooks.budget import OverBudget, within
from core.hooks.checks import AnswerUnusable, check_answers
from core.hooks.contract import Hook
from core.hooks.features import Feature, NotPossible
from core.hooks.reach import reaching_outside
from core.hooks.values import Context
from core.kit.saying import said
from core.kit.trouble import where

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")
FailureKind = Literal["raised", "exited", "over_budget", "unusable", "resting"]
"""It raised; it tried to end the process; it took too long; it returned what the core cannot carry out; its breaker is
open, so it was not asked."""
FAILURE_LABELS: Mapping[FailureKind, str] = {
    "raised": "出错",
    "exited": "试图结束进程",
    "over_budget": "超过规定时间",
    "unusable": "返回的内容不能使用",
    "resting": "连续出错，暂停询问",
}
PATIENCE = 10
"""A decision may take so many times its budget by the clock on the wall: the machine may be busy with others."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that could not be had. `error_id` finds it in the log; `words` say what it was, for administrators.

    `is_left_alone`: it has failed so often that its breaker is open now.
    """

    tenant_id: int
    feature: str
    hook: str
    revision: int
    kind: FailureKind
    error_id: str
    words: str
    is_left_alone: bool = False


@dataclass(frozen=True, slots=True)
class Answers(Generic[T]):
    """The answers to one question, each with the feature that gave it, in the tenant's order; and those that failed."""

    given: tuple[tuple[str, T], ...] = ()
    failures: tuple[Failure, ...] = ()

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter(self.given)

    def __len__(self) -> int:
        return len(self.given)

    @property
    def first(self) -> T | None:
        """The first answer, if there is one."""
        return self.given[0][1] if self.given else None

    @property
    def values(self) -> list[T]:
        """The answers without the features that gave them."""
        return [value for _, value in self.given]


class EffectFailed(Exception):  # noqa: N818 -- a fact; the job that asked is tried again
    """A feature did not do what it was asked to do outside. `failure` says what happened."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.words)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Enabled:
    """A feature that a tenant has on, with its validated settings, and the revision they are of."""

    feature: Feature
    settings: Mapping[str, Any]
    revision: int = 0

    @property
    def stamp(self) -> str:
        """The feature, the version of its plugin and the revision of its settings, as decisions keep them."""
        return f"{self.feature.id}@{self.feature.version or '0'}/{self.revision}"


@dataclass(frozen=True, slots=True)
class Answerer:
    """One feature's answer to one hook: its function, and the arguments it asks for."""

    enabled: Enabled
    function: Callable[..., Any]
    arguments: tuple[str, ...]


Report = Callable[[Failure], None]


def unreported(_failure: Failure) -> None:
    """Keep no failure: it stands in the log."""


class HookTable:
    """The answers of one tenant in its own order of features; built once per epoch and never changed."""

    def __init__(
        self,
        ctx: Context,
        enabled: Sequence[Enabled],
        answerers: Mapping[str, tuple[Answerer, ...]],
        *,
        breaker: Breaker | None = None,
        report: Report = unreported,
    ) -> None:
        self.ctx = ctx
        self.enabled: Mapping[str, Enabled] = {each.feature.id: each for each in enabled}
        self._answerers = answerers
        self._breaker = breaker or Breaker()
        self._report = report

    def stamp(self, feature_id: str) -> str:
        """Return what a decision keeps of who decided: feature, plugin version, revision. The core has no revision."""
        enabled = self.enabled.get(feature_id)
        return enabled.stamp if enabled else feature_id

    def answerers_of(self, hook: Hook[..., Any]) -> list[str]:
        """Return the features that answer a hook, in the tenant's order."""
        return [each.enabled.feature.id for each in self._answerers.get(hook.name, ())]

    def ask(self, hook: Hook[P, T], *args: P.args, **kwargs: P.kwargs) -> Answers[T]:
        """Return every answer with the feature that gave it, in the tenant's order; of merge `first` the first alone.

        A feature that raises, ends the process, takes longer than the hook's budget, or returns what the core cannot
        carry out is left out, logged and reported; the others are asked all the same.
        """
        assert not args, "questions are asked with keywords"
        assert hook.kind != "effect", "effects are performed by a job"
        given: list[tuple[str, T]] = []
        failures: list[Failure] = []
        for answerer in self._answerers.get(hook.name, ()):
            outcome = self._outcome(hook, answerer, kwargs)
            if isinstance(outcome, Failure):
                failures.append(outcome)
                continue
            given += [(answerer.enabled.feature.id, item) for item in outcome]
            if given and hook.merge == "first":
                break
        return Answers(tuple(given), tuple(failures))

    def perform(self, hook: Hook[P, T], feature_id: str, *args: P.args, **kwargs: P.kwargs) -> list[T]:
        """Have one feature do something outside, in a job. Raises `EffectFailed`; nothing to do is no failure."""
        assert not args, "questions are asked with keywords"
        for answerer in self._answerers.get(hook.name, ()):
            if answerer.enabled.feature.id == feature_id:
                with reaching_outside():
                    outcome = self._outcome(hook, answerer, kwargs)
                if isinstance(outcome, Failure):
                    raise EffectFailed(outcome)
                return outcome
        return []

    def refuse(self, feature_id: str, hook: Hook[..., Any], words: str) -> Failure:
        """Report an answer of a feature that speaks of something the tenant does not have, and return the failure.

        Only the asker can tell; it passes the answer over. `words` name what there is none of, never a resident.
        """
        error_id = secrets.token_hex(4)
        failure = self._failure(self.enabled[feature_id], hook.name, "unusable", error_id, words)
        log.error("租户 %s 的功能 %s 回答 %s：%s [%s]", self.ctx.tenant, feature_id, hook.name, words, error_id)
        self._report(failure)
        return failure

    def call(
        self,
        feature_id: str,
        part: str,
        *,
        seconds: float,
        check: Callable[[Any], R],
        outside: bool = False,
        **kwargs: Any,
    ) -> R:
        """Call a function that a feature named in a page, command or job, with its settings. Raises `EffectFailed`.

        It is given those of the arguments that it takes. What it returns goes through `check`, which raises
        `AnswerUnusable`. With `outside` it may reach the network. A refusal in words (`NotPossible`) is the feature's
        own and passes.
        """
        enabled = self.enabled[feature_id]
        given = {"ctx": copy(self.ctx), "settings": enabled.settings, **kwargs}

        def called() -> R:
            function = getattr(enabled.feature.module(), part)
            taken = [name for name in given if name in signature(function).parameters]
            return check(function(**{name: given[name] for name in taken}))

        key = (self.ctx.tenant_id, feature_id, part, enabled.revision)
        with reaching_outside() if outside else nullcontext():
            outcome = self._guarded(enabled, part, key, seconds, called, passing=NotPossible)
        if isinstance(outcome, Failure):
            raise EffectFailed(outcome)
        return outcome.value

    def _outcome(self, hook: Hook[P, T], answerer: Answerer, kwargs: Mapping[str, Any]) -> list[T] | Failure:
        enabled = answerer.enabled
        given = {"ctx": copy(self.ctx), "settings": enabled.settings, **kwargs}

        def asked() -> list[T]:
            answer = answerer.function(**{name: given[name] for name in answerer.arguments})
            return check_answers(hook, enabled.feature.id, enabled.feature.rules, answer)

        key = (self.ctx.tenant_id, enabled.feature.id, hook.name, enabled.revision)
        seconds = hook.budget_ms / 1000
        longest = seconds if hook.kind == "effect" else seconds * PATIENCE
        outcome = self._guarded(enabled, hook.name, key, seconds, asked, longest=longest)
        return outcome if isinstance(outcome, Failure) else outcome.value

    def _guarded(
        self,
        enabled: Enabled,
        what: str,
        key: Hashable,
        seconds: float,
        work: Callable[[], R],
        *,
        longest: float | None = None,
        passing: type[Exception] | tuple[()] = (),
    ) -> "_Had[R] | Failure":
        """Do the work of a feature within its time; whatever goes wrong becomes a failure, logged under its number."""
        if not self._breaker.allows(key):
            return self._failure(enabled, what, "resting", "", "", is_left_alone=True)
        try:
            with within(seconds, longest=longest):
                value = work()
        except passing:
            self._breaker.succeeded(key)
            raise
        except KeyboardInterrupt:
            self._breaker.failed(key)
            raise
        except BaseException as error:
            kind, words = _in_words(error, seconds)
            place = where(error, enabled.feature.folder)
            is_open = self._breaker.failed(key)
            failure = self._failure(
                enabled,
                what,
                kind,
                secrets.token_hex(4),
                said("{words}（{place}）", words=words, place=place),
                is_left_alone=is_open,
            )
            _log(self.ctx.tenant, failure, error)
            self._report(failure)
            return failure
        self._breaker.succeeded(key)
        return _Had(value)

    def _failure(
        self, enabled: Enabled, what: str, kind: FailureKind, error_id: str, words: str, *, is_left_alone: bool = False
    ) -> Failure:
        return Failure(
            tenant_id=self.ctx.tenant_id,
            feature=enabled.feature.id,
            hook=what,
            revision=enabled.revision,
            kind=kind,
            error_id=error_id,
            words=words or FAILURE_LABELS[kind],
            is_left_alone=is_left_alone,
        )


@dataclass(frozen=True, slots=True)
class _Had(Generic[R]):
    """What a feature's work gave."""

    value: R


def _in_words(error: BaseException, seconds: float) -> tuple[FailureKind, str]:
    """Say what went wrong; never the words of the exception, which may name a resident or a secret."""
    match error:
        case OverBudget():
            return "over_budget", said("超过 {seconds:g} 秒没有回答", seconds=seconds)
        case AnswerUnusable():
            return "unusable", said("返回的内容不能使用：{error}", error=error)
        case SystemExit():
            return "exited", "试图结束进程"
        case _:
            return "raised", said("出错：{name}", name=type(error).__name__)


def _log(tenant: str, failure: Failure, error: BaseException) -> None:
    """Log the failure once, with where it happened but without the words of the exception."""
    trace = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    log.error(
        "租户 %s 的功能 %s 回答 %s：%s [%s]\n%s",
        tenant,
        failure.feature,
        failure.hook,
        failure.words,
        failure.error_id,
        trace,
    )
