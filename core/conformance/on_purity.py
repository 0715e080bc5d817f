"""P: a decision follows from the question alone, so that it can be tried, explained and asked again."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence

from core.conformance.asking import QUICK_SHARE, Asked, asked_hooks
from core.conformance.environment import child_environment
from core.conformance.fences import fenced
from core.conformance.questions import Question, whole
from core.conformance.rule import BRONZE, SILVER, rule
from core.conformance.subject import Subject

AGAIN = 60
"""How many questions a second process asks of each hook."""
PERCENTILE = 0.95
REPEATS = 3


@rule("P1", BRONZE, "回答不改动问题：工单、单位、设置在回答前后一样")
def inputs_stay(subject: Subject) -> Iterator[str]:
    for asked in asked_hooks(subject):
        for question in asked.questions:
            before = whole((question.ctx, question.settings, question.arguments))
            asked.answered(question)
            if whole((question.ctx, question.settings, question.arguments)) != before:
                yield f"{asked.feature.id} 的 {asked.hook.name} 改动了它得到的参数"
                break


@rule("P2", BRONZE, "同样的问题得到同样的回答：不看时钟，不用随机数，不记住上一次，换一个进程也一样")
def same_question_same_answer(subject: Subject) -> Iterator[str]:
    here: dict[str, str] = {}
    for asked in asked_hooks(subject):
        where = f"{asked.feature.id} 的 {asked.hook.name} "
        with fenced() as fence:
            first = [asked.answered(question) for question in asked.questions]
        second = [asked.answered(question) for question in reversed(asked.questions)][::-1]
        if fence.looked_at:
            yield f"{where}{'、'.join(fence.looked_at)}"
        elif first != second and not fence.touched:
            number = next(n for n, pair in enumerate(zip(first, second, strict=True)) if pair[0] != pair[1])
            yield f"{where}两次的回答不同（问的是 {asked.questions[number].words()}）"
        here |= numbered(asked, second)
    elsewhere = _in_another_process(subject)
    for hook in sorted({name.rpartition(" ")[0] for name in here if here[name] != elsewhere.get(name, here[name])}):
        yield f"{hook} 在另一个进程中回答不同：可能记住了上一次，或依赖集合的顺序"


@rule("P3", BRONZE, "回答时不打开文件、不联网、不启动进程和线程")
def nothing_is_touched(subject: Subject) -> Iterator[str]:
    for asked in asked_hooks(subject):
        with fenced() as fence:
            for question in asked.questions:
                asked.answered(question)
        if fence.touched:
            yield f"{asked.feature.id} 的 {asked.hook.name} {'、'.join(list(fence.touched)[:3])}"


@rule("P4", BRONZE, "没有会吞掉超时的代码：裸 except、except BaseException、finally 里的 return，也不碰 signal")
def nothing_swallows_the_cut(subject: Subject) -> Iterator[str]:
    for source in subject.sources:
        if source.tree is None:
            yield f"{source.name} 不是能读的 Python"
        for node in source.nodes():
            if what := _swallowing(node):
                yield f"{source.at(node)}：{what}"


@rule("P5", SILVER, "95% 的回答用时不到规定时间的四分之一", may_be_waived=True)
def answers_are_quick(subject: Subject) -> Iterator[str]:
    for asked in asked_hooks(subject):
        taken = sorted(min(asked.seconds(question) for _ in range(REPEATS)) for question in asked.questions)
        slow = taken[int(len(taken) * PERCENTILE)]
        allowed = QUICK_SHARE * asked.budget
        if slow > allowed:
            yield (
                f"{asked.feature.id} 的 {asked.hook.name} 95% 的回答用时 {slow * 1000:.1f} 毫秒以内，应在 "
                f"{allowed * 1000:g} 毫秒以内"
            )


def numbered(asked: Asked, answers: Sequence[str]) -> Mapping[str, str]:
    """Return the answers that a second process is asked for, each under a name."""
    return {
        f"{asked.feature.id} 的 {asked.hook.name} {number}": answer for number, answer in enumerate(answers[:AGAIN])
    }


def answers_backwards(subject: Subject) -> Mapping[str, str]:
    """Return the answers of this process by name, asked from the last to the first.

    The very first question that it hears is one under settings as unlike the plainest as there are: an answer that is
    kept for all later ones is then another than in the first process.
    """
    found: dict[str, str] = {}
    for asked in asked_hooks(subject, is_first=True):
        questions = asked.questions[:AGAIN]
        answers: dict[int, str] = {}
        unlike = max(range(len(questions)), key=lambda number: _unlikeness(questions[0], questions[number]))
        for number in (unlike, *range(len(questions) - 1, -1, -1)):
            answers[number] = asked.answered(questions[number])
        found |= numbered(asked, [answers[number] for number in range(len(questions))])
    return found


def _unlikeness(one: Question, other: Question) -> int:
    return sum(one.settings[name] != other.settings[name] for name in one.settings)


def _in_another_process(subject: Subject) -> Mapping[str, str]:
    slow = [f"{feature} {hook}" for (feature, hook), is_slow in subject.slow.items() if is_slow]
    ran = subprocess.run(  # noqa: S603 -- our own interpreter and module  # nosec B603
        [sys.executable, "-m", "core.conformance.again", subject.package, *slow],
        env=child_environment(PYTHONHASHSEED="20260310"),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        return {"": ran.stderr.strip().rpartition("\n")[2]}
    answers: Mapping[str, str] = json.loads(ran.stdout.splitlines()[-1])
    return answers


def _swallowing(node: ast.AST) -> str:
    match node:
        case ast.ExceptHandler(None):
            return "裸 except 会吞掉超时，请写明异常"
        case ast.ExceptHandler(kind) if kind is not None and "BaseException" in _names_in(kind):
            return "except BaseException 会吞掉超时，请写明异常"
        case ast.Call(function, arguments) if "suppress" in _names_in(function) and any(
            "BaseException" in _names_in(each) for each in arguments
        ):
            return "suppress(BaseException) 会吞掉超时，请写明异常"
        case ast.Try(finalbody=[_, *_] as last) if _leaves(last):
            return "finally 里的 return、break 或 continue 会吞掉超时"
        case ast.Import(names) if any(alias.name == "signal" for alias in names):
            return "signal 归本系统使用，插件不能引用"
        case ast.ImportFrom(module="signal"):
            return "signal 归本系统使用，插件不能引用"
    return ""


def _leaves(body: list[ast.stmt]) -> bool:
    """Tell whether a statement of the block itself leaves it; one in a function or a loop of its own does not."""
    for each in body:
        if isinstance(each, ast.Return | ast.Break | ast.Continue):
            return True
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.For | ast.While):
            continue
        inner = [child for child in ast.iter_child_nodes(each) if isinstance(child, ast.stmt)]
        if _leaves(inner):
            return True
    return False


def _names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} | {
        each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)
    }
