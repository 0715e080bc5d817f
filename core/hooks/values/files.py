"""What features are told of a file, and what they say of it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FileView:
    """A file 附件 of a ticket after cleaning. `id` is the same at every try; `kind` is its format, such as `jpg` or `pdf`.

    It has no name and no ticket: what is judged is its content. Shown or logged, it says nothing.
    """

    id: str
    kind: str
    sha256: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What a scanner says of a file; `finding` is its name for what it found, for people to read."""

    is_clean: bool
    finding: str = ""
