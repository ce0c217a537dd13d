"""The list of the model's tables."""

from .assignments import ASSIGNMENTS
from .contacts import CONTACTS
from .customers import CUSTOMERS
from .open_items import OPEN_ITEMS
from .table import Table

TABLES: dict[str, Table] = {each.name: each for each in (CUSTOMERS, CONTACTS, ASSIGNMENTS, OPEN_ITEMS)}
