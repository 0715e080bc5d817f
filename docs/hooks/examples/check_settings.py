"""The form has been checked before: ranges, choices, units that exist. What is left is what only a look outside, or at several
settings together with the district's units, can tell.
"""

from core.hooks import Finding, hookimpl


@hookimpl
def check_settings(units):
    if any(unit.kind == "discipline" for unit in units):
        return None
    return [Finding("warning", "本区没有纪检监察单位，超时只会通知分派台")]
