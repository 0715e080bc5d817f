"""The editor of routing rules: what a stored rule can hold comes back as it was; names become values; rows work without script."""

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from core.kit.errors import Refused
from core.routing.ruleset import (
    FIELDS,
    Condition,
    Phase,
    RoutingDirectory,
    RoutingMatter,
    Rule,
    RuleSet,
    dump_rule,
)
from core.routing.ruleset.arranging import beside, in_phase, moved, with_rule
from core.tenancy.revisions import get_revision
from core.units.levels import KnownUnit
from core.units.queries import DirectoryUnit
from core.web.admin.routing_choices import Choices
from core.web.admin.routing_form import RuleForm, form_from, form_of, rule_of
from core.web.admin.routing_tree import GroupRow, LeafRow, LockedRow, TreeForm, needs_value, tree_of
from core.web.admin.routing_working import working_of
from tests.routing.made_up import conditions, rule_sets, rules
from tests.routing.written import make_rule
from tests.web.conftest import House
from tests.web.making import Visitor, make_account

SOME = settings(max_examples=150, deadline=None)
NAMES = {"power": "供电所", "roads": "道路科", "street-a": "北桥街道办", "street-b": "南桥街道办", "market": "市场所"}
CHOICES = Choices(
    names=RoutingDirectory(
        units={code: KnownUnit(code, name, "section") for code, name in NAMES.items()},
        matters={
            path: RoutingMatter(path, words)
            for path, words in {
                "1": "道路交通",
                "1.1": "道路交通 / 路面、路肩破损",
                "1.2": "道路交通 / 井盖缺失",
                "2": "环境卫生",
                "2.1": "环境卫生 / 井盖缺失",
            }.items()
        },
        channels={"hotline": "热线", "letter": "来信", "web": "网站"},
    ),
    units={code: DirectoryUnit(n, code, name, "section", None, "", "") for n, (code, name) in enumerate(NAMES.items())},
    limits=(),
    mailboxes={},
    sources={},
)


def sent(form: RuleForm) -> MultiDict[str, str]:
    """Return what a browser sends of a form, field by field as the page writes them."""
    fields: list[tuple[str, str]] = [
        *((name, getattr(form, name)) for name in ("id", "label", "phase", "lead", "urgency", "limit", "split")),
        *((name, getattr(form, name)) for name in ("first", "last", "explain")),
        ("priority", str(form.priority)),
        ("join", form.tree.join),
        *(("co", unit) for unit in form.co),
        *(("exclude", unit) for unit in form.exclude),
    ]
    fields += [(name, "1") for name in ("direct", "enabled") if getattr(form, name)]
    for at, row in form.tree.placed():
        match row:
            case LeafRow():
                fields += [("row", f"leaf:{at}"), (f"{at}.was", row.field), (f"{at}.field", row.field)]
                fields += [(f"{at}.op", row.op), (f"{at}.more", row.typed)]
                if CHOICES.widget(row.field, row.op) == "numbers" and needs_value(row.op):
                    fields += [(f"{at}.more", "、".join(row.values))]
                    fields.remove((f"{at}.more", row.typed))
                else:
                    fields += [(f"{at}.value", value) for value in row.values]
            case GroupRow():
                fields += [("row", f"group:{at}"), (f"{at}.join", row.join)]
            case LockedRow():
                fields += [("row", f"locked:{at}"), (f"{at}.locked", row.written)]
        fields += [(f"{at}.not", "1")] if row.negated else []
    return MultiDict(fields)


@SOME
@given(rules())
def test_a_rule_that_is_shown_and_sent_again_is_the_very_same_rule(rule: Rule) -> None:
    form = form_of(rule, FIELDS)

    again, faults = rule_of(form_from(sent(form), CHOICES), CHOICES)

    assert (faults, again) == ({}, rule)


@SOME
@given(conditions)
def test_rows_reach_two_levels_deep_and_what_lies_deeper_is_kept_as_it_is(condition: Condition) -> None:
    tree = tree_of(condition, FIELDS)

    assert all(not isinstance(inner, GroupRow) for row in tree.rows if isinstance(row, GroupRow) for inner in row.rows)
    assert all(row.written for _, row in tree.placed() if isinstance(row, LockedRow))


