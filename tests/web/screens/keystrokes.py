"""`python -m tests.web.screens.keystrokes`: walk what each role does most by keys alone, and print how many each task took."""

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main(["-q", "-s", "-n", "0", str(Path(__file__).with_name("test_by_keyboard.py")), *sys.argv[1:]]))
