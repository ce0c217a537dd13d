"""Entry lines: the lines of balanced postings, as files carry them, and what they say of accounts."""

from .kinds import Kind
from .table import Field, Table

CODE_CHARACTERS_MAX = 200
"""What is found by an index must fit into one of its pages."""

SIDES = ("debit", "credit")

ENTRY_LINES = Table(
    name="entry_lines",
    about="A line of a balanced entry in a journal.",
    has_entries=True,
    fields=(
        Field("journal_code", about="Code of the journal", characters_max=CODE_CHARACTERS_MAX),
        Field("journal_name", about="Name of the journal; it makes an unknown one known"),
        Field("entry_number", about="Number of the entry"),
        Field("entered_on", Kind.DATE, "Day of the entry"),
        Field("account_number", about="Number of the general account", characters_max=CODE_CHARACTERS_MAX),
        Field("account_name", about="Name of the general account; it makes an unknown one known"),
        Field(
            "auxiliary_number", about="Number of the auxiliary account", characters_max=CODE_CHARACTERS_MAX
        ),
        Field("auxiliary_name", about="Name of the auxiliary account"),
        Field("piece", about="Reference of the document"),
        Field("piece_on", Kind.DATE, "Day of the document"),
        Field("label", about="What the line is about"),
        Field("debit", Kind.AMOUNT, "Debit"),
        Field("credit", Kind.AMOUNT, "Credit"),
        Field("amount", Kind.AMOUNT, "Amount, in files that give the side in a field of its own"),
        Field("side", Kind.CHOICE, "Side of the amount", SIDES),
        Field("lettering", about="Letters that join the lines that settle each other"),
        Field("lettered_on", Kind.DATE, "Day of the lettering"),
        Field("validated_on", Kind.DATE, "Day the entry was made final"),
        Field("currency_amount", Kind.AMOUNT, "Amount in the currency"),
        Field("currency", about="Currency"),
        Field("due_on", Kind.DATE, "Day it is due"),
        Field("reference", about="Further reference"),
        Field("payment_means", about="Means of payment"),
        Field("attachments", about="Names of attached documents, joined by *"),
        Field("siret", Kind.SIRET, "SIRET of the establishment that the entry belongs to"),
        Field("is_draft", Kind.FLAG, "The entry waits to be made final"),
        Field("is_opening", Kind.FLAG, "The line carries forward what the last fiscal year ended with"),
    ),
    identities=(),
)
