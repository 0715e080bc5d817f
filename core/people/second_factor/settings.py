"""For whom a password is not enough: what a tenant sets about second factors 动态口令, as any other setting."""

from core.hooks.core_features import SIGN_IN
from core.hooks.settings import OneOf, Settings
from core.hooks.table import HookTable

WHOSE = "second_factor"
"""Name of the setting."""
CONTACTS, STEWARDS = "contacts", "stewards"


class SignInSettings(Settings):
    """Who must have a second factor."""

    second_factor = OneOf(
        choices={CONTACTS: "凡能查看联系方式或设置的角色", STEWARDS: "只限三员和纪检监察"},
        load_default=CONTACTS,
        title="须绑定动态口令的角色",
        group="登录",
        help="受理席、承办能查看诉求人的联系方式；只限三员和纪检监察时，他们凭密码即可登录",
        risk="privacy",
    )


def asks_for_contacts(table: HookTable) -> bool:
    """Tell whether whoever can look at contacts must have a second factor."""
    enabled = table.enabled.get(SIGN_IN.id)
    return enabled is None or enabled.settings[WHOSE] == CONTACTS
