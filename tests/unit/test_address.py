"""An archive at an address gives a build what the same archive in a folder gives, and little is fetched."""

import hashlib
import json
import logging
import re
import shutil
import socket
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import fsspec
import fsspec.core
import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest
from fsspec.implementations.memory import MemoryFile
from fsspec.registry import _registry, known_implementations
from huggingface_hub import HfFileSystem
from typer.testing import CliRunner

from helpers import cli, edition, files, lock, paths
from helpers.archive import address, gather, listings, sound, store
from helpers.measures import derivatives
from helpers.sources import fetched, hub_records
from helpers.sources.hub_scope import WHOLE

MODELS = pd.DataFrame(
    {"model": ["Qwen/Qwen3-8B", "Qwen/Qwen3-4B", "zai-org/glm"], "organisation": ["Qwen", "Qwen", "Z"]}
)
LIST = "org,model,modelId\nQwen,Qwen3-8B,Qwen/Qwen3-8B\nQwen,Qwen3-4B,Qwen/Qwen3-4B\nzai-org,glm,zai-org/glm\n"
SPACES = ["Qwen", "THUDM", "zai-org", *(f"{letter}user" for letter in "abcdefghijklmnopqrstuvwxyz")]
DAYS = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"]


def noise(at: int) -> list[str]:
    """Tags that do not become small."""
    return [hashlib.sha512(f"{at} {number}".encode()).hexdigest() for number in range(16)]


def day(folder: Path, date: str, scope=WHOLE, names=SPACES, **more) -> Path:
    """A day as the collector leaves it, of 40 repositories a namespace in groups of 20 rows."""
    ids = sorted({f"{space}/model-{n}" for space in names for n in range(40)} | {*MODELS["model"], "THUDM/glm"})
    number = int(date[-2:])
    rows = pd.DataFrame({"model": ids, "downloads_all_time": range(number * 10, number * 10 + len(ids))})
    rows = rows.assign(downloads=rows.index, created_at=pd.Timestamp("2025-06-01", tz="UTC"), likes=3, gated="false")
    rows["tags"] = [["safetensors", f"base_model:{MODELS['model'][at % 3]}", *noise(at)] for at in rows.index]
    rows = rows.assign(library_name=None, pipeline_tag="text-generation", safetensors_total=8 * 10**9, **more)
    rows["last_modified"] = rows["created_at"]
    path = folder / f"date={date}" / store.FILE
    path.parent.mkdir(parents=True)
    table = pyarrow.Table.from_pandas(rows, preserve_index=False).select(hub_records.COLUMNS.names)
    table = table.cast(hub_records.COLUMNS)
    pyarrow.parquet.write_table(table, path, row_group_size=20, compression="zstd", write_page_checksum=True)
    times = dict.fromkeys(("started", "finished"), f"{date}T12:00:00+00:00")
    facts = {"scope": scope, "rows": len(rows), "sha256": files.digest(path), "day": date} | times
    files.write_json(path.with_name(store.MANIFEST), sound.sealed(facts))
    return path


