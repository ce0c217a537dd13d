"""Addresses: where customers have goods and invoices sent; several customers may share one."""

from .kinds import Kind
from .table import Field

PHONE_CHARACTERS_MAX = 15
EXTERNAL_ID_CHARACTERS_MAX = 255
"""What an index takes; an address is found by its external id."""

ADDRESS_FIELDS = (
    Field(
        "external_id",
        about="The sender's own key for the address, which never changes",
        characters_max=EXTERNAL_ID_CHARACTERS_MAX,
    ),
    Field("full_name", about="Who is found there"),
    Field("country", about="Country, as it was sent"),
    Field("city", about="City"),
    Field("postal_code", about="Postal code"),
    Field("street", about="Street, with the number in it"),
    Field("label", about="What the address is called"),
    Field("additional_street", about="Street, second line"),
    Field("phone", about="Phone", characters_max=PHONE_CHARACTERS_MAX),
)
"""What an address is, whoever is found there."""

LINK_FIELDS = (
    Field("is_unlinked", Kind.FLAG, "The address is taken off the account", default="false"),
    Field("is_shipping", Kind.FLAG, "Goods are sent there", default="true"),
    Field("is_billing", Kind.FLAG, "Invoices are sent there", default="true"),
)
"""What an address is to one account."""

ADDRESS_FEED = (*ADDRESS_FIELDS, *LINK_FIELDS)
"""What an address of an account may be sent with, besides custom fields."""

ADDRESS_REQUIRED = ("external_id", "full_name", "country", "city", "postal_code", "street")
"""What an address must be sent with, unless it is only taken off the account: then the first is enough."""
