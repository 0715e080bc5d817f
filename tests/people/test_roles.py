"""Roles: what each brings, and who grants what."""

import pytest

from core.people.roles import ROLES, Permission, UnknownRole, permissions_of, role_named, roles_granting


def test_some_role_grants_every_permission_but_the_residents_own() -> None:
    assert {permission for permission in Permission if not roles_granting(permission)} == {Permission.SPEAK}


def test_several_roles_bring_what_each_brings() -> None:
    assert permissions_of(["reviewer", "clerk"]) == ROLES["reviewer"].permissions | {Permission.HANDLE}


def test_whoever_hands_replies_in_does_not_review_them() -> None:
    assert [role.name for role in ROLES.values() if {Permission.HANDLE, Permission.REVIEW} <= role.permissions] == []


def test_the_city_analyst_sees_no_ticket() -> None:
    assert permissions_of(["analyst"]) == {Permission.SEE_CITY, Permission.BULLETIN, Permission.OWN_ACCOUNT}


def test_a_role_that_was_dropped_gives_nothing_and_breaks_nothing() -> None:
    assert permissions_of(["gone"]) == frozenset()


def test_an_unknown_role_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnknownRole, match="operator（受理席）"):
        role_named("boss")