def dump(folder: Path, date: str) -> None:
    """A day that came of a weekly dump: counts of tracked models alone."""
    with fetched.publishing(folder / f"date={date}" / store.FILE, newest_model=f"{date}T01:00:00+00:00") as (beside, _):
        rows = MODELS[["model"]].assign(downloads_all_time=[1, 2, 3], created_at=pd.Timestamp("2025-06-01", tz="UTC"))
        rows.to_parquet(beside, index=False)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    for name, text in {"registry/models.csv": LIST, "arena/x.csv": "a\n1\n", "arena/.x": "", "README.md": "x"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    dump(folder / "snapshots", "2026-02-25")
    day(folder / "snapshots", "2026-02-28", scope=["Qwen"], names=["Qwen"])
    for date in DAYS:
        day(folder / "snapshots", date)
    day(folder / "derivatives", "2026-03-04", scope=["Qwen/Qwen3-8B"], names=["auser"])
    return folder


@pytest.fixture
def held(written, tmp_path):
    """An archive in a folder."""
    return shutil.copytree(written, tmp_path / "archive")


@pytest.fixture
def at(held):
    """The same at an address; it is put there anew by each call."""
    there = fsspec.filesystem("memory")

    def put() -> str:
        if there.exists("/bucket"):
            there.rm("/bucket", recursive=True)
        there.put(f"{held}/", "/bucket/archive/", recursive=True)
        return "memory://bucket/archive"

    yield put
    there.rm("/bucket", recursive=True)


def bring(place: str, folder: Path) -> Path:
    address.bring.__wrapped__(place, folder)
    return folder


def built(archive: Path, raw: Path) -> dict[str, pd.DataFrame]:
    """What a build reads of an archive."""
    present = gather.gather(raw, archive)
    newest = listings.newest(raw / "derivatives")
    assert sound.look(archive / "snapshots", verify=True)[1] == []
    return {
        "present": present,
        "counts": store.read(raw / "snapshots", MODELS["model"]),
        "days": pd.DataFrame({"day": store.counted(raw / "snapshots")}),
        "described": listings.described(raw / "snapshots", MODELS["model"]),
        "derivatives": derivatives.classify(listings.sound(newest), MODELS, 5, ["gguf"]),
        "about": pd.DataFrame([listings.about(newest)]),
        "whole": pd.DataFrame({"whole": [(raw / "whole_hub").is_dir()]}),
    }


def assert_same(held: Path, brought: Path, raw: Path) -> None:
    here, there = built(held, raw / "here"), built(brought, raw / "there")
    for name, table in here.items():
        pd.testing.assert_frame_equal(there[name], table, obj=name)


def test_what_is_brought_gives_a_build_what_the_folder_gives(held, at, tmp_path):
    assert_same(held, bring(at(), tmp_path / "brought"), tmp_path)
    assert not list((tmp_path / "brought").glob("**/.x")) + list((tmp_path / "brought").glob("derivatives/*"))


def test_without_a_day_of_the_whole_hub_the_newest_listing_of_derivatives_is_brought(held, at, tmp_path):
    for date in DAYS:
        shutil.rmtree(held / "snapshots" / f"date={date}")
    assert_same(held, bring(at(), tmp_path / "brought"), tmp_path)


def test_of_a_day_of_the_whole_hub_only_groups_with_tracked_models_are_fetched(held, at, tmp_path, monkeypatch):
    fetched_ = Counter()
    read = MemoryFile.read

    def counting(self, *size):
        got = read(self, *size)
        fetched_[Path(self.path).parent.name] += len(got)
        return got

    monkeypatch.setattr(MemoryFile, "read", counting)
    bring(at(), tmp_path / "brought")
    size = {path.parent.name: path.stat().st_size for path in held.glob(f"snapshots/*/{store.FILE}")}
    for date in DAYS[:-1]:
        part = pyarrow.parquet.ParquetFile(tmp_path / "brought" / "snapshots" / f"date={date}" / store.FILE)
        assert set(part.read(["model"])["model"].to_pylist()) == {*MODELS["model"], "THUDM/glm"}
        assert fetched_[f"date={date}"] < size[f"date={date}"] / 4
    newest = pyarrow.parquet.read_schema(tmp_path / "brought" / "snapshots" / f"date={DAYS[-1]}" / store.FILE).names
    assert not {"likes", "gated", "last_modified"} & set(newest)


def test_only_what_has_changed_is_brought_again_and_what_is_gone_goes(held, at, tmp_path, monkeypatch):
    taken = []
    take = address.Archive._take
    monkeypatch.setattr(
        address.Archive, "_take", lambda self, name, *rest: (taken.append(name), take(self, name, *rest))
    )
    place, brought = at(), tmp_path / "brought"
    bring(place, brought)
    assert len(taken) == 8
    taken.clear()
    bring(place, brought)
    assert taken == []
    there = fsspec.filesystem("memory")
    day(held / "snapshots", "2026-03-05")
    there.put(f"{held}/snapshots/date=2026-03-05/", "/bucket/archive/snapshots/date=2026-03-05/", recursive=True)
    there.rm("/bucket/archive/snapshots/date=2026-03-01", recursive=True)
    shutil.rmtree(held / "snapshots/date=2026-03-01")
    bring(place, brought)
    assert sorted(taken) == [f"snapshots/date=2026-03-{number}/{store.FILE}" for number in ("04", "05")]
    assert_same(held, brought, tmp_path)
    taken.clear()
    (held / "registry/models.csv").write_text(LIST + "x,y,auser/model-3\n", encoding="utf-8")
    there.put(f"{held}/registry/models.csv", "/bucket/archive/registry/models.csv")
    bring(place, brought)
    assert len(taken) == 4  # the list, and the days of which rows are brought


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (
            lambda path: path.write_bytes(path.read_bytes()[:-9]),
            r"date=2026-03-02/models.parquet: cannot be read \(Arrow",
        ),
        (
            lambda path: path.with_name(store.MANIFEST).write_text("{}x"),
            r"date=2026-03-02/models.parquet: cannot be read",
        ),
        (
            lambda path: files.write_json(path.with_name(store.MANIFEST), sound.sealed({"scope": WHOLE, "rows": 3})),
            r"holds 1,\d+ models, and its record tells of 3; restore it, or move the day",
        ),
        (
            lambda path: files.write_json(path.with_name(store.MANIFEST), {"scope": WHOLE, "rows": 3, "seal": "x"}),
            "its record is not what was written; restore it",
        ),
    ],
)
def test_a_day_that_cannot_be_relied_on_is_named_with_its_address(held, at, tmp_path, harm, words):
    harm(held / "snapshots/date=2026-03-02" / store.FILE)
    with pytest.raises(lock.ArchiveError, match=f"memory://bucket/archive.*{words}") as told:
        bring(at(), tmp_path / "brought")
    assert "\n" not in str(told.value)


