"""A page of another site that shows the assistant, under the strictest policy that lets it in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from assistant.web.assets import script_integrity

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Appointments</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>
<body><main><h1>Work with us</h1><p>We look for members of the Board.</p>
{body}
</main></body></html>
"""
_WIDGET = """<role-assistant data-endpoint="{address}/api/ask" data-contact="team@example.gov.uk" {more}>
<a href="{address}/">Ask a question about this role</a></role-assistant>"""
_SCRIPT = '<script type="module" crossorigin src="{address}/embed.js" integrity="{integrity}"></script>'

PAGES = {
    "/": _WIDGET + _SCRIPT,
    "/deeper": _WIDGET.replace("{more}", 'data-heading-level="3"') + _SCRIPT,
    "/twice": _WIDGET + _WIDGET + _SCRIPT,
    "/tampered": _WIDGET + _SCRIPT.replace("{integrity}", "sha384-" + "A" * 64),
    "/framed": '<iframe src="{address}/embed" title="Ask about this role" width="600" height="600"></iframe>',
    "/framed-page": '<iframe src="{address}/" title="Ask about this role" width="600" height="600"></iframe>',
}


@dataclass
class Host:
    """`allowed` may show the assistant; `foreign` is the same page under a name that may not."""

    port: int
    address: str = ""

    @property
    def allowed(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def foreign(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def page(self, path: str) -> bytes | None:
        if path not in PAGES:
            return None
        body = PAGES[path].format(address=self.address, integrity=script_integrity(), more="")
        return _PAGE.format(body=body).encode()

    @property
    def policy(self) -> str:
        return (
            f"default-src 'none'; img-src data:; script-src {self.address}; connect-src {self.address}; "
            f"frame-src {self.address}; require-trusted-types-for 'script'; trusted-types 'none'"
        )


@contextmanager
def hosting() -> Iterator[Host]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    host = Host(server.server_port)

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = host.page(self.path)
            self.send_response(200 if page else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-security-policy", host.policy)
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server.RequestHandlerClass = Pages
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
