"""Full-text search over products, with ranking: FTS5 on SQLite, tsvector on PostgreSQL."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    String,
    Subquery,
    column,
    func,
    literal_column,
    select,
    table,
)

from hanse_subgraph.db import Id

_WORD = re.compile(r"\w+")
_numbers = table("product_numbers", column("number"), column("product_id", Id))
_search = table("product_search", column("rowid"), column("product_search", String))
_products = table("products", column("id", Id))


def scores(words: str, *, sqlite: bool) -> Subquery | None:
    """Select id and `score` (lower is better) of the products that contain all words, or words starting with them.

    None if the text contains no word.
    """
    found = _WORD.findall(words)
    if not found:
        return None
    statement = _sqlite_scores(found) if sqlite else _postgresql_scores(found)
    return statement.subquery("scores")


def _sqlite_scores(words: list[str]) -> Select[tuple[str, float]]:
    pattern = " ".join(f'"{word}"*' for word in words)
    weighed = literal_column("round(bm25(product_search, 8.0, 3.0, 3.0, 1.0), 6)", Float)
    return (
        select(_numbers.c.product_id.label("id"), weighed.label("score"))
        .select_from(_search.join(_numbers, _numbers.c.number == _search.c.rowid))
        .where(_search.c.product_search.match(pattern))
    )


def _postgresql_scores(words: list[str]) -> Select[tuple[str, float]]:
    plain = (_without_accents(word) for word in words)
    query = func.to_tsquery(literal_column("'simple'"), " & ".join(f"{word}:*" for word in plain))
    vector: ColumnElement[Any] = literal_column("products.search")
    return select(_products.c.id, (-func.ts_rank(vector, query)).cast(Float).label("score")).where(
        vector.op("@@")(query)
    )


def _without_accents(word: str) -> str:
    """Remove accents, as in the indexed column. SQLite's tokenizer does this itself."""
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
