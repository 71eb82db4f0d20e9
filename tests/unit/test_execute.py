"""Running one notebook: its parameters are held to its declaration, its failures are told in its author's terms."""

import json

import nbformat
import pytest

from helpers.build import execute, kernel, notebooks


def write(path, *cells, parameters="seed = 1"):
    """A notebook with a parameters cell and code cells."""
    code = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    code += [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title"), *code]), path)
    return path


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Execute a notebook of the given cells; gives its executed copy."""

    def run_(*cells, given=None, **more):
        source = write(tmp_path / "01_try.ipynb", *cells, **more)
        runtime = tmp_path / "r"
        runtime.mkdir()
        for name in ("ATOM_STAGING", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "PYTHONHASHSEED"):
            monkeypatch.setenv(name, "")  # so that what the run sets is put back
        execute.run(source, given or {"seed": 7}, tmp_path / "staging", tmp_path / "failed", runtime)
        return nbformat.read(tmp_path / "staging" / "executed" / "01_try.ipynb", as_version=4)

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
    told = json.loads((tmp_path / "staging/quoted/01_try/twice.json").read_text(encoding="utf-8"))
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
    ],
)
def test_a_failure_names_notebook_cell_line_and_exception(run, tmp_path, cells, words):
    with pytest.raises(execute.NotebookError) as failed:
        run(*cells)
    for word in ["01_try.ipynb", *words]:
        assert word in str(failed.value)
    assert (tmp_path / "failed" / "01_try.ipynb").exists()


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
    notebook.cells[2].metadata["tags"] = ["needs:clean/arena"]
    notebook.cells[3].metadata["tags"] = ["needs:clean/models"]
    nbformat.write(notebook, source)
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean" / "models.parquet").touch()
    monkeypatch.setattr("helpers.paths.BUILD", tmp_path)
    shown = execute._what_can_run(source)
    assert shown.cells[2].cell_type == "markdown"
    assert "`clean/arena`" in shown.cells[2].source
    assert "fig-arena" in shown.cells[2].metadata["tags"]  # an embed of it is found, if only to be hidden
    assert shown.cells[3].source == "print('ran')"


def test_two_kernels_of_one_folder_do_not_share_sockets(tmp_path, monkeypatch):
    places = set()
    for name in ("a", "b"):
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / name))
        places.add(kernel.Manager().ip)
    assert len(places) == 2
