"""The first feature in the district's order decides; its value holds whole.

| field | default | meaning |
| --- | --- | --- |
| `max_returns` | 2 | so many returns 退单 call for a consultation 会商, whose unit cannot give the ticket back |
| `consult_after` | 28 800 | working seconds from acceptance after which units consult on what was given back; 0 = never |
| `extension_times`, `extension_days` | 3, 10 | extensions 延期 of a limit, and their working days altogether |
| `pause_reasons` | all | for what a clock may stand still 挂起: `awaiting_resident`, `judicial`, `force_majeure` |
| `pause_days`, `pauses_reply` | 20, no | working days of pauses altogether; whether the resident's clock stands still too |
| `max_redos` | 2 | so many redone cycles 重办, then a supervision comes first |
| `contact_attempts`, `follow_up_attempts` | 3, 3 | calls that nobody answers, before a reply and after it |
| `dispute_days` | 3 | working days in which a rating may be disputed |
"""

from core.hooks import HandlingRules, hookimpl


@hookimpl
def handling_rules():
    return [HandlingRules(max_returns=1, extension_days=15)]
