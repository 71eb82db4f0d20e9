"""The site is put in place whole or not at all."""

from helpers import publish
from helpers.publish import pandoc, site


def tree(project):
    return {p.relative_to(project.site): p.read_bytes() for p in project.site.rglob("*") if p.is_file()}


def test_render_tells_what_it_published(project):
    rendered = project.render()
    assert rendered.engine == "pandoc"
    assert "Typst" in rendered.version
    assert rendered.pages == (
        "404.html",
        "build/notebooks/01_tables-preview.html",
        "build/notebooks/02_figures-preview.html",
        "figures/index.html",
        "index.html",
        "report/index.html",
    )


def test_a_fault_leaves_the_former_site(project):
    project.render()
    before = tree(project)
    project.edit("report/findings.qmd", "[a file](../data/values.json)", "[a file](../data/value.json)")
    assert "links to ../data/value.json, which does not exist" in project.findings()
    assert tree(project) == before
    assert not (project.build / ".work" / "publish").exists()


def test_pages_of_a_former_build_do_not_stay(project):
    project.render()
    (project.build / "notebooks" / "01_tables.ipynb").unlink()
    project.render()
    assert not (project.site / "build/notebooks/01_tables-preview.html").exists()


def test_a_crash_while_rendering_leaves_the_former_site(project, monkeypatch):
    project.render()
    before = tree(project)

    def crash(*_):
        raise MemoryError

    monkeypatch.setattr(pandoc, "_pdf", crash)
    try:
        project.render()
    except MemoryError:
        assert tree(project) == before
    else:
        raise AssertionError("the crash was swallowed")


def test_a_failed_move_brings_the_former_site_back(tmp_path):
    place = tmp_path / "site"
    place.mkdir()
    (place / "page").write_text("former", encoding="utf-8")
    try:
        site._put_in_place(tmp_path / "absent", place, tmp_path / "aside")
    except OSError:
        assert (place / "page").read_text(encoding="utf-8") == "former"
    else:
        raise AssertionError("the failure was swallowed")


def test_typst_faults_are_told(project):
    theme = project.root / "report/theme/typst-template.typ"
    theme.write_text(theme.read_text(encoding="utf-8") + "\n#unknown()\n", encoding="utf-8")
    assert "the PDF: Typst refuses its source: unknown variable: unknown" in project.findings()


def test_the_publish_step_records_its_engine(monkeypatch):
    recorded = {}
    monkeypatch.setattr(
        "helpers.publish.provenance.write", lambda edition, engine: recorded.update(edition=edition, engine=engine)
    )
    monkeypatch.setattr("helpers.publish.site.render", lambda engine: recorded.update(rendered=engine))
    publish.run("pandoc", data="reconstructed")
    assert recorded["edition"] == {"data": "reconstructed"}
    assert recorded["engine"]["name"] == recorded["rendered"] == "pandoc"
    assert "pandoc" in recorded["engine"]["version"]
