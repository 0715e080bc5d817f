"""`core.hooks.signing` compares signatures in a time that tells nothing: `signed_message_id` for those of [Standard
Webhooks](https://www.standardwebhooks.com), `hmac_sha256_matches` for a sender with a way of its own. The key is a `Secret` of the
settings: set apart from them, `None` where nobody has set one, and then nobody is vouched for.

> The id must be signed with the rest. A sender that gives none can be identified by a hash of the body; then two residents
> who say the same in the same words are one.

A message is kept under its id once per channel. The same id with the same bytes is answered as before; with other bytes it is
refused with 409. What a signature leaves out, such as the content type, may have been changed on the way.
"""

from core.hooks import Authenticated, hookimpl
from core.hooks.settings import Secret, Settings
from core.hooks.signing import signed_message_id


class ExampleSettings(Settings):
    key = Secret(title="推送密钥", group="推送接入", shortest=24)


@hookimpl
def authenticate_inbound(settings, channel, request):
    message_id = signed_message_id(settings["key"], request)
    if channel != "hotline" or message_id is None:
        return None
    return [Authenticated(message_id, "elsewhere.hotline/signature", "热线平台的签名核对无误")]
