"""A worker that freezes with a job in hand: another one takes over, and nothing comes of it when it wakes."""

import signal

from core.kit.policies import APP_ROLE
from core.tenancy.scope import Installation
from tests.builders import make_district
from tests.jobs.conftest import OwnDatabase, Start
from tests.jobs.making import jobs_of, make_message, make_reachable, message_of, soon
from tests.jobs.outside import SECRET, SmsReceiver

IDLE_SECONDS = 2
"""After so long the database ends a transaction that stands still; the product's role has 30."""


def test_a_frozen_worker_is_fenced_off_and_its_job_done_once(
    installation: Installation, database: OwnDatabase, start: Start, sms: SmsReceiver
) -> None:
    with database.admin() as connection:
        connection.execute(
            f'ALTER ROLE "{APP_ROLE}" IN DATABASE "{database.name}" '
            f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'"
        )
    district = make_district(installation)
    make_reachable(installation, district, phone="02800000001")
    message_id = make_message(installation, district, at_night=True)
    sms.expects_now = False
    sms.delay = 1
    frozen = start("core.worker", SMS_URL=sms.url, SMS_SECRET=SECRET)
    assert sms.arrived.wait(20), frozen.said()

    frozen.signal(signal.SIGSTOP)
    sms.delay = 0
    other = start("core.worker", SMS_URL=sms.url, SMS_SECRET=SECRET)
    assert soon(lambda: message_of(installation, district, message_id).state == "sent"), other.said()
    assert other.end() == 0
    frozen.signal(signal.SIGCONT)
    later = make_message(installation, district, at_night=True)

    assert soon(lambda: message_of(installation, district, later).state == "sent"), frozen.said()
    assert frozen.process.poll() is None
    assert [(job.state, job.attempts) for job in jobs_of(installation, district)] == [("done", 1)] * 2
    # Outside it is at least once, and under the same id: the gateway can tell.
    assert sorted(sms.ids) == sorted([f"{district}-{message_id}"] * 2 + [f"{district}-{later}"])
