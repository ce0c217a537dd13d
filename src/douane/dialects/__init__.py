"""The wire contracts we speak, one folder each; adding one is one line here."""

from .dialect import Dialect
from .djust import DJUST
from .loop import LOOP
from .mydso import MYDSO
from .myunisoft import MYUNISOFT

DIALECTS: dict[str, Dialect] = {each.name: each for each in (MYDSO, MYUNISOFT, LOOP, DJUST)}
