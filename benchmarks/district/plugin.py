"""The measured district's feature, as a plugin package names it."""

from benchmarks.district import hurry, push
from core.hooks import Feature

FEATURES: tuple[Feature, ...] = (
    Feature(
        id=hurry.FEATURE, label="测量", summary="以秒计的时限，供测量使用", answers=hurry, settings=hurry.HurrySettings
    ),
    Feature(id=push.FEATURE, label="测量推送", summary="签名的推送，供测量使用", answers=push),
)
