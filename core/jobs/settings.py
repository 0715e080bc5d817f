"""What follows from settings later or elsewhere: a planned revision begins to hold, a district takes a city's preset.

As with referrals, a preset is read in the city's transaction and taken in one of the district's; done twice, it changes
nothing the second time.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind, NotYet, TryLater
from core.journey.features.switching import ENABLING, go_on_enabling
from core.journey.settings.deciding import PLANNED, activate_planned, put_card
from core.journey.settings.effects import PRESET
from core.journey.settings.presets import note_not_taken, read_preset, take_preset
from core.journey.settings.trying import why_trial_failed
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tenancy.scope import Installation, Scope, UnknownTenant

Payload = Mapping[str, Any]
LOOKS_AGAIN = timedelta(seconds=20)
"""How long switching a feature on waits before it looks again whether the try has ended."""
GIVES_UP = timedelta(days=1)
"""How long it looks; afterwards the administrator goes on by hand."""


def settings_kinds(installation: Installation) -> Mapping[str, JobKind]:
    """Return how jobs about settings are done."""
    return {
        PLANNED: JobKind(
            do=partial(let_hold, installation), tell=_tell("到了生效时间却没有生效"), acts_as=ActsAs.AUTHOR
        ),
        PRESET: JobKind(do=partial(bring_preset, installation), tell=_tell("全市预设没有送到"), acts_as=ActsAs.AUTHOR),
        ENABLING: JobKind(do=partial(go_on, installation), tell=_tell("没有启用成"), acts_as=ActsAs.AUTHOR),
    }


def let_hold(installation: Installation, scope: Scope, payload: Payload, now: datetime) -> None:
    """Let a planned revision hold, decided anew."""
    activate_planned(scope, installation.roster, payload["feature"], payload["number"], payload["plan"], now=now)


def bring_preset(installation: Installation, scope: Scope, payload: Payload, now: datetime) -> None:
    """Bring what the city presets to one of its districts."""
    preset = read_preset(scope, payload["feature"], payload["number"])
    if preset is None:
        return
    try:
        why = installation.run(
            payload["district"], lambda district: take_preset(district, installation.roster, preset, now=now)
        )
    except UnknownTenant:
        return
    if why:
        note_not_taken(scope, preset, payload["district"], why, now=now)


def go_on(installation: Installation, scope: Scope, payload: Payload, now: datetime) -> None:
    """Go on switching a feature on once its try has ended; what a person must do is left to the person."""
    try:
        switching = go_on_enabling(scope, installation.roster, payload["feature"], payload["number"], now=now)
    except Refused as refusal:
        words = said("第 {number} 次修订没有启用成：{message}", number=payload["number"], message=refusal.message)
        put_card(scope, payload["feature"], "settings", payload["number"], words, now=now)
        return
    if switching is None or "trial" not in switching.needs:
        return
    if failure := why_trial_failed(scope, payload["feature"], payload["number"]):
        words = said(
            "第 {number} 次修订没有启用成，试算没有完成：{failure}请再启用一次。",
            number=payload["number"],
            failure=failure,
        )
        put_card(scope, payload["feature"], "settings", payload["number"], words, now=now)
        return
    if now - datetime.fromisoformat(payload["begun"]) > GIVES_UP:
        raise TryLater("试算没有结束")
    raise NotYet(now + LOOKS_AGAIN)


def _tell(what: str) -> Callable[[Scope, Payload, Failure], None]:
    def tell(scope: Scope, payload: Payload, failure: Failure) -> None:
        """Put up a repair card once no further try is made."""
        if failure.is_last:
            words = said(
                "第 {number} 次修订{what}：{reason}", number=payload["number"], what=word(what), reason=failure.reason
            )
            put_card(scope, payload["feature"], "settings", payload["number"], words, now=failure.at)

    return tell
