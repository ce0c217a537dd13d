"""The wire contracts we speak, one folder each; adding one is one line here."""

from .door import Dialect
from .mydso import MYDSO

DIALECTS: dict[str, Dialect] = {each.name: each for each in (MYDSO,)}
