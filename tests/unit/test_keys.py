"""Keys: files that are none, precedence, and that no message shows one."""

import pytest

from helpers.sources import keys

SECRET = "sk-or-v1-planted+secret/with=signs"


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """No key in the environment, none on this machine."""
    for name in (*keys.ISSUED, "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))


@pytest.fixture
def file(tmp_path):
    return tmp_path / ".env"


@pytest.mark.parametrize("content", [None, "", "# nothing\n\n", "OPENROUTER_API_KEY=\n", "OTHER=x\n"])
def test_a_key_that_is_not_there_is_told_with_where_to_put_it_and_where_to_get_it(file, content):
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(keys.KeyMissing, match=r"OPENROUTER_API_KEY is not set.*\.env.*given out at https://openrouter"):
        keys.get("OPENROUTER_API_KEY", file)


@pytest.mark.parametrize("value", ["short", f"{SECRET}\r\nX-Other: 1", f"{SECRET} {SECRET}", f"{SECRET}é", "x" * 501])
def test_what_no_header_can_carry_is_refused_without_showing_it(monkeypatch, file, value):
    monkeypatch.setenv("OPENROUTER_API_KEY", value)
    with pytest.raises(keys.KeyMissing, match="in the environment is no key") as raised:
        keys.get("OPENROUTER_API_KEY", file)
    assert value not in str(raised.value)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("line", [SECRET, f"OPENROUTER API KEY={SECRET}", f": {SECRET}", f"={SECRET}"])
def test_a_line_that_is_none_is_named_by_its_number_without_showing_it(file, line):
    file.write_text(f"# mine\n{line}\n", encoding="utf-8")
    with pytest.raises(keys.KeyMissing, match=r"line 2: is not of the form NAME=value") as raised:
        keys.get("OPENROUTER_API_KEY", file)
    assert SECRET not in str(raised.value)


def test_a_file_that_is_no_text_and_a_folder_in_its_place_are_told(file, tmp_path):
    file.write_bytes(b"OPENROUTER_API_KEY=\xff\xfe")
    with pytest.raises(keys.KeyMissing, match="cannot be read"):
        keys.get("OPENROUTER_API_KEY", file)
    with pytest.raises(keys.KeyMissing, match="cannot be read"):
        keys.get("OPENROUTER_API_KEY", tmp_path)


@pytest.mark.parametrize(
    "line",
    ["OPENROUTER_API_KEY={}", "export OPENROUTER_API_KEY={}", "  OPENROUTER_API_KEY = {} ", 'OPENROUTER_API_KEY="{}"',
     "OPENROUTER_API_KEY='{}'", "\ufeffOPENROUTER_API_KEY={}", "AA_API_KEY=other-secret\r\nOPENROUTER_API_KEY={}\r"],
)  # fmt: skip
def test_a_line_is_read_as_people_write_it(file, line):
    file.write_text(line.format(SECRET), encoding="utf-8")
    found = keys.get("OPENROUTER_API_KEY", file)
    assert found.get_secret_value() == SECRET
    assert SECRET not in repr(found) + str(found)


def test_the_environment_goes_before_the_file(monkeypatch, file):
    file.write_text(f"AA_API_KEY={SECRET}\n", encoding="utf-8")
    monkeypatch.setenv("AA_API_KEY", "of-the-environment")
    assert keys.get("AA_API_KEY", file).get_secret_value() == "of-the-environment"


def test_all_that_this_machine_holds_is_redacted_in_whatever_form(monkeypatch, file):
    file.write_text("AA_API_KEY='aa_of-the-file'\n", encoding="utf-8")
    monkeypatch.setenv("OPENROUTER_API_KEY", SECRET)
    monkeypatch.setenv("HF_TOKEN", "hf_ofTheHub")
    text = f"a {SECRET} b aa_of-the-file c hf_ofTheHub d sk-or-v1-planted%2Bsecret%2Fwith%3Dsigns e"
    assert keys.redact(text, file) == "a [key] b [key] c [key] d [key] e"


def test_a_key_that_is_part_of_another_leaves_no_rest(monkeypatch, file):
    file.write_text("OPENROUTER_API_KEY=planted-key\n", encoding="utf-8")
    monkeypatch.setenv("AA_API_KEY", "planted-key-and-more")
    assert keys.redact("x planted-key-and-more planted-key y", file) == "x [key] [key] y"


def test_nothing_else_is_redacted_and_a_broken_file_does_not_hide_the_error(monkeypatch, file):
    monkeypatch.setenv("AA_API_KEY", "x")
    file.write_text("no line\n", encoding="utf-8")
    assert keys.redact("HTTP 401 x", file) == "HTTP 401 x"
