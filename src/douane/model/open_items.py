"""Open items: invoices, credit notes, payments and bills that are not yet cleared."""

from .kinds import Kind
from .table import Field, Identity, Table

TYPES = ("invoice", "credit-note", "payment", "miscellaneous", "bill", "down-payment-request")
CREDIT_TYPES = ("credit-note", "payment")
"""The types whose amounts are stored below zero, whichever sign the sender writes."""

OPEN_ITEMS = Table(
    name="open_items",
    about="An invoice, credit note, payment or bill, open until it is paid or cleared.",
    has_customer=True,
    is_clearable=True,
    fields=(
        Field("external_id", about="The sender's unique identifier of the item"),
        Field("type", Kind.CHOICE, "What the item is", TYPES),
        Field("number", about="Number of the document"),
        Field("issued_on", Kind.DATE, "Day of issue"),
        Field("due_on", Kind.DATE, "Day it is due"),
        Field("ordered_on", Kind.DATE, "Day of the order"),
        Field("paid_on", Kind.DATE, "Day it was paid; the item is cleared from then on"),
        Field("currency", Kind.CURRENCY, "Currency, ISO 4217"),
        Field("amount_excl_tax", Kind.AMOUNT, "Initial amount without tax; debit is positive"),
        Field("amount_incl_tax", Kind.AMOUNT, "Initial amount with tax; debit is positive"),
        Field("remaining_excl_tax", Kind.AMOUNT, "Amount still open without tax; debit is positive"),
        Field("remaining_incl_tax", Kind.AMOUNT, "Amount still open with tax; debit is positive"),
        Field("erp_type", about="The sender's own type"),
        Field("business_case", about="Business case"),
        Field("file_number", about="File number"),
        Field("order_number", about="Purchase order number"),
        Field("sales_administrator", about="Sales administrator"),
        Field("sales_manager", about="Sales manager"),
    ),
    identities=(
        Identity("external", ("external_id",)),
        Identity("document", ("type", "number", "customer_id", "issued_on.year")),
    ),
    matches=(("key", "key"), ("key", "alias"), ("alias", "key")),
    credit_field="type",
    credit_values=CREDIT_TYPES,
)
