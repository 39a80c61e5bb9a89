"""OVERRIDE_LABEL_INVALID: an override's label is a name or a percentage."""

from __future__ import annotations

import re

from hanse_schema.compose.merging import Merging
from hanse_schema.compose.override import Override

_LABEL = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-:./]*")
_PERCENT = re.compile(r"percent\((?:100|\d{1,2}(?:\.\d{1,8})?)\)")


def override_label_invalid(merging: Merging, override: Override) -> bool:
    """Report a label with an invalid format."""
    label = override.label
    if label is None or _LABEL.fullmatch(label) or _PERCENT.fullmatch(label):
        return False
    merging.report.error(
        "OVERRIDE_LABEL_INVALID",
        f'The @override on `{override.coordinate}` has the label "{label}", which is none: write percent(x), with x '
        "from 0 to 100 and at most 8 decimals, or a name that starts with a letter and has only letters, digits and "
        "_ - : . /",
        [(override.target.part, override.directive.node)],
        override.coordinate,
    )
    return False  # the intention is clear, so the other rules treat it as valid
