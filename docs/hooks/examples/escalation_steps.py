"""`trigger.kind` tells what calls for it:

* `mark`: at each mark of each clock; `trigger.clock` and `trigger.mark` name them;
* `urgent`: when an urgent ticket is accepted, and again when it is dispatched;
* `redo`: when a ticket is redone for the second time, and each time after that;
* `bounces`: when units have given it back so often that it goes to a consultation;
* `instruction_overdue`: when the deadline of a leader's instruction has passed and the unit has not reported back.

All steps of all features are carried out, each once per occasion. So answer only your own marks and `overdue`.

`to` is `lead`, `desk` or a unit's code; before dispatch `lead` is the desk. `text` may use `{serial_no}`, `{title}`, `{unit}`
and `{due}`. What a step does is its `kind`:

| kind | does |
| --- | --- |
| `sms`, `mail` | sends `text`, between 8:00 and 21:00 of the district's time; with `at_night`, or when trigger or ticket is urgent, at any hour |
| `inbox` | leaves `text` in the unit's mailbox in the product |
| `letter` | issues a numbered letter of the kind `letter`: `reminder` 提醒函, `supervision` 督办函, `talk` 约谈通知, `bulletin` 通报; `title` may call it otherwise |
| `supervise` | puts the unit under supervision 督办 of a `level` `blue`, `yellow` or `red`; `text` is what is demanded. A 督办函 goes with it, and a clock `respond` runs until the unit answers. A supervision of the ticket that the unit has not answered yet is raised to the level instead |
| `case` | opens a case of accountability 问责 against the lead unit at the unit `to` |

Letters, supervisions and cases carry the time at which they happened, whatever the hour; only what wakes people waits.
"""

from core.hooks import EscalationStep, hookimpl


@hookimpl
def escalation_steps(trigger):
    if trigger.mark != "overdue":
        return None
    return [
        EscalationStep(
            kind="sms",
            to="lead",
            text="工单 {serial_no} 已于 {due} 超期",
            rule_id="elsewhere.overdue/sms",
            reason="超期短信提醒",
        )
    ]
