"""A secret is set, used and removed, and shown to nobody: not in a revision, a list, a log or a page."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from core.hooks.settings import SecretText
from core.journey.settings.secrets import forget_secret, list_secrets, set_secret
from core.journey.settings.showing import show
from core.kit.errors import Refused
from core.people.roles import NotPermitted
from core.tenancy.models import TenantSecret
from core.tenancy.queries import feature_events_of
from core.tenancy.secret_rows import NoSuchSecret
from core.tenancy.secrets import SecretUnusable
from tests.settings.making import ANNA, BORIS, CLERK, GATE, LIGHT, NOW, District, later

CANARY = "hunter-2-canary"


@pytest.fixture
def district(make: Callable[..., District]) -> District:
    return make({GATE: {"address": "up"}})


def put(district: District, given: SecretText | str = SecretText(CANARY), name: str = "token", **more: Any) -> None:  # noqa: B008
    called = {"actor": ANNA, "now": NOW, "feature": GATE, **more}
    feature = called.pop("feature")
    district.run(lambda scope: set_secret(scope, district.roster, feature, name, given, **called))


def test_a_secret_is_used_and_shown_as_stars(district: District, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        put(district)

    token = district.settings(GATE)["token"]
    assert token.reveal() == CANARY
    assert f"{token} {token!r} {district.settings(GATE)!r}".count("***") == 3
    assert CANARY not in caplog.text


def test_what_is_stored_is_not_the_secret(district: District) -> None:
    put(district)

    with district.installation.scope(district.slug) as scope:
        row = scope.session.scalars(select(TenantSecret).where(TenantSecret.tenant_id == scope.tenant.id)).one()
        assert row.cipher is not None
        assert CANARY.encode() not in row.cipher
        for table in ("settings_revision", "settings_event", "feature_event", "tenant_feature"):
            rows = scope.session.execute(text(f"SELECT r::text FROM {table} r")).scalars().all()
            assert all(CANARY not in said for said in rows), table


def test_a_secret_is_listed_by_who_set_it_and_when(district: District) -> None:
    put(district)
    put(
        district,
        "env:HUIYING_SECRET_{}_SMS".format(district.slug.upper().replace("-", "_")),
        actor=BORIS,
        now=later(hours=1),
    )

    [line] = district.run(lambda scope: list_secrets(scope, district.roster, GATE, actor=ANNA))
    assert (line.name, line.set_by, line.set_at) == ("token", "鲍里斯", later(hours=1))
    assert line.kept.startswith("env:HUIYING_SECRET_")
    shown = district.run(lambda scope: show(scope, district.roster, GATE, actor=ANNA))
    assert ([each.name for each in shown.values], shown.unset_secrets) == (["address"], ())
    with district.installation.scope(district.slug) as scope:
        told = [(each.kind, each.actor, each.reason) for each in feature_events_of(scope, GATE)]
    assert told == [("secret_set", "鲍里斯", "token"), ("secret_set", "安娜", "token")]


def test_a_referenced_secret_is_read_where_it_is_kept(
    district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = "HUIYING_SECRET_{}_SMS".format(district.slug.upper().replace("-", "_"))
    put(district, f"env:{name}")
    assert district.settings(GATE)["token"] is None
    monkeypatch.setenv(name, CANARY)
    assert district.settings(GATE)["token"].reveal() == CANARY

    (tmp_path / district.slug).mkdir()
    (tmp_path / district.slug / "sms").write_text("another\n")
    monkeypatch.setenv("HUIYING_SECRETS", str(tmp_path))
    put(district, "file:sms", now=later(hours=1))
    assert district.settings(GATE)["token"].reveal() == "another"


def test_every_process_learns_of_a_new_secret(district: District) -> None:
    before = district.installation.tenant(district.slug).epoch

    put(district)
    district.installation.forget()

    assert district.installation.tenant(district.slug).epoch > before


def test_a_removed_secret_is_gone(district: District) -> None:
    put(district)

    district.run(lambda scope: forget_secret(scope, GATE, "token", actor=ANNA, now=NOW))

    assert district.settings(GATE)["token"] is None
    with pytest.raises(NoSuchSecret):
        district.run(lambda scope: forget_secret(scope, GATE, "token", actor=ANNA, now=NOW))


@pytest.mark.parametrize(
    ("given", "more", "refusal"),
    [
        (SecretText(""), {}, SecretUnusable),
        (SecretText(CANARY + " "), {}, SecretUnusable),
        (SecretText(CANARY + "\n"), {}, SecretUnusable),
        (SecretText("x" * 501), {}, SecretUnusable),
        (SecretText(CANARY), {"name": "password"}, NoSuchSecret),
        (SecretText(CANARY), {"name": "address"}, NoSuchSecret),
        (SecretText(CANARY), {"feature": LIGHT}, NoSuchSecret),
        (SecretText(CANARY), {"actor": CLERK}, NotPermitted),
        ("env:HUIYING_SECRET_ELSEWHERE_SMS", {}, SecretUnusable),
        ("env:PATH", {}, SecretUnusable),
        ("file:../keys.json", {}, SecretUnusable),
        ("file:/etc/passwd", {}, SecretUnusable),
        ("file:.hidden", {}, SecretUnusable),
        (CANARY, {}, SecretUnusable),
    ],
)
def test_what_cannot_be_a_secret_of_this_feature_is_refused(
    district: District, given: SecretText | str, more: dict[str, Any], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal) as refused:
        put(district, given, **more)

    assert isinstance(given, str) or CANARY not in refused.value.message
    assert district.run(lambda scope: list_secrets(scope, district.roster, GATE, actor=ANNA)) == []


def test_another_district_has_no_part_in_it(district: District, make: Callable[..., District]) -> None:
    put(district)

    assert make({GATE: {"address": "up"}}).settings(GATE)["token"] is None
