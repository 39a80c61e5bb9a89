"""Products, their full-text search, and the tables of the event backbone."""

import unicodedata

import sqlalchemy as sa
from alembic import op

from hanse_subgraph.db import Id, UtcDateTime
from hanse_subgraph.events.tables import create_event_tables, drop_event_tables

revision = "0001"
down_revision = None

# SQLite's full-text table knows rows by number, products by UUID: product_numbers maps between them.
SQLITE_SEARCH = (
    "CREATE TABLE product_numbers (number INTEGER PRIMARY KEY, product_id CHAR(32) NOT NULL UNIQUE)",
    """CREATE VIRTUAL TABLE product_search
        USING fts5(name, category, tags, description, tokenize='unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER product_search_insert AFTER INSERT ON products BEGIN
        INSERT INTO product_numbers (product_id) VALUES (new.id);
        INSERT INTO product_search (rowid, name, category, tags, description)
        SELECT number, new.name, new.category, new.tags, new.description FROM product_numbers WHERE product_id = new.id;
    END""",
    """CREATE TRIGGER product_search_update AFTER UPDATE OF name, category, tags, description ON products BEGIN
        UPDATE product_search
        SET name = new.name, category = new.category, tags = new.tags, description = new.description
        WHERE rowid = (SELECT number FROM product_numbers WHERE product_id = new.id);
    END""",
    """CREATE TRIGGER product_search_delete AFTER DELETE ON products BEGIN
        DELETE FROM product_search WHERE rowid = (SELECT number FROM product_numbers WHERE product_id = old.id);
        DELETE FROM product_numbers WHERE product_id = old.id;
    END""",
)
# PostgreSQL's own `unaccent` cannot be used in a generated column, since it is not immutable.
ACCENTED = [chr(code) for code in range(0xC0, 0x180) if len(unicodedata.normalize("NFD", chr(code))) == 2]
PLAIN = "".join(unicodedata.normalize("NFD", letter)[0] for letter in ACCENTED)


def _vector(expression: str, weight: str) -> str:
    plain = f"translate({expression}, '{''.join(ACCENTED)}', '{PLAIN}')"
    return f"setweight(to_tsvector('simple', {plain}), '{weight}')"


POSTGRESQL_VECTORS = (
    _vector("name", "A"),
    _vector("category", "B"),
    _vector("CAST(tags AS text)", "B"),
    _vector("description", "C"),
)
POSTGRESQL_SEARCH = (
    f"ALTER TABLE products ADD COLUMN search tsvector GENERATED ALWAYS AS ({' || '.join(POSTGRESQL_VECTORS)}) STORED",
    "CREATE INDEX products_search ON products USING gin (search)",
)


def upgrade() -> None:
    """Create the tables."""
    create_event_tables(op)
    op.create_table(
        "products",
        sa.Column("id", Id, primary_key=True),
        sa.Column("sku", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("category", sa.String(200), nullable=False, index=True),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("price_minor", sa.Integer, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("stock", sa.Integer, nullable=False),
        sa.Column("seller_id", Id, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("deleted_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("stock >= 0", name="stock_is_there"),
        sa.CheckConstraint("price_minor >= 0", name="price_is_not_negative"),
    )
    for statement in SQLITE_SEARCH if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_SEARCH:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("products")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("product_search")
        op.drop_table("product_numbers")
    drop_event_tables(op)
