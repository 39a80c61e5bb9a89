"""The guide to a new subgraph, followed: its files as they are in CONTRIBUTING.md, run beside the platform's own."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.client import Client
from tests.e2e.processes import ROOT, running
from tests.e2e.test_story import CREATE_PRODUCT, PERSON, PRODUCT, REGISTER

FILE = re.compile(r"```python\n# (?P<path>\S+)\n(?P<text>.*?)```", re.DOTALL)
PROGRAM = """
import sys
import subgraphs

subgraphs.__path__.append(sys.argv.pop(1))

from hanse.cli import main

main()
"""
WRITE = """
mutation Write($id: ID!) { writeReview(productId: $id, body: "Points north.") { body } }
"""
ACROSS = """
query Across($id: ID!) { product(id: $id) { name reviews { body author { username } } } }
"""


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    files = {match["path"]: match["text"] for match in FILE.finditer((ROOT / "CONTRIBUTING.md").read_text())}
    assert "subgraphs/reviews/app.py" in files
    for path, text in files.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    (tmp_path / "subgraphs" / "reviews" / "__init__.py").touch()
    config = (ROOT / "pyproject.toml").read_text().partition("[tool.hanse.subgraphs]")[2].partition("\n[")[0]
    line = 'reviews = { declaration = "subgraphs.reviews.declaration:subgraph", port = 4010 }'
    (tmp_path / "hanse.toml").write_text(f"[subgraphs]{config}{line}\n")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    options = ("up", "--port", "0", "--no-demo", "--data", tmp_path / "data")
    with running(
        sys.executable, program, tmp_path / "subgraphs", *options, env={"HANSE_PROJECT": str(tmp_path)}
    ) as process:
        yield process.wait_for(r"GraphQL +(http://\S+)").group(1)


async def test_the_new_subgraph_works(url: str) -> None:
    async with aiohttp.ClientSession() as http:
        client = Client(url, http)
        client.token = (await client.data(REGISTER, input=PERSON))["register"]["accessToken"]
        product_id = (await client.data(CREATE_PRODUCT, input=PRODUCT))["createProduct"]["id"]
        assert await client.data(WRITE, id=product_id) == {"writeReview": {"body": "Points north."}}
        assert await client.data(ACROSS, id=product_id) == {
            "product": {"name": "Astrolabe", "reviews": [{"body": "Points north.", "author": {"username": "ada"}}]}
        }
