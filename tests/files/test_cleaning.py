"""What is taken in of files, and what is left of them: judged from their bytes alone, in a process of its own."""

import io
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import av
import pytest
from PIL import Image

from core.files.cleaning import bounded
from core.files.cleaning.bounded import clean
from core.files.cleaning.cleaned import Place
from core.files.judging import CleanFile, Upload, judge
from core.files.kinds import BY_NAME, KINDS, find_kind
from core.files.limits import MEGABYTE
from core.files.refusals import (
    FileDamaged,
    FileDisguised,
    FileEmpty,
    FileKindUnknown,
    FileLocked,
    FileNameUnusable,
    FileRefused,
    FileTooHard,
    FileTooLarge,
)
from tests.files.samples import (
    DEVICE,
    armed_document,
    bomb,
    document,
    huge_jpeg,
    notes_of,
    pages_of,
    photo,
    picture,
    recording,
    turned,
)

TELLING = (DEVICE.encode(), b"Exif", b"xmpmeta", b"2026:03:12", b"22.7000")
SECONDS, MEMORY = 2.0, 200 * 1024 * 1024
"""What a hostile file may take, in time of the processor and in memory, the process that looks at it included."""
IMAGES = ("jpg", "png", "webp", "heic")
RECORDINGS = ("m4a", "mp4", "mov", "mp3", "ogg", "webm", "wav", "amr")
Refusal = type[FileRefused]


def judged(name: str, content: bytes) -> CleanFile:
    return judge(Upload(name, content))


def shown(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", IMAGES)
def test_an_image_is_upright_and_tells_nothing_of_place_and_device(kind: str) -> None:
    came = photo(kind, orientation=6)

    file = judged(f"坑洼.{kind}", came)

    assert DEVICE.encode() in came or kind == "amr"  # which has no room for anything but sound
    assert [told for told in TELLING if told in file.content + file.preview] == []
    assert file.place == Place(114.3, 22.7)
    assert shown(file.content).size == (480, 640)
    assert shown(file.preview).size == (240, 320)
    assert file.name == ("坑洼.jpg" if kind == "heic" else f"坑洼.{kind}")


def test_a_photo_without_a_place_offers_none() -> None:
    assert judged("a.jpg", photo(is_located=False)).place is None


def test_a_large_photo_is_kept_smaller() -> None:
    assert max(shown(judged("a.jpg", photo(size=(5000, 2500))).content).size) == 4096


@pytest.mark.parametrize("kind", RECORDINGS)
def test_a_recording_is_packed_anew_without_where_and_by_whom(kind: str) -> None:
    came = recording(kind)

    file = judged(f"现场.{kind}", came)

    assert DEVICE.encode() in came or kind == "amr"  # which has no room for anything but sound
    assert [told for told in TELLING if told in file.content] == []
    with av.open(io.BytesIO(came), "r") as before, av.open(io.BytesIO(file.content), "r") as after:
        assert after.metadata.get("location") is None
        assert after.metadata.get("title") is None
        assert [each.codec_context.name for each in after.streams] == [
            each.codec_context.name for each in before.streams
        ]
        sizes = [[packet.size for packet in each.demux()] for each in (after, before)]
        assert sum(sizes[0]) == sum(sizes[1])
    assert file.place is None


def test_a_video_that_was_held_upright_stays_so() -> None:
    came = turned(recording("mp4"))

    with av.open(io.BytesIO(judged("a.mp4", came).content), "r") as after:
        assert next(after.decode(video=0)).rotation == -90


def test_a_document_keeps_its_pages_and_not_its_author() -> None:
    file = judged("a.pdf", document(3))

    assert pages_of(file.content) == 3
    assert DEVICE.encode() not in file.content


def test_a_document_runs_nothing_and_carries_nothing() -> None:
    came = armed_document()
    armed = (
        b"armed",
        b"/JS",
        b"/JavaScript",
        b"/Launch",
        b"/AA",
        b"/EmbeddedFile",
        b"/Filespec",
        b"Exif",
        DEVICE.encode(),
    )

    content = judged("a.pdf", came).content

    assert [word for word in armed if word not in came] == []
    assert [word for word in armed if word in content] == []
    assert [str(note["/Contents"]) for note in notes_of(content)] == ["看得见的批注"]


HOSTILE: dict[str, tuple[str, Callable[[], bytes], Refusal]] = {
    "nothing": ("a.jpg", lambda: b"", FileEmpty),
    "pixels that unpack to a gigabyte": ("a.png", bomb, FileTooLarge),
    "a head that promises a gigabyte": ("a.jpg", huge_jpeg, FileTooLarge),
    "half a photo": ("a.jpg", lambda: photo()[:4000], FileDamaged),
    "a photo of which only the first bytes are one": ("a.heic", lambda: photo("heic")[:40] + bytes(900), FileDamaged),
    "ten thousand pages": ("a.pdf", lambda: document(10_000), FileTooLarge),
    "a document behind a password": ("a.pdf", lambda: document(password="x"), FileLocked),
    "half a document": ("a.pdf", lambda: document()[:300], FileDamaged),
    "half a recording": ("a.mp4", lambda: recording("mp4")[:900], FileDamaged),
    "a program with the name of a photo": ("a.jpg", lambda: b"MZ\x90\x00" + bytes(900), FileKindUnknown),
    "a photo with the name of a document": ("a.pdf", photo, FileDisguised),
    "a drawing with scripts": ("a.svg", lambda: b"<svg onload='x()'/>", FileKindUnknown),
    "a page": ("a.html", lambda: b"<script>x()</script>", FileKindUnknown),
    "a page with the name of a photo": ("a.jpg", lambda: b"<html><script>x()</script>", FileKindUnknown),
    "a moving picture that is a script as well": (
        "a.jpg",
        lambda: b"GIF89a/*" + bytes(90) + b"*/=1;x()",
        FileKindUnknown,
    ),
    "two ends of a name": ("a.exe.jpg", photo, FileNameUnusable),
    "a name that is longer than names are": ("长" * 90 + ".jpg", photo, FileNameUnusable),
    "too many bytes": ("a.png", lambda: photo("png") + bytes(20 * MEGABYTE), FileTooLarge),
    "a document that is not one from its first byte": ("a.pdf", lambda: b"x=1;//" + document(), FileKindUnknown),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_soon_and_costs_nothing(what: str) -> None:
    name, make, refusal = HOSTILE[what]
    content = make()
    began = time.process_time()

    with pytest.raises(refusal) as refused:
        judged(name, content)

    assert refused.value.message.endswith("。")
    seconds, memory = cost_of(content)
    assert time.process_time() - began + seconds < SECONDS
    assert memory < MEMORY


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("..%2f..%2fetc/passwd.jpg", "passwd.jpg"),
        ("C:\\fakepath\\坑.jpg", "坑.jpg"),
        ("gpj\u202e.photo.jpg", "gpj.photo.jpg"),
        ("\u200b 坑\x00\n洼 .JPEG", "坑洼 .jpg"),
        (".jpg", "附件.jpg"),
        ("长" * 83 + ".jpeg", "长" * 83 + ".jpg"),
    ],
)
def test_of_a_name_what_can_be_seen_is_kept(given: str, kept: str) -> None:
    assert judged(given, photo()).name == kept


