"""What every statement on the rows of a company is told: whose they are."""

from __future__ import annotations

from typing import Any


def scope_of(organization_id: int, company_id: int) -> dict[str, Any]:
    """The values of the two columns that each business row starts with; a statement adds its own."""
    return {"organization_id": organization_id, "company_id": company_id}
