"""The gateways that the environment names."""

import os
from collections.abc import Mapping

from core.jobs.transports.mail import MailServer
from core.jobs.transports.outgoing import Gateway
from core.jobs.transports.sms import SmsGateway


def gateways_from_environment() -> Mapping[str, Gateway]:
    """Return the gateways by transport, those that are configured. Raises `GatewayMisconfigured`."""
    gateways: dict[str, Gateway] = {}
    if url := os.environ.get("SMS_URL"):
        gateways["sms"] = SmsGateway.configured(url, os.environ.get("SMS_SECRET", ""))
    if url := os.environ.get("SMTP_URL"):
        gateways["mail"] = MailServer.configured(url)
    return gateways
