"""A revision's page: what it changes, another's approval, a time to begin at, history, going back; two who edit at once."""

from datetime import UTC, datetime

from core.hooks.core_features import UNDO
from core.journey.settings.drafting import Wish
from core.journey.settings.editing import Form, save
from tests.builders import make_actor
from tests.web.conftest import House
from tests.web.making import Visitor, make_account


def draft_undo(house: House, seconds: int) -> int:
    """Draft another time in which deeds can be taken back, by somebody else than who visits."""
    actor = make_actor("管理员甲", "administrator", id=999)
    return house.installation.run(
        house.slug,
        lambda scope: (
            save(
                scope,
                house.installation.roster,
                UNDO.id,
                Wish(changes={"undo_seconds": seconds}),
                form=Form(1, 9),
                reason="受理席说太短",
                actor=actor,
                now=datetime.now(UTC),
            ).drafted.number
        ),
    )


def administrator(house: House, login: str = "admin", name: str = "管理员乙") -> Visitor:
    return house.visitor(make_account(house.installation, house.slug, login, ["administrator"], name=name))


def test_a_revision_is_read_and_let_hold_on_its_page(house: House) -> None:
    number = draft_undo(house, 20)
    visitor = administrator(house)
    at = f"/admin/features/{UNDO.id}/revisions/{number}"

    assert visitor.get(at).status_code == 200
    assert "受理席说太短" in visitor.page
    assert visitor.post(f"{at}/approve").status_code == 303
    assert visitor.post(f"{at}/activate", when="now").status_code == 303

    visitor.get(at)
    assert "生效中" in visitor.page
