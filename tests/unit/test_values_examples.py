"""The examples in the docstrings of the readers are true."""

import doctest
import importlib
import pkgutil

import pytest

from douane.pipeline import values

MODULES = [f"{values.__name__}.{each.name}" for each in pkgutil.iter_modules(values.__path__)]


@pytest.mark.parametrize("name", [*MODULES, "douane.model.identifiers"])
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
