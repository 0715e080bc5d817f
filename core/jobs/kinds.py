"""What kinds of jobs there are, and how each is done."""

from collections.abc import Mapping

from core.coordination.errands import ERRAND_DUE
from core.files.scanning import SCAN_FILE
from core.jobs.bulletins import drafting_bulletins
from core.jobs.deliveries import sending_figures
from core.jobs.delivery import delivering
from core.jobs.drain import JobKind
from core.jobs.dry_runs import trying
from core.jobs.errands import watching_errands
from core.jobs.feature_events import acting_on_events
from core.jobs.feature_jobs import FEATURE_JOB, doing_daily_work
from core.jobs.file_scans import scanning
from core.jobs.held_deeds import carrying_out
from core.jobs.inbound import taking_in
from core.jobs.phone_codes import sending_codes
from core.jobs.referrals import bringing_news, referring
from core.jobs.rights_answers import telling_answers
from core.jobs.rule_drafts import drafting_rules
from core.jobs.settings import settings_kinds
from core.jobs.tasks import doing_tasks
from core.jobs.transports.outgoing import Gateway
from core.jobs.transports.wechat import Tokens
from core.jobs.trying_out import trying_out
from core.jobs.wechat import fetching_media
from core.jobs.weibo.pictures import fetching_pictures
from core.journey.bulletins import BULLETIN
from core.journey.conversation.converse import WECHAT_MEDIA
from core.journey.conversation.mentions import WEIBO_PICTURE
from core.journey.deliveries import FIGURE_SENDING
from core.journey.dry_run import DRY_RUN
from core.journey.held import HELD_DEED
from core.journey.inbound.receive import INBOUND
from core.journey.remember import RULE_DRAFT
from core.journey.rights import RIGHTS_ANSWER
from core.journey.try_out import TRY_OUT
from core.residents.phones.codes import PHONE_CODE
from core.routing.referrals import REFER, REFERRAL_NEWS
from core.tasks.models import TASK
from core.tenancy.scope import Installation
from core.tickets.messages import DELIVER
from core.tickets.news import FEATURE_EVENT


def job_kinds(gateways: Mapping[str, Gateway], installation: Installation) -> Mapping[str, JobKind]:
    """Return the table of kinds: what may be written to the outbox stands here, or waits for a version that has it."""
    tokens = Tokens()
    return {
        BULLETIN: drafting_bulletins(installation),
        DELIVER: delivering(gateways, tokens),
        DRY_RUN: trying(installation),
        ERRAND_DUE: watching_errands(),
        FEATURE_EVENT: acting_on_events(),
        FEATURE_JOB: doing_daily_work(),
        FIGURE_SENDING: sending_figures(installation, gateways),
        HELD_DEED: carrying_out(),
        INBOUND: taking_in(),
        PHONE_CODE: sending_codes(gateways),
        REFER: referring(installation),
        REFERRAL_NEWS: bringing_news(installation),
        RIGHTS_ANSWER: telling_answers(gateways),
        RULE_DRAFT: drafting_rules(installation),
        SCAN_FILE: scanning(),
        TASK: doing_tasks(installation),
        TRY_OUT: trying_out(gateways),
        WECHAT_MEDIA: fetching_media(tokens),
        WEIBO_PICTURE: fetching_pictures(),
        **settings_kinds(installation),
    }
