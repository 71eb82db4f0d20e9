"""What every server on the loopback shares: its start and stop, the faults of its requests, spoilt answers.

Everything follows from the seed and the number of the request, so that a run can be repeated. Faults are drawn for each
request by `rates` ({fault: share}), or set for single requests by `script` ({request number from 0: fault}).
"""

import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Faults:
    """Counts requests and says which fault each meets. The lock is also for what a server's own fields hold."""

    def __init__(self, script=None, rates=None, seed=0):
        self.script, self.rates, self.seed = dict(script or {}), dict(rates or {}), seed
        self.lock = threading.Lock()
        self.requests, self.headers, self.faults = [], [], []

    def fault(self, path, headers):
        """Count a request; the fault that it meets, or None."""
        with self.lock:
            number = len(self.requests)
            self.requests.append(path)
            self.headers.append({name.lower(): value for name, value in headers.items()})
            found, draw = self.script.get(number), random.Random(f"{self.seed}:{number}").random()
            for name, rate in self.rates.items() if found is None else ():
                draw -= rate
                if draw < 0:
                    found = name
                    break
            self.faults.append(found)
            return found


class Serving(Faults):
    """Faults with servers, one for each of `handlers`; they run while it is entered."""

    handlers = ()

    def __enter__(self):
        self.servers = [Server(("127.0.0.1", 0), handler) for handler in self.handlers]
        for server in self.servers:
            server.fake = self
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.addresses = [f"http://127.0.0.1:{server.server_address[1]}" for server in self.servers]
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.shutdown()
            server.server_close()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that went away are part of the play."""


class Handler(BaseHTTPRequestHandler):
    """An answer, spoilt as `broken` says: dropped, truncated, cut (shorter than told), slow or stalled."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    broken = None
    stall = 3
    """Seconds without a byte."""

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=None):
        """Send an answer; True where it went out whole."""
        if self.broken == "dropped":
            return self.close()
        if self.broken == "truncated":
            body = body[: len(body) // 2]
        self.send_response_only(status, "fake")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.broken == "stall":
            time.sleep(self.stall)
            return self.close()
        if self.broken == "slow":
            for at in range(min(len(body), 60)):
                self.wfile.write(body[at : at + 1])
                self.wfile.flush()
                time.sleep(0.05)
            return self.close()
        if self.broken == "cut":
            self.wfile.write(body[: len(body) // 2])
            return self.close()
        self.wfile.write(body)
        return True

    def close(self):
        """Hang up."""
        self.close_connection = True
        self.connection.close()
        return False
