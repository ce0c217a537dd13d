"""The examples in the docstrings of the readers are true."""

import doctest
import importlib
import pkgutil

import pytest

from douane.pipeline import values

MODULES = [f"{values.__name__}.{each.name}" for each in pkgutil.iter_modules(values.__path__)]


MODEL = ["douane.model.identifiers", "douane.model.fiscal_years", "douane.model.texts"]


@pytest.mark.parametrize("name", [*MODULES, *MODEL])
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
