"""The leader's page 理政版: what needs the leader, read, instructed and answered on the phone."""

from core.web.leader import brief, pages

BLUEPRINTS = (brief.pages, pages.pages)
"""The pages of leaders."""
