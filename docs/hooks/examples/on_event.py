"""`event.kind` is that of the timeline entry, such as `accept`, `dispatch`, `audit_pass` or `clock_mark`. List in the manifest under
`events` the kinds that concern you: no job is written for others. Send through `core.hooks.outside`, which has time-outs and
refuses addresses inside the house.
"""

from core.hooks import Done, hookimpl


@hookimpl
def on_event(event):
    if event.kind != "accept" or event.ticket.urgency != "urgent":
        return None
    return [Done(f"已记下紧急诉求 {event.ticket.serial_no}")]
