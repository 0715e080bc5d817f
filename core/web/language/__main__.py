"""Write the catalogues anew: `python -m core.web.language`. New texts are empty, and are to be said in English by hand.

A file of JSON named after it gives texts with their English: `python -m core.web.language words.json`.
"""

import json
import sys
from pathlib import Path

from core.web.language.collecting import update

said: dict[str, str] = {}
for given in sys.argv[1:]:
    said |= json.loads(Path(given).read_text("utf-8"))
for name, count in update(said).items():
    sys.stdout.write(f"{name}: {count} texts without English\n")
