"""Files that are offered under a name, in whatever script it is written."""

from urllib.parse import quote

from flask import Response


def offer_as(response: Response, name: str) -> None:
    """Let the browser save the answer under this name."""
    response.headers["Content-Disposition"] = disposition_of(name)


def disposition_of(name: str, *, is_shown: bool = False) -> str:
    """Return the header under which a file has this name, to be saved, or to be shown where it is.

    A header carries no Chinese, and the server answers 500 where one does: the name stands there in percent signs
    (RFC 6266), and for who cannot read that, as its ending.
    """
    ending = name.rpartition(".")[2]
    plain = f"file.{ending}" if ending.isascii() and ending.isalnum() else "file"
    known = name if name.isascii() and '"' not in name and "\\" not in name and name.isprintable() else plain
    return f"{'inline' if is_shown else 'attachment'}; filename=\"{known}\"; filename*=UTF-8''{quote(name, safe='')}"
