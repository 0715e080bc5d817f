"""The core's sections that are wanted are named, and one of the feature's own stands where it belongs."""

from core.hooks import BulletinSection, hookimpl


@hookimpl
def bulletin_sections(month):
    more = month.counts.get("accepted", 0) - month.counts_before.get("accepted", 0)
    return [
        BulletinSection(core="overview"),
        BulletinSection(heading="本月特点", lines=(f"受理比上月{'增加' if more > 0 else '减少'} {abs(more)} 件。",)),
        BulletinSection(core="top_accepted"),
        BulletinSection(core="naming"),
    ]
