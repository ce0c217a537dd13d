"""How the accounts of one run are read, and what their organization says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from douane.model.custom_fields import CustomField
from douane.model.mapping_document import MappingDocument
from douane.store.custom_fields import list_custom_fields
from douane.store.customer_tags import list_customer_tags
from douane.store.database import Connection

from .flatten import Flattening
from .wishes import AccountWishes


@dataclass(frozen=True)
class AccountIntake:
    """A text of JSON that a mapping describes; each line is an object where it `has_lines`."""

    document: MappingDocument
    has_lines: bool = False

    def flattening(self, custom_fields: Sequence[CustomField]) -> Flattening:
        """How the text is flattened, where these are the custom fields."""
        return Flattening(self.document, custom_fields, has_lines=self.has_lines)

    def prepared(self, conn: Connection, organization_id: int) -> tuple[Flattening, AccountWishes]:
        """How the text is flattened, and what its accounts may say, for an organization."""
        custom_fields = tuple(list_custom_fields(conn, organization_id))
        flattening = self.flattening(custom_fields)
        tags = list_customer_tags(conn, organization_id)
        are_defined = any(each.is_defined for each in tags)
        wishes = AccountWishes(
            tags=frozenset(each.external_id for each in tags),
            custom_fields=custom_fields,
            makes_tags=self.document.accounts.makes_tags(are_defined=are_defined),
            labels=flattening.labels,
        )
        return flattening, wishes
