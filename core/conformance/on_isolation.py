"""I: a feature harms neither another district, nor the ticket when it fails, nor what comes after it is off."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from core.conformance.asking import Asked, asked_hooks, plainest, samples
from core.conformance.places import CONTEXT, ELSEWHERE
from core.conformance.questions import Asker, Question
from core.conformance.rule import BRONZE, rule
from core.conformance.subject import Subject
from core.conformance.walk import make_district, opened
from core.hooks.contract import Hook
from core.hooks.features import Feature, hookimpl
from core.hooks.settings import Settings
from core.hooks.specs import HOOKS

THREADS, ROUNDS, QUESTIONS = 4, 3, 6
HUGE = 10 * 1024 * 1024
WAYS = ("raises", "exits", "hangs", "answers_nonsense", "answers_ten_megabytes", "answers_nothing")


@rule("I1", BRONZE, "两个租户设置不同，在四个线程里同时问，答案不串")
def tenants_do_not_mix(subject: Subject) -> Iterator[str]:
    for asked in asked_hooks(subject):
        if not subject.slow[asked.feature.id, asked.hook.name]:
            yield from _mixed(subject, asked)


@rule("I2", BRONZE, "功能以任何方式失败（出错、退出、卡住、返回错的或 10 MB 的内容、不回答），诉求都照样办完")
def failing_loses_nothing(subject: Subject) -> Iterator[str]:
    answered = {feature.id: sorted(subject.roster.answers_of(feature)) for feature in subject.features}
    expected: list[str] | None = None
    for turn in range(len(WAYS)):
        failing = [_failing(feature, answered[feature.id], turn) for feature in subject.features]
        with opened(subject.scratch().database_url, failing) as installation:
            if expected is None:
                expected = make_district(installation).walk()
            district = make_district(installation)
            district.switch(*failing, on=True, values={feature.id: {} for feature in failing})
            yield from _differing(f"第 {turn + 1} 轮失败", expected, _walked(district.walk))


@rule("I3", BRONZE, "启用、停用、再启用不留痕迹：停用后如同没有，再启用如同第一次")
def switching_leaves_no_trace(subject: Subject) -> Iterator[str]:
    features = [feature for feature in subject.features if feature.level != "city"]
    values = {feature.id: plainest(feature).values for feature in features}
    assert subject.roster
    with opened(subject.scratch().database_url, features) as installation:
        without = make_district(installation).walk()
        district = make_district(installation)
        district.switch(*features, on=True, values=values)
        first = district.walk()
        district.switch(*features, on=False)
        yield from _differing("停用之后", without, _walked(district.walk))
        district.switch(*features, on=True)
        yield from _differing("再启用之后", first, _walked(district.walk))


def _mixed(subject: Subject, asked: Asked) -> Iterator[str]:
    """Ask for two tenants at once, changing between them at every line of the plugin's code."""
    for here, there in _different_settings(asked):
        expected = {id(each): [asked.answered(question) for question in each] for each in (here, there)}
        answers: list[tuple[int, list[str]]] = []
        start = threading.Barrier(THREADS)

        def ask(questions: Sequence[Question], answers: Any = answers, start: threading.Barrier = start) -> None:
            start.wait()
            sys.settrace(_giving_way(subject.folder))
            try:
                for _ in range(ROUNDS):
                    answers.append((id(questions), [asked.answered(question) for question in questions]))
            finally:
                sys.settrace(None)

        threads = [threading.Thread(target=ask, args=(each,)) for each in (here, there) * (THREADS // 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if any(given != expected[which] for which, given in answers):
            yield f"{asked.feature.id} 的 {asked.hook.name} 把一个租户的设置用到了另一个租户"
            return


def _different_settings(asked: Asked) -> Iterator[tuple[list[Question], list[Question]]]:
    """Yield one pair of the same questions under settings that make a difference, where there are such."""
    settings = [sample.settings for sample in samples(asked.feature, 6)]
    plain = asked.questions[:: max(1, len(asked.questions) // QUESTIONS)][:QUESTIONS]
    here = [replace(question, ctx=CONTEXT, settings=settings[0]) for question in plain]
    for other in settings[1:]:
        there = [replace(question, ctx=ELSEWHERE, settings=other) for question in plain]
        if [asked.answered(question) for question in here] != [asked.answered(question) for question in there]:
            yield here, there
            return


def _giving_way(folder: Path) -> Callable[[FrameType, str, Any], Any]:
    """Return a tracer that lets another thread go on at every line of the plugin."""
    ours = str(folder)

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(ours):
            return None
        if event == "line":
            time.sleep(0)
        return trace

    return trace


def _failing(feature: Feature, hooks: Sequence[str], turn: int) -> Feature:
    """Return the feature with every answer failing: each hook in another way, each way in another turn."""
    module = ModuleType(feature.id)
    for number, name in enumerate(hooks):
        way = WAYS[(number + turn) % len(WAYS)]
        setattr(module, name, hookimpl(_failure(way, HOOKS[name]), specname=name))
    return replace(feature, answers=module, settings=Settings, hooks=None, rules=())


def _failure(way: str, hook: Hook[..., Any]) -> Callable[[], Any]:
    def raises() -> Any:
        raise RuntimeError("broken on purpose")

    def exits() -> Any:
        sys.exit(3)

    def hangs() -> Any:
        while True:
            pass

    def answers_nonsense() -> Any:
        return [42]

    def answers_ten_megabytes() -> Any:
        return [Asker(hook.name, [{}]).huge(hook.item, HUGE)]

    def answers_nothing() -> Any:
        return None

    return {
        each.__name__: each for each in (raises, exits, hangs, answers_nonsense, answers_ten_megabytes, answers_nothing)
    }[way]


def _walked(walk: Callable[[], list[str]]) -> list[str]:
    """Return what became of the appeal, or that it got stuck."""
    try:
        return walk()
    except Exception as error:
        return [f"没有走完：{type(error).__name__} {error}"]


def _differing(when: str, expected: Sequence[str], found: Sequence[str]) -> Iterator[str]:
    for place in range(max(len(expected), len(found))):
        was, now = (each[place] if place < len(each) else "没有" for each in (expected, found))
        if was != now:
            yield f"{when}，诉求的经过不同：应为“{was}”，实为“{now}”"
            return
