"""What is wrong with a tree as it was given: a sentence for each fault, all told at once."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from core.kit.saying import joined, said, word
from core.kit.trees import DEEPEST, SEPARATOR, N, Node, Tree


def faults_of(tree: Tree[N], *, noun: str) -> Iterator[str]:
    """Yield every fault of a tree whose nodes are called `noun`, such as 事项."""
    for code, count in Counter(node.code for node in tree.nodes).items():
        if count > 1:
            yield said(
                "{noun}代码“{code}”用了 {count} 次，一个代码只能指一个{noun}；请给其余的换代码",
                noun=word(noun),
                code=code,
                count=count,
            )
    for node in tree.nodes:
        yield from _faults_of_node(tree, node, noun)
    yield from _circles(tree, noun)
    yield from _namesakes(tree, noun)
    yield from _shared_paths(tree, noun)


def _faults_of_node(tree: Tree[N], node: Node, noun: str) -> Iterator[str]:
    if not node.code or node.code != node.code.strip():
        yield said(
            "{noun}“{name}”的代码“{code}”是空的或前后有空白；请填写代码", noun=noun, name=node.name, code=node.code
        )
    if not node.name.strip():
        yield said("{noun}“{code}”没有名称，选不到它；请填写名称", noun=noun, code=node.code)
    if node.parent is not None and node.parent not in tree:
        yield said(
            "{noun}“{code} {name}”的上级“{parent}”不存在；请先写上级，或把上级留空",
            noun=noun,
            code=node.code,
            name=node.name,
            parent=node.parent,
        )
    if len(tree.line(node.code)) > DEEPEST:
        yield said(
            "{noun}“{code} {name}”在 {deepest} 级以下，没有人找得到；请减少层级",
            noun=noun,
            code=node.code,
            name=node.name,
            deepest=DEEPEST,
        )
    above = f"{node.parent}{SEPARATOR}" if node.parent is not None else ""
    if SEPARATOR in node.code.removeprefix(above):
        yield said(
            "{noun}代码“{code}”里的点表示上下级，与它的上级“{parent}”对不上；请改代码或上级",
            noun=noun,
            code=node.code,
            parent=node.parent or word("无"),
        )


def _circles(tree: Tree[N], noun: str) -> Iterator[str]:
    told: set[str] = set()
    for node in tree.nodes:
        walked: list[str] = []
        here: str | None = node.code
        while here is not None and here not in walked and here not in told:
            walked.append(here)
            above = tree.find(here)
            here = above.parent if above else None
        told.update(walked)
        if here is not None and here in walked:
            circle = walked[walked.index(here) :]
            yield said(
                "{noun}的上级关系绕成了圈（{value}），分不出谁上谁下；请改正其中一个的上级",
                noun=noun,
                value=" → ".join((*circle, here)),
            )


def _namesakes(tree: Tree[N], noun: str) -> Iterator[str]:
    codes: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for node in tree.nodes:
        codes[node.parent, node.name].append(node.code)
    for (parent, name), several in codes.items():
        if len(set(several)) > 1 and name.strip():
            under = said("“{words}”下", words=tree.words(parent)) if parent else "最上级"
            yield said(
                "{under}有 {number} 个{noun}都叫“{name}”（{several}），无法分辨；请改名或合并",
                under=word(under),
                number=len(several),
                noun=noun,
                name=name,
                several=joined("、", several),
            )


def _shared_paths(tree: Tree[N], noun: str) -> Iterator[str]:
    codes: dict[str, list[str]] = defaultdict(list)
    for code in dict.fromkeys(node.code for node in tree.nodes):
        codes[tree.path(code)].append(code)
    for path, several in codes.items():
        if len(several) > 1:
            yield said(
                "{noun}代码{several}的路径都是 {path}，无法分辨；请改其中一个代码",
                noun=noun,
                several=joined("、", (said("“{code}”", code=code) for code in several)),
                path=path,
            )
