"""A district with units, areas and administrators, and the command line by which they work on its duty list."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.areas.gazetteer import Gazetteer
from core.areas.service import draft as draft_gazetteer
from core.cli import duties as looking
from core.cli import duty_drafts, duty_mapping, duty_rounds, huiying, settings, trials
from core.kit.errors import Refused
from core.people.service import open_account
from core.tenancy.revisions import Author
from core.tenancy.scope import Installation
from core.units.models import Unit
from tests.builders import beijing, let_hold, make_actor, make_district
from tests.duties.made_up import AREAS, UNITS

NOW = beijing("2026-03-12 10:00")
ADMINISTRATOR = make_actor("安娜", "administrator", id=101)
CLERK = make_actor("经办", "clerk", id=103)
THERE = ("desk", "roads", "parks")
"""Units that every district of the tests has."""
HEAD = "大类,小类,区域,主办单位,时限（工作日）,关键词"
LINES = (
    "城市管理,道路,,道路管理处,5,路面、坑洼",
    "城市管理,路灯,,灯光管理科,即时,",
    "城市管理,路灯,北桥街道,属地街道,,",
    "环境卫生,垃圾,,园林管理处,3,",
)


@dataclass(frozen=True)
class District:
    """A district whose administrators are anna and boris; zuoxi takes in appeals."""

    installation: Installation
    slug: str
    folder: Path

    def file(self, *lines: str, name: str = "清单.csv", head: str = HEAD) -> str:
        """Write a table and return its path."""
        path = self.folder / name
        path.write_text("\n".join((head, *lines)), encoding="utf-8")
        return str(path)

    def run(self, *words: str, by: str | None = None) -> Result:
        """Give a command; `by` also names the account and a reason."""
        who = ("--by", by, "--reason", "试") if by else ()
        self.installation.forget()
        return CliRunner().invoke(huiying, ["duties", *words, "--tenant", self.slug, *who])

    def said(self, *words: str, by: str | None = None) -> list[str]:
        """Give a command that must be carried out, and return what it prints."""
        result = self.run(*words, by=by)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout.splitlines()

    def refused(self, *words: str, by: str | None = None) -> Refused:
        """Give a command that must be refused, and return why."""
        result = self.run(*words, by=by)
        assert isinstance(result.exception, Refused), (result.output, result.exception)
        assert result.exception.message.endswith("。")
        return result.exception

    def imported(self, *lines: str, more: Sequence[str] = ()) -> list[str]:
        """Import a list of these lines."""
        return self.said("import", self.file(*(lines or LINES)), *more, by="anna")

    def let_hold(self, number: int) -> None:
        """Let a version hold, as activating a revision does."""
        with self.installation.scope(self.slug) as scope:
            let_hold(scope, number)
        self.installation.forget()

    def ask(self, work: Callable[..., Any]) -> Any:
        """Do something in one transaction."""
        return self.installation.run(self.slug, work)


def make_administered(installation: Installation, folder: Path, *, areas: bool = True) -> District:
    """Make a district of the units and areas that are made up, with those who administer it."""
    units = [unit for unit in UNITS.values() if unit.code not in THERE]
    slug = make_district(
        installation,
        units=[(unit.code, unit.name, unit.kind) for unit in units],
        parents={unit.code: unit.parent for unit in units if unit.parent},
    )
    with installation.scope(slug) as scope:
        for unit in scope.session.query(Unit).filter_by(tenant_id=scope.tenant.id, code="former"):
            unit.active = False
        for login, name, role in (("anna", "安娜", "administrator"), ("boris", "鲍里斯", "administrator")):
            open_account(scope, login=login, name=name, password="a long enough one", roles=[role], now=NOW)
        open_account(scope, login="zuoxi", name="坐席", password="a long enough one", roles=["operator"], now=NOW)
        if areas:
            at_home = [area if area.unit or area.kind != "community" else replace(area, unit="cc-n1") for area in AREAS]
            draft_gazetteer(scope, Gazetteer.of(at_home), reason="首次", author=Author("安娜", 101), now=NOW)
    installation.forget()
    return District(installation, slug, folder)


def answer_at_the_command_line(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands of the duty list, and those of settings that let it hold, find this installation."""

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    for module in (looking, duty_drafts, duty_mapping, duty_rounds, settings, trials):
        monkeypatch.setattr(module, "installed", installed)
