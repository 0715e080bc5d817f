"""The appeal comes in: by which way, what is in its words, what the resident is told."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import (
    Authenticated,
    Channel,
    Context,
    Draft,
    DraftPatch,
    InboundAppeal,
    InboundPayload,
    InboundRequest,
    InterviewRules,
    OutreachKind,
    Receipt,
    ScopeIssue,
    TicketView,
)


@hook(label="受理渠道", kind="load", merge="each", on_error="quarantine", item=Channel, budget_ms=1000, since="1.0")
def channels(ctx: Context, settings: Mapping[str, Any]) -> Sequence[Channel] | None:
    """The channels 渠道 by which the district takes in appeals.

    Asked once per tenant and epoch. Together with the core's own (desk, import) they are the only channels an appeal
    may name.
    """


@hook(
    label="主动联系的种类",
    kind="load",
    merge="each",
    on_error="quarantine",
    item=OutreachKind,
    budget_ms=1000,
    since="1.1",
)
def outreach_kinds(ctx: Context, settings: Mapping[str, Any]) -> Sequence[OutreachKind] | None:
    """The kinds of occasions on which the district goes to residents 主动联系: meetings with many people, and visits.

    Asked once per tenant and epoch. What is said there is entered line after line and comes in by the channel of the
    kind's id, which the same feature answers under `channels`. Nobody answers: the district holds none, and there is no
    page for them.
    """


@hook(
    label="微访谈", kind="load", merge="first", on_error="quarantine", item=InterviewRules, budget_ms=1000, since="1.1"
)
def interview_rules(ctx: Context, settings: Mapping[str, Any]) -> Sequence[InterviewRules] | None:
    """How the district holds live interviews 微访谈.

    Asked once per tenant and epoch. Questions that nobody answers live become tickets of the rules' channel, which some
    feature answers under `channels`. Nobody answers: the district holds none, and there is no page for them.
    """


@hook(label="推送验证", kind="policy", merge="first", on_error="hold", item=Authenticated, budget_ms=50, since="1.1")
def authenticate_inbound(
    ctx: Context, settings: Mapping[str, Any], channel: str, request: InboundRequest
) -> Sequence[Authenticated] | None:
    """Whether what another system pushes to a channel 推送 comes from whom it says, and under which id.

    Asked of every push before anything of it is read or kept. Nobody answers: it is refused with 401, nothing of it is
    kept, and too many from one address have to wait. One fails: nobody can tell now, so the bytes are kept for a person
    to look at, the sender is answered 503 and tries again; when the feature has been mended, its next try takes the
    place of what was kept.
    """


@hook(label="推送解析", kind="policy", merge="first", on_error="manual", item=InboundAppeal, budget_ms=500, since="1.1")
def parse_inbound(
    ctx: Context, settings: Mapping[str, Any], channel: str, payload: InboundPayload
) -> Sequence[InboundAppeal] | None:
    """The appeals in what was pushed: one, or several in one message.

    Asked in a job, after the bytes were stored. It alone sees how residents can be reached; what it says of that goes
    straight into the tickets, encrypted, and into no log. Nobody answers, one fails, or an appeal cannot be taken in:
    the message waits for a person under 待人工录入; `huiying inbound retry` asks again. Each appeal comes in once, by
    the id of its message and its place in it, however often it is asked: keep the order of appeals in a message.
    """


@hook(label="要素提取", kind="policy", merge="each", on_error="skip", item=DraftPatch, budget_ms=50, since="1.1")
def normalise_draft(ctx: Context, settings: Mapping[str, Any], draft: Draft) -> Sequence[DraftPatch] | None:
    """What can be read out of the words of an appeal 要素提取: a place, a mailbox, a nature.

    Asked when an appeal is taken in, before it becomes a ticket. Only what the sender left open is filled in, each
    field by the first feature that speaks of it, noted on the ticket; the words themselves stay, and what came in is
    kept as it came. Nobody answers, or one fails: the fields stay open.
    """


@hook(label="受理范围提示", kind="policy", merge="all", on_error="skip", item=ScopeIssue, budget_ms=50, since="1.1")
def scope_issues(ctx: Context, settings: Mapping[str, Any], ticket: TicketView) -> Sequence[ScopeIssue] | None:
    """Grounds on which the appeal may lie outside of what can be taken in 受理范围, with the lawful way for it.

    Asked when an appeal is registered or accepted. It is taken in all the same: each ground is noted on the ticket, once,
    and stands beside acceptance and refusal for the operator who decides. Nobody answers, or one fails: no ground is
    noted.
    """


@hook(label="受理回执", kind="policy", merge="first", on_error="default", item=Receipt, budget_ms=50, since="1.1")
def receipt(ctx: Context, settings: Mapping[str, Any], ticket: TicketView) -> Sequence[Receipt] | None:
    """What the resident is told when their appeal came in 受理回执.

    Asked when an appeal was registered or accepted (`ticket.state` tells which), for the page of the operator and the
    answer of the interface. Nobody answers, or one fails: the serial number and the access code, and what they are for.
    """
