"""The clock process: `python -m core.jobs.clock`. It fires timers, counts, seals and archives, starts daily jobs, makes
public what was answered, gives to others what absent people have, lets units consult on what nobody takes, has
residents told who were not, erases contacts in their time, orders bulletins and figures that are sent by mail, removes files that belong to nobody, ends
articles in their time, watches for unusual rises, drafts reminder letters, and looks into mailboxes and at accounts on
Weibo.

Several may run; one at a time leads.
"""

import logging
import sys

from core.jobs.absences import Absences
from core.jobs.archives import Archives
from core.jobs.bulletins import Bulletins
from core.jobs.city_figures import CityFigures
from core.jobs.deliveries import Deliveries
from core.jobs.disclosures import Disclosures
from core.jobs.feature_jobs import FeatureJobs
from core.jobs.figures import Figures
from core.jobs.knowledge import Knowledge
from core.jobs.lagging import Lagging
from core.jobs.leadership import leadership
from core.jobs.mailbox.clock import MailIntake
from core.jobs.orphans import Orphans
from core.jobs.panels import Panels
from core.jobs.process import Ending, run_process
from core.jobs.reminders import Reminders
from core.jobs.retention import Retention
from core.jobs.rota import Rota
from core.jobs.seals import Seals
from core.jobs.stalled import Stalled
from core.jobs.suspensions import Suspensions
from core.jobs.tellings import Tellings
from core.jobs.timers import Timers
from core.jobs.warnings import Warnings
from core.jobs.weibo.clock import WeiboIntake
from core.tenancy.scope import Installation

TICK = 1.0
"""Seconds between two looks at the timers, and between two attempts to take the lead."""
log = logging.getLogger(__name__)


def keep_time(installation: Installation, ending: Ending) -> None:
    """Take the lead as soon as it is free, then fire timers every second and count at leisure, until asked to end."""
    utc_now = installation.database.clock.now
    while not ending.is_asked():
        with leadership(installation.database.engine) as lead:
            if lead is not None:
                log.info("时钟开始工作")
                timers = Timers(installation, is_ending=ending.is_asked)
                figures = Figures(installation, is_ending=ending.is_asked)
                city_figures = CityFigures(installation, is_ending=ending.is_asked)
                seals = Seals(installation, is_ending=ending.is_asked)
                archives = Archives(installation, is_ending=ending.is_asked)
                bulletins = Bulletins(installation, is_ending=ending.is_asked)
                deliveries = Deliveries(installation, is_ending=ending.is_asked)
                disclosures = Disclosures(installation, is_ending=ending.is_asked)
                feature_jobs = FeatureJobs(installation, is_ending=ending.is_asked)
                suspensions = Suspensions(installation, is_ending=ending.is_asked)
                stalled = Stalled(installation, is_ending=ending.is_asked)
                tellings = Tellings(installation, is_ending=ending.is_asked)
                panels = Panels(installation, is_ending=ending.is_asked)
                absences = Absences(installation, is_ending=ending.is_asked)
                retention = Retention(installation, is_ending=ending.is_asked)
                orphans = Orphans(installation, is_ending=ending.is_asked)
                mail_intake = MailIntake(installation, is_ending=ending.is_asked)
                weibo_intake = WeiboIntake(installation, is_ending=ending.is_asked)
                rota = Rota(installation, is_ending=ending.is_asked)
                knowledge = Knowledge(installation, is_ending=ending.is_asked)
                warnings = Warnings(installation, is_ending=ending.is_asked)
                reminders = Reminders(installation, is_ending=ending.is_asked)
                lagging = Lagging(installation, is_ending=ending.is_asked)
                while not ending.is_asked():
                    lead.confirm()
                    has_more = timers.fire(now=utc_now)
                    figures.refresh(now=utc_now)
                    city_figures.gather(now=utc_now)
                    seals.seal(now=utc_now)
                    archives.archive(now=utc_now)
                    bulletins.order(now=utc_now)
                    deliveries.order(now=utc_now)
                    disclosures.disclose(now=utc_now)
                    feature_jobs.write_due(now=utc_now)
                    suspensions.suspend(now=utc_now)
                    stalled.consult(now=utc_now)
                    tellings.look(now=utc_now)
                    panels.keep_time(now=utc_now)
                    absences.relieve(now=utc_now)
                    retention.erase(now=utc_now)
                    orphans.remove(now=utc_now)
                    mail_intake.fetch(now=utc_now)
                    weibo_intake.fetch(now=utc_now)
                    rota.check(now=utc_now)
                    knowledge.end(now=utc_now)
                    warnings.watch(now=utc_now)
                    reminders.keep(now=utc_now)
                    lagging.tell(now=utc_now)
                    ending.wait(0 if has_more else TICK)
        ending.wait(TICK)


if __name__ == "__main__":
    sys.exit(run_process("时钟", keep_time))
