"""Traditional characters (zh-Hant) in the documents of forms/, made from the simplified ones.

`python -m infra.traditional [FOLDER…]` writes zh-Hant beside every zh-Hans text of a service and
into the bundles of its form; without a folder, of every service in forms/. The vocabulary stays
that of the mainland: it is another script, not the language of another place.
"""

import argparse
import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import opencc

from chalicelib.services.views.bundles import texts

SIMPLE, TRADITIONAL = "zh-Hans", "zh-Hant"
LANGUAGES = (SIMPLE, TRADITIONAL, "en")
# Words that the table of characters writes as another word.
OWN = (("行政複議", "行政復議"), ("複議", "復議"), ("制證", "製證"))


@cache
def _table() -> Callable[[str], str]:
    convert: Callable[[str], str] = opencc.OpenCC("s2hk").convert
    return convert


def traditional(text: str) -> str:
    """The text in traditional characters; names in braces and Latin letters stay."""
    made = _table()(text)
    for wrong, right in OWN:
        made = made.replace(wrong, right)
    return made


def translated(document: dict[str, Any]) -> dict[str, Any]:
    """A copy of a service document with every text in traditional characters too."""
    made: dict[str, Any] = _beside(document)
    bundles = made.setdefault("views", {}).setdefault("i18n", {})
    bundles[TRADITIONAL] = _bundle(document["form"])
    return made


def _beside(value: Any) -> Any:
    if isinstance(value, list):
        return [_beside(item) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get(SIMPLE), str) and value.keys() <= set(LANGUAGES):
        said = {**value, TRADITIONAL: traditional(value[SIMPLE])}
        return {name: said[name] for name in LANGUAGES if name in said}
    return {name: _beside(member) for name, member in value.items()}


def _bundle(form: dict[str, Any]) -> dict[str, str]:
    """By the first key that no other text of the form has."""
    bundle: dict[str, str] = {}
    for words in texts(form):
        said = traditional(words.text)
        key = next((key for key in words.keys if bundle.get(key, said) == said), None)
        if key is not None:
            bundle[key] = said
    return bundle


def main() -> int:
    parser = argparse.ArgumentParser(prog="infra.traditional", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    wanted = parser.parse_args()
    for folder in wanted.folders or sorted(Path("forms").iterdir()):
        file = folder / "service.json"
        if not file.is_file():
            continue
        document = json.loads(file.read_text("utf-8"))
        made = json.dumps(translated(document), ensure_ascii=False, indent=2) + "\n"
        if made != file.read_text("utf-8"):
            file.write_text(made, "utf-8")
            print(f"{file}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
