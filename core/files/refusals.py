"""What is said when a file is not taken in."""

from core.kit.errors import Refused


class FileRefused(Refused):
    """A file cannot be taken in as it is."""

    code = "file-refused"


class FileEmpty(FileRefused):
    """There is nothing in it."""

    code = "file-empty"


class FileTooLarge(FileRefused):
    """It has more bytes, pixels, pages or minutes than are taken in."""

    code = "file-too-large"


class FileNameUnusable(FileRefused):
    """Its name cannot be kept, or hides what the file is."""

    code = "file-name-unusable"


class FileKindUnknown(FileRefused):
    """It is of a kind that is not taken in."""

    code = "file-kind-unknown"


class FileDisguised(FileRefused):
    """Its content is not what its name says."""

    code = "file-disguised"


class FileDamaged(FileRefused):
    """It cannot be read to its end."""

    code = "file-damaged"


class FileLocked(FileRefused):
    """It opens with a password only."""

    code = "file-locked"


class FileTooHard(FileRefused):
    """Reading it took more time or memory than any honest file needs."""

    code = "file-too-hard"


class FilesTooMany(Refused):
    """The ticket, or the form, would have more files than it may."""

    code = "files-too-many"


class NoSuchFile(Refused):
    """The ticket has no such file: one of another ticket or tenant is none either."""

    code = "no-such-file"


class FileNotReady(Refused):
    """The file waits for the virus scanner, or was locked away by it."""

    code = "file-not-ready"


KINDS_OF_REFUSAL: tuple[type[FileRefused], ...] = (
    FileRefused,
    FileEmpty,
    FileTooLarge,
    FileNameUnusable,
    FileKindUnknown,
    FileDisguised,
    FileDamaged,
    FileLocked,
    FileTooHard,
)
BY_CODE = {each.code: each for each in KINDS_OF_REFUSAL}
