"""What a set of rules takes as known of a past ticket, where its duty list speaks of other areas or by other words."""

from dataclasses import replace

from core.areas.gazetteer import Gazetteer
from core.areas.locating import Located, locate_point
from core.classification.locating import located_by
from core.classification.rules import suggest_matter
from core.journey.dry_run.outcome import Known
from core.journey.dry_run.past import Past
from core.journey.dry_run.tables import Rulebook
from core.kit.saying import joined, said


def known_by(past: Past, rulebook: Rulebook) -> tuple[Past, Known]:
    """Return the ticket as these rules see it: as known today, but for what only its words and its place had told.

    What words of the duty list pointed to is found by the words of this one, where the two lists differ in words; where
    it is from is found in this one's gazetteer, where that is not the one in force.
    """
    view, because, where = past.view, "", ""
    if rulebook.guesses_anew and past.is_guessed:
        found = suggest_matter(view.title, view.text, rulebook.units.keywords)
        because = said("依据词：{words}", words=joined("、", found.words)) if found else "没有清单中的关键词"
        view = replace(view, matter=found.matter if found else None, matter_guessed=found is not None)
    gazetteer = rulebook.gazetteer
    if gazetteer is not None and not (past.is_area_said and view.area in gazetteer.areas):
        located = _located(past, gazetteer)
        where = located.why if located else "地名库认不出"
        view = replace(view, area=located.area or "" if located else "")
    catalogue = rulebook.policy.catalogue
    matter, area = view.matter or "", view.area
    known = Known(
        matter=matter,
        matter_name=" / ".join(catalogue.matters.names(matter)) if matter in catalogue.matters else "",
        because=because,
        area=area,
        area_name=" / ".join(catalogue.areas.names(area)) if area in catalogue.areas else "",
        where=where,
    )
    return (past if view is past.view else replace(past, view=view)), known


def _located(past: Past, gazetteer: Gazetteer) -> Located | None:
    view = past.view
    return located_by(
        gazetteer,
        point=past.point,
        around=lambda point: locate_point(gazetteer, point),
        place=view.place,
        title=view.title,
        text=view.text,
    )
