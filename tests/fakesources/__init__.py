"""The other sources on the loopback: OpenRouter, Artificial Analysis, the Hub's data sets, raw files; with faults.

    with FakeSources(script={0: "500"}) as fake:
        fetch_arena.fetch_all(folder, endpoint=fake.hub)

Each source keeps its vendor's contract: who may ask, windows, pages, redirections to a second host that serves ranges.
Faults are set or drawn as tests.loopback says. Requests to the second host are counted too.
"""

import datetime
import hashlib
import json
import re
import urllib.parse
from pathlib import PurePosixPath

from tests import loopback
from tests.fakesources.holdings import AA_KEY, OPENROUTER_KEY

STATUS = {name: int(name) for name in ("401", "403", "404", "410", "429", "500", "502", "503")}
PASSING = ["429", "500", "502", "503", "truncated", "cut", "dropped", "html", "stall"]
"""Faults after which a client that tries again gets everything."""
COMMIT = "c0ffee" + "0" * 34
SIGNATURE = "X-Amz-Signature=signed-for-you-alone"


class FakeSources(loopback.Serving):
    """The servers, and what they hold: change it between fetches as the sources change.

    rankings: rows of OpenRouter's. models: its catalogue. index: models of Artificial Analysis. files: path under
    datasets/<owner>/<name>/ → bytes, at COMMIT. raw: path → bytes, of raw.githubusercontent.com. spoil: what is to
    become of an answer in JSON, by its path; spoil_part: of a part of a file. told: more headers of each refusal.
    """

    def __init__(self, script=None, rates=None, seed=0, window=0):
        """window: seconds that a 429 asks to wait."""
        super().__init__(script, rates, seed)
        self.window, self.handlers = window, (Handler, Store)
        self.rankings, self.models, self.index, self.files, self.raw = [], [], [], {}, {}
        self.today = datetime.datetime.now(datetime.UTC).date()
        self.as_of = "2026-11-24T06:00:00.000Z"
        self.meta, self.told_digest = {}, None
        self.ranges, self.paged, self.version, self.largest = True, 0, 4.1, 200
        self.sent, self.epoch = {}, b""
        self.spoil, self.spoil_part, self.told = None, None, {}

    def __enter__(self):
        super().__enter__()
        self.hub, self.store = self.addresses
        self.openrouter, self.aa, self.api, self.plain = (
            self.hub + path for path in ("/api/v1", "/api/v2", "/github", "/plain")
        )
        return self

    def hold(self, dataset, path, content):
        """Put a file into a data set."""
        self.files[f"{dataset}/{path}"] = content


class Base(loopback.Handler):
    stall = 1.5

    def do_GET(self):
        self.fake = self.server.fake
        self.broken = self.fake.fault(self.path, self.headers)
        address = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(address.query))
        if self.broken in STATUS:
            told = self.headers.get("Authorization", self.headers.get("x-api-key", "none"))
            waits = ({"Retry-After": str(self.fake.window)} if self.broken == "429" else {}) | self.fake.told
            # As careless as a server can be: it sends the key back.
            return self.json({"error": {"code": 0, "message": f"refused {told}"}}, STATUS[self.broken], waits)
        if self.broken == "html":
            return self.answer(200, b"<!doctype html><p>Please wait</p>", {"Content-Type": "text/html"})
        return self.route(urllib.parse.unquote(address.path))

    def json(self, content, status=200, headers=None):
        if status == 200 and self.fake.spoil is not None:
            content = self.fake.spoil(self.path, content)
        self.answer(status, json.dumps(content).encode(), {"Content-Type": "application/json", **(headers or {})})

    def answer(self, status, body, headers=None):
        """As ever; what went out whole is counted."""
        if super().answer(status, body, headers):
            with self.fake.lock:
                path = self.path.partition("?")[0]
                self.fake.sent[path] = self.fake.sent.get(path, 0) + len(body)


