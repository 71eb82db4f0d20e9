"""The steps of a build: what each reads, writes and is given. Their order follows from that."""

from dataclasses import dataclass
from pathlib import Path

from helpers import paths
from helpers.edition import Edition

START_LIMIT, CELL_LIMIT, STEP_LIMIT = 120, 3600, 4 * 3600
"""Seconds that a kernel may take to start, a cell to run, and a notebook."""
OUTPUT_LIMIT = 5_000_000
"""Characters that a cell may show, pictures among them."""


@dataclass(frozen=True)
class Step:
    """One step of the rebuild. Paths are under the build folder; those that start with "/" under the repository.

    reads: files and folders whose content the step depends on. writes: files and folders that are its own, each of
    which it must leave; a notebook's first is the folder of its tables and figures.
    parameters: the edition's parameters it receives; a notebook must declare exactly these.
    module: the helper module whose code (with all it imports) the step runs, where it is no notebook.
    archived: whether an edition that is not reconstructed reads the archive in this step.
    """

    name: str
    title: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    parameters: tuple[str, ...] = ()
    module: str | None = None
    archived: bool = False

    @property
    def notebook(self) -> Path | None:
        """The step's source notebook, if it is one."""
        return None if self.module else paths.NOTEBOOKS / f"{self.name}.ipynb"


def _notebook(
    name: str,
    title: str,
    reads: tuple[str, ...],
    parameters: tuple[str, ...],
    stage: str,
    quotes: bool = True,
    archived: bool = False,
) -> Step:
    """A notebook step: it owes its stage's folder, the tables it quotes and its executed copy."""
    reads = tuple(dict.fromkeys((*reads, "/data/registry", "/data/codebook.csv")))
    quoted = (f"quoted/{name}",) if quotes else ()
    writes = (stage, *quoted, f"executed/{name}.ipynb")
    return Step(name, title, reads, writes, parameters, archived=archived)


DRAWN = tuple(
    f"{stage}/figures"
    for stage in ("clean", "signals", "regional", "organizational", "ram", "reproduction", "planted", "multiverse")
)
"""Where figures are, as files."""

