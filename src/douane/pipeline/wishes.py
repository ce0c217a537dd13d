"""What the sender asks of a run beyond its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Wishes:
    """Clear absent items (as of `cleared_on`), replace assignments, create unknown customers."""

    clears_absent: bool = False
    replaces_assignments: bool = False
    creates_customers: bool = False
    cleared_on: date = date.min

    @property
    def sweeps(self) -> bool:
        """Whether rows that the file does not speak of may go."""
        return self.clears_absent or self.replaces_assignments
