"""Which ways out of this machine its environment names. Pages and jobs of one installation are given the same."""

import os


def has_sms() -> bool:
    """Tell whether there is an SMS gateway."""
    return bool(os.environ.get("SMS_URL"))


def has_mail() -> bool:
    """Tell whether there is a mail server."""
    return bool(os.environ.get("SMTP_URL"))
