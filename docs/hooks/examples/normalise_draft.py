"""A feature reads what the resident wrote, it never writes for them: the words stay as they came. What the sender filled in
is theirs; an answer to it is passed over.
"""

import re

from core.hooks import DraftPatch, hookimpl


@hookimpl
def normalise_draft(draft):
    found = re.search(r"地点：(.+)", draft.text)
    if found is None or draft.place:
        return None
    return [DraftPatch("elsewhere.reading/place", "来件写明了地点", place=found[1].strip())]
