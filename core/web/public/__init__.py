"""Pages without sign-in 公开页面. A page of its own subject stands in a module of its own and is offered by the index."""

from core.web.public import accessibility, index, links, own_mailbox, report_files
from core.web.public.site import public

__all__ = ["accessibility", "index", "links", "own_mailbox", "public", "report_files"]
