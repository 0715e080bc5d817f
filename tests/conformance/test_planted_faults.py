"""Whatever is wrong with a plugin turns its own rule red, and no other: faults of every group, planted one by one."""

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask

from core.conformance import on_pages
from core.conformance.catalogue import RULES
from core.conformance.examining import hushed, outcome_of
from core.conformance.rule import Rule
from core.conformance.subject import Subject
from core.hooks.table import HookTable, _Had
from core.tenancy.scope import Installation
from core.web import create_app
from tests.conformance.planting import Change, Ground

WITHOUT_DATABASE = tuple(rule for rule in RULES if rule.id[0] in "MKPSX" or rule.id == "I1")
LIMITS, SETTINGS, MANIFEST = "limits.py", "settings.py", "huiying-plugin.toml"
FIRST_LINE = '    days, reason = settings["days"], "答复时限"\n'
ANSWER = '    return [TimeLimit("reply", Budget("wd_eod", days), "@@.limits/days", reason)]\n'
HOOK = "@hookimpl\ndef time_limits(settings, ticket):\n"


def first(*lines: str) -> tuple[Change, ...]:
    """Put these lines in front of the answer."""
    return ((LIMITS, FIRST_LINE, FIRST_LINE + "".join(f"    {line}\n" for line in lines)),)


def about(word: str, *lines: str) -> tuple[Change, ...]:
    """Do this for appeals with a word in them."""
    return first(f'if "{word}" in ticket.text:', *(f"    {line}" for line in lines))


def answering(answer: str) -> tuple[Change, ...]:
    """Answer something else for appeals about manhole covers."""
    return about("井盖", f"return {answer}")


def replaced(file: str, old: str, new: str) -> tuple[Change, ...]:
    return ((file, old, new),)


