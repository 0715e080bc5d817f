"""By what a mail is known when it comes again: read off its bytes, before anything in it is understood."""

import hashlib
import re

HEAD_BYTES = 256 * 1024
"""So much of a mail is looked at for its headers."""
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
FOLDED = rb"[ \t]*:(.*(?:\r?\n[ \t].*)*)"
MESSAGE_ID = re.compile(rb"(?im)^message-id" + FOLDED)
ESSENTIAL = re.compile(rb"(?im)^(from|date|subject)" + FOLDED)


def mail_id(raw: bytes) -> str:
    """Return the id under which a mail counts once: made of its Message-ID, else of all its bytes.

    A digest, because many programs write the sender's address into a Message-ID.
    """
    found = MESSAGE_ID.search(_head(raw))
    given = b"".join(found[1].split()) if found else b""
    return f"mid/{hashlib.sha256(given).hexdigest()}" if given else content_id(raw)


def content_id(raw: bytes) -> str:
    """Return the id of a mail that has no Message-ID, or one that another mail has too."""
    return f"sha256/{hashlib.sha256(raw).hexdigest()}"


def is_same(one: bytes, other: bytes) -> bool:
    """Tell whether two mails say the same: what stations on the way wrote above them counts for nothing."""
    return _essence(one) == _essence(other)


def _essence(raw: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    named = ((name.lower(), b" ".join(value.split())) for name, value in ESSENTIAL.findall(_head(raw)))
    end = END_OF_HEAD.search(raw)
    return sorted(named), raw[end.end() :].strip() if end else b""


def _head(raw: bytes) -> bytes:
    return END_OF_HEAD.split(raw[:HEAD_BYTES], maxsplit=1)[0]
