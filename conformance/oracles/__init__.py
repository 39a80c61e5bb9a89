"""The reference composers as oracles: Node programs behind a typed client."""

from conformance.oracles.client import OracleCrash, OracleProcess, Verdict, ensure_installed

__all__ = ["OracleCrash", "OracleProcess", "Verdict", "ensure_installed"]
