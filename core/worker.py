"""The worker process: `python -m core.worker`. It does the jobs of the job table; any number may run."""

import os
import sys

from core.jobs.drain import Drain
from core.jobs.kinds import job_kinds
from core.jobs.listening import Ear
from core.jobs.process import Ending, run_process
from core.jobs.transports.configured import gateways_from_environment
from core.tenancy.scope import Installation


def work(installation: Installation, ending: Ending) -> None:
    """Look into the job table at every hint and every two seconds, until asked to end."""
    drain = Drain(installation, job_kinds(gateways_from_environment(), installation), is_ending=ending.is_asked)
    ear = Ear(os.environ["REDIS_URL"], ending)
    try:
        while not ending.is_asked():
            drain.run(now=installation.database.clock.now)
            ear.wait()
    finally:
        ear.close()


if __name__ == "__main__":
    sys.exit(run_process("后台任务", work))
