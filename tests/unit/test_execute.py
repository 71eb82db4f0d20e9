"""Running one notebook: its parameters are held to its declaration, its failures are told in its author's terms."""

import json

import nbformat
import pytest

from helpers.build import cells, execute, kernel, notebooks, steps


def write(path, *cells, parameters="seed = 1"):
    """A notebook with a parameters cell and code cells."""
    code = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    code += [cell if isinstance(cell, dict) else nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title"), *code]), path)
    return path


ODD = "a {y} {seed} it's 100% #1 é"
"""The name of a folder that everything has to bear."""


def tagged(source, tag):
    return nbformat.v4.new_code_cell(source, metadata={"tags": [tag]})


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Execute a notebook of the given cells; gives its executed copy."""

    def run_(*cells, given=None, beside="", **more):
        place = tmp_path / ODD
        place.mkdir()
        source = write(place / "01_try.ipynb", *cells, **more)
        (place / "beside.txt").write_text(beside, encoding="utf-8")
        runtime = tmp_path / "r"
        runtime.mkdir()
        for name in ("ATOM_STAGING", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "PYTHONHASHSEED"):
            monkeypatch.setenv(name, "")  # so that what the run sets is put back
        execute.run(source, given or {"seed": 7}, place / "staging", place / "failed", runtime)
        return nbformat.read(place / "staging" / "executed" / "01_try.ipynb", as_version=4)

    return run_


def test_parameters_reach_the_notebook_and_what_it_quotes_knows_its_cell(run, tmp_path):
    caption = "#| label: fig-x\n#| fig-cap: 'Twice is {{< var twice.number >}}.'\nprint('drawn')"
    notebook = run(
        "import pandas as pd\n\nfrom helpers.text import quoting\n\nquote = quoting.quoter('01_try')",
        "#| label: twice\nquote('twice', pd.DataFrame({'number': [2 * seed]}))",
        caption,
    )
    assert notebook.cells[-1].source == caption  # what captions ask for is answered when all notebooks have run
    assert notebook.cells[-1].outputs[0].text == "drawn\n"
    told = json.loads((tmp_path / ODD / "staging/quoted/01_try/twice.json").read_text(encoding="utf-8"))
    assert (told["rows"], told["notebook"], told["cell"]) == ([[14]], "01_try", "twice")


def test_the_executed_copy_holds_nothing_of_the_run_itself(run):
    notebook = run("1 + 1")
    assert "papermill" not in notebook.metadata
    assert all("papermill" not in cell.metadata and "execution" not in cell.metadata for cell in notebook.cells)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["a = 1\nb = a / 0"], ["cell 3, line 2: b = a / 0", "ZeroDivisionError"]),
        (["pass", "def f():\n    raise KeyError('k')\n\nf()"], ["cell 4", "KeyError: 'k'"]),
        (["if"], ["cell 3", "SyntaxError"]),
        (["a = 1", "a.b", "a = 2", "a.b"], ["cell 4", "AttributeError"]),
        (["n = 0", "n += 1\n1 / (n - 2)", "n += 1\n1 / (n - 2)"], ["cell 5, line 2", "ZeroDivisionError"]),
        (["import sys\nsys.exit(0)", "print('after')"], ["cell 3", "ends the notebook", "sys.exit(0)"]),
        (["if seed:\n    exit()", "pass"], ["cell 3", "ends the notebook", "exit()"]),
        (["quit()"], ["cell 3", "ends the notebook", "quit()"]),
        (["raise SystemExit", "pass"], ["cell 3", "ends the notebook", "raise SystemExit"]),
        ([tagged("import sys; sys.exit()", "raises-exception"), "pass"], ["cell 3", "ends the notebook"]),
        ([tagged("print(1)", "skip-execution"), "pass"], ["cell 3", "passed over", "print(1)"]),
        (["import os\nos._exit(0)", "pass"], ["cell 3", "kernel died", "os._exit(0)"]),
        (["while True:\n    pass"], ["cell 3", "did not end within 2 s", "while True:"]),
    ],
)
def test_a_failure_names_notebook_cell_line_and_exception(run, tmp_path, monkeypatch, cells, words):
    monkeypatch.setattr(steps, "CELL_LIMIT", 2)
    with pytest.raises(execute.NotebookError) as failed:
        run(*cells)
    for word in ["01_try.ipynb", *words]:
        assert word in str(failed.value)
    assert (tmp_path / ODD / "failed" / "01_try.ipynb").exists()


def test_what_a_cell_shows_has_an_end_and_says_so(run, monkeypatch):
    monkeypatch.setattr(steps, "OUTPUT_LIMIT", 1000)
    many = "for n in range(500): print('line', n, flush=True)"
    shows = (
        "from IPython.display import display, Markdown\ndisplay(Markdown('few'), Markdown('m' * 2000), Markdown('x'))"
    )
    *_, once, often, shown, last = run("print('x' * 10**7)", many, shows, "print('last')").cells
    for cell in (once, often, shown):
        assert sum(len(json.dumps(output)) for output in cell.outputs) < 2500
        assert "[cut: this cell shows more than 1,000 characters]" in cell.outputs[-1].text
    assert shown.outputs[0].data["text/markdown"] == "few"
    assert last.outputs[0].text == "last\n"


def test_a_notebook_is_run_as_an_editor_has_left_it(run):
    """Magics, help, an injected cell of a former run, traces of editors; relative paths mean the notebook's folder."""
    stale = tagged("seed = 1", "injected-parameters")
    traced = nbformat.v4.new_code_cell("x = 1", metadata={"vscode": {"languageId": "python"}, "papermill": {"a": 1}})
    magic = "names = !ls\n%time seed\nlen?\nprint(names)"
    done = run(stale, traced, magic, '%%bash\nbasename "$PWD"', "open('beside.txt').read(), seed", beside="read")
    assert "01_try.ipynb" in done.cells[4].outputs[0].text
    assert done.cells[5].outputs[0].text == f"{ODD}\n"
    assert done.cells[6].outputs[0].data["text/plain"] == "('read', 7)"
    assert all(cell.metadata.keys() == {"tags"} for cell in done.cells)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["is empty"]),
        ("{\n<<<<<<< HEAD\n=======\n>>>>>>> x\n}", ["line 2", "<<<<<<< HEAD", "merge"]),
        ('{"cells": [', ["line 1", "no JSON"]),
        ("[" * 100_000, ["no JSON"]),
        ("\xff", ["not UTF-8"]),
        ("[]", ["is no notebook"]),
        ('{"nbformat": 3, "worksheets": [{"cells": []}]}', ["format 3", "format 4"]),
        ('{"nbformat": 4}', ["no list of cells"]),
        ('{"nbformat": 4, "cells": [{"cell_type": "heading", "source": "x"}]}', ["cell 1", "no cell of code"]),
        ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": 1}]}', ["cell 1", "no text"]),
        (
            '{"nbformat": 4, "cells": [{"cell_type": "raw", "source": "", "metadata": {"tags": "a"}}]}',
            ["cell 1", "tags"],
        ),
        ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": "a\\n\\ud800"}]}', ["cell 1, line 2", "character"]),
        (
            '{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a = 1\\n", ">>>>>>> theirs\\n"]}]}',
            ["cell 1, line 2", ">>>>>>> theirs", "merge"],
        ),
        (
            '{"nbformat": 4, "cells": [{"cell_type": "markdown", '
            '"source": "<span style=\\"color:red\\">**&lt;&lt;&lt;&lt;&lt;&lt;&lt; local**</span>"}]}',
            ["cell 1, line 1", "merge"],
        ),
    ],
)
def test_what_is_no_notebook_is_refused_with_its_name_and_place(tmp_path, monkeypatch, text, words):
    path = tmp_path / "02_try.ipynb"
    path.write_bytes(text.encode("latin-1"))
    monkeypatch.setattr(notebooks.paths, "NOTEBOOKS", tmp_path)
    (told,) = notebooks.check()
    for read in (cells.read, execute.declared):
        with pytest.raises(cells.NotebookError) as refused:
            read(path)
        assert str(refused.value) == told
    for word in ["02_try.ipynb", *words]:
        assert word in told


