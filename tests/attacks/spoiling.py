"""Spoiling what was in order: bytes turned, cut, doubled, and things put in that readers stumble over."""

import zipfile
from io import BytesIO

from hypothesis import strategies as st

STUMBLING = tuple(
    each if isinstance(each, bytes) else each.encode("utf-8", "surrogatepass")
    for each in (
        "\x00",
        "\ufeff",
        "\ud800",
        b"\xff\xfe",
        b"\x81\x30",
        "\r",
        "\n\n",
        '"',
        '""',
        "'",
        "'''",
        "\\",
        "[",
        "]]",
        "{",
        "}",
        "[" * 3_000,
        '{"a":' * 3_000,
        "(" * 3_000,
        ",",
        ",,,,",
        "\t",
        ";",
        "=",
        "#",
        "9" * 400,
        "9" * 5_000,
        "-1",
        "0",
        "1e999",
        "NaN",
        "Infinity",
        "null",
        "true",
        "²",
        "١٢",
        "１２",
        "十百",
        "2026-02-30",
        "9999-12-31T23:59:59+23:59",
        "0001-01-01",
        "\u202e",
        "a" * 140_000,
        "<!DOCTYPE x [<!ENTITY a 'aaaa'>]>",
        "=cmd()",
    )
)
"""What is put into files."""
MOST_CHANGES = 4


@st.composite
def spoilt(draw: st.DrawFn, samples: tuple[bytes, ...]) -> bytes:
    """Return one of the samples with a few changes, or bytes of any kind."""
    content = bytearray(draw(st.sampled_from(samples) if draw(st.integers(0, 9)) else st.binary(max_size=200)))
    for _ in range(draw(st.integers(0, MOST_CHANGES))):
        at = draw(st.integers(0, len(content)))
        to = min(len(content), at + draw(st.integers(0, 40)))
        match draw(st.integers(0, 4)):
            case 0:
                del content[at:to]
            case 1:
                content[at:at] = content[at:to]
            case 2 if at < len(content):
                content[at] ^= draw(st.integers(1, 255))
            case 3 if not draw(st.integers(0, 3)):
                del content[at:]
            case _:
                content[at:to] = draw(st.sampled_from(STUMBLING))
    return bytes(content)


@st.composite
def spoilt_archive(draw: st.DrawFn, sample: bytes) -> bytes:
    """Return an archive in which one file is spoilt, left out, doubled or called something else; or spoilt itself."""
    if not draw(st.integers(0, 3)):
        return draw(spoilt((sample,)))
    with zipfile.ZipFile(BytesIO(sample)) as packed:
        members = [(each.filename, packed.read(each)) for each in packed.infolist()]
    at = draw(st.integers(0, len(members) - 1))
    name, content = members[at]
    match draw(st.integers(0, 4)):
        case 0:
            del members[at]
        case 1:
            members[at] = (draw(st.sampled_from(["../../x", "/x", "", "x" * 300])), content)
        case _:
            members[at] = (name, draw(spoilt((content,))))
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for name, content in members:
            packed.writestr(name or "nameless", content)
    return written.getvalue()
