"""The measured district's feature, as a plugin package names it."""

from benchmarks.district import hurry
from core.hooks import Feature

FEATURES: tuple[Feature, ...] = (
    Feature(
        id=hurry.FEATURE, label="测量", summary="以秒计的时限，供测量使用", answers=hurry, settings=hurry.HurrySettings
    ),
)