STEPS = (
    _notebook(
        "01_collect",
        "collect raw inputs",
        reads=("/data/registry", "/data/published", "/data/reconstruction"),
        stage="raw",
        parameters=(
            "data", "seed", "first_month", "history_end", "last_month", "snapshot_date", "history_namespaces",
            "bucket_edges", "tracked_lists",
        ),
        quotes=False,
        archived=True,
    ),
    # it needs no data, and so runs while others wait for them
    _notebook(
        "08_planted",
        "outlier rules on planted truth",
        reads=(),
        stage="planted",
        parameters=("seed", "iqr_multiplier", "iqr_window_days", "outlier_rule"),
    ),
    # before 02_clean, for of a listing of the whole Hub it takes longer
    _notebook(
        "02_signals",
        "clean tables of derivatives, tokens and scores",
        reads=(
            "raw/registry", "raw/derivatives", "raw/whole_hub", "raw/openrouter", "raw/arena",
            "raw/artificial_analysis", "raw/epoch", "raw/history",
        ),
        stage="signals",
        parameters=(
            "data", "derivative_threshold", "excluded_formats", "token_days", "arena_shift", "arena_shift_before",
            "bucket_edges", "needed_coverage",
        ),
    ),
    _notebook(
        "02_clean",
        "clean tables of models and downloads",
        reads=("raw/registry", "raw/snapshots", "raw/history"),
        stage="clean",
        parameters=(
            "data", "first_month", "history_end", "splice_month", "last_month", "iqr_multiplier", "iqr_window_days",
            "outlier_rule", "falls", "derivative_threshold", "excluded_formats", "token_days", "arena_shift",
            "arena_shift_before", "bucket_edges", "needed_coverage",
        ),
    ),
    # before those that it runs beside, for it takes longest
    _notebook(
        "07_sensitivity",
        "the headlines under other choices",
        reads=("raw/history", "raw/snapshots", "clean"),
        stage="sensitivity",
        parameters=(
            "history_end", "last_month", "iqr_multiplier", "iqr_window_days", "outlier_rule", "falls", "bucket_edges",
            "needed_coverage",
        ),
    ),
    _notebook(
        "03_regional",
        "adoption by region",
        reads=("clean", "signals"),
        stage="regional",
        parameters=("data", "splice_month", "last_month", "aa_trend_start", "needed_coverage", "least_n"),
    ),
    _notebook(
        "04_organizational",
        "adoption by organisation",
        reads=("clean", "signals"),
        stage="organizational",
        parameters=("data", "splice_month", "last_month", "needed_coverage", "least_n"),
    ),
    _notebook(
        "05_ram",
        "Relative Adoption Metric",
        reads=("clean", "/data/registry/case_studies.csv", "/data/registry/appendix_models.csv"),
        stage="ram",
        parameters=("data", "milestones", "reference_set_size", "snapshot_date", "top_models_date", "needed_coverage"),
    ),
    # apart from 07_sensitivity, which need not wait for derivatives
    _notebook(
        "09_multiverse",
        "the headlines under all choices at once",
        reads=("raw/derivatives", "clean", "signals", "sensitivity"),
        stage="multiverse",
        parameters=("data", "derivative_threshold", "last_month", "least_n"),
    ),
    _notebook(
        "06_reproduction",
        "the paper's figures and ours",
        reads=(
            "quoted/02_clean", "quoted/02_signals", "quoted/03_regional", "quoted/04_organizational",
            "quoted/05_ram", "/data/published", "/data/codebook.csv",
        ),
        stage="reproduction",
        parameters=("match_rate",),
    ),
    Step(
        "text",
        "numbers and findings for the text",
        reads=(
            "quoted", "executed", "/report", "/data/published", "/data/registry", "/data/codebook.csv",
            "/data/events.csv", "/_quarto.yml", "/_quarto.yml.local",
        ),
        writes=(
            "article.json", "labels.json", "edition.yml", "values.json", "findings.csv", "notebooks", "tables.html",
            "_variables.yml",
        ),
        parameters=("name", "title", "data", "first_month", "splice_month", "last_month", "snapshot_date"),
        module="helpers.text.bind",
    ),
    Step(
        "pages",
        "pages of notebooks and beside the report",
        reads=(
            "notebooks", "labels.json", "edition.yml", *DRAWN, "ram/explore", "/_quarto.yml", "/report/index.qmd",
            "/report/references.bib", "/report/theme/page.html", "/report/filters", "/report/explore", "/report/models",
            "/data/codebook.csv", "/data/terms.csv", "/data/registry/regions.csv",
        ),
        writes=("pages",),
        module="helpers.publish.pages",
    ),
    Step(
        "tables",
        "tables of notebooks for page and PDF",
        reads=("tables.html", "/report/filters/tables.lua"),
        writes=("tables.json",),
        module="helpers.publish.tables",
    ),
    Step(
        "publish",
        "HTML and PDF",
        reads=(
            "pages", "tables.json", "notebooks", "article.json", "values.json", "findings.csv", "edition.yml",
            "_variables.yml",
            *DRAWN, "ram/explore", "/_quarto.yml", "/_quarto.yml.local", "/report", "/data/codebook.csv",
            "/data/terms.csv",
        ),
        writes=("site", "editions"),
        parameters=("engine", *Edition.model_fields),  # the record of the build names them all
        module="helpers.publish",
    ),
)  # fmt: skip


def locate(relative: str) -> Path:
    """The place of a step's path: "/report" is in the repository, "clean" in the build folder."""
    return paths.ROOT / relative[1:] if relative.startswith("/") else paths.BUILD / relative


def present(place: str) -> bool:
    """Whether the build folder holds the table or folder `place` ("signals/arena", "raw/arena")."""
    return locate(place).exists() or locate(f"{place}.parquet").exists()


def upstream(step: Step, steps: tuple[Step, ...] = STEPS) -> list[str]:
    """The names of the steps that write what `step` reads."""
    return [
        other.name
        for other in steps
        if other is not step and any(_overlap(read, write) for read in step.reads for write in other.writes)
    ]


def _overlap(read: str, write: str) -> bool:
    one, two = f"{read}/", f"{write}/"
    return one.startswith(two) or two.startswith(one)
