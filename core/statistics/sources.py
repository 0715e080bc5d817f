"""By which source 来源 appeals came in, told by the registry of today: an alias counts under the source that it is known as now."""

from core.intake.sources.queries import source_book
from core.statistics.codes import counts_by_code
from core.statistics.days import Span
from core.statistics.queries import Cube
from core.tenancy.scope import Scope


def counts_by_source(scope: Scope, span: Span) -> dict[str, int]:
    """Count the accepted appeals of a period by the code of their source; "" are those that say none."""
    book, counts = source_book(scope), dict[str, int]()
    for written, n in counts_by_code(Cube.of(scope), "accepted_by_source", span).items():
        code = book.code_of(written) if written else ""
        counts[code] = counts.get(code, 0) + n
    return counts
