"""X: what is written about the plugin is there, and what it shows works."""

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO

from core.conformance.rule import GOLD, rule
from core.conformance.subject import Blocked, Subject
from core.hooks.budget import within
from core.kit.trouble import where

EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PATIENCE = 10.0


@rule("X1", GOLD, "README.md 说明每项功能", may_be_waived=True)
def readme_tells_of_features(subject: Subject) -> Iterator[str]:
    if not subject.readme:
        yield "没有 README.md（在插件的文件夹里，或与 pyproject.toml 一起）"
        return
    told = re.sub(r"^```.*?^```", "", subject.readme, flags=re.MULTILINE | re.DOTALL)
    for feature in subject.manifest.features:
        if feature.id not in told:
            yield f"README.md 没有提到 {feature.id}"


@rule("X2", GOLD, "README.md 里有 Python 例子，逐个能运行", may_be_waived=True)
def examples_run(subject: Subject) -> Iterator[str]:
    assert subject.features
    if not subject.readme:
        raise Blocked("X1")
    examples = list(EXAMPLE.finditer(subject.readme))
    if not examples:
        yield "README.md 没有 ```python 例子"
    names: dict[str, object] = {"__name__": "example"}
    for example in examples:
        line = subject.readme[: example.start()].count("\n") + 1
        try:
            with within(PATIENCE), redirect_stdout(StringIO()):
                exec(compile(example[1], "README.md", "exec"), names)  # noqa: S102 -- the author's own example  # nosec B102
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            yield f"README.md 第 {line} 行的例子出错：{where(error, subject.folder)} {error}"
