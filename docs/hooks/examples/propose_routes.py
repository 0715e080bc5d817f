"""The highest `score` wins, the earlier feature in a tie. Units that do not exist and units that returned this
ticket are passed over. Only a proposal with `direct` is carried out without a person 工单直派; any other is suggested to
the dispatcher. Passed-over proposals are kept with the decision.
"""

from core.hooks import RouteProposal, hookimpl


@hookimpl
def propose_routes(duty):
    if duty is None:
        return None
    return [RouteProposal(unit=duty.lead, rule_id="elsewhere.lead/duty", reason="职责清单的主办单位")]
