"""The page that `hanse up` prints when it serves."""

from __future__ import annotations

from pathlib import Path

from subgraphs.users.demo import ADMIN_LOGIN, LOGIN, PASSWORD

FIRST_QUERY = """query FirstProducts {
  products(first: 2, sort: NAME) {
    totalCount
    edges {
      node {
        name
        price { formatted }
        seller { username firstName }
      }
    }
  }
}
"""

PAGE = """
Hanse is up. Ctrl-C stops it.

  GraphiQL        {url}/
  GraphQL         {url}/graphql   (HTTP and WebSocket)
  Health          {url}/health/ready
  Metrics         {url}/metrics
  Data            {data}
"""

LOGINS = """
Ready-made logins, for `mutation {{ login(login: "...", password: "...") {{ accessToken }} }}`:

  user            {user}    {password}
  admin           {admin}   {password}
"""


def welcome(*, url: str, data: Path, demo: bool) -> str:
    """Where everything is, and with the demo's data how to sign in."""
    page = PAGE.format(url=url, data=data)
    if not demo:
        return page
    return f"{page}{LOGINS.format(user=LOGIN, admin=ADMIN_LOGIN, password=PASSWORD)}"
