"""How a ticket stands before a visitor: what forms ask about before they show themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.disclosure.exposures import Grounds
from core.files.queries import FileLine, files_of
from core.hooks.values import ReviewProposal
from core.intake.admission import Ground, grounds_of
from core.journey.challenge import rules_applied
from core.journey.queries.calls import CallDue, call_due
from core.journey.queries.case import Case
from core.journey.queries.case_file import CaseFile
from core.journey.queries.choices import Choice, Choices, choices
from core.journey.queries.disclosures import exposure_grounds
from core.journey.queries.disputable import disputable_kinds, has_granted_review
from core.journey.queries.hints import NO_HINTS, Hints, hints_on
from core.journey.queries.panels import proposals_on
from core.journey.queries.unit_list import UnitsPart
from core.kit.saying import said
from core.people.roles import Permission
from core.people.roster.queries import colleagues
from core.routing.clauses import clause_of
from core.routing.rules_in_force import Handling, rules_of
from core.sla.queries import window_has_closed
from core.tickets.models import Ticket
from core.tickets.states import ANSWERED, WAITING_FOR_ACCEPTANCE, State
from core.tickets.timeline import Actor
from core.units.queries import DirectoryUnit, directory
from core.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket, its file, and who looks at it. `part` None = at the desk; `disputable` = what its unit may object to.

    `grounds` are those against taking it in, `hints` what may be done instead of dispatching it, `colleagues` who of the
    unit could have its share, by login.
    """

    case: Case
    file: CaseFile
    actor: Actor
    choices: Choices
    rules: Handling
    below: tuple[DirectoryUnit, ...] = ()
    part: UnitsPart | None = None
    may_still_return: bool = False
    disputable: tuple[Choice, ...] = ()
    has_granted_review: bool = False
    grounds: tuple[Ground, ...] = ()
    review_proposals: tuple[ReviewProposal, ...] = ()
    """What calls for a third-party panel, to somebody who may open one."""
    exposure_grounds: tuple[Grounds, ...] = ()
    """What the records say for exposing a unit, to somebody who may put it forward."""
    hints: Hints = NO_HINTS
    duty_item: str = ""
    """What the duty list says of the ticket, to the unit that may give it back."""
    colleagues: tuple[Choice, ...] = ()
    files: tuple[FileLine, ...] = ()
    """The ticket's files, where a case of accountability may take some of them in."""
    rules_applied: tuple[Choice, ...] = ()
    """The rules that bore on the ticket, by their ids: what suggested its unit, set its limits, pressed for it."""
    call_due: CallDue | None = None
    """Whom to call about it, where it is urgent and nobody of the unit has answered yet."""

    @property
    def state(self) -> State:
        return State(self.case.state)

    @property
    def is_joined(self) -> bool:
        """Whether the ticket is a master, a part or a whole."""
        related = self.file.related
        return bool(related.attached or related.parts or related.whole)

    def may(self, permission: Permission) -> bool:
        return permission in self.actor.permissions

    def is_mine(self, by_id: int | None) -> bool:
        """Whether the visitor is the one who did it."""
        return by_id is not None and by_id == self.actor.id


def standing_at_desk(visit: Visit, case: Case, file: CaseFile) -> Standing:
    """Return how the ticket stands before somebody at the desk."""
    return Standing(
        case=case,
        file=file,
        actor=visit.actor,
        choices=choices(visit.scope),
        rules=rules_of(visit.scope),
        has_granted_review=has_granted_review(visit.scope, case.id, file.disputes),
        grounds=_grounds(visit, case),
        review_proposals=_review_proposals(visit, case, file),
        exposure_grounds=_exposure_grounds(visit, case),
        hints=hints_for(visit, case),
        files=_files(visit, case, file),
        rules_applied=_rules_applied(visit, case),
        call_due=call_due(visit.scope, case.id) if case.urgent else None,
    )


