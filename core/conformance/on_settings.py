"""S: settings are the published practice until somebody changes them, and can be changed without fear."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO
from typing import Any

from core.conformance.asking import Asked, asked_hooks, samples
from core.conformance.drawn import html_of, sent_back
from core.conformance.on_manifest import HAN
from core.conformance.places import CHOICES
from core.conformance.rule import BRONZE, SILVER, rule
from core.conformance.samples import FIXTURES, authors_sample, secrets_for
from core.conformance.settings_lock import SETTINGS_LOCK, locked_settings
from core.conformance.subject import NotApplicable, Subject
from core.hooks.features import Feature
from core.hooks.settings import (
    MigrationFailed,
    Rows,
    Settings,
    SettingsInvalid,
    describe,
    differences,
    fields_of,
    fingerprint,
    form_of,
    inheritance,
    migrated,
    own_values,
    read,
    secrets_of,
    values_from,
)

ROUND_TRIPS = 25
SECRET = "kit-secret-7f3a9c"  # noqa: S105 -- what must never be seen again


@rule("S1", BRONZE, "默认设置能载入；作者给的样例也能")
def defaults_load(subject: Subject) -> Iterator[str]:
    for feature, schema in _with_settings(subject):
        required = [name for name, field in fields_of(schema).items() if field.required]
        written: list[tuple[str, Mapping[str, Any]]] = [("默认设置", {})] if not required else []
        try:
            sample = authors_sample(feature)
        except ValueError as error:
            yield f"{feature.id} 的 sample.json 读不出来：{error}"
            continue
        if sample is not None:
            written.append(("样例 sample.json", sample))
        elif required:
            yield from _without_sample(feature, required)
        for what, values in written:
            try:
                read(schema, values, feature=feature.id)
            except SettingsInvalid as invalid:
                yield f"{feature.id} 的{what}载入不了：{invalid.message}"


@rule("S2", SILVER, "每项设置都有中文的名称、说明和分组", may_be_waived=True)
def settings_are_told(subject: Subject) -> Iterator[str]:
    for feature, schema in _with_settings(subject):
        yield from _untold(feature.id, schema, with_group=True)


@rule("S3", BRONZE, "随机的合法设置经过表单网页一来一回不变")
def forms_keep_values(subject: Subject) -> Iterator[str]:
    for feature, schema in _with_settings(subject):
        inherited = inheritance(schema, {})
        for sample in samples(feature, ROUND_TRIPS):
            form = form_of(schema, sample.values, inherited=inherited, choices=CHOICES)
            typed = values_from(schema, sent_back(html_of(form)))
            try:
                again = own_values(schema, typed, inherited=inherited)
            except SettingsInvalid as invalid:
                yield f"{feature.id} 的设置 {_json(sample.values)} 从表单读回来时被拒绝：{invalid.message}"
                break
            if again != sample.values:
                yield f"{feature.id} 的设置 {_json(sample.values)} 从表单读回来成了 {_json(again)}"
                break


@rule("S4", BRONZE, "以前各版的设置都能转成现在的")
def old_settings_migrate(subject: Subject) -> Iterator[str]:
    for feature, schema in _with_settings(subject):
        for version in range(1, schema.VERSION):
            path = subject.folder / FIXTURES / feature.id / f"{version}.json"
            if not path.is_file():
                yield f"{feature.id} 缺少 {FIXTURES}/{feature.id}/{version}.json：留一份第 {version} 版的设置，供检查能否转换"
                continue
            try:
                values = migrated(schema, json.loads(path.read_text(encoding="utf-8")), from_version=version)
                read(schema, values, feature=feature.id)
            except (MigrationFailed, SettingsInvalid) as refused:
                yield refused.message
            except ValueError as error:
                yield f"{FIXTURES}/{feature.id}/{version}.json 读不出来：{error}"


@rule("S5", BRONZE, "设置的样子变了，VERSION 就要加一；现在的样子记在 settings.lock.json")
def versions_are_raised(subject: Subject) -> Iterator[str]:
    locked = locked_settings(subject.folder)
    how = f"请运行 huiying plugin lock {subject.name}"
    there = dict(_with_settings(subject))
    for feature, schema in there.items():
        known = locked.get(feature.id)
        if known is None:
            yield f"{feature.id} 的设置没有记在 {SETTINGS_LOCK} 里。{how}"
        elif known.version == schema.VERSION and known.fingerprint != fingerprint(schema):
            yield f"{feature.id} 的设置变了，VERSION 仍是 {schema.VERSION}。请加一并写 migrate，再{how.removeprefix('请')}"
        elif known.version > schema.VERSION:
            yield f"{feature.id} 的 VERSION 从 {known.version} 退到了 {schema.VERSION}"
        elif known.version < schema.VERSION:
            yield f"{feature.id} 的 VERSION 已是 {schema.VERSION}，{SETTINGS_LOCK} 还记着 {known.version}。{how}"


@rule("S6", BRONZE, "密钥不出现在回答、页面、日志、比较和文字里")
def secrets_stay_secret(subject: Subject) -> Iterator[str]:
    with_secrets = [(feature, schema) for feature, schema in _with_settings(subject) if secrets_of(schema)]
    if not with_secrets:
        raise NotApplicable("没有密钥")
    for feature, schema in with_secrets:
        secrets = secrets_for(schema, SECRET)
        settings = {**samples(feature, 1)[0].settings, **secrets}
        shown = [repr(settings), f"{settings}", _json(describe(schema))]
        shown.append(html_of(form_of(schema, {}, inherited=inheritance(schema, {}), choices=CHOICES)))
        shown += [repr(change) for change in differences(schema, {}, dict(settings))]
        if any(SECRET in text for text in shown):
            yield f"{feature.id} 的密钥出现在设置的文字里"
        for asked in asked_hooks(subject):
            if asked.feature.id == feature.id and SECRET in _said(asked, settings):
                yield f"{feature.id} 的 {asked.hook.name} 把密钥写进了回答或日志"


@rule("S7", BRONZE, "试算（dry_run）和真办的回答一样：试算告诉管理员的就是会发生的")
def tries_tell_the_truth(subject: Subject) -> Iterator[str]:
    for asked in asked_hooks(subject):
        for question in asked.questions:
            tried = replace(question, ctx=replace(question.ctx, dry_run=True))
            if asked.answered(question) != asked.answered(tried):
                yield f"{asked.feature.id} 的 {asked.hook.name} 试算时回答不同（问的是 {question.words()}）"
                break


def _with_settings(subject: Subject) -> list[tuple[Feature, type[Settings]]]:
    found = list(subject.schemas())
    if not found:
        raise NotApplicable("没有设置")
    return found


def _without_sample(feature: Feature, required: Sequence[str]) -> Iterator[str]:
    try:
        samples(feature, 1)
    except NotApplicable:
        yield f"{feature.id} 的 {'、'.join(required)} 必须填写，请在 {FIXTURES}/{feature.id}/sample.json 给一份样例"


def _untold(where: str, schema: type[Settings], *, with_group: bool) -> Iterator[str]:
    for name, field in fields_of(schema).items():
        wanted = {"名称": field.title, "说明": field.help, **({"分组": field.group} if with_group else {})}
        missing = [what for what, text in wanted.items() if not HAN.search(text)]
        if isinstance(field, Rows):
            yield from _untold(f"{where} 的 {name}", field.row, with_group=False)
        if missing:
            yield f"{where} 的 {name} 没有中文的{'、'.join(missing)}"


def _said(asked: Asked, settings: Mapping[str, Any]) -> str:
    """Return everything that was answered, logged and printed under these settings."""
    with _overheard() as heard:
        answers = [asked.answered(replace(question, settings=settings)) for question in asked.questions[:60]]
    return "\n".join((*answers, heard.getvalue()))


@contextmanager
def _overheard() -> Iterator[StringIO]:
    """Hear what is logged and printed inside the block."""
    heard = StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(heard), redirect_stderr(heard):
            yield heard
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else f"{text[:197]}…"
