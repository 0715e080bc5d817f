"""`huiying tenant host`: names are given, listed and taken away, and what cannot be done is said."""

import json

import pytest
from click.testing import CliRunner

from core.cli.hosts import host_group
from core.tenancy.hosts import HostTaken, NoSuchHost
from core.tenancy.scope import Installation
from tests.builders import make_district


def test_names_are_given_listed_and_taken_away(installation: Installation) -> None:
    slug, other = make_district(installation), make_district(installation)
    host, runner = f"{slug}.example", CliRunner()

    given = runner.invoke(host_group, ["add", slug, host.upper()])
    installation.forget()
    listed = json.loads(runner.invoke(host_group, ["list", "--json"]).stdout.splitlines()[-1])
    again = runner.invoke(host_group, ["add", other, host])
    taken = runner.invoke(host_group, ["remove", slug, host])

    assert (given.exit_code, given.stdout) == (
        0,
        f"{host} 现在是租户 {slug} 的域名，几秒内生效。请把域名解析到本机，并装好证书。\n",
    )
    assert (listed[slug], listed[other]) == ([host], [])
    assert isinstance(again.exception, HostTaken)
    assert taken.stdout.startswith(f"{host} 不再是租户 {slug} 的域名")
    with pytest.raises(NoSuchHost):
        runner.invoke(host_group, ["remove", slug, host], catch_exceptions=False)
