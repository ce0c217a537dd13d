"""Accounts as senders have them: a customer and its addresses, in one object or one for each address."""

from __future__ import annotations

from dataclasses import replace

from .addresses import ADDRESS_FEED
from .customers import ACCOUNT_FEED
from .table import Identity, Table

ADDRESS_PREFIX = "address."
"""What the fields of an address stand behind where they are beside those of its account."""

ACCOUNTS = Table(
    name="accounts",
    about="A customer with its addresses.",
    fields=(*ACCOUNT_FEED, *(replace(each, name=ADDRESS_PREFIX + each.name) for each in ADDRESS_FEED)),
    identities=(Identity("external", ("external_id",)),),
    has_addresses=True,
)
"""What a mapping to accounts may fill, besides custom fields; they are stored as customers and addresses."""
