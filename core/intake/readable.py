"""What was pushed, as a person can read it: JSON in lines, a form by its fields, anything else as the text it is."""

import json
from urllib.parse import parse_qsl

from core.hooks.payloads import json_of, text_of
from core.hooks.values import InboundPayload

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 1000


def readable(payload: InboundPayload) -> str:
    """Return the body so that a person can read it; Chinese that was written in escapes is written out."""
    text = text_of(payload)
    if payload.content_type.partition(";")[0].strip().lower() == FORM:
        return _fields(text) or text
    document = json_of(payload)
    return json.dumps(document, ensure_ascii=False, indent=2) if isinstance(document, dict | list) else text


def _fields(text: str) -> str:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return ""
    return "\n".join(f"{name}：{value}" for name, value in pairs).replace("\x00", "\ufffd")
