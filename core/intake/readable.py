"""What came in, as a person can read it: JSON in lines, a form by its fields, a mail by who wrote what, else as it is."""

import json
from dataclasses import replace
from urllib.parse import parse_qsl

from core.hooks.payloads import json_of, text_of
from core.hooks.values import InboundPayload
from core.intake.mail.reading import MailUnreadable, is_mail, read_mail
from core.intake.wechat.reading import KIND_LABELS, Unreadable, is_wechat, read_message
from core.intake.weibo import reading as weibo
from core.kit.saying import said, word

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 1000
SHOWN_BYTES = 100_000
"""So much is shown of a mail that cannot be read; the whole can be downloaded."""


def readable(payload: InboundPayload) -> str:
    """Return the body so that a person can read it; Chinese that was written in escapes is written out."""
    if is_mail(payload.content_type):
        return _mail(payload)
    if is_wechat(payload.content_type):
        return _wechat(payload)
    if weibo.is_weibo(payload.content_type):
        return _weibo(payload)
    text = text_of(payload)
    if payload.content_type.partition(";")[0].strip().lower() == FORM:
        return _fields(text) or text
    document = json_of(payload)
    return json.dumps(document, ensure_ascii=False, indent=2) if isinstance(document, dict | list) else text


def _mail(payload: InboundPayload) -> str:
    try:
        mail = read_mail(payload.body, received_at=payload.received_at)
    except MailUnreadable:
        return text_of(replace(payload, body=payload.body[:SHOWN_BYTES]))
    sender = " ".join(filter(None, (mail.name, f"<{mail.address}>" if mail.address else "")))
    head = (said("发件人：{sender}", sender=sender), said("主题：{subject}", subject=mail.subject), mail.files_words)
    return "\n\n".join(filter(None, ("\n".join(filter(None, head)), mail.text)))


def _wechat(payload: InboundPayload) -> str:
    """Return the words of a WeChat message; what its writer is called there is nobody's business."""
    try:
        message = read_message(payload.body)
    except Unreadable:
        return ""
    return message.text or said("（{kind}）", kind=word(KIND_LABELS.get(message.kind, "其他消息")))


def _weibo(payload: InboundPayload) -> str:
    """Return the words of a status or comment; the number of its writer is nobody's business."""
    try:
        post = weibo.read_kept(payload.body)
    except weibo.Unreadable:
        return ""
    passed_on = said("转发的微博：{passed_on}", passed_on=post.passed_on or word("已看不到")) if post.is_repost else ""
    pictures = said("（带有 {number} 张图片）", number=len(post.pictures)) if post.pictures else ""
    return "\n".join(filter(None, (post.text, passed_on, pictures)))


def _fields(text: str) -> str:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return ""
    return "\n".join(said("{name}：{value}", name=name, value=value) for name, value in pairs).replace("\x00", "\ufffd")
