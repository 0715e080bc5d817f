"""In whose name a feature's command is given."""

from core.journey.feature_work.visits import Guest
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.queries import accounts
from core.tenancy.scope import Scope

COMMAND_LINE = Guest("命令行")


class NobodyOfThatName(Refused):
    """No account that may sign in has this login."""

    code = "nobody-of-that-name"


def guest_named(scope: Scope, login: str | None) -> Guest:
    """Return who gives a command, by the login of their account; nobody named = the command line. Raises."""
    if login is None:
        return COMMAND_LINE
    name, _, slug = login.strip().lower().partition("@")
    account = next((each for each in accounts(scope) if each.login == name and each.active), None)
    if account is None or (slug and slug != scope.tenant.slug):
        raise NobodyOfThatName(
            said(
                "{name}没有登录名为 {login} 的可用账号。用 huiying user list --tenant {slug} 查看。",
                name=scope.tenant.name,
                login=login,
                slug=scope.tenant.slug,
            )
        )
    return Guest(account.name, account.id)
