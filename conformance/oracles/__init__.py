"""The reference composers as oracles: Node programs with a typed client."""

from conformance.oracles.client import OracleCrash, OracleProcess, Verdict, ensure_installed

__all__ = ["OracleCrash", "OracleProcess", "Verdict", "ensure_installed"]
