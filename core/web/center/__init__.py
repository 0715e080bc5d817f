"""The community centre 社区党群服务中心: what its workers take in for people at the counter or at the door, and follow."""

from core.web.center import entries, meetings, receipt, take_in

BLUEPRINTS = (entries.pages, meetings.pages, receipt.pages, take_in.pages)
"""The pages of community centres."""
