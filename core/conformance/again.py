"""A second process that asks the same questions in the opposite order.

`python -m core.conformance.again PACKAGE [FEATURE HOOK]…`, the latter being what is known to be slow.
"""

import json
import sys

from core.conformance.on_purity import answers_backwards
from core.conformance.subject import Subject


def main() -> None:
    """Print the answers by name, as one JSON object."""
    subject = Subject(sys.argv[1])
    subject.slow = {tuple(each.split(" ", 1)): True for each in sys.argv[2:]}  # type: ignore[misc]
    print(json.dumps(answers_backwards(subject)))  # noqa: T201 -- read by the first process


if __name__ == "__main__":
    main()
