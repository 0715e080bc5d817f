"""A district in which construction noise gathers in one community, from which reminder letters are drafted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import pytest
from sqlalchemy import select, update

from core.hooks import ReminderRules
from core.journey.reminders import sign_reminder
from core.statistics.dirty import mark_everything
from core.statistics.reminders.models import Reminder
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from tests.builders import SUPERVISOR, beijing, make_district, make_feature, make_installation
from tests.journey.walking import Walk

T = TypeVar("T")
RULES = ReminderRules(window_days=7, repeated_least=4, rise_least=3, due_least=3, again_days=10, again_least=2)
REMINDS = make_feature("test.remind", reminder_rules=lambda: [RULES])
TODAY = "2026-06-22 06:00"
"""A Monday; the seven days counted are those from 15 to 21 June, held against those from 8 to 14 June."""


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=[REMINDS])
    yield installation
    installation.database.engine.dispose()


@dataclass
class Reminding(Walk):
    """A district, its tickets made by the dozen, and its reminder letters."""

    def come_in(
        self, days: list[str], *, matter: str = "noise", area: str = "A1", lead: str = "roads", **appeal: str
    ) -> list[str]:
        """Take in an appeal at ten o'clock of each day, located there, and give it to a unit."""
        numbers = []
        for day in days:
            self.take_in(f"{day} 10:00", matter=matter, **appeal)
            self.dispatch(f"{day} 10:10", lead=lead)
            numbers.append(self.serial_no)
        with self.installation.scope(self.slug) as scope:
            scope.session.execute(
                update(Ticket)
                .where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no.in_(numbers))
                .values(area=area)
            )
            mark_everything(scope)
        return numbers

    def reminders(self) -> list[Reminder]:
        return self.run(lambda scope: list(scope.session.scalars(select(Reminder).order_by(Reminder.id))))

    def sign_it(self, reminder: Reminder, at: str, text: str = "") -> str:
        return self.run(
            lambda scope: sign_reminder(
                scope, reminder.id, text=text or reminder.text, actor=SUPERVISOR, address="", now=beijing(at)
            )
        )


@pytest.fixture
def noisy(installation: Installation) -> Reminding:
    """Once in the week before and five times in the last, construction noise in the community A1, at the road unit."""
    duties = [
        {"code": "road", "keywords": ["坑洼"]},
        {"code": "noise", "category": "环境", "subcategory": "施工噪声", "keywords": ["噪声"]},
    ]
    district = Reminding(installation, make_district(installation, features={"test.remind": {}}, duties=duties))
    district.come_in(["2026-06-03"], matter="road", area="B1")
    district.come_in(["2026-06-10", *(f"2026-06-{day}" for day in (15, 16, 17, 18, 19))])
    return district