def test_a_spoilt_page_is_seen_by_its_checksum(held, at, tmp_path):
    path = held / "snapshots/date=2026-03-02" / store.FILE
    content = bytearray(path.read_bytes())
    with pyarrow.parquet.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            column = file.metadata.row_group(number).column(0)
            content[column.data_page_offset + column.total_compressed_size // 2] ^= 255
    path.write_bytes(content)
    with pytest.raises(
        lock.ArchiveError, match=r"date=2026-03-02/models.parquet: cannot be read .*; see to the address"
    ):
        bring(at(), tmp_path / "brought")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("memory://nothing/here", r"memory://nothing/here: holds no snapshots/date=YYYY-MM-DD/models.parquet; see to"),
        (
            "neverheardof://x",
            r"neverheardof://x: cannot be read \(ValueError: Protocol not known: neverheardof\); see to",
        ),
    ],
)
def test_an_address_that_holds_nothing_or_is_none_is_told_in_a_line(tmp_path, place, words):
    with pytest.raises(lock.ArchiveError, match=words) as told:
        bring(place, tmp_path)
    assert "\n" not in str(told.value)


def test_an_extra_that_is_missing_is_named(tmp_path, monkeypatch):
    missing = {"class": "no_such_module.System", "err": "Install s3fs to access S3"}
    monkeypatch.delitem(_registry, "s3", raising=False)
    monkeypatch.setitem(known_implementations, "s3", missing)
    with pytest.raises(lock.ArchiveError, match=r"^s3://b/a: Install s3fs to access S3; for s3:// that is the extra"):
        bring("s3://b/a", tmp_path)


# The Hub and S3 -----------------------------------------------------------------------------------------------


