"""How gunicorn serves the pages: requests one at a time in the main thread, connections in a thread beside it.

A feature's answer can be cut in the main thread alone (`core.hooks.budget`), so that is where requests are answered. But
browsers open connections ahead and keep them open: a process that waited for one of them would serve nobody. So a side
thread, the poller, accepts connections, reads their requests, and waits again after the answer. What it hands to the
main thread is, nearly always, a request that is here as a whole; for what is not, the main thread waits for seconds only.

Decision 0018 says why not otherwise.
"""

from core.web.serving.worker import OneAtATime

__all__ = ["OneAtATime"]
