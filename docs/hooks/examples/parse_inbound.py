"""`core.hooks.payloads` reads the bytes: `text_of` in whichever charset they are, `json_of` as JSON, with `None` for what is none.

> Leave nothing out. An appeal that cannot be understood is returned with an empty text: the core takes in the others, and a person
> looks at this one. A message that is not yours is answered with `None`.

Do not write down what you read: not in a log, not in a `reason`. The values show nothing of the resident when they are
printed, so the appeal below is told by its rule alone.
"""

from core.hooks import InboundAppeal, hookimpl
from core.hooks.payloads import json_of


@hookimpl
def parse_inbound(payload):
    call = json_of(payload)
    if not isinstance(call, dict):
        return None
    caller = call.get("caller", {})
    return [
        InboundAppeal(
            text=call.get("content", ""),
            contact_name=caller.get("name", ""),
            contact_phone=caller.get("phone", ""),
            rule_id="elsewhere.hotline/call",
            reason="热线平台推送的通话记录",
        )
    ]
