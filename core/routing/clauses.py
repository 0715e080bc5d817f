"""What the duty list says of a ticket, in words 清单条款: kept with a request to give it back, as it stood that day."""

from dataclasses import dataclass

from core.kit import saying
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.catalogue.catalogue import Resolved
from core.units.catalogue.explaining import unit_words
from core.units.catalogue.limits import limit_words
from core.units.catalogue.queries import duty_list_in_force
from core.units.queries import directory


@dataclass(frozen=True, slots=True)
class Clause:
    """The item of the duty list that a ticket comes under; empty words and number 0 where the list has none."""

    words: str
    duty_list: int


NO_CLAUSE = Clause("", 0)


def clause_of(scope: Scope, ticket: Ticket) -> Clause:
    """Return what the duty list in force says of the ticket's matter in its area: whose, on what basis, how well."""
    held = duty_list_in_force(scope)
    if ticket.matter is None or ticket.matter not in held.catalogue.matters:
        return NO_CLAUSE
    area = ticket.area if ticket.area in held.catalogue.areas else None
    resolved = held.catalogue.resolve(ticket.matter, area)
    where = saying.said("（{area}）", area=held.catalogue.area_words(area)) if area else ""
    item = saying.said(
        "职责清单第 {number} 版 {matter}{where}",
        number=held.number,
        matter=held.catalogue.matter_words(ticket.matter),
        where=where,
    )
    return Clause(
        saying.said("{item}：{said}", item=item, said=saying.joined("；", _said(scope, resolved))), held.number
    )


def _said(scope: Scope, resolved: Resolved) -> list[str]:
    names = {unit.code: unit.name for unit in directory(scope).units}
    values = resolved.values
    said = [
        saying.said("主办 {unit}", unit=saying.word(unit_words(values.lead, names)))
        if values.lead
        else "没有写明主办单位"
    ]
    if values.co:
        said.append(
            saying.said(
                "协办 {co}", co=saying.joined("、", (saying.word(unit_words(code, names)) for code in values.co))
            )
        )
    if values.legal_basis:
        said.append(saying.said("依据 {legal_basis}", legal_basis=values.legal_basis))
    if values.standard:
        said.append(saying.said("标准 {standard}", standard=values.standard))
    if values.limit:
        said.append(saying.said("时限 {limit}", limit=limit_words(values.limit)))
    return said