FAULTS: dict[str, tuple[tuple[Change, ...], set[str]]] = {
    "a manifest that is no TOML": (replaced(MANIFEST, "", "id = ["), {"M1"}),
    "a manifest with an unknown key": (replaced(MANIFEST, "licence =", "license ="), {"M1"}),
    "a manifest without features": (replaced(MANIFEST, "[[feature]]", "[[features]]"), {"M1"}),
    "an api range without an upper bound": (replaced(MANIFEST, ">=1.1,<2", ">=1.1"), {"M2"}),
    "an api range older than a hook in use": (replaced(MANIFEST, ">=1.1,<2", ">=1.0,<2"), {"M2"}),
    "an api range of another contract": (replaced(MANIFEST, ">=1.1,<2", ">=2.0,<3"), {"M2"}),
    "a hook in the manifest that nobody answers": (
        replaced(MANIFEST, '"time_limits", ', '"time_limits", "metrics", '),
        {"M3"},
    ),
    "an answer that the manifest does not name": (replaced(MANIFEST, '"time_limits", ', ""), {"M3"}),
    "a label in English": (replaced(MANIFEST, 'label = "时限"', 'label = "Limits"'), {"M4"}),
    "a contact still to be filled in": (replaced(MANIFEST, "试验的维护人", "TODO"), {"M4"}),
    "an exemption without a reason": (replaced("quality.toml", "", '[exempt]\nP5 = ""\n'), {"M4"}),
    "an exemption from what cannot be exempted": (replaced("quality.toml", "", '[exempt]\nK5 = "不想改"\n'), {"M4"}),
    "a module that raises when it is imported": (replaced(LIMITS, "STATE:", "1 / 0\nSTATE:"), {"M5"}),
    "a module that ends the process": (replaced(LIMITS, "STATE:", "raise SystemExit(1)\nSTATE:"), {"M5"}),
    "settings that are no schema": (replaced(SETTINGS, "(Settings):", ":"), {"M5"}),
    "a misspelt hook": (
        replaced(LIMITS, "@hookimpl\ndef pages", "@hookimpl\ndef time_limit():\n    ...\n\n\n@hookimpl\ndef pages"),
        {"K1"},
    ),
    "a hook that was not marked": (
        replaced(LIMITS, "def show_visits", "def metrics():\n    ...\n\n\ndef show_visits"),
        {"K1"},
    ),
    "an argument that the hook does not have": (replaced(LIMITS, "(settings, ticket)", "(settings, tickets)"), {"K2"}),
    "a keyword-only argument": (replaced(LIMITS, "(settings, ticket)", "(settings, *, ticket)"), {"K2", "K5"}),
    "an argument with a default": (replaced(LIMITS, "(settings, ticket)", '(settings, ticket, extra="")'), {"K3"}),
    "an answer that wants to be first": (
        replaced(LIMITS, HOOK, HOOK.replace("@hookimpl", "@hookimpl(tryfirst=True)")),
        {"K4"},
    ),
    "an answer that rules over others": (
        replaced(LIMITS, HOOK, "@hookimpl(wrapper=True)\ndef time_limits(settings, ticket):\n    yield\n"),
        {"K4"},
    ),
    "a text instead of a list": (answering('"五天"'), {"K5"}),
    "values of another type": (answering("[42]"), {"K5"}),
    "more than an answer may hold": (
        answering('[TimeLimit("reply", Budget("wd_eod", 5), "@@.limits/days", "多" * 300_000)]'),
        {"K5"},
    ),
    "an exception": (about("井盖", "raise KeyError(ticket.title)"), {"K5"}),
    "the end of the process": (about("井盖", "raise SystemExit(1)"), {"K5"}),
    "a rule of somebody else's": (answering('[TimeLimit("reply", Budget("wd_eod", 5), "core/days", "时限")]'), {"K5"}),
    "a rule that the manifest does not name": (replaced(MANIFEST, 'rules = ["days"]\n', ""), {"K5"}),
    "a reason in English": (answering('[TimeLimit("reply", Budget("wd_eod", 5), "@@.limits/days", "limit")]'), {"K5"}),
    "no reason": (answering('[TimeLimit("reply", Budget("wd_eod", 5), "@@.limits/days", "")]'), {"K5"}),
    "a time that no clock can keep": (
        answering('[TimeLimit("reply", Budget("wd_eod", -1), "@@.limits/days", "时限")]'),
        {"K5"},
    ),
    "an answer that never comes": (first("while True: pass"), {"K5", "P5"}),
    "an import of the core's tables": (
        replaced(LIMITS, "import logging\n", "import logging\n\nfrom core.tickets.models import Ticket\n"),
        {"K6"},
    ),
    "a ticket that is changed": (first('object.__setattr__(ticket, "title", "改写")'), {"P1"}),
    "a look at the clock": (
        replaced(LIMITS, "import logging\n", "import datetime\nimport logging\n")
        + first("datetime.datetime.now(datetime.UTC)"),
        {"P2"},
    ),
    "a throw of dice": (
        replaced(LIMITS, "import logging\n", "import logging\nimport random\n")
        + first("days = days if random.random() < 2 else 1"),
        {"P2"},
    ),
    "a look at the environment": (
        replaced(LIMITS, "import logging\n", "import logging\nimport os\n") + first('reason += os.environ["HOME"]'),
        {"P2"},
    ),
    "a first answer that is kept for all": (first('days = STATE.setdefault("days", days)'), {"P2"}),
    "an order that follows from no question": (
        first('reason += "".join({"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"})'),
        {"P2"},
    ),
    "a nap": (
        replaced(LIMITS, "import logging\n", "import logging\nimport time\n") + about("井盖", "time.sleep(0.001)"),
        {"P2"},
    ),
    "a file that is read": (about("井盖", 'reason += open("/etc/hostname").read()[:1]'), {"P3"}),
    "a connection": (
        replaced(LIMITS, "import logging\n", "import logging\nimport socket\n")
        + about("井盖", "socket.socket().close()"),
        {"P3"},
    ),
    "a process": (
        replaced(LIMITS, "import logging\n", "import logging\nimport subprocess\n")
        + about("井盖", 'subprocess.run(["true"])'),
        {"P3"},
    ),
    "a thread": (
        replaced(LIMITS, "import logging\n", "import logging\nimport threading\n")
        + about("井盖", "threading.Thread(target=int).start()"),
        {"P3"},
    ),
    "a bare except": (first("try:", "    days += 0", "except:", "    pass"), {"P4"}),
    "an except BaseException": (
        first("try:", "    days += 0", "except (ValueError, BaseException):", "    pass"),
        {"P4"},
    ),
    "a return in finally": (first("try:", "    days += 0", "finally:", f"    {ANSWER.strip()}"), {"P4"}),
    "a hand on the signals": (replaced(LIMITS, "import logging\n", "import logging\nimport signal\n"), {"P4"}),
    "twenty milliseconds of work": (first("sum(range(2_500_000))"), {"P5"}),
    "settings of one tenant used for another": (
        first('STATE["days"] = days', "days = 0", 'days = STATE["days"]'),
        {"I1"},
    ),
    "a default out of range": (replaced(SETTINGS, "load_default=5", "load_default=50"), {"S1"}),
    "a setting without a help": (replaced(SETTINGS, 'help="次日起算", ', ""), {"S2"}),
    "a setting in English": (replaced(SETTINGS, 'title="答复时限"', 'title="Days"'), {"S2"}),
    "a field that its form does not keep": (
        replaced(
            SETTINGS,
            "class LimitSettings",
            "class Turned(Line):\n    def texts(self, value):\n        return (value[::-1],)\n\n\nclass LimitSettings",
        )
        + replaced(SETTINGS, "name = Line", "name = Turned"),
        {"S3"},
    ),
    "an older version without an example": (
        replaced(SETTINGS, "    days =", "    VERSION = 2\n    days =")
        + replaced("settings.lock.json", '"version": 1', '"version": 2'),
        {"S4"},
    ),
    "an older version that does not migrate": (
        replaced(SETTINGS, "    days =", "    VERSION = 2\n    days =")
        + replaced("settings.lock.json", '"version": 1', '"version": 2')
        + replaced("settings_fixtures/@@.limits/1.json", "", '{"dayz": 3}'),
        {"S4"},
    ),
    "other bounds under the same version": (replaced(SETTINGS, "max=30", "max=29"), {"S5"}),
    "settings that were not recorded": (replaced("settings.lock.json", "", "{}"), {"S5"}),
    "a secret in an answer": (first('if settings["token"]:', '    reason += settings["token"].reveal()'), {"S6"}),
    "a secret in the log": (first('if settings["token"]:', '    logging.warning(settings["token"].reveal())'), {"S6"}),
    "another answer in a dry run": (
        replaced(LIMITS, "(settings, ticket)", "(ctx, settings, ticket)") + first("days += ctx.dry_run"),
        {"S7"},
    ),
    "no README": (replaced("README.md", "", ""), {"X1"}),
    "a README that does not name its feature": (replaced("README.md", "`@@.limits`", "本插件"), {"X1"}),
    "a README without an example": (replaced("README.md", "```python", "```text"), {"X2"}),
    "an example that does not run": (replaced("README.md", '["visits"]', '["visit"]'), {"X2"}),
}
"""By what is planted: the changes, and the rules that turn red."""
IN_THE_DATABASE: dict[str, tuple[tuple[Change, ...], set[str]]] = {
    "a migration that cannot be taken back": (
        replaced(
            "migrations/0001_visit.py", 'drop_tenant_table("@@", "visit")', 'raise NotImplementedError("no way back")'
        ),
        {"D1"},
    ),
    "a migration that fails": (
        replaced("migrations/0001_visit.py", '"visit", Column', '"visit", Column("place", Text), Column'),
        {"D1"},
    ),
    "a table without a tenant": (
        replaced(
            "migrations/0001_visit.py",
            "def upgrade():\n",
            'def upgrade():\n    op.create_table("loose", Column("note", Text), schema=schema_of("@@"))\n',
        ),
        {"D2"},
    ),
    "a hand on the core's tables": (
        replaced(
            "migrations/0001_visit.py",
            "def upgrade():\n",
            'def upgrade():\n    op.add_column("ticket", Column("mood", Text))\n',
        ),
        {"D2"},
    ),
    "a reference to what may go": (
        replaced(
            "migrations/0001_visit.py",
            "    )\n\n\ndef downgrade",
            """    )
    op.add_column("visit", Column("letter_id", BigInteger), schema=schema_of("@@"))
    op.create_foreign_key(
        "fk_letter", "visit", "letter", ["tenant_id", "letter_id"], ["tenant_id", "id"],
        source_schema=schema_of("@@"), referent_schema="public",
    )


def downgrade""",
        )
        + replaced("migrations/0001_visit.py", "import Column, Text", "import BigInteger, Column, Text"),
        {"D3"},
    ),
    "a column that no migration makes": (
        replaced(
            "tables.py",
            'Column("place", Text, nullable=False),',
            'Column("place", Text, nullable=False), Column("mood", Text),',
        ),
        {"D4"},
    ),
    "something that a purge leaves": (
        replaced(
            "migrations/0001_visit.py",
            "def upgrade():\n",
            """def upgrade():
    op.execute("CREATE OR REPLACE FUNCTION public.left_behind() RETURNS int LANGUAGE sql AS 'SELECT 1'")
""",
        ),
        {"D5"},
    ),
    "a page whose function is not there": (replaced(LIMITS, 'show="show_visits"', 'show="show_visit"'), {"W1"}),
    "a page with a permission that nobody has": (replaced(LIMITS, '"see-tickets"', '"fly"'), {"W1"}),
    "a page with a permission that the manifest does not name": (
        replaced(MANIFEST, '["see-tickets"]', '["supervise"]'),
        {"W1"},
    ),
    "a page whose form is none": (replaced(LIMITS, "VisitForm(Settings)", "VisitForm"), {"W1"}),
    "two pages at one address": (
        replaced(LIMITS, 'form="VisitForm")]', 'form="VisitForm")] * 2'),
        {"W1"},
    ),
    "a page that breaks down": (replaced(LIMITS, "    return [TextBlock", "    1 / 0\n    return [TextBlock"), {"W4"}),
    "a form that breaks down": (replaced(LIMITS, 'values["place"]', 'values["plaze"]'), {"W4"}),
    "a memory that outlasts being switched off": (
        first('STATE["asked"] = STATE.get("asked", 0) + 1', 'days = 1 + STATE["asked"] % 25'),
        {"P2", "I1", "I3", "S7"},
    ),
}
"""The same for what is seen in the database alone."""


