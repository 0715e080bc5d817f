"""Nothing is refused by a rule. `rejection` is one of the core's reasons for not accepting; the operator who refuses finds it
chosen, with your `advice` as the words for the resident, and may write others.
"""

from core.hooks import ScopeIssue, hookimpl


@hookimpl
def scope_issues(ticket):
    if "已起诉" not in ticket.text:
        return None
    advice = "诉求已进入诉讼程序，请依法通过诉讼渠道解决。"
    return [ScopeIssue("litigation", advice, "elsewhere.scope/lawsuit", "诉求提到已经起诉")]
