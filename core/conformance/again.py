"""A second process that asks the same questions in the opposite order: `python -m core.conformance.again PACKAGE`."""

import json
import sys

from core.conformance.on_purity import answers_backwards
from core.conformance.subject import Subject


def main() -> None:
    """Print the answers by name, as one JSON object."""
    print(json.dumps(answers_backwards(Subject(sys.argv[1]))))  # noqa: T201 -- read by the first process


if __name__ == "__main__":
    main()
