"""Who may import whom: the layers of the house, read from the imports of every module."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import douane

HOUSE = Path(douane.__file__).parent
BELOW_ALL = {"errors", "settings"}
MAY_IMPORT = {
    "model": set(),
    "formats": {"model"},
    "store": {"model"},
    "fetch": {"model", "formats", "store", "pipeline"},
    "pipeline": {"model", "formats", "store"},
    "dialects": {"model", "formats", "store", "pipeline"},
    "jobs": {"model", "formats", "store", "pipeline", "dialects", "fetch"},
    "console": {"model", "store", "pipeline", "dialects", "jobs"},
    "web": {"model", "formats", "store", "pipeline", "dialects", "fetch", "jobs", "console"},
    "cli": {"model", "formats", "store", "pipeline", "dialects", "fetch", "jobs", "web"},
}
MODULES = sorted(HOUSE.rglob("*.py"))
DRIVERS = {"psycopg", "psycopg_pool", "procrastinate"}


def layer_of(module: Path) -> str:
    return module.relative_to(HOUSE).with_suffix("").parts[0]


def imported(module: Path) -> set[str]:
    """The full names that a module imports, anywhere in it."""
    package = ("douane", *module.relative_to(HOUSE).parent.parts)
    names = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join((*base, *filter(None, [node.module])))
            names |= {source, *(f"{source}.{each.name}" for each in node.names)}
    return names


def ours(module: Path) -> set[str]:
    """The layers that a module imports from."""
    parts = (name.split(".") for name in imported(module))
    there = {each.stem for each in HOUSE.iterdir()}
    return {each[1] for each in parts if each[0] == "douane" and len(each) > 1 and each[1] in there}


def test_every_folder_has_its_place() -> None:
    folders = {each.name for each in HOUSE.iterdir() if any(each.rglob("*.py"))}
    assert folders <= MAY_IMPORT.keys()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(HOUSE)))
def test_a_module_imports_from_below(module: Path) -> None:
    layer = layer_of(module)
    allowed = BELOW_ALL | MAY_IMPORT.get(layer, set()) | {layer}
    assert ours(module) <= allowed


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(HOUSE)))
def test_only_the_store_writes_sql(module: Path) -> None:
    statements = ("select ", "insert into ", "update ", "delete from ", "copy ", "create table ")
    if layer_of(module) == "store":
        return
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "execute"
        ):
            text = node.args[0] if node.args else None
            is_sql = isinstance(text, ast.Constant) and str(text.value).lower().startswith(statements)
            assert not is_sql, f"{module.name}:{node.lineno}"


@pytest.mark.parametrize("layer", ["model", "formats", "dialects", "fetch", "console"])
def test_a_layer_without_a_database_has_no_driver(layer: str) -> None:
    for module in (HOUSE / layer).rglob("*.py"):
        assert not DRIVERS & {name.partition(".")[0] for name in imported(module)}, module


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(HOUSE)))
def test_a_module_says_what_it_is_for(module: Path) -> None:
    said = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    assert said, "a docstring of one sentence opens every module"