@SOME
@given(rule_sets(), st.data())
def test_changes_of_several_rules_travel_with_the_page(written: RuleSet, data: st.DataObject) -> None:
    values = {"rules": [dump_rule(rule) for rule in written.rules], "limits": []}
    working = working_of(values)
    for _ in range(data.draw(st.integers(0, 4))):
        if not working.rules.rules:
            break
        rule = data.draw(st.sampled_from(working.rules.rules))
        match data.draw(st.sampled_from(["move", "out", "back", "put"])):
            case "move":
                working = working.move(rule.id, data.draw(st.integers(-2, 2)))
            case "out":
                working = working.take_out(rule.id)
            case "back":
                working = working.bring_back(working.gone[0].id) if working.gone else working
            case _:
                working = working.put(data.draw(rules(data.draw(st.sampled_from(["r0", "new-1"])))))

    again = working_of(values, working.carried())

    assert again.rules.in_order() == working.rules.in_order()
    assert (again.changed, again.gone, again.is_changed) == (working.changed, working.gone, working.is_changed)


@SOME
@given(rule_sets(), st.integers(0, 20), st.integers(0, 20), st.booleans())
def test_a_moved_rule_stands_right_beside_the_other_and_nothing_else_moves(
    written: RuleSet, one: int, two: int, behind: bool
) -> None:
    for phase in Phase:
        order = [rule.id for rule in in_phase(written, phase)]
        if len(order) < 2:
            continue
        rule, other = order[one % len(order)], order[two % len(order)]
        wanted = list(order)
        if rule != other:
            wanted.remove(rule)
            wanted.insert(wanted.index(other) + behind, rule)

        after = beside(written, rule, other, behind=behind)

        assert [each.id for each in in_phase(after, phase)] == wanted
        assert [each.id for each in in_phase(moved(written, order[0], by=1), phase)][:2] == [order[1], order[0]]


def test_a_new_rule_comes_last_in_its_phase() -> None:
    working = working_of({"rules": [make_rule("a", priority=300), make_rule("b", priority=10)]})
    rule = working_of({"rules": [make_rule("c")]}).rules.rules[0]

    after = with_rule(working.rules, rule)

    assert [each.id for each in after.in_order()] == ["b", "a", "c"]


def form_with(**fields: str) -> RuleForm:
    """Return a form in which somebody typed into one row."""
    typed = {"id": "r", "label": "规则", "phase": "override", "explain": "理由", "lead": "roads", "row": "leaf:0"}
    return form_from(MultiDict({**typed, **{name.replace("_", "."): value for name, value in fields.items()}}), CHOICES)


def values_of(form: RuleForm) -> tuple[str, ...]:
    [(_, row)] = form.tree.placed()
    assert isinstance(row, LeafRow)
    return row.values


def test_names_that_are_entered_become_values() -> None:
    row = {"0_field": "matter", "0_was": "matter", "0_op": "under"}

    assert values_of(form_with(**row, **{"0_more": "道路交通"})) == ("1",)
    assert values_of(form_with(**row, **{"0_more": "路面、路肩破损"})) == ("1.1",)
    assert values_of(form_with(**row, **{"0_more": "道路交通 / 井盖缺失、环境卫生"})) == ("1.2", "2")


def test_a_name_that_names_nothing_or_several_is_told_beside_its_field() -> None:
    row = {"0_field": "matter", "0_was": "matter", "0_op": "under"}

    _, unknown = rule_of(form_with(**row, **{"0_more": "井盖"}), CHOICES)
    _, several = rule_of(form_with(**row, **{"0_more": "井盖缺失"}), CHOICES)

    assert unknown == {"0": "没有事项“井盖”。是不是 道路交通 / 井盖缺失、环境卫生 / 井盖缺失？"}
    assert several == {"0": "叫“井盖缺失”的事项不止一个：道路交通 / 井盖缺失、环境卫生 / 井盖缺失。请写全名"}


def test_another_field_has_no_values_of_the_one_before() -> None:
    form = form_with(**{"0_field": "text", "0_was": "matter", "0_op": "under", "0_value": "1"})

    assert form.tree == TreeForm("all", (LeafRow("text", "contains_any"),))


def test_what_is_wrong_is_said_beside_each_field_in_words_without_json() -> None:
    form = form_from(
        MultiDict(
            {
                "id": "r",
                "row": "leaf:0",
                "0.was": "submitted_hour",
                "0.field": "submitted_hour",
                "0.op": "between",
                "0.value": "22",
                "first": "2026-05-01",
                "last": "2026-04-01",
                "enabled": "1",
            }
        ),
        CHOICES,
    )

    rule, faults = rule_of(form, CHOICES)

    assert rule is None
    assert faults == {
        "0": "请写两个数，小的在前",
        "label": "请给规则起个名字，派单记录里就用它",
        "explain": "请写一句理由，收到工单的单位会看到",
        "last": "最后一天早于第一天，规则一天也不会生效。请改正其中一个",
        "lead": "命中了也没有结果。请选一个单位，或写明时限、紧急程度、不派给谁",
    }


