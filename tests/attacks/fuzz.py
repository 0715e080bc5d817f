"""Fuzzing the API by its own description: whatever fits it, and whatever does not, answered as the description says.

`python -m tests.attacks.fuzz 100` asks a hundred times each way for each operation, on a database of its own.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, openapi
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from core.embedded.home import open_home
from core.people.access import may
from core.people.roles import Permission
from core.web import create_app
from tests.builders import make_installation
from tests.journey.walking import Walk
from tests.permissions.operations import operations
from tests.permissions.places import REVOKED, STRANGER, Persona, Place, kind_of, make_place, place_feature
from tests.servers import RUN_HOME, TestServers

DESCRIPTION = "/api/v1/openapi.json"
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
]
REFUSALS = ["400", "401", "403", "404", "405", "409", "413", "415", "422", "429"]
"""How a request may be refused that does not fit the description; never by an error of ours."""
WAYS = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
STEPS = ("take_in", "dispatch", "sign", "reply", "pass_reply", "follow_up")
Described = APIOperation[Any, Any, Any, Any]
AnyCase = Case[Any]


class Fuzz:
    """Asks for every operation in the name of the systems of one place, and keeps what was not as described."""

    def __init__(self, place: Place) -> None:
        self._place = place
        schema = openapi.from_wsgi(DESCRIPTION, place.app)
        schema.config.checks.update(included_check_names=CHECKS)
        schema.config.checks.negative_data_rejection.expected_statuses = REFUSALS
        self._operations: list[Described] = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
        self._entitled = {
            f"{each.method} {each.rule.replace('<', '{').replace('>', '}')}": [
                who.name for who in place.systems.values() if _entitled(who, each.needs)
            ]
            for each in operations(place.app)
        }
        self.statuses: Counter[int] = Counter()
        self.wrong: dict[str, str] = {}
        """What was found, by operation and kind, and the first answer that showed it."""

    @property
    def operations(self) -> int:
        """How many operations the description has."""
        return len(self._operations)

    def run(self, times: int, *, only: str = "", tell: Callable[[str], None] = lambda _: None) -> None:
        """Ask for each operation, or for `only` one, so many times with what fits its description, and with what does not."""
        for operation in self._operations:
            if only and operation.label != only:
                continue
            for way in WAYS:
                self._ask(operation, way, times)
            tell(f"{operation.label}: {self.statuses.total()} asked, {len(self.wrong)} wrong")

    def _ask(self, operation: Described, way: GenerationMode, times: int) -> None:
        everybody = sorted(self._place.systems)
        entitled = self._entitled.get(operation.label) or everybody

        @seed(sum(operation.label.encode()))
        @settings(
            max_examples=times,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=way), data=st.data())
        def ask(case: AnyCase, data: st.DataObject) -> None:
            who = data.draw(st.sampled_from(entitled if data.draw(st.integers(0, 4)) else everybody))
            self._name(case, data)
            self._judge(case, self._place.systems[who], way)

        ask()

    def _name(self, case: AnyCase, data: st.DataObject) -> None:
        """Let the address name what there is, four times of five, where it is not the address that is to be wrong."""
        component = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
        if component is not None and component.mode is GenerationMode.NEGATIVE:
            return
        rule = case.operation.path.replace("{", "<").replace("}", ">")
        for name in case.path_parameters or {}:
            if data.draw(st.integers(0, 4)):
                case.path_parameters[name] = data.draw(st.sampled_from(self._place.has[kind_of(rule, name)]))

    def _judge(self, case: AnyCase, who: Persona, way: GenerationMode) -> None:
        answer = case.call(headers=dict(who.headers))
        self.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer)
        except FailureGroup as failures:
            for failure in failures.exceptions:
                if not isinstance(failure, AcceptedNegativeData) or _has_bad_body(case):
                    found = f"{case.operation.label} {way.value} {answer.status_code}: {failure.title}"
                    told = answer.content[:900].decode(errors="replace")
                    self.wrong.setdefault(found, f"{who.name} {case.as_curl_command()[:900]}\n{failure}\n{told}")


def _entitled(who: Persona, needs: Any) -> bool:
    if isinstance(needs, Permission | frozenset):
        return may(who.permissions, needs)
    return who.name not in (STRANGER, REVOKED)


def _has_bad_body(case: AnyCase) -> bool:
    """Tell whether the body does not fit: parameters of an address that nobody asked for are passed over, as everywhere."""
    component = case.meta.components.get(ParameterLocation.BODY) if case.meta else None
    return component is not None and component.mode is GenerationMode.NEGATIVE


def add_tickets(place: Place) -> None:
    """Have a ticket at each step of its walk, so that every command finds one that it is for."""
    for last in range(1, len(STEPS) + 1):
        walk = Walk(place.installation, place.slug)
        for step in STEPS[:last]:
            getattr(walk, step)()
        place.has["ticket"].append(walk.serial_no)


def main() -> int:
    """Fuzz on servers of its own and print what was found; return 1 when something was."""
    with TemporaryDirectory() as folder:
        os.environ[RUN_HOME] = folder
        home = open_home(Path(folder))
        with TestServers(home, "gw0").running() as servers:
            installation = make_installation(servers.database_url, features=[place_feature()])
            place = make_place(installation, create_app(installation), more=1)
            add_tickets(place)
            fuzz = Fuzz(place)
            fuzz.run(int(sys.argv[1]) if len(sys.argv) > 1 else 100, tell=print)
            installation.database.engine.dispose()
    shown = [f"{found}\n{told}\n" for found, told in fuzz.wrong.items()]
    size = f"{fuzz.operations} operations, {fuzz.statuses.total():,} requests, {len(shown)} wrong"
    print(*shown, size, dict(fuzz.statuses), sep="\n")  # noqa: T201 -- run by hand
    return 1 if fuzz.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
