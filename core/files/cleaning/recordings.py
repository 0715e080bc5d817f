"""Recordings of phones: sound and picture packed anew as they are, without title, place, device and anything beside them.

Nothing is decoded or encoded: packets go from one container into another.
"""

import io
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.stream import Stream

from core.files.cleaning.cleaned import Cleaned
from core.files.limits import LONGEST_SECONDS
from core.files.refusals import FileDamaged, FileKindUnknown, FileTooLarge
from core.kit.saying import said, word

READ_AS = {
    "m4a": "mov",
    "mp4": "mov",
    "mov": "mov",
    "mp3": "mp3",
    "ogg": "ogg",
    "webm": "matroska",
    "wav": "wav",
    "amr": "amr",
}
WRITTEN_AS = {**READ_AS, "m4a": "ipod", "mp4": "mp4", "webm": "webm"}
SOUND = frozenset(
    [
        "aac",
        "alac",
        "amr_nb",
        "amr_wb",
        "amrnb",
        "amrwb",
        "mp3",
        "mp3float",
        "opus",
        "vorbis",
        "flac",
        "pcm_s16le",
        "pcm_s16be",
        "pcm_s24le",
        "pcm_u8",
    ]
)
PICTURE = frozenset(["h264", "hevc", "mpeg4", "h263", "vp8", "vp9", "av1", "libdav1d"])
BARE = {"fflags": "+bitexact"}
"""How containers are told to write nothing of themselves."""
BARE_OF = {"mp3": BARE | {"id3v2_version": "0", "write_id3v1": "0", "write_xing": "0"}}


def clean_recording(kind: str, content: bytes) -> Cleaned:
    """Pack a recording anew. Raises `FileTooLarge`, `FileDamaged`, and `FileKindUnknown` for sound that nobody can play."""
    packed = io.BytesIO()
    try:
        with av.open(io.BytesIO(content), "r", format=READ_AS[kind]) as source:
            chosen = _streams(source)
            _refuse_long(_seconds(source))
            with av.open(packed, "w", format=WRITTEN_AS[kind], options=BARE_OF.get(kind, BARE)) as target:
                _pack(source, chosen, target)
    except (FFmpegError, OSError, ValueError, EOFError, MemoryError) as error:
        raise FileDamaged("录音录像读不下去，已损坏或没有传完。请重新上传。") from error
    if not packed.getbuffer().nbytes:
        raise FileDamaged("录音录像里什么也没有。请重新上传。")
    return Cleaned(kind, packed.getvalue())


def _streams(source: InputContainer) -> list[Stream]:
    """Return the first sound and the first picture; subtitles, positions and covers are left."""
    pictures = [each for each in source.streams.video if not (each.disposition & av.stream.Disposition.attached_pic)]
    chosen: list[Stream] = [*pictures[:1], *source.streams.audio[:1]]
    if not chosen:
        raise FileDamaged("文件里既没有声音也没有画面。请重新上传。")
    for stream in chosen:
        codec = stream.codec_context.name if stream.codec_context is not None else ""
        if codec not in SOUND | PICTURE:
            raise FileKindUnknown(
                said("录音录像的编码 {codec} 不能播放。请转成 mp4 或 mp3 后再上传。", codec=codec or word("不明"))
            )
    return chosen


def _seconds(source: InputContainer) -> float:
    return source.duration / 1_000_000 if source.duration else 0.0


def _refuse_long(seconds: float) -> None:
    if seconds > LONGEST_SECONDS:
        raise FileTooLarge(
            said("录音录像超过 {longest_seconds} 分钟。请截取要紧的部分再上传。", longest_seconds=LONGEST_SECONDS // 60)
        )


def _pack(source: InputContainer, chosen: list[Stream], target: OutputContainer) -> None:
    into: dict[int, Any] = {stream.index: target.add_stream_from_template(stream) for stream in chosen}
    for stream in into.values():
        stream.metadata.clear()
    for packet in source.demux(chosen):
        if packet.dts is None:
            continue
        if packet.time_base is not None and packet.pts is not None:
            _refuse_long(float(packet.pts * packet.time_base))
        packet.stream = into[packet.stream.index]
        target.mux(packet)
