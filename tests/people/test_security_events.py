"""What happens to accounts and tokens stands in the security log, and so do trespasses; no secret does."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from core.kit.errors import Refused
from core.people.models import Account
from core.people.service import (
    close_account,
    give_roles,
    issue_token,
    open_account,
    revoke_token,
    set_password,
)
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import By, security_events
from core.tickets.trespass import keep_trespass
from tests.builders import beijing, make_actor, make_district, make_installation

NOW = beijing("2026-03-12 10:00")
PASSWORD = "一句只有测试才知道的长话"


class House:
    """A district with one account, and what its security log says since that was opened."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.slug = make_district(installation)
        self.run(
            lambda scope: open_account(scope, login="lin", name="林工", password=PASSWORD, roles=["operator"], now=NOW)
        )
        self.opened = self.told()

    def run(self, work: Callable[[Scope], Any]) -> Any:
        return self.installation.run(self.slug, work)

    def told(self) -> list[tuple[Any, ...]]:
        found = self.run(lambda scope: list(security_events(scope)))
        return [
            (each.kind, each.actor, each.subject, each.address, each.detail)
            for each in sorted(found, key=lambda each: each.id)
        ]

    def since(self) -> list[tuple[Any, ...]]:
        return self.told()[len(self.opened) :]


@pytest.fixture
def house(database_url: str) -> House:
    return House(make_installation(database_url))


def test_opening_an_account_tells_its_roles(house: House) -> None:
    assert house.opened == [
        ("account_opened", "命令行", "lin", "", {"name": "林工", "unit_id": None}),
        ("role_given", "命令行", "lin", "", {"role": "operator"}),
    ]


def test_changed_roles_are_told_one_by_one_and_unchanged_ones_not(house: House) -> None:
    def change(scope: Scope) -> None:
        account = scope.session.scalars(select(Account).where(Account.tenant_id == scope.tenant.id)).one()
        give_roles(scope, account, ["operator", "reviewer"], now=NOW, by=By("王工（管理员）", 3))
        give_roles(scope, account, ["reviewer"], now=NOW, by=By("王工（管理员）", 3))

    house.run(change)

    assert house.since() == [
        ("role_given", "王工（管理员）", "lin", "", {"role": "reviewer"}),
        ("role_taken", "王工（管理员）", "lin", "", {"role": "operator"}),
    ]


def test_a_password_and_the_end_of_an_account_are_told_without_the_password(house: House) -> None:
    house.run(lambda scope: set_password(scope, "lin", PASSWORD + PASSWORD, now=NOW))
    house.run(lambda scope: close_account(scope, "lin", now=NOW))

    assert house.since() == [("password_set", "命令行", "lin", "", {}), ("account_closed", "命令行", "lin", "", {})]
    assert PASSWORD not in str(house.told())


def test_tokens_are_told_by_their_labels_and_a_revoked_one_once(house: House) -> None:
    token = house.run(lambda scope: issue_token(scope, "网格平台", role="reviewer", now=NOW))
    house.run(lambda scope: revoke_token(scope, "网格平台", now=NOW))
    house.run(lambda scope: revoke_token(scope, "网格平台", now=NOW))

    assert house.since() == [
        ("token_made", "命令行", "网格平台", "", {"role": "reviewer", "unit_id": None}),
        ("token_revoked", "命令行", "网格平台", "", {}),
    ]
    assert token not in str(house.told())


def test_a_trespass_is_told_with_the_address_it_came_from(house: House) -> None:
    somebody = make_actor("林工", "clerk", id=7)
    refusal = Refused("您不能办理。")
    house.run(
        lambda scope: keep_trespass(scope, refusal, actor=somebody, serial_no="T1\x1b", address="10.0.0.9", now=NOW)
    )

    assert house.since() == [("trespass", "林工", "T1", "10.0.0.9", {"code": "refused", "message": "您不能办理。"})]


def test_what_is_rolled_back_is_not_told(house: House) -> None:
    def fails(scope: Scope) -> None:
        set_password(scope, "lin", PASSWORD + PASSWORD, now=NOW)
        raise Refused("不行。")

    with pytest.raises(Refused):
        house.run(fails)

    assert house.since() == []
