"""Kinds of files that are taken in, and telling from the first bytes which one a file is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from core.files.limits import MEGABYTE

Nature = Literal["image", "document", "recording"]
Test = Callable[[bytes], bool]
HEAD = 64
"""Bytes at the beginning that tell what a file is."""
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
M4A_BRANDS = frozenset({b"M4A ", b"M4B "})
MOV_BRANDS = frozenset({b"qt  "})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: the ends of its names, what browsers call it, and how it is kept.

    `kept_as` is the kind it becomes when it is cleaned.
    """

    name: str
    label: str
    nature: Nature
    extensions: tuple[str, ...]
    media_type: str
    largest: int
    starts: Test
    kept_as: str = ""

    @property
    def extension(self) -> str:
        """The end of the names that it is given out under."""
        return self.extensions[0]


def _begins(*marks: bytes) -> Test:
    return lambda head: head.startswith(marks)


def _riff(form: bytes) -> Test:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == form


def _brand(head: bytes) -> bytes | None:
    """Return the first brand of an ISO media file, None when it is no such file."""
    return head[8:12] if head[4:8] == b"ftyp" and len(head) >= 12 else None


def _is_heic(head: bytes) -> bool:
    return _brand(head) in HEIC_BRANDS


def _is_movie(head: bytes) -> bool:
    brand = _brand(head)
    return brand is not None and brand not in HEIC_BRANDS | M4A_BRANDS | MOV_BRANDS | {b"avif", b"avis"}


def _is_mp3(head: bytes) -> bool:
    return head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2)


KINDS = (
    Kind("jpg", "JPG 图片", "image", (".jpg", ".jpeg"), "image/jpeg", 20 * MEGABYTE, _begins(b"\xff\xd8\xff")),
    Kind("png", "PNG 图片", "image", (".png",), "image/png", 20 * MEGABYTE, _begins(b"\x89PNG\r\n\x1a\n")),
    Kind("webp", "WebP 图片", "image", (".webp",), "image/webp", 20 * MEGABYTE, _riff(b"WEBP")),
    Kind("heic", "HEIC 图片", "image", (".heic", ".heif"), "image/heic", 20 * MEGABYTE, _is_heic, kept_as="jpg"),
    Kind("pdf", "PDF", "document", (".pdf",), "application/pdf", 20 * MEGABYTE, _begins(b"%PDF-")),
    Kind("m4a", "录音", "recording", (".m4a",), "audio/mp4", 50 * MEGABYTE, lambda head: _brand(head) in M4A_BRANDS),
    Kind("mp4", "视频", "recording", (".mp4",), "video/mp4", 50 * MEGABYTE, _is_movie),
    Kind(
        "mov", "视频", "recording", (".mov",), "video/quicktime", 50 * MEGABYTE, lambda head: _brand(head) in MOV_BRANDS
    ),
    Kind("mp3", "录音", "recording", (".mp3",), "audio/mpeg", 50 * MEGABYTE, _is_mp3),
    Kind("ogg", "录音", "recording", (".ogg", ".oga", ".opus"), "audio/ogg", 50 * MEGABYTE, _begins(b"OggS")),
    Kind("webm", "录音录像", "recording", (".webm",), "video/webm", 50 * MEGABYTE, _begins(b"\x1a\x45\xdf\xa3")),
    Kind("amr", "录音", "recording", (".amr",), "audio/amr", 50 * MEGABYTE, _begins(b"#!AMR")),
    Kind("wav", "录音", "recording", (".wav",), "audio/wav", 50 * MEGABYTE, _riff(b"WAVE")),
)
BY_NAME = {kind.name: kind for kind in KINDS}
BY_EXTENSION = {extension: kind for kind in KINDS for extension in kind.extensions}
ALSO_NAMED = {"m4a": ("mp4",), "mp4": ("m4a", "mov"), "mov": ("mp4",)}
"""Kinds whose files phones also give the other's extension: one and the same container, told apart by a brand."""
LARGEST = max(kind.largest for kind in KINDS)


def find_kind(content: bytes) -> Kind | None:
    """Return the kind of a file by its first bytes, None when it is none that is taken in."""
    return next((kind for kind in KINDS if kind.starts(content[:HEAD])), None)


def in_words() -> str:
    """Return what can be taken in, as people are told."""
    return "图片（jpg、png、webp、heic）、PDF、录音录像（m4a、mp3、ogg、wav、mp4、mov、webm）"


def accepted() -> str:
    """Return what a browser's file dialogue offers."""
    return ",".join(extension for kind in KINDS for extension in kind.extensions)
