"""The least an intake endpoint of the same stack can be: the same body read, one statement, one durable commit.

Served by gunicorn like the product (`benchmarks.one_statement:app`); `benchmarks.http_accept` measures against it.
"""

import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint
from sqlalchemy import text

from core.intake.rules import Appeal
from core.process import installation_from_environment
from core.web.api.schemas import AppealSchema

TENANT = os.environ["BENCHMARK_TENANT"]
STATEMENT = text(
    """
    INSERT INTO ticket (tenant_id, id, serial_no, code_version, state, channel, medium, mailbox, title, text, place,
        nature, urgency, complexity, matter_guessed, affected_count, submitted_at, accepted_at, cycle_no,
        bounce_count, light, is_attached, part_count, version, head_hash)
    VALUES (:tenant_id, :id, :serial_no, 1, 'accepted', :channel, 'web', '', :title, :text, :place,
        'help', 'normal', 'simple', false, 1, :now, :now, 1, 0, 'green', false, 0, 1, '')
    """
)

installation = installation_from_environment(on_wake=lambda: None)
app = Flask(__name__)
app.config.update(API_TITLE="one statement", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
intake = Blueprint("intake", __name__)


@intake.post("/tickets")
@intake.arguments(AppealSchema())
@intake.response(201)
def accept_in_one_statement(appeal: Appeal) -> dict[str, Any]:
    with installation.scope(TENANT) as scope:
        number = scope.new_id()
        values = {
            "tenant_id": scope.tenant.id,
            "id": number,
            "serial_no": f"B{number}",
            "channel": appeal.channel,
            "title": appeal.text[:40],
            "text": appeal.text,
            "place": appeal.place,
            "now": datetime.now(UTC),
        }
        scope.session.execute(STATEMENT, values)
    return {"serial_no": values["serial_no"]}


Api(app).register_blueprint(intake, url_prefix="/api/v1")
