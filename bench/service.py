"""A stand-in for OSV's service on the loopback interface, as quick as one can be: every answer is made beforehand.

python -m bench.service ANSWERS      prints its port, serves until it is ended
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@contextmanager
def serving(answers: Path) -> Iterator[str]:
    """The address of the service, which runs in a process of its own while this lasts."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.service", str(answers)],
        cwd=Path(__file__).resolve().parent.parent,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1/query"
        finally:
            process.terminate()


def serve(answers: dict[str, bytes]) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet, or each answer waits 40 ms for an acknowledgement

        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = answers.get(f"{query['package']['name']} {query['version']}", b"{}")
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    found = json.loads(Path(sys.argv[1]).read_text())
    serve({query: json.dumps({"vulns": records}).encode() for query, records in found.items()})