@pytest.mark.parametrize("planted", FAULTS)
def test_a_planted_fault_turns_its_rule_red(ground: Ground, planted: str) -> None:
    changes, expected = FAULTS[planted]
    is_in_the_answers = any(file == LIMITS for file, _, _ in changes)
    looked_at = [rule for rule in WITHOUT_DATABASE if is_in_the_answers or rule.id[0] not in "PI"]

    assert red(ground.plant(*changes), looked_at) == expected


@pytest.mark.parametrize("planted", IN_THE_DATABASE)
def test_a_fault_that_the_database_shows_turns_its_rule_red(ground: Ground, planted: str) -> None:
    changes, expected = IN_THE_DATABASE[planted]
    groups = {rule[0] for rule in expected}
    looked_at = [rule for rule in RULES if rule.id[0] in groups]

    assert red(ground.plant(*changes), looked_at) == expected


def test_the_plugin_in_which_they_are_planted_keeps_every_rule(ground: Ground) -> None:
    subject = ground.plant()
    with hushed():
        outcomes = [outcome_of(rule, subject) for rule in RULES]

    assert [(each.rule.id, each.words) for each in outcomes if each.status != "pass"] == []


def test_a_core_in_which_a_failing_feature_stops_the_appeal_is_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unguarded(table: HookTable, enabled: Any, what: str, key: Any, seconds: float, work: Any, **_: Any) -> Any:
        return _Had(work())

    monkeypatch.setattr(HookTable, "_guarded", unguarded)

    assert red(ground.plant(), [rule for rule in RULES if rule.id == "I2"]) == {"I2"}


