"""Files as phones and scanners make them, and hostile ones: all drawn here, none of anybody."""

import io
import math
import struct
import zlib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from PIL import Image, ImageDraw, TiffImagePlugin
from pillow_heif import from_pillow
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

DEVICE = "Huawei-Testphone-9"
"""What a photo tells of its maker, and no file that is kept may."""
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><who>Huawei-Testphone-9</who></x:xmpmeta>"
SECONDS = 1
RATE = 48_000


def picture(size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Draw a road with a hole in it: darker on the left, so that one sees which side is up."""
    image = Image.new("RGB", size, "lightgray")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 4, size[1]), fill="black")
    draw.ellipse((size[0] // 2, size[1] // 3, size[0] * 3 // 4, size[1] * 2 // 3), fill="brown")
    return image


def exif(*, orientation: int = 1, is_located: bool = True) -> Image.Exif:
    """Tell of device, hour and place: 22.7°N 114.3°E, in degrees, minutes and seconds."""
    told = Image.Exif()
    told[0x0112] = orientation
    told[0x010F], told[0x0132] = DEVICE, "2026:03:12 10:00:00"
    if is_located:
        ratio = TiffImagePlugin.IFDRational
        told.get_ifd(0x8825).update(
            {1: "N", 2: (ratio(22), ratio(42), ratio(0)), 3: "E", 4: (ratio(114), ratio(18), ratio(0))}
        )
    return told


def photo(
    kind: str = "jpg", *, orientation: int = 1, is_located: bool = True, size: tuple[int, int] = (640, 480)
) -> bytes:
    """Return a photo with all that a phone writes beside it."""
    image, told, written = picture(size), exif(orientation=orientation, is_located=is_located).tobytes(), io.BytesIO()
    match kind:
        case "jpg":
            image.save(written, "JPEG", exif=told, xmp=XMP, comment=DEVICE.encode(), quality=85)
        case "png":
            image.save(written, "PNG", exif=told)
        case "webp":
            image.save(written, "WEBP", exif=told, xmp=XMP)
        case "heic":
            heif = from_pillow(image)
            heif.info["exif"], heif.info["xmp"] = told, XMP
            heif.save(written, format="HEIF")
    return written.getvalue()


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Return a PNG of a few hundred kilobytes that unpacks to gigabytes."""
    row = zlib.compressobj(9)
    packed = b"".join(row.compress(bytes(1 + width // 8)) for _ in range(height)) + row.flush()
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, body)
        for name, body in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
            (b"IDAT", packed),
            (b"IEND", b""),
        )
    )


def huge_jpeg() -> bytes:
    """Return a small JPEG whose head says 30,000 × 30,000 pixels."""
    content = bytearray(photo(is_located=False))
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", 30_000, 30_000)
    return bytes(content)


def document(pages: int = 2, *, password: str = "") -> bytes:
    """Return a PDF with something written on its pages, by somebody, with a title."""
    writer = _pages(pages)
    writer.add_metadata({"/Author": DEVICE, "/Title": DEVICE})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    return _bytes_of(writer)


def armed_document() -> bytes:
    """Return a PDF that runs scripts, starts programs, carries a file, and holds a photo with its place."""
    writer = _pages(1)
    page = writer.pages[0]
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('armed')")}
    launch = {"/S": NameObject("/Launch"), "/F": TextStringObject("armed.exe")}
    writer._root_object[NameObject("/OpenAction")] = _dictionary(script)
    writer.add_attachment("armed.exe", b"MZ armed")
    page[NameObject("/AA")] = _dictionary({"/O": _dictionary(script)})
    page[NameObject("/Annots")] = ArrayObject(
        [
            _dictionary(
                {
                    "/Type": NameObject("/Annot"),
                    "/Subtype": NameObject(subtype),
                    "/Rect": ArrayObject([NumberObject(each) for each in (0, 0, 90, 90)]),
                    "/A": _dictionary(action),
                    "/Contents": TextStringObject("看得见的批注"),
                }
            )
            for subtype, action in (("/Link", launch), ("/Widget", script), ("/FileAttachment", launch))
        ]
    )
    inner = StreamObject()
    inner._data = photo()
    inner.update(
        _dictionary(
            {
                "/Type": NameObject("/XObject"),
                "/Subtype": NameObject("/Image"),
                "/Width": NumberObject(640),
                "/Height": NumberObject(480),
                "/ColorSpace": NameObject("/DeviceRGB"),
                "/BitsPerComponent": NumberObject(8),
                "/Filter": NameObject("/DCTDecode"),
            }
        )
    )
    resources = page["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject)
    resources[NameObject("/XObject")] = _dictionary({"/Photo": writer._add_object(inner)})
    return _bytes_of(writer)


def recording(kind: str) -> bytes:
    """Return a second of sound, with a moving picture where the kind has one, and where it was recorded."""
    written = io.BytesIO()
    into, sound, moving = {
        "m4a": ("ipod", "aac", ""),
        "mp4": ("mp4", "aac", "mpeg4"),
        "mov": ("mov", "aac", "mpeg4"),
        "mp3": ("mp3", "libmp3lame", ""),
        "ogg": ("ogg", "libopus", ""),
        "webm": ("webm", "libopus", "libvpx"),
        "wav": ("wav", "pcm_s16le", ""),
        "amr": ("amr", "libopencore_amrnb", ""),
    }[kind]
    rate, size = (8_000, 160) if kind == "amr" else (RATE, 960)
    with av.open(written, "w", format=into) as target:
        target.metadata.update({"title": DEVICE, "location": "+22.7000+114.3000/", "comment": DEVICE})
        streams: list[tuple[Any, Iterator[Any]]] = []
        if moving:
            shown: Any = target.add_stream(moving, rate=10)
            shown.width, shown.height, shown.pix_fmt = 160, 120, "yuv420p"
            streams.append((shown, _frames()))
        heard: Any = target.add_stream(sound, rate=rate)
        heard.layout = "mono"
        streams.append((heard, _sounds(heard.format.name, rate, size)))
        for stream, frames in streams:
            for frame in frames:
                target.mux(stream.encode(frame))
            target.mux(stream.encode(None))
    return written.getvalue()


def _sounds(sample_format: str, rate: int, size: int) -> Iterator[av.AudioFrame]:
    resampler = av.AudioResampler(format=sample_format, layout="mono", rate=rate, frame_size=size)
    for start in range(0, RATE * SECONDS, 960):
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        tone = (int(8000 * math.sin(2 * math.pi * 440 * (start + each) / RATE)) for each in range(960))
        frame.planes[0].update(struct.pack("<960h", *tone))
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        yield from resampler.resample(frame)


def _frames() -> Iterator[av.VideoFrame]:
    for each in range(10 * SECONDS):
        shown: Any = av.VideoFrame.from_image(picture((160, 120)))  # type: ignore[no-untyped-call]
        frame = shown.reformat(format="yuv420p")
        frame.pts, frame.time_base = each, Fraction(1, 10)
        yield frame


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _pages(count: int) -> PdfWriter:
    writer = PdfWriter()
    for number in range(count):
        page = writer.add_blank_page(200, 200)
        shown = StreamObject()
        shown._data = f"0.2 g 20 20 {100 + number % 50} 60 re f".encode()
        page[NameObject("/Contents")] = writer._add_object(shown)
    return writer


def _dictionary(values: dict[str, Any]) -> DictionaryObject:
    return DictionaryObject({NameObject(key): value for key, value in values.items()})


def _bytes_of(writer: PdfWriter) -> bytes:
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def pages_of(content: bytes) -> int:
    """Return how many pages a PDF has."""
    return len(PdfReader(io.BytesIO(content)).pages)


def turned(video: bytes) -> bytes:
    """Return an MP4 as a phone held upright writes it: the picture lies, and a matrix in its head says so."""
    lying = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    upright = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    at = video.index(lying, video.index(b"tkhd"))
    return video[:at] + upright + video[at + len(lying) :]


def notes_of(content: bytes) -> list[Any]:
    """Return the annotations of a PDF's pages."""
    pages = PdfReader(io.BytesIO(content)).pages
    return [note.get_object() for page in pages for note in page.get("/Annots", ())]
