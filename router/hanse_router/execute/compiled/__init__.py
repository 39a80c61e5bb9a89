"""The fast path: replies are decoded directly into the client's shape by code generated for one plan.

It handles executions that succeed, and errors where null is allowed: subgraph errors, entities that are missing. For
everything else (values of wrong types, null in a non-null field) it raises Fallback; the general path then executes the
operation with the replies received so far, so that no request is sent twice.
"""

from hanse_router.execute.compiled.fast_path import FastPath
from hanse_router.execute.compiled.reasons import Reason, Unsupported
from hanse_router.execute.compiled.source import Fallback

__all__ = ["Fallback", "FastPath", "Reason", "Unsupported"]
