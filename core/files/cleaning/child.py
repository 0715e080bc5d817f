"""The process in which one file is cleaned: `python -m core.files.cleaning.child KIND`, the file in, the cleaned one out.

It bounds itself before it reads anything, and knows nothing of the product: no database, no keys, an empty environment.
"""

import json
import resource
import sys
from dataclasses import asdict

from core.files.cleaning.cleaned import Cleaned
from core.files.kinds import BY_NAME
from core.files.refusals import FileRefused, FileTooHard

MEMORY = 900 * 1024 * 1024
"""Bytes of address space, of which the libraries themselves take about a third."""
CPU_SECONDS = 20
OPEN_FILES = 32


def bound() -> None:
    """Let this process have so much memory and time and write no file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def clean(name: str, content: bytes) -> Cleaned:
    """Clean a file of this kind; only the library that is needed is loaded."""
    kind = BY_NAME[name]
    match kind.nature:
        case "image":
            from core.files.cleaning.images import clean_image  # noqa: PLC0415

            return clean_image(name, content)
        case "document":
            from core.files.cleaning.documents import clean_document  # noqa: PLC0415

            return clean_document(content)
        case "recording":
            from core.files.cleaning.recordings import clean_recording  # noqa: PLC0415

            return clean_recording(name, content)


def main() -> None:
    """Answer with one line of JSON: what was made or why not, then the bytes of file and preview."""
    bound()
    try:
        cleaned = clean(sys.argv[1], sys.stdin.buffer.read())
    except FileRefused as refused:
        answer({"refused": refused.code, "words": refused.message})
    except MemoryError:
        answer({"refused": FileTooHard.code, "words": "文件展开后太大，没有收下。请换一份小的再上传。"})
    else:
        told = {"kind": cleaned.kind, "bytes": len(cleaned.content), "place": cleaned.place and asdict(cleaned.place)}
        answer(told, cleaned.content, cleaned.preview)


def answer(told: dict[str, object], *parts: bytes) -> None:
    """Write the answer to where the starter reads."""
    out = sys.stdout.buffer
    out.write(json.dumps(told).encode() + b"\n")
    for part in parts:
        out.write(part)
    out.flush()


if __name__ == "__main__":
    main()
