"""K: the plugin answers the questions that there are, in the form in which they are asked."""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from types import FunctionType
from typing import Any

from core.conformance.asking import Asked, ask, asked_hooks, plainer
from core.conformance.on_manifest import HAN
from core.conformance.questions import GENERATED, Question
from core.conformance.rule import BRONZE, rule
from core.conformance.source import Source
from core.conformance.subject import Marked, Subject
from core.hooks.features import Feature
from core.hooks.specs import HOOKS
from core.hooks.table import Failure

RULING = ("wrapper", "hookwrapper", "tryfirst", "trylast", "optionalhook")
LONGEST_REASON = 200
SEEN = 3
"""How many faults of one hook are told; more would say nothing new."""


@rule("K1", BRONZE, "只回答有的接口：没有写错的名称，也没有忘了 @hookimpl 的函数")
def hooks_exist(subject: Subject) -> Iterator[str]:
    for feature in subject.features:
        marked = subject.marked(feature)
        for each in marked:
            if each.hook not in HOOKS:
                close = get_close_matches(each.hook, HOOKS, 1)
                hint = f"，是不是想写 {close[0]}" if close else ""
                yield f"{feature.id} 回答了不存在的接口 {each.hook}{hint}"
        names = {each.name for each in marked}
        for name, value in vars(subject.modules[feature.id]).items():
            is_own = isinstance(value, FunctionType) and value.__module__ == subject.modules[feature.id].__name__
            if is_own and name in HOOKS and name not in names:
                yield f"{feature.id} 的函数 {name} 没有标 @hookimpl，不会有人问它"


@rule("K2", BRONZE, "参数都是接口有的，按名称逐个写出，没有仅限关键字的参数、*args 和 **kwargs")
def arguments_exist(subject: Subject) -> Iterator[str]:
    for where, each in _answers(subject):
        for parameter in inspect.signature(each.function).parameters.values():
            if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
                yield f"{where}的参数 {parameter.name} 应写成普通参数"
            elif parameter.name not in HOOKS[each.hook].arguments and parameter.default is inspect.Parameter.empty:
                has = "、".join(HOOKS[each.hook].arguments)
                yield f"{where}要的参数 {parameter.name} 接口没有；接口有 {has}"


@rule("K3", BRONZE, "参数没有默认值：有默认值的参数写错名称也不会被发现，永远得不到值")
def arguments_have_no_defaults(subject: Subject) -> Iterator[str]:
    for where, each in _answers(subject):
        for parameter in inspect.signature(each.function).parameters.values():
            if parameter.default is not inspect.Parameter.empty:
                yield f"{where}的参数 {parameter.name} 有默认值，请去掉"


@rule("K4", BRONZE, "不左右别的功能：没有 wrapper、tryfirst、trylast")
def rules_over_nobody(subject: Subject) -> Iterator[str]:
    for where, each in _answers(subject):
        for option in RULING:
            if each.options.get(option):
                yield f"{where}用了 {option}，会左右别的功能的回答，请去掉"


@rule("K5", BRONZE, "对几百个生成的问题和常见诉求，都按时返回规定的类型，规则编号是自己的，理由是中文")
def answers_can_be_used(subject: Subject) -> Iterator[str]:
    for asked in asked_hooks(subject, count=GENERATED):
        yield from _faults_of(subject, asked)


@rule("K6", BRONZE, "只引用 core.hooks、标准库、自己和自己声明的依赖，不引用本系统的其他部分")
def surface_is_kept(subject: Subject) -> Iterator[str]:
    for source in subject.sources:
        for node in source.nodes():
            for name in _imported(node, source):
                if name.split(".")[0] in ("core", "tenants") and not f"{name}.".startswith("core.hooks."):
                    yield f"{source.at(node)}引用了 {name}；插件只能引用 core.hooks"


def _faults_of(subject: Subject, asked: Asked) -> Iterator[str]:
    """Tell each kind of fault once, with the plainest question that has it."""
    where = f"{asked.feature.id} 的 {asked.hook.name} "
    told: set[str] = set()
    for question in asked.questions:
        fault = _fault(subject, asked, question)
        kind = _kind_of(fault)
        if not fault or kind in told:
            continue
        told.add(kind)
        if len(told) > SEEN:
            yield f"{where}还有别的错误"
            return

        def is_still_wrong(tried: Question, kind: str = kind) -> bool:
            return _kind_of(_fault(subject, asked, tried)) == kind

        simple = question if "没有回答" in fault else plainer(question, is_still_wrong)
        yield f"{where}{fault}（问的是 {simple.words()}）"


def _fault(subject: Subject, asked: Asked, question: Question) -> str:
    """Return what is wrong with the answer; empty when nothing is."""
    answers = ask(subject, asked.feature, question)
    for failure in answers.failures:
        return _words_of(failure)
    for answer in answers.values:
        if fault := _wrong_in(asked.feature, answer):
            return fault
    return ""


def _words_of(failure: Failure) -> str:
    return failure.words


def _wrong_in(feature: Feature, answer: Any) -> str:
    rule_id = getattr(answer, "rule_id", None)
    if rule_id is not None and rule_id not in {f"{feature.id}/{rule}" for rule in feature.rules}:
        return f"返回的规则编号 {rule_id!r} 应为 {feature.id}/规则名，规则名写在清单的 rules 里"
    reason = getattr(answer, "reason", None)
    if reason is not None and not HAN.search(reason):
        return f"返回的理由 {reason!r} 不是中文，受理席看不懂"
    if reason is not None and len(reason) > LONGEST_REASON:
        return f"返回的理由有 {len(reason)} 个字，最多 {LONGEST_REASON} 个"
    return ""


def _kind_of(fault: str) -> str:
    """Return what a fault has in common with others like it: its words without what is quoted or counted."""
    return re.sub(r"'.*'|\".*\"|[0-9]+", "", fault)


def _answers(subject: Subject) -> Iterator[tuple[str, Marked]]:
    """Yield every answer to a hook that there is, with where it stands."""
    for feature in subject.features:
        for each in subject.marked(feature):
            if each.hook in HOOKS and callable(each.function):
                yield f"{feature.id} 的 {each.hook} ", each


def _imported(node: ast.AST, source: Source) -> Iterable[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "core" else [node.module]
    return []