class FakeHub(BaseHTTPRequestHandler):
    """A data set of the Hub: what it lists, and its files or parts of them. fetched: bytes by folder."""

    folder: Path
    fetched: Counter

    def do_GET(self):
        place = unquote(urlsplit(self.path).path)
        base = "/datasets/org/name"
        if place in (f"/api{base}", f"/api{base}/revision/main"):
            self.answer(json.dumps({"id": "org/name", "sha": "0" * 40}).encode())
        elif place.startswith(f"/api{base}/tree/main"):
            found = [path for path in sorted(self.folder.rglob("*")) if path.is_file()]
            told = [{"type": "file", "oid": files.digest(path)[:40], "size": path.stat().st_size} for path in found]
            names = [f"archive/{path.relative_to(self.folder).as_posix()}" for path in found]
            self.answer(json.dumps([{"path": name} | one for name, one in zip(names, told, strict=True)]).encode())
        elif place.startswith(f"{base}/resolve/main/archive/"):
            path = self.folder / place.removeprefix(f"{base}/resolve/main/archive/")
            content, asked = path.read_bytes(), re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range") or "")
            first, last = map(int, asked.groups()) if asked else (0, len(content))
            self.fetched[path.parent.name] += len(content[first : last + 1])
            self.answer(content[first : last + 1], 206 if asked else 200)
        else:
            self.answer(b"", 404)

    def answer(self, content, status=200):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(held):
    handler = type("Handler", (FakeHub,), {"folder": held, "fetched": Counter()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler.fetched
        server.shutdown()


def assert_little_is_fetched(held, fetched_):
    for date in DAYS[:-1]:
        assert fetched_[f"date={date}"] < (held / "snapshots" / f"date={date}" / store.FILE).stat().st_size / 4


def test_a_data_set_of_the_hub_is_an_archive(held, hub, tmp_path, monkeypatch):
    endpoint, fetched_ = hub
    there = HfFileSystem(endpoint=endpoint, token=False, skip_instance_cache=True)
    monkeypatch.setattr(fsspec.core, "url_to_fs", lambda name: (there, name.removeprefix("hf://")))
    assert_same(held, bring("hf://datasets/org/name/archive", tmp_path / "brought"), tmp_path)
    assert_little_is_fetched(held, fetched_)


@pytest.fixture
def s3(held, monkeypatch):
    """A bucket with the archive, behind moto's server on this machine."""
    s3fs = pytest.importorskip("s3fs", reason="the extra `s3` is not installed")
    server = pytest.importorskip("moto.server", reason="moto is not installed")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    moto = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    moto.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*moto.get_host_and_port()))
    s3fs.S3FileSystem.clear_instance_cache()
    there = s3fs.S3FileSystem()
    if not there.exists("bucket"):  # moto keeps it from test to test
        there.mkdir("bucket")
    there.put(f"{held}/", "bucket/archive/", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()
    yield
    moto.stop()
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.mark.usefixtures("s3")
def test_a_bucket_is_an_archive(held, tmp_path, monkeypatch):
    import s3fs.core

    fetched_, fetch = Counter(), s3fs.core.S3File._fetch_range

    def counting(self, start, end):
        got = fetch(self, start, end)
        fetched_[Path(self.path).parent.name] += len(got)
        return got

    monkeypatch.setattr(s3fs.core.S3File, "_fetch_range", counting)
    assert_same(held, bring("s3://bucket/archive", tmp_path / "brought"), tmp_path)
    assert fetched_[f"date={DAYS[0]}"] > 0
    assert_little_is_fetched(held, fetched_)


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_not_there_or_may_not_be_read_is_told_in_a_line(tmp_path, monkeypatch):
    with pytest.raises(lock.ArchiveError, match=r"^s3://none/x: cannot be read \(FileNotFoundError: .*; see to the"):
        bring("s3://none/x", tmp_path)
    monkeypatch.setattr("s3fs.core.S3FileSystem._lsdir", refused)
    with pytest.raises(lock.ArchiveError, match=r"^s3://bucket/archive: cannot be read \(PermissionError: Forb.*leave"):
        bring("s3://bucket/archive", tmp_path)


async def refused(*_, **__):
    raise PermissionError("Forbidden")


def test_a_server_that_does_not_answer_is_told_in_a_line(tmp_path, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        there = HfFileSystem(endpoint=f"http://127.0.0.1:{taken.getsockname()[1]}", skip_instance_cache=True)
        monkeypatch.setattr(fsspec.core, "url_to_fs", lambda name: (there, name.removeprefix("hf://")))
        with pytest.raises(lock.ArchiveError, match=r"^hf://datasets/o/n: cannot be read \(Connect.*refused.*network"):
            bring("hf://datasets/o/n", tmp_path)


# Commands -----------------------------------------------------------------------------------------------------


@pytest.fixture
def addressed(at, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ADDRESS", at())
    monkeypatch.setattr(paths, "ARCHIVE", tmp_path / "brought")
    work = address.bring.__wrapped__
    monkeypatch.setattr(address, "bring", lambda: work(paths.ADDRESS, paths.ARCHIVE))


@pytest.mark.usefixtures("addressed")
@pytest.mark.parametrize("verb", ["hub", "derivatives", "weekly", "arena", "import history x.csv", "public"])
def test_collecting_writes_to_a_folder_only_and_says_so(verb):
    collect = ["collect", *verb.split(), "--archive", str(paths.ARCHIVE)]
    told = CliRunner().invoke(cli.app, [verb] if verb == "public" else collect)
    assert told.exit_code == 1
    assert "memory://bucket/archive: collecting writes to a folder; name one with --archive" in str(told.exception)
    assert not paths.ARCHIVE.exists()


@pytest.mark.usefixtures("addressed")
def test_what_an_address_holds_is_told_as_of_a_folder(held):
    asked = [["--archive", str(folder)] for folder in (held, paths.ARCHIVE)]
    here, there = (CliRunner().invoke(cli.app, ["collect", "status", *of]) for of in asked)
    assert here.exit_code == there.exit_code == 0, there.output
    days, brought = ([line.split() for line in told.output.splitlines() if "held" in line] for told in (here, there))
    assert [line[:5] for line in brought if line[1] in ("2026-02-25", "2026-02-28", "2026-03-04")] == [
        line[:5] for line in days if line[0] == "snapshots" and line[1] not in DAYS[:-1]
    ]
    assert [line[4:] for line in brought if line[1] in DAYS[:-1]] == [
        ["4", "<NA>", *["the", "whole", "Hub:", "counts", "of", "tracked", "models", "alone"]]
    ] * 3
    assert here.output.partition("Tracked models")[2] == there.output.partition("Tracked models")[2]


@pytest.mark.parametrize(("edition_name", "brought"), [(edition.DEFAULT, False), ("public", True)])
def test_an_edition_of_reconstructed_data_asks_no_address(monkeypatch, edition_name, brought):
    def asked():
        raise lock.ArchiveError("asked")

    monkeypatch.setattr(paths, "ADDRESS", "memory://bucket/archive")
    monkeypatch.setattr(address, "bring", asked)
    if brought:
        with pytest.raises(lock.ArchiveError, match="asked"):
            edition.load(edition_name)
    else:
        edition.load(edition_name)
