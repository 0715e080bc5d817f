"""A secret is used and never shown: not printed, logged, stored with the settings, or sent back to a form."""

import json
import logging
import pickle
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from core.conformance.drawn import html_of, sent_back
from core.hooks.settings import (
    Secret,
    SecretState,
    SecretText,
    Settings,
    SettingsInvalid,
    WorkDays,
    describe,
    differences,
    form_of,
    inheritance,
    own_values,
    read,
    scrubbed,
    secrets_from,
    secrets_of,
    values_from,
)

CLEAR = "k9-Zx!明文"


class GatewaySettings(Settings):
    """A gateway with its key."""

    days = WorkDays(min=1, max=9, load_default=1, title="天数")
    token = Secret(title="网关密钥", longest=20)


def test_a_feature_gets_the_secret_and_can_open_it() -> None:
    settings = read(GatewaySettings, {}, secrets={"token": SecretText(CLEAR), "former": SecretText("old")})

    assert settings["token"].reveal() == CLEAR
    assert set(settings) == {"days", "token"}
    assert secrets_of(GatewaySettings) == ["token"]


def test_a_secret_that_was_not_set_is_none() -> None:
    assert read(GatewaySettings, {})["token"] is None


def test_whatever_is_printed_of_a_secret_is_stars(caplog: pytest.LogCaptureFixture) -> None:
    settings = read(GatewaySettings, {}, secrets={"token": CLEAR})
    secret = settings["token"]

    with caplog.at_level(logging.INFO):
        logging.getLogger(__name__).info("%s %r %s", secret, secret, settings)

    said = [str(secret), repr(secret), f"{secret}", f"{secret:>20}", f"{secret!s}", "%s" % secret, repr(settings)]  # noqa: UP031
    assert [text for text in [*said, caplog.text] if CLEAR in text] == []
    assert said[:4] == ["***"] * 4


def test_a_secret_is_neither_pickled_nor_written_as_json() -> None:
    secret = SecretText(CLEAR)

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(secret, protocol)
    with pytest.raises(TypeError):
        json.dumps({"token": secret})
    with pytest.raises(TypeError):
        vars(secret)
    assert deepcopy({"token": secret})["token"] is secret


def test_secrets_are_equal_when_their_texts_are() -> None:
    assert SecretText(CLEAR) == SecretText(CLEAR)
    assert SecretText(CLEAR) != SecretText("other")
    assert SecretText(CLEAR) != CLEAR
    assert len({SecretText(CLEAR), SecretText(CLEAR)}) == 1


@pytest.mark.parametrize("value", [CLEAR, "", None, 7])
def test_a_secret_does_not_belong_among_the_values(value: Any) -> None:
    for reading in (read, own_values):
        more = {"inherited": {}} if reading is own_values else {}
        with pytest.raises(SettingsInvalid) as refused:
            reading(GatewaySettings, {"token": value}, **more)  # type: ignore[operator]

        assert refused.value.messages == {"token": ["密钥另行保存，不写在设置里；请删去这一项，再单独设置密钥"]}
        assert CLEAR not in refused.value.message


def test_a_form_tells_who_set_a_secret_and_when_and_never_which() -> None:
    state = SecretState("王芳", datetime(2026, 3, 12, 2, 31, tzinfo=UTC))
    values = {"days": 2, "token": CLEAR}

    form = form_of(
        GatewaySettings, values, inherited=inheritance(GatewaySettings, {"token": CLEAR}), secrets={"token": state}
    )

    fields = {each.name: each for group in form.groups for each in group.fields}
    assert (fields["token"].kind, fields["token"].secret) == ("secret", state)  # type: ignore[union-attr]
    assert CLEAR not in repr(form)
    assert values_from(GatewaySettings, {**sent_back(html_of(form)), "token": [CLEAR]}) == {"days": 2}


def test_a_secret_that_was_typed_replaces_and_a_button_removes() -> None:
    assert secrets_from(GatewaySettings, {"token": [CLEAR]}) == {"token": SecretText(CLEAR)}
    assert secrets_from(GatewaySettings, {"token": [""]}) == {}
    assert secrets_from(GatewaySettings, {}) == {}
    assert secrets_from(GatewaySettings, {"token": [""], "token-remove": [""]}) == {"token": None}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("x" * 21, "网关密钥须为 1 到 20 个字符"),
        ("ab\x00", "不能含有换行、控制字符或残缺的字符"),
        (" ab", "首尾不能有空格"),
    ],
)
def test_a_secret_that_was_mistyped_is_refused_without_being_told(text: str, complaint: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        secrets_from(GatewaySettings, {"token": [text]})

    assert refused.value.messages == {"token": [complaint]}
    assert text not in refused.value.message


def test_an_error_s_text_is_rid_of_secrets() -> None:
    settings = read(GatewaySettings, {}, secrets={"token": CLEAR})

    assert scrubbed(f"401 for {CLEAR}, {CLEAR}", settings) == "401 for ***, ***"
    assert scrubbed("nothing", read(GatewaySettings, {})) == "nothing"


def test_what_is_told_of_a_schema_or_of_a_change_has_no_secret() -> None:
    assert [each["kind"] for each in describe(GatewaySettings)["fields"]] == ["whole", "secret"]
    assert "default" not in describe(GatewaySettings)["fields"][1]
    assert differences(GatewaySettings, {"token": "a"}, {"token": "b"}) == []