def test_a_folder_in_a_notebooks_place_is_refused(tmp_path):
    with pytest.raises(cells.NotebookError, match="cannot be read"):
        cells.read(tmp_path)


@pytest.mark.parametrize(
    ("given", "parameters", "words"),
    [
        ({"seed": 1, "sead": 2}, "seed = 1", "parameter sead is given but not declared"),
        ({"seed": 1}, "seed = 1\nmore = 2", "declares more, which the step is not given"),
        ({"seed": 1}, "seed = open('x')", "plain values"),
    ],
)
def test_parameters_are_held_to_the_declaration(run, given, parameters, words):
    with pytest.raises(execute.NotebookError, match=words):
        run("1", given=given, parameters=parameters)


def test_a_notebook_without_a_parameters_cell_is_refused(tmp_path):
    path = tmp_path / "n.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), path)
    with pytest.raises(execute.NotebookError, match="0 cells are tagged"):
        execute.declared(path)


@pytest.mark.parametrize(
    ("place", "traces", "words"),
    [
        (None, {"papermill": {}}, "carries papermill"),
        (None, {"widgets": {}, "colab": {}}, "carries colab, widgets"),
        (-1, {"papermill": {}}, "cell 3 carries papermill"),
        (-1, {"execution": {}, "tags": []}, "cell 3 carries execution"),
        (0, {"vscode": {}}, "cell 1 carries vscode"),
        (-1, {"tags": ["injected-parameters"]}, "cell 3 holds the parameters of a former run"),
    ],
)
def test_traces_of_a_run_or_an_editor_are_found(tmp_path, monkeypatch, place, traces, words):
    path = write(tmp_path / "n.ipynb", "1")
    content = json.loads(path.read_text(encoding="utf-8"))
    for number, cell in enumerate(content["cells"][1:], 1):
        cell["execution_count"] = number
    content["metadata"] = {"kernelspec": notebooks.KERNEL}
    (content if place is None else content["cells"][place])["metadata"] |= traces
    path.write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(notebooks.paths, "NOTEBOOKS", tmp_path)
    (fault,) = notebooks.check()
    assert words in fault


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (nbformat.v4.new_output("display_data", {"image/png": ""}), "carries an image"),
        (nbformat.v4.new_output("stream", name="stderr", text="!"), "an error or a warning"),
        (nbformat.v4.new_output("error", ename="E", evalue="", traceback=[]), "an error or a warning"),
        (None, "its place as execution count"),
    ],
)
def test_unclean_notebooks_are_found(tmp_path, monkeypatch, output, words):
    path = write(tmp_path / "n.ipynb", "1")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"] = {"kernelspec": notebooks.KERNEL}
    for place, cell in enumerate(content["cells"][1:], 1):
        cell["execution_count"] = place
    path.write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(notebooks.paths, "NOTEBOOKS", tmp_path)
    assert notebooks.check() == []
    if output:
        content["cells"][-1]["outputs"] = [output]
    else:
        content["cells"][-1]["execution_count"] = 7
    path.write_text(json.dumps(content), encoding="utf-8")
    (fault,) = notebooks.check()
    assert words in fault


def test_a_cell_that_needs_what_is_not_held_is_left_out(tmp_path, monkeypatch):
    source = write(tmp_path / "02_try.ipynb", "#| label: fig-arena\n1 / 0", "print('ran')")
    notebook = nbformat.read(source, as_version=4)
    notebook.cells[2].metadata["tags"] = ["needs:signals/arena"]
    notebook.cells[3].metadata["tags"] = ["needs:clean/models"]
    nbformat.write(notebook, source)
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean" / "models.parquet").touch()
    monkeypatch.setattr("helpers.paths.BUILD", tmp_path)
    shown = execute.what_can_run(source)
    assert shown.cells[2].cell_type == "markdown"
    assert "`signals/arena`" in shown.cells[2].source
    assert "fig-arena" in shown.cells[2].metadata["tags"]  # an embed of it is found, if only to be hidden
    assert shown.cells[3].source == "print('ran')"


def test_two_kernels_of_one_folder_do_not_share_sockets(tmp_path, monkeypatch):
    places = set()
    for name in ("a", "b"):
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / name))
        places.add(kernel.Manager().ip)
    assert len(places) == 2
