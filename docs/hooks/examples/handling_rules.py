"""A feature says the fields that it cares about, and leaves the others to the next. Of two that say the same field the
stricter holds; the check of a draft names the features and what holds.

| field | customary | meaning | stricter |
| --- | --- | --- | --- |
| `max_returns` | 2 | so many returns 退单 call for a consultation 会商, whose unit cannot give the ticket back | fewer |
| `consult_after` | 28 800 | working seconds from acceptance after which units consult on what was given back; 0 = never | sooner; never is the mildest |
| `extension_times`, `extension_days` | 3, 10 | extensions 延期 of a limit, and their working days altogether | fewer |
| `pause_reasons` | all | for what a clock may stand still 挂起: `awaiting_resident`, `judicial`, `force_majeure` | only what all allow |
| `pause_days`, `pauses_reply` | 20, no | working days of pauses altogether; whether the resident's clock stands still too | fewer; no |
| `max_redos` | 2 | so many redone cycles 重办, then a supervision comes first | none is: the first in order |
| `contact_attempts`, `follow_up_attempts` | 3, 3 | calls that nobody answers, before a reply and after it | more |
| `dispute_days` | 3 | working days in which a rating may be disputed | fewer |
| `informs_asked`, `asked_follows_up` | no, no | the unit asked first 首问 is told of each step; it also hears the resident afterwards | yes |
| `proves_telling`, `telling_days` | no, 3 | nothing counts as told 告知 without proof; so many working days of trying | yes; more |
| `telling_back_days` | 0 | days before a feature first asked for the proof, within which what was concluded is asked for too | more |
| `notice_tells` | yes | the progress page tells whoever left nothing to be reached by | no |
"""

from core.hooks import HandlingRules, hookimpl


@hookimpl
def handling_rules():
    return [HandlingRules(max_returns=1, extension_days=15)]
