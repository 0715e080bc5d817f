"""What the city sees of this district 市级看到的本区: the figures, the grants to look at tickets, and who looked."""

from datetime import date

from flask import Blueprint, g, render_template, request

from core.journey.granting import LONGEST_DAYS, NoSuchGrant, end_grant, give_grant
from core.kit.saying import said
from core.people.roles import Permission
from core.statistics.asked import asked_of
from core.statistics.city_seen import seen_by_city
from core.statistics.granting.queries import cities_of, grants_of, looks_of
from core.statistics.periods import Month
from core.statistics.words import change_words, parts_words, remark_words, value_words
from core.web.input import day, required, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("admin_city", __name__)
PAGE = "/admin/city"
MONTHS_OFFERED = 13
LOOKS_SHOWN = 50
LONGEST_WHY = 500
LONGEST_NUMBER = 9


@pages.get(PAGE)
@allows(Permission.ADMINISTER)
def show(visit: Visit) -> Answer:
    """Show it for a month, the last whole one unless another is asked for; after a refusal with why."""
    today, refusal = _today(visit), g.get("refusal")
    month = asked_of({"month": request.args.get("month", "")[:10]}, today=today).month or Month.of(today).previous
    months = [Month.of(today)]
    while len(months) < MONTHS_OFFERED:
        months.append(months[-1].previous)
    cities = cities_of(installation(), visit.scope)
    page = render_template(
        "admin/city.html",
        cities=cities,
        city_names={city.slug: city.name for city in cities},
        seen=seen_by_city(visit.scope, month) if cities else None,
        month=month,
        months=sorted({*months, month}, reverse=True),
        grants=grants_of(visit.scope),
        looks=looks_of(visit.scope, most=LOOKS_SHOWN),
        today=today,
        most_days=LONGEST_DAYS,
        value_words=value_words,
        parts_words=parts_words,
        change_words=change_words,
        remark_words=remark_words,
        typed=request.form,
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(f"{PAGE}/grants")
@allows(Permission.ADMINISTER, again=show)
def give(visit: Visit) -> Answer:
    """Let a city look at masked lists of tickets for some days."""
    grant = give_grant(
        visit.scope,
        installation(),
        text("city", longest=100),
        valid_from=day(required("from", ask="请选择授权从哪天开始。", longest=10)),
        valid_until=day(required("until", ask="请选择授权到哪天为止。", longest=10)),
        why=required("why", ask="请写明授权的用途，市里会看到。", longest=LONGEST_WHY),
        actor=visit.actor,
        address=request.remote_addr or "",
        now=visit.now,
    )
    return Done(said("第 {number} 号授权已生效到 {until}。", number=grant.number, until=grant.valid_until), PAGE)


@pages.post(f"{PAGE}/grants/<number>/end")
@allows(Permission.ADMINISTER, again=lambda number: show())
def end(visit: Visit, number: str) -> Answer:
    """Take a grant back at once."""
    if not number.isascii() or not number.isdecimal() or len(number) > LONGEST_NUMBER:
        raise NoSuchGrant("没有这一号授权。请刷新后查看。")
    grant = end_grant(
        visit.scope,
        int(number),
        why=required("why", ask="请写明为什么收回。", longest=LONGEST_WHY),
        actor=visit.actor,
        address=request.remote_addr or "",
        now=visit.now,
    )
    return Done(said("第 {number} 号授权已收回，市里不能再查看。", number=grant.number), PAGE)


def _today(visit: Visit) -> date:
    return visit.now.astimezone(visit.scope.tenant.zone).date()
