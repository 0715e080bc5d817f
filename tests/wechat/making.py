"""A district with a WeChat account, set up as an administrator does it."""

from datetime import UTC, datetime
from typing import Any

from core.hooks.core_features import PORTAL_INTAKE, WECHAT
from core.hooks.settings import SecretText
from core.tenancy.revisions import Author, make_active, write_revision
from core.tenancy.scope import Installation
from core.tenancy.secret_rows import keep_text
from tests.wechat.double import APP_ID, APP_SECRET, TEMPLATE, WeChatApi

TOKEN, AES_KEY = "a-token-of-the-tests", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ORIGINAL_ID, OPENID, OTHER = "gh_7f083739789a", "oia2TjjewbmiOUlr6X-1crbLOvLw", "oyORnuP8q7ou2gfYjqLzSIWZf0rs"
SET_UP = Author("系统维护", None)
PAGE = "https://appeals.example.gov.cn"


def set_wechat(
    installation: Installation, slug: str, api: WeChatApi, *, secret: str = APP_SECRET, **settings: Any
) -> None:
    """Give a district its account at this double of WeChat."""
    now = datetime.now(UTC)
    values = {
        "app_id": APP_ID,
        "original_id": ORIGINAL_ID,
        "api": api.url,
        "template_id": TEMPLATE,
        **settings,
    }
    with installation.scope(slug) as scope:
        for feature, wanted in ((WECHAT.id, values), (PORTAL_INTAKE.id, {"address": PAGE})):
            made = write_revision(
                scope, feature, values=wanted, schema_version=1, reason="接入", author=SET_UP, now=now
            )
            make_active(scope, feature, made.number, actor=SET_UP, now=now)
        for name, text in (("app_secret", secret), ("token", TOKEN), ("aes_key", AES_KEY)):
            keep_text(scope, WECHAT.id, name, SecretText(text), by="测试", now=now)
    installation.forget()