class Handler(Base):
    """The sources themselves."""

    def route(self, path):
        for form, method in ROUTES:
            if match := re.fullmatch(form, path):
                return method(self, *match.groups())
        return self.json({"error": "no such route"}, 404)

    def rankings(self):
        fake = self.fake
        if self.headers.get("Authorization") != f"Bearer {OPENROUTER_KEY}":
            return self.json({"error": {"code": 401, "message": "No auth credentials found"}}, 401)
        yesterday = fake.today - datetime.timedelta(days=1)
        start, end = (datetime.date.fromisoformat(self.query[name]) for name in ("start_date", "end_date"))
        start, end = max(start, datetime.date(2025, 1, 1)), min(end, yesterday)
        if start > end or (end - start).days + 1 > 366:
            return self.json({"error": {"code": 400, "message": "the window is wider than 366 days"}}, 400)
        rows = [row for row in fake.rankings if str(start) <= row["date"] <= str(end)]
        meta = {"as_of": fake.as_of, "start_date": str(start), "end_date": str(end), "version": "v1"} | fake.meta
        return self.json({"data": rows, "meta": meta})

    def catalogue(self):
        """Models whose output is as asked for: text, unless it is said."""
        fake, start = self.fake, int(self.query.get("offset", 0))
        wanted = self.query.get("output_modalities", "text")
        models = [row for row in fake.models if wanted in ("all", *row["architecture"]["output_modalities"])]
        stop = start + (fake.paged or len(models))
        following = f"/api/v1/models?{urllib.parse.urlencode(self.query | {'offset': stop})}"
        links = {"next": following if stop < len(models) else None}
        return self.json({"data": models[start:stop], "links": links, "total_count": len(models)})

    def index(self):
        fake, page = self.fake, int(self.query.get("page", 1))
        if self.headers.get("x-api-key") != AA_KEY:
            return self.json({"error": "Invalid API key."}, 401)
        pages = -(-len(fake.index) // fake.largest)
        rows = fake.index[(page - 1) * fake.largest : page * fake.largest]
        pagination = {"page": page, "page_size": fake.largest, "total_pages": pages, "has_more": page < pages}
        version = fake.version(page) if callable(fake.version) else fake.version
        envelope = {"tier": "free", "intelligence_index_version": version, "pagination": pagination}
        return self.json({"meta": envelope, "data": rows} if fake.paged else {**envelope, "data": rows})

    def revision(self, dataset):
        held = any(path.startswith(f"{dataset}/") for path in self.fake.files)
        return self.json({"id": dataset, "sha": COMMIT}, 200 if held else 404)

    def tree(self, dataset, folder):
        """Files and folders below one: those deeper than its own only where all are asked for."""
        base = f"{dataset}/{folder}/"
        files = {path.removeprefix(f"{dataset}/"): path for path in self.fake.files if path.startswith(base)}
        folders = {str(above) for path in files for above in PurePosixPath(path).parents} - {".", folder}
        rows = [{"type": "directory", "path": path, "oid": "0" * 40, "size": 0} for path in sorted(folders)]
        for path, held in files.items():
            content = self.fake.files[held]
            digest = self.fake.told_digest or hashlib.sha256(content).hexdigest()
            lfs = {"oid": digest, "size": len(content), "pointerSize": 130}
            rows.append({"type": "file", "path": path, "size": len(content), "oid": "0" * 40, "lfs": lfs})
        if self.query.get("recursive") != "true":
            rows = [row for row in rows if str(PurePosixPath(row["path"]).parent) == folder]
        start = int(self.query.get("cursor", 0))
        stop = start + (self.fake.paged or len(rows))
        following = f"{self.path.partition('?')[0]}?{urllib.parse.urlencode(self.query | {'cursor': stop})}"
        link = {"Link": f'<{self.fake.hub}{following}>; rel="next"'} if stop < len(rows) else {}
        return self.json(rows[start:stop], 200, link)

    def resolve(self, dataset, path):
        if f"{dataset}/{path}" not in self.fake.files:
            return self.json({"error": "Entry not found"}, 404)
        return self.answer(302, b"", {"Location": f"{self.fake.store}/{dataset}/{path}?{SIGNATURE}"})

    def commit(self):
        return self.json({"sha": COMMIT})

    def blobs(self):
        """Git's own hash of each file: of those in folders only where all of the tree is asked for."""
        digests = {
            path: self.fake.told_digest or hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            for path, content in self.fake.raw.items()
        }
        rows = [{"path": path, "type": "blob", "sha": sha} for path, sha in digests.items()]
        if not self.query.get("recursive"):
            rows = [row for row in rows if "/" not in row["path"]]
        folders = sorted({path.rpartition("/")[0] for path in digests if "/" in path})
        rows += [{"path": path, "type": "tree", "sha": "0" * 40} for path in folders]
        return self.json({"sha": "0" * 40, "tree": rows, "truncated": False})

    def epoch(self):
        return self.answer(200, self.fake.epoch, {"Content-Type": "application/zip"})

    def plain(self, path):
        if path not in self.fake.raw:
            return self.json({"error": "404: Not Found"}, 404)
        return self.answer(200, self.fake.raw[path], {"Content-Type": "text/plain; charset=utf-8"})


ROUTES = (
    (r"/data/benchmark_data\.zip", Handler.epoch),
    (r"/api/v1/datasets/rankings-daily", Handler.rankings),
    (r"/api/v1/models", Handler.catalogue),
    (r"/api/v2/language/models/free", Handler.index),
    (r"/api/datasets/([^/]+/[^/]+)/revision/main", Handler.revision),
    (rf"/api/datasets/([^/]+/[^/]+)/tree/{COMMIT}/(.+)", Handler.tree),
    (rf"/datasets/([^/]+/[^/]+)/resolve/{COMMIT}/(.+)", Handler.resolve),
    (r"/github/repos/Interconnects-AI/tracked-models/commits/main", Handler.commit),
    (rf"/github/repos/Interconnects-AI/tracked-models/git/trees/{COMMIT}", Handler.blobs),
    (rf"/plain/Interconnects-AI/tracked-models/{COMMIT}/(.+)", Handler.plain),
)


class Store(Base):
    """Where the Hub sends those who ask for a file: signed addresses, ranges."""

    def route(self, path):
        content = self.fake.files[path[1:]]
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if asked is None or not self.fake.ranges:
            return self.answer(200, content)
        start, stop = int(asked[1]), min(int(asked[2]) + 1, len(content))
        shown = start + 1 if self.broken == "other-range" else start
        told = {"Content-Range": f"bytes {shown}-{stop - 1}/{len(content)}"}
        part = content[start:stop]
        return self.answer(206, self.fake.spoil_part(path, part) if self.fake.spoil_part else part, told)
