"""Adding rows to a duty list: a few rows of a file, such as mended rejects, beside all those that are there."""

from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.units.catalogue.catalogue import Catalogue


class CannotAdd(Refused):
    """A code of the rows that are to be added is another matter's in the list."""

    code = "cannot-add-rows"


def add(catalogue: Catalogue, more: Catalogue) -> Catalogue:
    """Return the list with the matters and rows of `more`; a row for the same matter and area takes the old one's place.

    The areas are those of `more`. Raises `CannotAdd`, naming every code that stands for two matters.
    """
    clashes = [
        said(
            "代码 {code} 在清单里是“{names}”，在文件里是“{words}”",
            code=node.code,
            names=" / ".join(names),
            words=more.matters.words(node.code),
        )
        for node in more.matters.nodes
        if (names := catalogue.matters.names(node.code)) and names != more.matters.names(node.code)
    ]
    if clashes:
        raise CannotAdd(
            said(
                "{clashes}。一个代码只能指一个事项，没有加入。请改正文件里的代码或名称。", clashes=joined("；", clashes)
            )
        )
    nodes = {node.code: node for node in (*catalogue.matters.nodes, *more.matters.nodes)}
    rows = {row.key: row for row in (*catalogue.rows, *more.rows)}
    return Catalogue.of(nodes.values(), more.areas.nodes, rows.values())
