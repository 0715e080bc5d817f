"""What can be set of a feature: its fields, the form made of them, and what was typed read back.

from core.hooks.settings import Settings, UnitChoice, WorkHours

class LightSettings(Settings):
    yellow_hours = WorkHours(min=1, max=7, load_default=3, title="剩余多少工作小时变黄", group="信号灯")
    unit = UnitChoice(kind="discipline", required=True, title="监督单位", group="监督", risk="accountability")
"""

from core.hooks.settings.choices import ChannelChoice, MatterChoice, OneOf, RoleChoice, UnitChoice, YesNo
from core.hooks.settings.days import Day
from core.hooks.settings.description import Reference, describe, fingerprint, references, risks_of
from core.hooks.settings.differences import Difference, differences
from core.hooks.settings.field import Choice, Choices, SettingField, complaint
from core.hooks.settings.form import (
    Emptied,
    FormError,
    FormField,
    FormGroup,
    FormModel,
    FormRow,
    FormRows,
    Option,
    SecretState,
    form_of,
)
from core.hooks.settings.numbers import Minutes, Percent, Whole, WorkDays, WorkHours
from core.hooks.settings.posting import Submitted, row_button_pressed, secrets_from, values_from
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
    "Day",
    "Difference",
    "Emptied",
    "FormError",
    "FormField",
    "FormGroup",
    "FormModel",
    "FormRow",
    "FormRows",
    "Inherited",
    "Line",
    "MatterChoice",
    "MigrationFailed",
    "Minutes",
    "OneOf",
    "Option",
    "Paragraph",
    "Percent",
    "Problem",
    "Reference",
    "RoleChoice",
    "Rows",
    "Secret",
    "SecretState",
    "SecretText",
    "SettingField",
    "Settings",
    "SettingsInvalid",
    "Submitted",
    "UnitChoice",
    "Whole",
    "Words",
    "WorkDays",
    "WorkHours",
    "YesNo",
    "complaint",
    "cross_check",
    "describe",
    "differences",
    "fields_of",
    "fingerprint",
    "form_of",
    "inheritance",
    "migrated",
    "own_values",
    "read",
    "references",
    "risks_of",
    "row_button_pressed",
    "scrubbed",
    "secrets_from",
    "secrets_of",
    "values_from",
]