@pytest.mark.parametrize("carried", ["[]", "{", '{"rules": [{}]}', '{"else": []}', '{"rules": {"a": 1}}'])
def test_what_a_page_carries_and_cannot_be_read_is_refused(carried: str) -> None:
    values = {"rules": [make_rule("a")], "limits": []}
    if carried == '{"rules": {"a": 1}}':  # no list: as if nothing had been changed
        assert not working_of(values, carried).is_changed
        return

    with pytest.raises(Refused) as refused:
        working_of(values, carried)

    assert refused.value.code == "changes-unusable"


@pytest.fixture
def administrator(house: House) -> Visitor:
    return house.visitor(make_account(house.installation, house.slug, "admin", ["administrator"], name="关甲"))


def drafted_rules(house: House, number: int) -> list[dict[str, Any]]:
    values = house.installation.run(
        house.slug, lambda scope: get_revision(scope, "core.routing", number).values.get("rules", [])
    )
    return list(values)


def carried_by(page: str) -> dict[str, str]:
    """Return the hidden fields that the editor's form carries."""
    form = page.partition('<form id="routing"')[2].partition("</form>")[0]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)}


ROW = {"row": "leaf:0", "0.was": "text", "0.field": "text", "0.op": "contains_any"}
RULE = {
    "id": "r1",
    "label": "坑洼改派",
    "phase": "override",
    "join": "all",
    "lead": "parks",
    "explain": "专项整治",
    "enabled": "1",
}


def test_rules_are_written_by_name_and_drafted_without_script(house: House, administrator: Visitor) -> None:
    administrator.get("/admin/routing?new")
    carried = carried_by(administrator.page)

    # The first of two rules is kept on the page while the second one is begun.
    first = administrator.client.post(
        "/admin/routing", data={**carried, **RULE, **ROW, "0.more": "坑洼、塌陷", "do": "new"}
    )
    carried = carried_by(first.get_data(as_text=True))
    second = administrator.client.post(
        "/admin/routing",
        data={
            **carried,
            **RULE,
            "id": "r2",
            "label": "反映园林",
            "lead": "",
            "exclude.more": "parks",
            "do": "save",
            "reason": "雨季",
            "row": "leaf:0",
            "0.was": "channel",
            "0.field": "channel",
            "0.op": "in",
            "0.value": "desk",
        },
    )

    assert (first.status_code, second.status_code) == (200, 303)
    number = int(second.headers["Location"].rsplit("/", 1)[1])
    assert [(rule["id"], rule["when"], rule["then"]) for rule in drafted_rules(house, number)] == [
        (
            "r1",
            {"all": [{"field": "text", "op": "contains_any", "value": ["坑洼", "塌陷"]}]},
            {"assign": {"lead": "parks", "co": [], "direct": False}},
        ),
        ("r2", {"all": [{"field": "channel", "op": "in", "value": ["desk"]}]}, {"exclude": ["parks"]}),
    ]


def test_a_rule_that_hides_another_is_told_before_it_is_drafted(administrator: Visitor) -> None:
    administrator.get("/admin/routing?new")
    narrow = {**RULE, **ROW, "id": "r1", "label": "坑洼", "0.more": "坑洼", "do": "new"}
    administrator.page = administrator.client.post(
        "/admin/routing", data={**carried_by(administrator.page), **narrow}
    ).get_data(as_text=True)
    wide = {
        **RULE,
        "id": "r2",
        "label": "所有来件",
        "row": "leaf:0",
        "0.was": "text",
        "0.field": "text",
        "0.op": "known",
    }
    administrator.page = administrator.client.post(
        "/admin/routing", data={**carried_by(administrator.page), **wide, "lead": "roads", "do": "up:r2"}
    ).get_data(as_text=True)

    assert "规则“坑洼”被本条完全遮住，今后不会命中" in administrator.page


@pytest.mark.parametrize(
    ("sent_too", "status"),
    [
        ({"label": "a\x00b", "do": "show"}, 422),
        ({"kept": "{", "do": "show"}, 422),
        ({"do": "drop:99.99"}, 200),
        ({"do": "before:r1:nothing"}, 422),
        ({"row": "leaf:0", "0.field": "nothing", "do": "show"}, 200),
        ({"base": "x", "do": "save"}, 422),
        ({"continues": "99", "do": "show"}, 404),
    ],
)
def test_what_no_page_sends_is_refused_in_words(administrator: Visitor, sent_too: dict[str, str], status: int) -> None:
    administrator.get("/admin/routing?new")
    answer = administrator.client.post(
        "/admin/routing", data={**carried_by(administrator.page), "id": "r1", "reason": "试", **sent_too}
    )

    assert answer.status_code == status
