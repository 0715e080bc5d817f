"""What is said when something asked for cannot be done."""

from typing import ClassVar


class Refused(Exception):  # noqa: N818 -- named as a fact, like every refusal below it
    """An expected refusal: what was asked, why not, what to do.

    Subclasses live beside the code that raises them and carry a stable `code` for machines;
    the message is a sentence for people, in the product's first language.
    """

    code: ClassVar[str] = "refused"
    is_trespass: ClassVar[bool] = False
    """Refused because of who asks: the attempt is kept for those who supervise."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.command = ""
        """The command on a ticket that was refused, and the id under which it was given; empty = it was none."""
        self.command_id: str | None = None

    def __str__(self) -> str:
        return self.message


class Collision(Exception):  # noqa: N818 -- a fact about the world, not a mistake of ours
    """Two transactions wrote the same unique thing at once; the later one may simply run again."""

    def __init__(self, constraint: str) -> None:
        super().__init__(f"unique constraint {constraint} already holds such a row")
        self.constraint = constraint
