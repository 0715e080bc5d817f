"""Having a file cleaned by a process of its own, with an end in time."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import core
from core.files.cleaning.cleaned import Cleaned, Place
from core.files.kinds import Kind
from core.files.refusals import BY_CODE, FileRefused, FileTooHard

SECONDS = 25.0
"""How long cleaning may take on a busy machine; honest files take one or two. A transaction may be open meanwhile, and the
database ends one that does nothing for half a minute."""
CHILD = "core.files.cleaning.child"
ROOT = Path(core.__file__).parents[1]


def clean(kind: Kind, content: bytes, *, seconds: float = SECONDS) -> Cleaned:
    """Clean a file of a kind. Raises `FileRefused` with the words of whoever refused it.

    A process that dies, hangs or grows over its bounds refuses by that.
    """
    try:
        done = subprocess.run(  # noqa: S603 -- our own module with a word of ours, no shell  # nosec B603
            command(kind),
            input=content,
            capture_output=True,
            timeout=seconds,
            check=False,
            env={},
            cwd="/",
        )
    except subprocess.TimeoutExpired as error:
        raise FileTooHard("文件处理得太久，没有收下。请重新导出或缩小后再上传。") from error
    if done.returncode != 0:
        raise FileTooHard("文件无法处理，可能已损坏，没有收下。请重新导出后再上传。")
    return _told(done.stdout)


def command(kind: Kind) -> list[str]:
    """Return how the process is started: isolated from whatever the environment and the folder say to Python."""
    return [sys.executable, "-I", "-c", START, str(ROOT), kind.name]


START = f"import sys, runpy; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module({CHILD!r}, run_name='__main__')"


def _told(said: bytes) -> Cleaned:
    line, _, rest = said.partition(b"\n")
    told: dict[str, Any] = json.loads(line)
    if "refused" in told:
        raise BY_CODE.get(told["refused"], FileRefused)(told["words"])
    place = told["place"]
    return Cleaned(told["kind"], rest[: told["bytes"]], rest[told["bytes"] :], Place(**place) if place else None)