def _rules_applied(visit: Visit, case: Case) -> tuple[Choice, ...]:
    ticket = visit.scope.session.get_one(Ticket, (visit.scope.tenant.id, case.id))
    return tuple((each.rule_id, each.words) for each in rules_applied(visit.scope, ticket))


def hints_for(visit: Visit, case: Case) -> Hints:
    """Return what may be done instead of dispatching the ticket, to somebody who may."""
    may = Permission.DISPATCH in visit.actor.permissions
    return hints_on(visit.scope, case.id, now=visit.now) if may else NO_HINTS


def standing_of_unit(visit: Visit, case: Case, file: CaseFile, part: UnitsPart) -> Standing:
    """Return how the ticket stands before a unit that has, or had, a share in it."""
    return Standing(
        case=case,
        file=file,
        actor=visit.actor,
        choices=choices(visit.scope),
        rules=rules_of(visit.scope),
        below=_units_below(visit, part.unit_id, file),
        part=part,
        may_still_return=part.is_root
        and part.is_active
        and not window_has_closed(visit.scope, part.assignment_id, now=visit.now),
        duty_item=_duty_item(visit, case, part),
        disputable=disputable_kinds(visit.scope, case.id, part.unit_id, file.disputes, now=visit.now),
        colleagues=_colleagues(visit, part),
        files=_files(visit, case, file),
    )


def standing_of_accused(visit: Visit, case: Case, file: CaseFile) -> Standing:
    """Return how the ticket stands before the unit that is held to account for it, whether it still has it or not."""
    return Standing(
        case=case,
        file=file,
        actor=visit.actor,
        choices=choices(visit.scope),
        rules=rules_of(visit.scope),
        files=_files(visit, case, file),
    )


def _files(visit: Visit, case: Case, file: CaseFile) -> tuple[FileLine, ...]:
    return files_of(visit.scope, case.id) if any(each.is_open for each in file.accountability) else ()


def _colleagues(visit: Visit, part: UnitsPart) -> tuple[Choice, ...]:
    """Return who of the unit could have its share in place of who has it."""
    if not part.is_active:
        return ()
    return tuple(
        (each.login, said("{name}（本人）", name=each.name) if each.id == visit.staff.account_id else each.name)
        for each in colleagues(visit.scope, part.unit_id)
        if each.id != part.person_id
    )


def _duty_item(visit: Visit, case: Case, part: UnitsPart) -> str:
    if not (part.is_root and part.is_active):
        return ""
    return clause_of(visit.scope, visit.scope.session.get_one(Ticket, (visit.scope.tenant.id, case.id))).words


def _review_proposals(visit: Visit, case: Case, file: CaseFile) -> tuple[ReviewProposal, ...]:
    """Return what calls for a panel on an answered ticket that has none under way."""
    may = Permission.SUPERVISE in visit.actor.permissions and case.state in ANSWERED
    return proposals_on(visit.scope, case.id) if may and not any(each.is_under_way for each in file.panels) else ()


def _grounds(visit: Visit, case: Case) -> tuple[Ground, ...]:
    if case.state not in WAITING_FOR_ACCEPTANCE or Permission.ACCEPT not in visit.actor.permissions:
        return ()
    return grounds_of(visit.scope, visit.scope.session.get_one(Ticket, (visit.scope.tenant.id, case.id)))


def _exposure_grounds(visit: Visit, case: Case) -> tuple[Grounds, ...]:
    may = Permission.SUPERVISE in visit.actor.permissions
    return exposure_grounds(visit.scope, case.id) if may else ()


def _units_below(visit: Visit, unit_id: int, file: CaseFile) -> tuple[DirectoryUnit, ...]:
    """Return the units to which this one can hand the work down, at any depth, that have no share in it yet."""
    below: list[DirectoryUnit] = []
    level: Sequence[int] = [unit_id]
    units = directory(visit.scope).units
    while level:
        children = [unit for unit in units if unit.parent_id in level]
        below += children
        level = [unit.id for unit in children]
    involved = {unit.unit_id for unit in file.all_units if unit.is_active}
    return tuple(unit for unit in below if unit.id not in involved)