def test_what_was_hidden_behind_a_photo_is_gone() -> None:
    file = judged("a.jpg", photo() + b"PK\x03\x04 armed archive <script>")

    assert b"armed" not in file.content


def test_a_decoder_that_hangs_or_dies_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileTooHard, match="处理得太久"):
        clean(BY_NAME["jpg"], photo(), seconds=0.05)
    monkeypatch.setattr(bounded, "START", f"import os; os.kill(os.getpid(), {signal.SIGSEGV})")
    with pytest.raises(FileTooHard, match="无法处理"):
        clean(BY_NAME["jpg"], photo())


def test_cleaning_has_an_end_in_memory_and_sees_nothing_of_the_product() -> None:
    greedy = (
        "import os; from core.files.cleaning.child import bound; bound(); "
        "assert not [each for each in os.environ if each.startswith(('HUIYING', 'DATABASE'))]; bytearray(1 << 30)"
    )
    done = subprocess.run([sys.executable, "-c", greedy], env={}, capture_output=True, text=True, cwd=bounded.ROOT)

    assert "MemoryError" in done.stderr


def test_every_kind_is_told_by_its_first_bytes() -> None:
    samples = {kind: photo(kind) for kind in IMAGES} | {kind: recording(kind) for kind in RECORDINGS}
    samples["pdf"] = document()

    assert {kind.name for kind in KINDS} == set(samples)
    for name, content in samples.items():
        assert [kind.name for kind in KINDS if kind.starts(content[:64])] == [name]


def test_a_picture_that_is_seen_through_stays_so() -> None:
    glass, written = picture((40, 40)).convert("RGBA"), io.BytesIO()
    glass.putalpha(0)
    glass.save(written, "PNG")

    image = shown(judged("a.png", written.getvalue()).content)

    assert (image.mode, image.getpixel((1, 1))) == ("RGBA", (0, 0, 0, 0))


def cost_of(content: bytes) -> tuple[float, int]:
    """Return the processor's seconds and the bytes of memory that looking at a file takes, nothing where nobody has to."""
    kind = find_kind(content)
    if kind is None:
        return 0.0, 0
    command = bounded.command(kind)
    told = "; import os; print(open('/proc/self/status').read(), 'Seconds:', sum(os.times()[:2]), file=sys.stderr)"
    command[command.index(bounded.START)] += told  # the operating system's own sum begins with what we take ourselves
    done = subprocess.run(command, input=content, capture_output=True, env={}, check=True)
    told_of = dict(line.strip().split(":", 1) for line in done.stderr.decode().splitlines() if ":" in line)
    return float(told_of["Seconds"]), int(told_of["VmHWM"].split()[0]) * 1024
