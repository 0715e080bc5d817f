"""What can be set of a feature: its fields, the form made of them, and what was typed read back.

from core.hooks.settings import Settings, UnitChoice, WorkHours

class LightSettings(Settings):
    yellow_hours = WorkHours(min=1, max=7, load_default=3, title="剩余多少工作小时变黄", group="信号灯")
    unit = UnitChoice(kind="discipline", required=True, title="监督单位", group="监督", risk="accountability")
"""

from core.hooks.settings.choices import ChannelChoice, MatterChoice, OneOf, RoleChoice, UnitChoice, YesNo
from core.hooks.settings.field import Choice, Choices, SettingField
from core.hooks.settings.numbers import Minutes, Percent, Whole, WorkDays, WorkHours
from core.hooks.settings.reading import (
    Inherited,
    MigrationFailed,
    Problem,
    SettingsInvalid,
    inheritance,
    migrated,
    own_values,
    read,
    secrets_of,
)
from core.hooks.settings.rows import Rows
from core.hooks.settings.schema import Settings, cross_check, fields_of
from core.hooks.settings.secrets import Secret, SecretText, scrubbed
from core.hooks.settings.texts import Line, Paragraph, Words

__all__ = [
    "ChannelChoice",
    "Choice",
    "Choices",
    "Inherited",
    "Line",
    "MatterChoice",
    "MigrationFailed",
    "Minutes",
    "OneOf",
    "Paragraph",
    "Percent",
    "Problem",
    "RoleChoice",
    "Rows",
    "Secret",
    "SecretText",
    "SettingField",
    "Settings",
    "SettingsInvalid",
    "UnitChoice",
    "Whole",
    "Words",
    "WorkDays",
    "WorkHours",
    "YesNo",
    "cross_check",
    "fields_of",
    "inheritance",
    "migrated",
    "own_values",
    "read",
    "scrubbed",
    "secrets_of",
]
