"""Faults of an account and its addresses, by the stage that finds them, and warnings."""

from __future__ import annotations

from .code import Code

ACCOUNT_FAULTS = (
    # read: a value is not what its field takes
    Code(
        "unknown-tag",
        "Unknown tag",
        "There is no tag {value}",
        "Add the tag to the organization, or correct its external id.",
    ),
    Code(
        "unknown-custom-field",
        "Unknown custom field",
        "The organization has no custom field {field}",
        "Add the custom field to the organization, or take it out of the mapping.",
    ),
    Code(
        "not-a-web-address",
        "Not a web address",
        "{value} is not the address of a file in the web",
        "Write an address such as https://example.com/picture.png.",
    ),
    # merge: the account does not fit what is stored or what the list says besides
    Code(
        "unknown-account",
        "Unknown account",
        "There is no account {value}, and what is sent is not enough to create it",
        "Correct the external id, or send all that a new account needs.",
    ),
    Code(
        "account-deleted",
        "Account deleted",
        "The account {value} was deleted",
        "Leave it out, or send it as deleted; a deleted account does not come back.",
    ),
    Code(
        "other-external-id",
        "Another external id",
        "The customer with the code {value} has the external id {detail}, which cannot be changed",
        "Send the external id that the customer has, or give the account another one.",
    ),
    Code(
        "account-rejected",
        "Another line of the account is rejected",
        "An account is stored whole or not at all, and this one is rejected for line {detail}",
        "Correct that line, then send the account again.",
    ),
    Code(
        "address-not-linked",
        "Address not linked",
        "The account has no address {value}",
        "Leave the address out, or correct its external id.",
    ),
    Code(
        "address-changed-and-linked",
        "Address changed and linked at once",
        "The address {value} belongs to another account and says something else there: {detail}",
        "Send the address as it is to link it, or change it first, through an account that has it.",
    ),
    Code(
        "address-told-otherwise",
        "Address with other values in the list",
        "The address {value} has other values on line {detail}",
        "Give the address the same values wherever it stands, or an external id of its own.",
    ),
)

ACCOUNT_WARNINGS = (
    Code(
        "account-told-otherwise",
        "Account with other values in the list",
        "{field} is {value}, and was {detail} in an earlier line of the account; the later one counts",
        "Give an account the same values in each of its lines.",
    ),
)
