"""`text` is read by the person whose command is refused: say why not, and what to do instead. `contact` tells what was done to
reach the resident, never who they are.
"""

from core.hooks import Objection, hookimpl


@hookimpl
def guard_command(command, contact):
    if command != "reply" or not contact.is_possible or contact.attempts:
        return None
    text = "答复前请先联系诉求人，并登记联系情况。"
    return [Objection(text, "elsewhere.loop/contact", "答复前应联系诉求人")]
