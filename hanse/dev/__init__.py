"""`hanse dev`: watches subgraphs, composes after each change, and keeps a router on the last supergraph that composed.

`run.py` wires it together. What feeds it SDL is in `config_feed.py` (the subgraphs of supergraph.yaml) and
`python_feed.py` (the project's own ones). Each Python subgraph has a process: `runner.py` starts and replaces it,
`child.py` and `tasks.py` are what runs in it. `session.py` composes and reloads the
router; `gates.py` is the way of each request to a subgraph: to the subgraph, a mock, or recorded traffic.
"""
