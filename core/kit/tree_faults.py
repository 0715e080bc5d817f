"""What is wrong with a tree as it was given: a sentence for each fault, all told at once."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from core.kit.trees import DEEPEST, SEPARATOR, N, Node, Tree


def faults_of(tree: Tree[N], *, noun: str) -> Iterator[str]:
    """Yield every fault of a tree whose nodes are called `noun`, such as 事项."""
    for code, count in Counter(node.code for node in tree.nodes).items():
        if count > 1:
            yield f"{noun}代码“{code}”用了 {count} 次，一个代码只能指一个{noun}；请给其余的换代码"
    for node in tree.nodes:
        yield from _faults_of_node(tree, node, noun)
    yield from _circles(tree, noun)
    yield from _namesakes(tree, noun)
    yield from _shared_paths(tree, noun)


def _faults_of_node(tree: Tree[N], node: Node, noun: str) -> Iterator[str]:
    if not node.code or node.code != node.code.strip():
        yield f"{noun}“{node.name}”的代码“{node.code}”是空的或前后有空白；请填写代码"
    if not node.name.strip():
        yield f"{noun}“{node.code}”没有名称，选不到它；请填写名称"
    if node.parent is not None and node.parent not in tree:
        yield f"{noun}“{node.code} {node.name}”的上级“{node.parent}”不存在；请先写上级，或把上级留空"
    if len(tree.line(node.code)) > DEEPEST:
        yield f"{noun}“{node.code} {node.name}”在 {DEEPEST} 级以下，没有人找得到；请减少层级"
    above = f"{node.parent}{SEPARATOR}" if node.parent is not None else ""
    if SEPARATOR in node.code.removeprefix(above):
        yield f"{noun}代码“{node.code}”里的点表示上下级，与它的上级“{node.parent or '无'}”对不上；请改代码或上级"


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
            yield f"{noun}的上级关系绕成了圈（{' → '.join((*circle, here))}），分不出谁上谁下；请改正其中一个的上级"


def _namesakes(tree: Tree[N], noun: str) -> Iterator[str]:
    codes: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for node in tree.nodes:
        codes[node.parent, node.name].append(node.code)
    for (parent, name), several in codes.items():
        if len(set(several)) > 1 and name.strip():
            under = f"“{tree.words(parent)}”下" if parent else "最上级"
            yield f"{under}有 {len(several)} 个{noun}都叫“{name}”（{'、'.join(several)}），无法分辨；请改名或合并"


def _shared_paths(tree: Tree[N], noun: str) -> Iterator[str]:
    codes: dict[str, list[str]] = defaultdict(list)
    for code in dict.fromkeys(node.code for node in tree.nodes):
        codes[tree.path(code)].append(code)
    for path, several in codes.items():
        if len(several) > 1:
            yield f"{noun}代码{'、'.join(f'“{code}”' for code in several)}的路径都是 {path}，无法分辨；请改其中一个代码"
