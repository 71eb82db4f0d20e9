"""A Hub on the loopback: the contract of the list of models, and faults on purpose.

    with FakeHub(models=500, seed=3, rates={"520": 0.1}) as hub:
        collect.hub(folder, endpoint=hub.endpoint)

Faults are set or drawn as tests.loopback says.
"""

import base64
import json
import urllib.parse

from tests import loopback
from tests.fakehub.holdings import catalogue

SORTS = {"createdAt", "downloads", "lastModified", "likes", "trendingScore"}
STATUS = {"429": 429, "429-ratelimit": 429, "429-retry-after": 429, "500": 500, "502": 502, "503": 503, "520": 520}
STATUS |= {"401": 401, "403": 403, "404": 404}
PASSING = [
    "429", "429-ratelimit", "429-retry-after", "500", "502", "503", "520", "stall", "slow", "truncated", "cut",
    "dropped", "html", "null-row", "no-field", "repeated", "no-link", "self-link", "expired",
]  # fmt: skip
"""Faults after which a client that tries again gets everything."""
OVERLAP = 7  # rows that a shifted page repeats


class FakeHub(loopback.Serving):
    """The server. `rows` are the models it holds; change them between collections as the Hub changes."""

    def __init__(self, models=100, seed=0, rates=None, script=None, hostile=0, largest=1000, window=0, rows=None):
        """hostile: models with names that attack. largest: records a page. window: seconds that a 429 asks for."""
        super().__init__(script, rates, seed)
        self.rows = catalogue(models, seed, hostile) if rows is None else rows
        self.largest, self.window = largest, window
        self.handlers = (Handler,)
        self.epoch = 0
        self.orders = {}

    @property
    def endpoint(self):
        """What HF_ENDPOINT has to be."""
        return self.addresses[0]

    def change(self, rows):
        """From now on, hold these models."""
        with self.lock:
            self.rows, self.orders = rows, {}

    def fault(self, path, headers):
        """As ever; and one that expires cursors."""
        found = super().fault(path, headers)
        if found == "expired":
            with self.lock:
                self.epoch += 1
        return found

    def listed(self, query):
        """The models that a query asks for, in its order, each as JSON; a query is worked out once."""
        asked = tuple(
            sorted((name, tuple(values)) for name, values in query.items() if name not in ("limit", "cursor"))
        )
        with self.lock:
            if asked not in self.orders:
                self.orders[asked] = self._select(query)
            return self.orders[asked]

    def _select(self, query):
        rows = self.rows
        if author := query.get("author"):
            rows = [row for row in rows if row["id"].startswith(author[0] + "/")]
        for tag in query.get("filter", []):
            rows = [row for row in rows if tag in row["tags"]]
        sort = query.get("sort", ["trendingScore"])[0]
        ascending = query.get("direction", ["-1"])[0] == "1"
        rows = sorted(rows, key=lambda row: (row[sort], row["_id"]), reverse=not ascending)
        expand = set(query.get("expand", [])) | set(query.get("expand[]", []))
        shown = {"_id", "id", *(expand or {"likes", "tags", "downloads", "createdAt", "library_name", "pipeline_tag"})}
        return [json.dumps({k: v for k, v in row.items() if k in shown}).encode() for row in rows]

    def cursor(self, place):
        """Stateless, as the Hub's: all of it is in the text."""
        return base64.urlsafe_b64encode(json.dumps([self.epoch, place]).encode()).decode()

    def place(self, cursor):
        """Where a cursor points to, None if it is not accepted any more."""
        try:
            epoch, place = json.loads(base64.urlsafe_b64decode(cursor))
        except ValueError:
            return None
        return place if epoch == self.epoch else None


class Handler(loopback.Handler):
    def do_GET(self):
        hub = self.server.fake
        self.broken = None
        address = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(address.query)
        fault = hub.fault(self.path, self.headers)
        if address.path != "/api/models" or query.get("sort", ["createdAt"])[0] not in SORTS:
            return self.answer(404 if address.path != "/api/models" else 400, b"{}")
        if fault in STATUS:
            return self.answer(STATUS[fault], b"<html>no</html>", self.limits(fault))
        start = hub.place(query["cursor"][0]) if "cursor" in query else 0
        if start is None:
            return self.answer(400, b"{}", {"X-Error-Message": "Invalid cursor"})
        limit = min(int(query.get("limit", [hub.largest])[0]), hub.largest)
        rows = hub.listed(query)
        first = max(0, start - OVERLAP) if fault == "repeated" else start
        page = rows[first : start + limit]
        following = start + limit if start + limit < len(rows) else None
        return self.page(fault, query, page, following)

    def page(self, fault, query, page, following):
        """Answer with a page, spoilt as `fault` says."""
        headers = {"RateLimit": '"api";r=499;t=300', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}
        hub = self.server.fake
        if following is not None:
            given = [(name, value) for name, values in query.items() for value in values if name != "cursor"]
            link = urllib.parse.urlencode([*given, ("cursor", hub.cursor(following))])
            headers["Link"] = f'<{hub.endpoint}/api/models?{link}>; rel="next"'
        if fault in ("no-link", "short"):
            headers.pop("Link", None)
        if fault == "self-link":
            headers["Link"] = f'<{hub.endpoint}{self.path}>; rel="next"'
        if fault == "off-host":
            headers["Link"] = '<http://localhost:9/api/models?cursor=x>; rel="next"'
        if fault == "short":
            page = page[: len(page) // 2]
        if fault == "empty":
            page = []
        if fault == "null-row" and page:
            page = [b"null", *page[1:]]
        if fault == "no-field" and page:
            page = [b'{"id": "a/b"}', *page[1:]]
        body = b"[" + b",".join(page) + b"]"
        if fault == "html":
            return self.answer(200, b"<!doctype html><p>Please wait</p>", {"Content-Type": "text/html"})
        self.broken = fault
        return self.answer(200, body, {"Content-Type": "application/json", **headers})

    def limits(self, fault):
        """What a refusal says of waiting."""
        window = self.server.fake.window
        return {
            "429-ratelimit": {"RateLimit": f'"api";r=0;t={window}'},
            "429-retry-after": {"Retry-After": str(window)},
        }.get(fault, {})
