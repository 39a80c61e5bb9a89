"""Repairs of composition errors: patches of the subgraphs' SDL, each verified by composing the patched subgraphs.

`repairs_for(sources, composition)` gives the repairs of a failed composition, `fix(sources)` applies the safe ones.
"""

from __future__ import annotations

from hanse_schema.checks.repair.fix import Fixed, fix
from hanse_schema.checks.repair.model import Confidence, Repair
from hanse_schema.checks.repair.repairs import repairs_for

__all__ = ["Confidence", "Fixed", "Repair", "fix", "repairs_for"]
