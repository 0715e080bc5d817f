"""The secrets 密钥 of a feature on the page of its settings: set anew, replaced, removed; what they say is shown to nobody."""

from flask import Blueprint, request

from core.hooks.settings import SecretText
from core.journey.settings.secrets import forget_secret, set_secret
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import Permission
from core.web.admin.editors import form_of_feature
from core.web.admin.settings_form import show_settings_after
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("admin_secrets", __name__)


class SecretMissing(Refused):
    """No secret was typed."""

    code = "secret-missing"


@pages.post("/admin/features/<feature>/secrets/<name>")
@allows(Permission.ADMINISTER, again=show_settings_after)
def keep_secret(visit: Visit, feature: str, name: str) -> Answer:
    """Keep what was typed as this secret, in place of what was set before; it holds at once."""
    text = request.form.get("secret", "")
    if not text:
        raise SecretMissing("没有键入密钥，原来的照旧。请键入后再保存；要停用请按“移除”。")
    set_secret(visit.scope, installation().roster, feature, name, SecretText(text), actor=visit.actor, now=visit.now)
    return Done("密钥已加密保存，几秒后起用；以后谁也看不到它的内容", f"{form_of_feature(feature)}#secrets")


@pages.post("/admin/features/<feature>/secrets/<name>/remove")
@allows(Permission.ADMINISTER, again=show_settings_after)
def remove_secret(visit: Visit, feature: str, name: str) -> Answer:
    """Forget this secret."""
    installation().roster.get(feature)
    forget_secret(visit.scope, feature, name, actor=visit.actor, now=visit.now)
    return Done(said("密钥已移除"), f"{form_of_feature(feature)}#secrets")
