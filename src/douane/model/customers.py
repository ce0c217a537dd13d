"""Customers: the companies that owe."""

from .kinds import Kind
from .table import Field, Identity, Table

CUSTOMERS = Table(
    name="customers",
    about="A company that owes.",
    fields=(
        Field("code", about="The sender's code of the customer"),
        Field("name", about="Business name"),
        Field("trading_name", about="Trading name"),
        Field("external_id", about="The sender's unique identifier of the customer"),
        Field("legal_id", about="Number in the register of companies"),
        Field("siret", Kind.SIRET, "SIRET of a French customer"),
        Field("vat_number", Kind.VAT, "VAT number"),
        Field("business_line", about="Business line"),
        Field("group_names", about="Groups of customers, separated by commas"),
        Field("comments", about="Comments"),
        Field("website", about="Website"),
        Field("email", Kind.EMAIL, "E-mail address"),
        Field("phone", about="Phone"),
        Field("mobile_phone", about="Mobile phone"),
        Field("fax", about="Fax"),
        Field("address_street_number", about="Number in the street"),
        Field("address_street", about="Street"),
        Field("address_street_line2", about="Street, second line"),
        Field("address_street_line3", about="Street, third line"),
        Field("address_post_box", about="Post office box"),
        Field("address_postal_code", about="Postal code"),
        Field("address_city", about="City"),
        Field("address_state", about="State or province"),
        Field("address_country", Kind.COUNTRY, "Country, as its ISO code or its name"),
        Field("is_blocked", Kind.FLAG, "The customer's account is blocked", default="false"),
        Field("blocked_on", Kind.DATE, "Day the account was blocked"),
        Field("sales_manager_first_name", about="Sales manager's first name"),
        Field("sales_manager_last_name", about="Sales manager's last name"),
        Field("sales_manager_employee_number", about="Sales manager's employee number"),
        Field("sales_manager_email", Kind.EMAIL, "Sales manager's e-mail address"),
        Field("sales_manager_phone", about="Sales manager's phone"),
        Field("sales_manager_mobile_phone", about="Sales manager's mobile phone"),
        Field("sales_manager_fax", about="Sales manager's fax"),
        Field("credit_limit", Kind.AMOUNT, "Credit limit"),
        Field("guarantee_insurer", Kind.AMOUNT, "Guarantee given by the insurer"),
        Field("guarantee_insurer_reference", about="The insurer's reference"),
        Field("guarantee_score", about="Score"),
        Field("guarantee_type", about="Kind of guarantee"),
        Field("guarantee_temporary", Kind.AMOUNT, "Temporary guarantee"),
        Field("guarantee_temporary_starts_on", Kind.DATE, "First day of the temporary guarantee"),
        Field("guarantee_temporary_ends_on", Kind.DATE, "Last day of the temporary guarantee"),
        Field("guarantee_currency", Kind.CURRENCY, "Currency of the guarantees, ISO 4217"),
        Field("guarantee_others", Kind.AMOUNT, "Other guarantees"),
        Field("order_backlog", Kind.AMOUNT, "Orders not yet invoiced"),
        Field("payment_means", about="Means of payment"),
        Field("payment_terms", about="Terms of payment"),
        Field("account_manager_name", about="Name of whoever manages the account"),
        Field("is_inactive", Kind.FLAG, "The customer's account is not in use", default="false"),
        Field("is_deleted", Kind.FLAG, "The customer's account was deleted", default="false"),
    ),
    identities=(Identity("code", ("code",)), Identity("external", ("external_id",))),
    matches=(("key", "key"), ("alias", "alias")),
)

TAGS = Field("tags", about="External ids of the tags of the customer")

ACCOUNT_FEED = (*(each for each in CUSTOMERS.fields if each.name != "code"), TAGS)
"""What an account may be sent with, besides custom fields. Its external id is the code of a new customer."""

ACCOUNT_REQUIRED = ("name", "trading_name", "legal_id")
"""What a new account must be sent with, besides its external id and one address."""
