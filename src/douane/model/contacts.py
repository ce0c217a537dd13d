"""Contacts: the persons at a customer."""

from .kinds import Kind
from .table import Field, Identity, Table

ROLES = ("accounting", "buyer", "company", "manager", "other")

CONTACTS = Table(
    name="contacts",
    about="A person at a customer.",
    has_customer=True,
    fields=(
        Field("external_id", about="The sender's unique identifier of the contact"),
        Field("title", about="Title, such as Mr or Mrs"),
        Field("first_name", about="First name"),
        Field("last_name", about="Last name"),
        Field("role", Kind.CHOICE, "Role at the customer", ROLES, default="other"),
        Field("is_for_collection", Kind.FLAG, "Collection letters go to this contact", default="false"),
        Field("email", Kind.EMAIL, "E-mail address"),
        Field("phone", about="Phone"),
        Field("mobile_phone", about="Mobile phone"),
        Field("fax", about="Fax"),
        Field("comments", about="Comments"),
    ),
    identities=(
        Identity("external", ("external_id",)),
        Identity(
            "person", ("customer_id", "last_name", "first_name", "email"), frozenset({"first_name", "email"})
        ),
    ),
    matches=(("key", "key"), ("key", "alias"), ("alias", "key")),
)
