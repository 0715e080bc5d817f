"""All channels of all features, together with the core's own (the desk, the import of files, the interface), are the
only ones an appeal may name. Channels of the same `id` are one channel, so districts use plain ids (`hotline`, `weibo`) and
the city can compare them.
"""

from core.hooks import Channel, hookimpl


@hookimpl
def channels():
    return [Channel(id="hotline", label="12345 热线", medium="phone")]
