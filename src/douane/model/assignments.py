"""Assignments: which colleague looks after which customer."""

from .kinds import Kind
from .table import Field, Identity, Table

ASSIGNMENTS = Table(
    name="assignments",
    about="A colleague looks after a customer.",
    has_customer=True,
    fields=(
        Field("employee_number", about="The colleague's employee number"),
        Field("first_name", about="First name"),
        Field("last_name", about="Last name"),
        Field("email", Kind.EMAIL, "E-mail address"),
    ),
    identities=(
        Identity("employee", ("customer_id", "employee_number")),
        Identity("colleague", ("customer_id", "last_name", "first_name"), frozenset({"first_name"})),
    ),
    matches=(("key", "key"), ("key", "alias"), ("alias", "key")),
)
