"""`huiying up` and `down` with programs that need no product: `python -m tests.embedded.stand_in up HOME PORT`."""

import sys
from pathlib import Path

import click

from core.embedded.locks import ASKED_TO_END
from core.embedded.programs import Program
from core.embedded.running import run_up, stop_all
from core.kit.errors import Refused

WEB = """
import http.server, os
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write("\\n".join(sorted(os.environ)).encode())
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Page).serve_forever()
"""


def main(verb: str, home: str, port: str = "0", *more: str) -> int:
    """Run or stop; return the exit code."""
    programs = [
        Program("web", [sys.executable, "-c", WEB]),
        Program("worker", ["sleep", "3600"]),
        *(Program("more", ["sh", "-c", command]) for command in more),
    ]
    try:
        if verb == "down":
            stop_all(Path(home), tell=click.echo)
        else:
            run_up(
                Path(home), port=int(port), run=programs, prepare=None, banner=lambda: "登录：甲 / 乙", tell=click.echo
            )
    except Refused as refused:
        click.echo(refused.message)
        return 2
    except KeyboardInterrupt:
        return 0
    except SystemExit as ending:
        return 0 if ending.code in ASKED_TO_END else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
