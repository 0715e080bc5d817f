"""Judging what was uploaded: bytes and a name in, a cleaned file out, or a refusal in words."""

import hashlib
from dataclasses import dataclass

from core.files.cleaning.bounded import SECONDS, clean
from core.files.cleaning.cleaned import Place
from core.files.kinds import ALSO_NAMED, BY_EXTENSION, BY_NAME, Kind, find_kind, in_words
from core.files.limits import LONGEST_NAME, MEGABYTE
from core.files.names import clean_name, split_name
from core.files.refusals import FileDisguised, FileEmpty, FileKindUnknown, FileTooLarge
from core.kit.saying import said, word


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody sent it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A file that can be kept: its name fits its kind, its bytes tell nothing of who made it.

    `place` is where the photo was taken, offered and kept nowhere.
    """

    name: str
    kind: Kind
    content: bytes
    preview: bytes
    place: Place | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def judge(upload: Upload, *, seconds: float = SECONDS) -> CleanFile:
    """Clean an uploaded file, within so many seconds. Raises `FileRefused` and its kinds: empty, too large, unknown, disguised, damaged."""
    name = clean_name(upload.name)
    stem, extension = split_name(name)
    if not upload.content:
        raise FileEmpty(said("“{name}”是空的。请检查后重新上传。", name=name))
    kind = find_kind(upload.content)
    if kind is None:
        raise FileKindUnknown(said("“{name}”的内容不是能上传的种类。能上传的有{in_}。", name=name, in_=in_words()))
    _refuse_disguised(name, kind, BY_EXTENSION[extension])
    if len(upload.content) > kind.largest:
        most = kind.largest // MEGABYTE
        raise FileTooLarge(
            said(
                "“{name}”有 {number:.1f} MB，{label}最大 {most} MB。请缩小后再上传。",
                name=name,
                number=len(upload.content) / MEGABYTE,
                label=word(kind.label),
                most=most,
            )
        )
    cleaned = clean(kind, upload.content, seconds=seconds)
    kept = BY_NAME[cleaned.kind]
    return CleanFile(_named(stem, kept), kept, cleaned.content, cleaned.preview, cleaned.place)


def _refuse_disguised(name: str, found: Kind, named: Kind) -> None:
    if named is not found and named.name not in ALSO_NAMED.get(found.name, ()):
        raise FileDisguised(
            said(
                "“{name}”的内容是{label}（{found_name}），与名字不符。请把扩展名改成 {extension} 再上传。",
                name=name,
                label=word(found.label),
                found_name=found.name,
                extension=found.extension,
            )
        )


def _named(stem: str, kind: Kind) -> str:
    """Return the name under which the file is given out, no longer than names may be."""
    room = LONGEST_NAME - len(kind.extension)
    return stem.encode()[:room].decode(errors="ignore") + kind.extension
