"""Images: drawn anew from their pixels alone, upright, without what they tell of place and device."""

import io
import math
import warnings
from typing import Any

from PIL import Image, ImageCms, ImageOps
from pillow_heif import register_heif_opener

from core.files.cleaning.cleaned import Cleaned, Place
from core.files.limits import KEPT_SIDE, LONGEST_SIDE, MOST_PIXELS, PREVIEW_SIDE
from core.files.refusals import FileDamaged, FileTooLarge
from core.kit.saying import said

FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF"}
WRITTEN: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "exif": b"", "icc_profile": None, "comment": b""},
    "PNG": {"compress_level": 4, "exif": b"", "icc_profile": None},
    "WEBP": {"quality": 88, "method": 2, "exif": b"", "icc_profile": b"", "xmp": b""},
}
GPS = 0x8825
LATITUDE, LONGITUDE = (1, 2), (3, 4)
"""Numbers of the tags: on which side, and degrees, minutes, seconds."""
SRGB = ImageCms.createProfile("sRGB")
register_heif_opener(thumbnails=False)
warnings.simplefilter("error", Image.DecompressionBombWarning)
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def clean_image(kind: str, content: bytes) -> Cleaned:
    """Draw an image anew. Raises `FileTooLarge` before anything is decoded, `FileDamaged`."""
    try:
        with Image.open(io.BytesIO(content), formats=[FORMATS[kind]]) as source:
            _refuse_large(source.size)
            place = _place_of(source)
            source.draft("RGB", (KEPT_SIDE, KEPT_SIDE))  # only JPEG can be decoded smaller; others do nothing
            source.thumbnail((KEPT_SIDE, KEPT_SIDE), reducing_gap=2.0)
            drawn = _plain(ImageOps.exif_transpose(source), source.info.get("icc_profile"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FileTooLarge(_TOO_LARGE) from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError) as error:
        raise FileDamaged("图片读不下去，已损坏或没有传完。请用原图重新上传。") from error
    kept = "jpg" if kind == "heic" else kind
    return Cleaned(kept, _written(drawn, FORMATS[kept]), _preview(drawn), place)


_TOO_LARGE = said(
    "图片的尺寸太大，最多 {most_pixels:,} 万像素、每边 {longest_side:,} 像素。请缩小后再上传。",
    most_pixels=MOST_PIXELS // 10000,
    longest_side=LONGEST_SIDE,
)


def _refuse_large(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MOST_PIXELS or max(size) > LONGEST_SIDE or min(size) < 1:
        raise FileTooLarge(_TOO_LARGE)


def _plain(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the pixels in plain RGB, or with transparency, and nothing that stood beside them."""
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if image.mode in ("I;16", "I;16B", "I"):
        image = image.point(lambda value: value / 256).convert("L")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        image = _in_srgb(image, profile, "RGBA" if has_alpha else "RGB")
    plain = image.convert("RGBA" if has_alpha else "RGB")
    plain.info = {}
    return plain


def _in_srgb(image: Image.Image, profile: bytes, mode: str) -> Image.Image:
    """Return the image in the colours that screens take for granted; as it is where its profile makes no sense."""
    try:
        turned = ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return turned or image


def _written(image: Image.Image, written_as: str) -> bytes:
    kept = io.BytesIO()
    (image.convert("RGB") if written_as == "JPEG" else image).save(kept, written_as, **WRITTEN[written_as])
    return kept.getvalue()


def _preview(image: Image.Image) -> bytes:
    small = image.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    if small.mode == "RGBA":
        ground = Image.new("RGB", small.size, "white")
        ground.paste(small, mask=small)
        small = ground
    written = io.BytesIO()
    small.save(written, "JPEG", quality=72)
    return written.getvalue()


def _place_of(image: Image.Image) -> Place | None:
    """Return where the photo says that it was taken, None when it says nothing that is a place."""
    try:
        gps = image.getexif().get_ifd(GPS)
        latitude, longitude = _degrees(gps, *LATITUDE, "S"), _degrees(gps, *LONGITUDE, "W")
    except Exception:
        return None
    is_place = math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180
    return Place(round(longitude, 6), round(latitude, 6)) if is_place and (latitude or longitude) else None


def _degrees(gps: dict[int, Any], side: int, angle: int, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in gps[angle])
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(gps[side]).strip("\0 ").upper() == negative else value
