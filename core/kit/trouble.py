"""Speaking of errors where the words of an exception might name a resident."""

import traceback
from pathlib import Path

ROOT = Path(__file__).parents[2]


def where(error: BaseException, folder: Path | None = None) -> str:
    """Return the kind of an unexpected error and the line it came from, never its message.

    The line is the innermost one in `folder`, a plugin's for instance, else in the product.
    """
    frames = traceback.extract_tb(error.__traceback__)
    for home in (folder, ROOT):
        ours = [frame for frame in frames if home and Path(frame.filename).is_relative_to(home)]
        if home and ours:
            return f"{type(error).__name__}({Path(ours[-1].filename).relative_to(home)}:{ours[-1].lineno})"
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__}({Path(frames[-1].filename).name}:{frames[-1].lineno})"
