"""areas.csv: the gazetteer 地名库 of a district, as administrators import it; a tenant need not have one."""

from pathlib import Path
from tempfile import TemporaryDirectory

from core.areas.checking import check
from core.areas.gazetteer import Gazetteer
from core.journey.area_tables import read_area_file
from core.kit.errors import Refused
from core.units.levels import KnownUnits
from tenants.faults import Faults
from tenants.source import file_name


def read_areas(path: Path, units: KnownUnits, faults: Faults) -> Gazetteer | None:
    """Return the areas and names, noting every row that cannot be taken; None where there is no file."""
    if not path.exists():
        return None
    file = file_name(path)
    try:
        with TemporaryDirectory() as aside:
            read = read_area_file(path, units=units, rejects=Path(aside) / path.name)
    except Refused as unusable:
        faults.add(file, None, unusable.message)
        return None
    for reason in read.reasons:
        line, _, sentence = reason.partition("：")
        faults.add(f"{file} {line}", None, sentence)
    if not read.reasons:
        for sentence in check(read.gazetteer):
            faults.add(file, None, sentence)
    return read.gazetteer