def test_an_application_that_asks_for_no_token_is_found(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_tokens(installation: Installation) -> Flask:
        app = create_app(installation)
        app.config["WTF_CSRF_ENABLED"] = False
        return app

    monkeypatch.setattr(on_pages, "create_app", without_tokens)

    assert red(ground.plant(), [rule for rule in RULES if rule.id[0] == "W"]) == {"W3"}


def test_an_application_that_shows_pages_to_everybody_is_found(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.web.visit.may", lambda *_: True)

    assert red(ground.plant(), [rule for rule in RULES if rule.id[0] == "W"]) == {"W2"}


def test_an_entry_point_of_another_name_is_found(ground: Ground) -> None:
    assert red(ground.plant(entry="elsewhere"), WITHOUT_DATABASE) == {"M1"}


def test_faults_are_planted_for_every_group() -> None:
    planted = {rule[0] for _, rules in (*FAULTS.values(), *IN_THE_DATABASE.values()) for rule in rules}

    assert planted == {rule.id[0] for rule in RULES}


def red(subject: Subject, rules: Sequence[Rule]) -> set[str]:
    """Return the rules that are broken."""
    with hushed():
        outcomes = [outcome_of(rule, subject) for rule in rules]
    return {outcome.rule.id for outcome in outcomes if outcome.status == "fail"}
