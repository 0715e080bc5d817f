"""`facts` is what is on record of the present round: open objections of units, what the reply says became of the matter,
and what the resident says. A proposal opens nothing: whoever supervises reads it on the ticket and decides.
"""

from core.hooks import ReviewProposal, hookimpl


@hookimpl
def review_triggers(facts):
    if facts.disposition != "resolved" or facts.resolved != "no":
        return None
    return [ReviewProposal("two_stories", "elsewhere.panel/two-stories", "单位说解决了，诉求人说没有")]
