"""Keys of the sources that want one: from the environment, or from a file `.env` at the repository's root.

`.env` holds lines NAME=value; git ignores it. A key is never a parameter, and reaches neither a file nor a message. The
Hub's token is not among them: huggingface_hub finds it itself.
"""

import os
import re
import urllib.parse
from pathlib import Path

from huggingface_hub import get_token
from pydantic import SecretStr

from helpers import paths

ISSUED = {
    "OPENROUTER_API_KEY": "https://openrouter.ai/settings/keys",
    "AA_API_KEY": "https://artificialanalysis.ai/account",
}
"""Name of a key → where its owner gets one."""
FILE = paths.ROOT / ".env"
LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*")
FORM = re.compile(r"[!-~]{8,500}")
"""What a header can carry, and no shorter than what could be redacted without harm to other text."""
HIDDEN = "[key]"


class KeyMissing(RuntimeError):
    """A key that is not there or is none; the message says where to put it, and never what was found."""


def get(name: str, file: Path = FILE) -> SecretStr:
    """The key called `name`; the environment goes before the file. Raises KeyMissing."""
    told, where = os.environ.get(name, "").strip(), "the environment"
    if not told:
        told, where = _read(file).get(name, ""), paths.shown(file)
    if not told:
        raise KeyMissing(
            f"{name} is not set; put it into the environment, or a line {name}=… into {paths.shown(file)}. "
            f"Keys are given out at {ISSUED[name]}"
        )
    if not FORM.fullmatch(told):
        raise KeyMissing(f"{name} in {where} is no key: wanted 8 to 500 visible ASCII characters; copy it again")
    return SecretStr(told)


def _read(file: Path) -> dict[str, str]:
    """The file's names and values; blank lines and remarks (#) are passed over."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return {}
    except (UnicodeDecodeError, OSError) as error:
        raise KeyMissing(f"{paths.shown(file)}: cannot be read ({type(error).__name__}); save it as UTF-8") from None
    found = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not (parts := LINE.fullmatch(line)):
            raise KeyMissing(f"{paths.shown(file)}, line {number}: is not of the form NAME=value; correct it")
        name, value = parts.groups()
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        found[name] = value[1:-1] if quoted else value
    return found


def redact(text: str, file: Path = FILE) -> str:
    """`text` without any key or token that this machine holds, whoever put it there: a server may send one back."""
    for secret in sorted(_secrets(file), key=len, reverse=True):
        for form in (secret, urllib.parse.quote(secret, safe=""), repr(secret)[1:-1]):
            text = text.replace(form, HIDDEN)
    return text


def _secrets(file: Path) -> set[str]:
    try:
        told = _read(file)
    except KeyMissing:
        told = {}  # a file that cannot be read has given no key to anyone
    values = {source.get(name, "").strip() for name in ISSUED for source in (os.environ, told)}
    return {value for value in {*values, get_token() or ""} if len(value) >= 8}
