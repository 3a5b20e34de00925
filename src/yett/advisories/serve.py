"""OSV's API on this machine alone, over the local database: for other tools that ask OSV, without a network."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from urllib.parse import unquote

from yett.advisories import osv
from yett.advisories.lookup import Advisories, Unusable, advisories
from yett.errors import YettError
from yett.lean import Any

HOST = "127.0.0.1"
PORT = 8642
LARGEST_QUERY = 16 << 20
PATIENCE = 30.0
"""Seconds that a client may take between two pieces of a question."""

_Answer = Callable[[Advisories, Mapping[str, Any]], dict[str, Any]]
_QUESTIONS: dict[str, _Answer] = {"/v1/query": osv.query, "/v1/querybatch": osv.batch}
_CODES = {400: 3, 403: 7, 404: 5, 405: 12, 411: 3, 413: 3, 500: 13}
"""HTTP's code to gRPC's, which OSV's errors carry (https://grpc.io/docs/guides/status-codes/)."""


def serve(database: str, port: int, say: Callable[[str], None]) -> int:
    """Answer until interrupted. `port` 0 takes a free one. Raises YettError."""
    with server(database, port) as listening:
        say(f"{address(listening)}/v1/query, /v1/querybatch and /v1/vulns/ID; end with Ctrl-C")
        try:
            listening.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


def server(database: str, port: int) -> Server:
    """A server that is bound to this machine's own address, and not running yet. Raises YettError."""
    opened = advisories(database)
    if isinstance(opened, Unusable):
        raise YettError(opened.reason)
    try:
        return Server(opened, port)
    except (OSError, OverflowError) as error:
        opened.close()
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise YettError(f"cannot listen at {HOST}:{port}: {reason}") from error


def address(listening: Server) -> str:
    return f"http://{HOST}:{listening.server_address[1]}"


class Server(ThreadingHTTPServer):
    """Never on another address than this machine's own: the answers are nobody else's business."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, opened: Advisories, port: int) -> None:
        self.advisories = opened
        self.turn = threading.Lock()
        """One question at a time: a connection to SQLite is not to be shared, and an answer takes under 1 ms."""
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's own asks the resolver for a name
        self.server_name, self.server_port = HOST, self.server_address[1]

    def server_close(self) -> None:
        super().server_close()
        self.advisories.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = "yett"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    wbufsize = -1
    disable_nagle_algorithm = True
    """An answer goes in one piece and at once: in two it would wait for the client's late acknowledgement, 40 ms."""

    def do_GET(self) -> None:
        if self._is_foreign():
            return
        prefix, _, ident = self.path.partition("?")[0].rpartition("/")
        if prefix != "/v1/vulns" or not ident:
            self._refuse(405 if self.path in _QUESTIONS else 404, "there is nothing here")
            return
        try:
            with self.server.turn:
                found = osv.by_id(self.server.advisories, unquote(ident))
        except YettError as error:
            self._refuse(500, str(error))
            return
        if found is None:
            self._refuse(404, "Bug not found.")
        else:
            self._give(200, found)

    def do_POST(self) -> None:
        if self._is_foreign():
            return
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            self._refuse(411, "a question says how long it is")
            return
        if int(length) > LARGEST_QUERY:
            self._refuse(413, f"a question has at most {LARGEST_QUERY >> 20} MiB")
            return
        body = self.rfile.read(int(length))
        answer = _QUESTIONS.get(self.path.partition("?")[0].rstrip("/"))
        if answer is None:
            self._refuse(404, "there is nothing here")
            return
        try:
            asked = json.loads(body)
            if not isinstance(asked, dict):
                raise osv.BadQueryError("a question is a JSON object")
            with self.server.turn:
                found = answer(self.server.advisories, asked)
        except (ValueError, RecursionError):
            self._refuse(400, "a question is JSON")
        except osv.BadQueryError as error:
            self._refuse(400, str(error))
        except YettError as error:
            self._refuse(500, str(error))
        else:
            self._give(200, found)

    def _is_foreign(self) -> bool:
        """Whether a page in a browser asks under a name of its own that it made to mean this machine; refused then."""
        name = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if name in (HOST, "localhost") and not self.headers.get("Origin"):
            return False
        self._refuse(403, f"ask at {HOST}")
        return True

    def _refuse(self, code: int, message: str) -> None:
        self.close_connection = True  # what is left of the question is not read
        self._give(code, {"code": _CODES[code], "message": message})

    def _give(self, code: int, document: Mapping[str, Any]) -> None:
        content = json.dumps(document).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Requests are untrusted text, and nobody reads them."""
