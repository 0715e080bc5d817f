"""Asking a feature as the core does, and making a question that went wrong as plain as it can be."""

import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from core.conformance.appeals import PLAIN
from core.conformance.places import CONTEXT
from core.conformance.questions import Asker, Question, whole
from core.conformance.samples import NoSample, Sample, default_of, samples_of
from core.conformance.subject import Blocked, Subject
from core.hooks.breaker import Breaker
from core.hooks.budget import OverBudget, within
from core.hooks.contract import Hook, Kind
from core.hooks.features import Feature
from core.hooks.roster import Answer
from core.hooks.specs import HOOKS
from core.hooks.table import PATIENCE, Answers, Enabled, HookTable
from core.hooks.values import Context, TicketView

SETTINGS = 8
"""Under how many settings a feature is asked."""
FEW = 100
"""How many questions are enough to see that answers follow from questions alone."""
SLOW = 2
"""How many of the first and of the last questions are left to a hook that is slow: more would only take time."""
QUICK_SHARE = 0.25
"""The part of its budget within which a hook answers that is not slow."""
ANSWERED: tuple[Kind, ...] = ("load", "policy", "render")
"""Kinds of hooks that answer and do nothing."""


class Patient(Breaker):
    """A breaker that never opens: every question of an examination is asked."""

    def allows(self, key: Hashable) -> bool:
        return True

    def failed(self, key: Hashable) -> bool:
        return False


@dataclass(frozen=True)
class Asked:
    """One feature and one of its hooks, with the questions that the examination asks."""

    feature: Feature
    hook: Hook[..., Any]
    answer: Answer
    questions: tuple[Question, ...]

    def answered(self, question: Question) -> str:
        """Call the feature's own function, with nothing between but the clock; return what came, as text."""
        try:
            return whole(self._called(question))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return f"! {type(error).__name__}"

    @property
    def budget(self) -> float:
        """The seconds that an answer may take."""
        return self.hook.budget_ms / 1000

    def seconds(self, question: Question) -> float:
        """Return how long the answer worked, whoever else was at work meanwhile."""
        started = time.thread_time()
        with suppress(Exception, OverBudget, SystemExit):
            self._called(question)
        return time.thread_time() - started

    def _called(self, question: Question) -> Any:
        given = {"ctx": question.ctx, "settings": question.settings, **question.arguments}
        arguments = {name: given[name] for name in self.answer.arguments}
        with within(2 * self.budget, longest=PATIENCE * self.budget):
            answer = self.answer.function(**arguments)
            return list(answer) if isinstance(answer, Iterator) else answer


def asked_hooks(subject: Subject, *, count: int = FEW, is_first: bool = False) -> Iterator[Asked]:
    """Yield what each feature is asked; `is_first`: nothing was asked before, so what is slow is known or not.

    Raises `Blocked` where the plugin cannot be asked yet.
    """
    for feature in subject.features:
        answers = subject.roster.answers_of(feature)
        settings = [sample.settings for sample in samples(feature, SETTINGS)]
        asker = Asker(feature.id, settings, literals=subject.literals(feature))
        for name in sorted(answers):
            hook = HOOKS[name]
            if hook.kind not in ANSWERED:
                continue
            number = count if hook.kind != "load" else SETTINGS
            asked = Asked(feature, hook, answers[name], (*asker.plain(hook), *asker.generated(hook, number)))
            is_slow = subject.slow.get((feature.id, name), False) if is_first else _is_slow(subject, asked)
            if is_slow:
                asked = replace(asked, questions=(*asked.questions[:SLOW], *asked.questions[-SLOW:]))
            yield asked


def samples(feature: Feature, count: int) -> list[Sample]:
    """Return settings of the feature. Raises `Blocked` where none load."""
    try:
        return samples_of(feature, count)
    except NoSample:
        raise Blocked("S1") from None


def plainest(feature: Feature) -> Sample:
    """Return the settings that hold where nobody set anything. Raises `Blocked` where none load."""
    try:
        return default_of(feature)
    except NoSample:
        raise Blocked("S1") from None


def table_of(subject: Subject, feature: Feature, settings: Mapping[str, Any], ctx: Context = CONTEXT) -> HookTable:
    """Return the table of a district that has this feature alone."""
    return subject.roster.compiled(ctx, [Enabled(feature, settings, 1)], breaker=Patient())


def ask(subject: Subject, feature: Feature, question: Question) -> Answers[Any]:
    """Ask as the core does, and return the answer or why there is none."""
    table = table_of(subject, feature, question.settings, question.ctx)
    return table.ask(question.hook, **question.arguments)


def plainer(question: Question, is_still_wrong: Callable[[Question], bool]) -> Question:
    """Return the question with everything taken out that does not matter to what went wrong."""
    for name, value in question.arguments.items():
        if isinstance(value, TicketView):
            for each in fields(value):
                now = question.arguments[name]
                tried = replace(now, **{each.name: getattr(PLAIN, each.name)})
                question = _with(question, name, tried, is_still_wrong)
        elif value is not None and not is_dataclass(value) and isinstance(value, tuple):
            question = _with(question, name, (), is_still_wrong)
    return question


def _with(question: Question, name: str, value: Any, is_still_wrong: Callable[[Question], bool]) -> Question:
    tried = replace(question, arguments={**question.arguments, name: value})
    return tried if is_still_wrong(tried) else question


def _is_slow(subject: Subject, asked: Asked) -> bool:
    """Tell whether plain questions take more work than a quick answer may, or are waited for; looked at once."""
    key = (asked.feature.id, asked.hook.name)
    if key not in subject.slow:
        subject.slow[key] = any(_is_slowly_answered(asked, question) for question in asked.questions[:2])
    return subject.slow[key]


def _is_slowly_answered(asked: Asked, question: Question) -> bool:
    """Ask up to three times: whoever else is at work on the machine is not to be blamed on the plugin."""
    for _ in range(3):
        started = time.perf_counter()
        worked = asked.seconds(question)
        if worked <= QUICK_SHARE * asked.budget and time.perf_counter() - started <= asked.budget:
            return False
    return True
