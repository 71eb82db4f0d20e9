"""A Hub on the loopback: the contract of the list of models, and faults on purpose.

    with FakeHub(models=500, seed=3, rates={"520": 0.1}) as hub:
        collect.hub(folder, endpoint=hub.endpoint)

Faults are set or drawn as tests.loopback says.
"""

import base64
import datetime
import email.utils
import json
import urllib.parse

from tests import loopback
from tests.fakehub.holdings import catalogue

SORTS = ("createdAt", "downloads", "lastModified", "likes", "trendingScore")
FIELDS = (
    "author", "cardData", "config", "createdAt", "disabled", "downloads", "downloadsAllTime", "gated", "lastModified",
    "library_name", "likes", "mask_token", "model-index", "pipeline_tag", "private", "safetensors", "sha", "siblings",
    "spaces", "tags", "transformersInfo", "trendingScore", "widgetData",
)  # fmt: skip
"""What the route takes. baseModels, childrenModelCount and usedStorage it refuses (huggingface_hub, 3182)."""
STATUS = {"429": 429, "429-ratelimit": 429, "429-retry-after": 429, "500": 500, "502": 502, "503": 503, "520": 520}
STATUS |= {"401": 401, "403": 403, "404": 404}
PASSING = [
    "429", "429-ratelimit", "429-retry-after", "500", "502", "503", "520", "stall", "slow", "truncated", "cut",
    "dropped", "html", "null-row", "no-field", "repeated", "no-link", "short-link", "short", "empty", "self-link",
    "expired",
]  # fmt: skip
"""Faults after which a client that tries again gets everything."""
OVERLAP = 7  # rows that a shifted page repeats


class FakeHub(loopback.Serving):
    """The server. `rows` are the models it holds; change them between collections as the Hub changes."""

    def __init__(
        self, models=100, seed=0, rates=None, script=None, hostile=0, largest=1000, window=0, rows=None, refuses=(),
        now=None,
    ):  # fmt: skip
        """hostile: models with names that attack. largest: records a page. window: seconds that a 429 asks for.

        refuses: what is not taken besides what the route never takes: fields, sort, limit. now: the time it tells,
        or a clock; "" for none.
        """
        super().__init__(script, rates, seed)
        self.rows = catalogue(models, seed, hostile) if rows is None else rows
        self.largest, self.window, self.refuses, self.now = largest, window, set(refuses), now
        self.handlers = (Handler,)
        self.epoch = self.probes = 0
        self.probed = []
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
        """As ever; and one that expires cursors. Who only asks for the time meets the faults of `probed`, in turn."""
        if path == "/api/models?limit=1":
            with self.lock:
                self.probes += 1
                return self.probed.pop(0) if self.probed else None
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
        rows = sorted(sorted(rows, key=lambda row: row["_id"]), key=lambda row: row[sort], reverse=True)
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

    def records(self, asked):
        """How many a page has, of those asked for."""
        return min(asked, self.largest)

    def following(self, start, limit, rows):
        """Where the page after one begins, None after the last."""
        return start + limit if start + limit < rows else None

    def refusal(self, query):
        """What the route says to a query that it does not take, None if it does; in the words of the real one."""
        sort = query.get("sort", ["trendingScore"])[0]
        if sort not in SORTS or ("sort" in query and "sort" in self.refuses):
            return f"✖ Invalid sort parameter: {sort}"
        if "direction" in query:
            return f"✖ Invalid direction parameter: {query['direction'][0]}"
        if "limit" in self.refuses and int(query.get("limit", ["0"])[0]) > self.largest:
            return f"✖ Too big: expected number to be <={self.largest}\n  → at limit"
        taken = [name for name in FIELDS if name not in self.refuses]
        for at, name in enumerate(query.get("expand[]", []) + query.get("expand", [])):
            if name not in taken:
                told = "|".join(f'"{field}"' for field in taken)
                return f"✖ Invalid option: expected one of {told}\n  → at expand[{at}]"
        return None


class Handler(loopback.Handler):
    def do_GET(self):
        hub = self.server.fake
        self.broken = None
        address = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(address.query)
        fault = hub.fault(self.path, self.headers)
        if address.path != "/api/models":
            return self.answer(404, b'{"error":"Sorry, we can\'t find the page you are looking for."}')
        if refusal := hub.refusal(query):
            told = json.dumps({"error": refusal}, ensure_ascii=False, separators=(",", ":"))
            return self.answer(400, told.encode(), {"Content-Type": "application/json; charset=utf-8"})
        if fault in STATUS:
            return self.answer(STATUS[fault], b"<html>no</html>", self.limits(fault))
        start = hub.place(query["cursor"][0]) if "cursor" in query else 0
        if start is None:
            return self.answer(400, b"{}", {"X-Error-Message": "Invalid cursor"})
        limit = hub.records(int(query.get("limit", [hub.largest])[0]))
        rows = hub.listed(query)
        first = max(0, start - OVERLAP) if fault == "repeated" else start
        page = rows[first : start + limit]
        return self.page(fault, query, page, hub.following(start, limit, len(rows)))

    def answer(self, status, body, headers=None):
        """As ever, with the time."""
        now = self.server.fake.now
        now = now() if callable(now) else datetime.datetime.now(datetime.UTC) if now is None else now
        told = {"Date": email.utils.format_datetime(now.astimezone(datetime.UTC), usegmt=True)} if now else {}
        return super().answer(status, body, (headers or {}) | told)

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
        if fault in ("short", "short-link"):
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
