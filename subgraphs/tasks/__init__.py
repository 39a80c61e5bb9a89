"""The tasks subgraph: tasks with owner, assignee, status and due date."""
