"""What kinds of jobs there are, and how each is done."""

from collections.abc import Mapping

from core.jobs.delivery import delivering
from core.jobs.drain import JobKind
from core.jobs.transports.outgoing import Gateway
from core.tickets.messages import DELIVER


def job_kinds(gateways: Mapping[str, Gateway]) -> Mapping[str, JobKind]:
    """Return the table of kinds: what may be written to the outbox stands here, or waits for a version that has it."""
    return {
        DELIVER: delivering(gateways),
    }
