"""W: a plugin's pages, commands and daily jobs can be run, by those who may, where the feature is on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import select

from core.conformance.asking import plainest
from core.conformance.browser import Visitor, scripts_in, visitor_who_may, visitor_who_may_not
from core.conformance.drawn import html_of, sent_back
from core.conformance.on_data import refuse_unmigrated
from core.conformance.places import CHOICES
from core.conformance.rule import BRONZE, rule
from core.conformance.samples import form_values
from core.conformance.subject import Blocked, NotApplicable, Subject
from core.conformance.walk import District, make_district, opened
from core.hooks import specs
from core.hooks.contract import Hook
from core.hooks.settings import form_of
from core.journey.feature_work.parts import FeaturePage, commands_of, jobs_of, pages_of
from core.tenancy.models import FeatureIncident
from core.web import create_app

PARTS: tuple[Hook[[], Any], ...] = (specs.pages, specs.commands, specs.jobs)


@rule("W1", BRONZE, "页面、命令和定时工作都能运行：函数和表单都在，权限存在，地址不重复")
def parts_can_be_run(subject: Subject) -> Iterator[str]:
    with _switched_on(subject) as district, district.installation.scope(district.slug) as scope:
        found = {"pages": len(pages_of(scope)), "commands": len(commands_of(scope)), "jobs": len(jobs_of(scope))}
        asked = {hook.name: len(scope.hooks.ask(hook).values) for hook in PARTS}
    incidents = _incidents(district)
    yield from incidents
    if not incidents:
        yield from (
            f"{hook} 里有 {asked[hook] - found[hook]} 个与别的同名，不会被用到"
            for hook in found
            if asked[hook] > found[hook]
        )


@rule("W2", BRONZE, "功能停用时页面是 404，没有权限是 403，没有登录先登录")
def pages_are_kept(subject: Subject) -> Iterator[str]:
    with _pages(subject) as (app, district, pages):
        for page in pages:
            who = visitor_who_may_not(app, district, page.permission)
            for what, visitor, expected in (("没有登录", Visitor(app), (302, 303)), ("没有权限", who, (403,))):
                status = visitor.get(page.href).status_code
                if status not in expected:
                    yield f"{page.href} {what}时是 {status}"
        visitors = {page.href: visitor_who_may(app, district, page.permission) for page in pages}
        district.switch(*subject.features, on=False)
        for href, visitor in visitors.items():
            if (status := visitor.get(href).status_code) != 404:
                yield f"{href} 功能停用后是 {status}"


@rule("W3", BRONZE, "没有表单令牌的提交不被接受")
def forms_need_their_token(subject: Subject) -> Iterator[str]:
    with _pages(subject) as (app, district, pages):
        for page in pages:
            visitor = visitor_who_may(app, district, page.permission)
            status = visitor.post(page.href, {**_typed(page), "command_id": ["0" * 32]}).status_code
            if status < 400:
                yield f"{page.href} 没有令牌的提交得到 {status}"


@rule("W4", BRONZE, "有权限的人打开页面看得到内容，表单能提交，页面里没有混入脚本")
def pages_are_shown(subject: Subject) -> Iterator[str]:
    with _pages(subject) as (app, district, pages):
        for page in pages:
            visitor = visitor_who_may(app, district, page.permission)
            shown = [visitor.get(page.href)]
            if page.form and shown[0].status_code == 200:
                shown += [visitor.submit(page.href, _typed(page)), visitor.get(page.href)]
            for response in shown:
                if response.status_code >= 500:
                    yield f"{page.href} 得到 {response.status_code}；{'；'.join(_incidents(district))}"
                elif scripts := scripts_in(response.get_data(as_text=True)):
                    yield f"{page.href} 里有脚本：{'、'.join(scripts)}"


def _typed(page: FeaturePage) -> dict[str, list[str]]:
    """Return the page's form as somebody filled it in."""
    if page.form is None:
        return {}
    values = form_values(page.form, seed=page.href)
    return sent_back(html_of(form_of(page.form, values, inherited={}, choices=CHOICES)))


@contextmanager
def _switched_on(subject: Subject) -> Iterator[District]:
    """Have a district with every feature of the plugin on."""
    answered = {hook for feature in subject.features for hook in subject.roster.answers_of(feature)}
    if not answered & {hook.name for hook in PARTS}:
        raise NotApplicable("没有页面、命令和定时工作")
    values = {feature.id: plainest(feature).values for feature in subject.features}
    if subject.manifest.migrations:
        refuse_unmigrated(subject)
    with opened(subject.scratch().database_url, subject.features) as installation:
        district = make_district(installation)
        district.switch(*subject.features, on=True, values=values)
        yield district


@contextmanager
def _pages(subject: Subject) -> Iterator[tuple[Flask, District, list[FeaturePage]]]:
    with _switched_on(subject) as district:
        with district.installation.scope(district.slug) as scope:
            pages = list(pages_of(scope).values())
        if _incidents(district):
            raise Blocked("W1")
        if not pages:
            raise NotApplicable("没有页面")
        yield create_app(district.installation), district, pages


def _incidents(district: District) -> list[str]:
    """Return what was put aside or failed in the district, in words."""
    with district.installation.scope(district.slug) as scope:
        incidents = scope.session.scalars(
            select(FeatureIncident)
            .where(FeatureIncident.tenant_id == scope.tenant.id)
            .order_by(FeatureIncident.feature, FeatureIncident.hook)
        ).all()
        return [f"{each.feature} 的 {each.hook}：{each.words}" for each in incidents]
