"""Tasks: who sees them, how they move, how they are found."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hanse_subgraph.events.envelope import Event
from hanse_subgraph.ids import new_id
from hanse_subgraph.subgraph_app import SubgraphApp
from subgraphs.tasks.models import TRANSITIONS, TaskStatus
from tests.subgraphs.harness import Person, Router, Statements, an_admin, events_of, eventually, somebody

CREATE = """
mutation ($input: CreateTaskInput!) {
  createTask(input: $input) {
    id title description status nextStatuses priority dueAt labels owner { id } assignee { id } completedAt
  }
}
"""
UPDATE = """
mutation ($id: ID!, $input: UpdateTaskInput!) { updateTask(id: $id, input: $input) { title dueAt labels priority } }
"""
MOVE = "mutation ($id: ID!, $to: TaskStatus!) { changeTaskStatus(id: $id, status: $to) { status completedAt } }"
ASSIGN = "mutation ($id: ID!, $to: ID) { assignTask(id: $id, assigneeId: $to) { assignee { id } } }"
DELETE = "mutation ($id: ID!) { deleteTask(id: $id) }"
READ = "query ($id: ID!) { task(id: $id) { title status } }"
MINE = """
query ($first: Int, $after: String, $filter: TaskFilterInput, $sort: TaskSort! = NEWEST) {
  myTasks(first: $first, after: $after, filter: $filter, sort: $sort) {
    totalCount nodes { title } pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest.fixture
def owner(tasks: SubgraphApp, router: Router) -> Person:
    """Whose tasks they are."""
    return somebody(tasks, router, new_id(), "tasks:write")


@pytest.fixture
def assignee(tasks: SubgraphApp, router: Router) -> Person:
    """Who is to do them."""
    return somebody(tasks, router, new_id(), "tasks:write")


@pytest.fixture
def stranger(tasks: SubgraphApp, router: Router) -> Person:
    """Who has nothing to do with them; an admin, even."""
    return an_admin(tasks, router, new_id(), "tasks:write")


async def create(person: Person, title: str = "Load the salt", **given: Any) -> str:
    """A new task's id."""
    return str((await person.get(CREATE, input={"title": title, **given}))["createTask"]["id"])


async def titles(person: Person, **arguments: Any) -> list[str]:
    """The titles on a page, in its order."""
    return [node["title"] for node in (await person.get(MINE, **arguments))["myTasks"]["nodes"]]


async def test_a_task_is_made(owner: Person, assignee: Person, tasks: SubgraphApp) -> None:
    given = {"title": " Load ", "dueAt": "2030-01-01T12:00:00+02:00", "labels": ["b", "a", "b"]}
    task = (await owner.get(CREATE, input={**given, "assigneeId": assignee.user_id}))["createTask"]
    assert task | {"id": ""} == {
        "id": "",
        "title": "Load",
        "description": "",
        "status": "TODO",
        "nextStatuses": ["CANCELLED", "IN_PROGRESS"],
        "priority": "NORMAL",
        "dueAt": "2030-01-01T10:00:00+00:00",
        "labels": ["a", "b"],
        "owner": {"id": owner.user_id},
        "assignee": {"id": assignee.user_id},
        "completedAt": None,
    }
    made, assigned = await events_of(tasks, "task.created", "task.assigned", count=2)
    assert (made.data["priority"], made.actor) == ("normal", owner.user_id)
    assert assigned.data["assigneeId"] == assignee.user_id


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"title": " "}, ("title", "TOO_SHORT")),
        ({"title": "x" * 201}, ("title", "TOO_LONG")),
        ({"labels": [""]}, ("labels", "INVALID")),
        ({"assigneeId": "nobody"}, ("assigneeId", "INVALID")),
    ],
)
async def test_what_is_wrong_is_named(owner: Person, given: dict[str, Any], wrong: tuple[str, str]) -> None:
    answer = await owner(CREATE, input={"title": "Load", **given})
    assert (answer.codes, answer.fields) == (["BAD_USER_INPUT"], [wrong])


async def test_owner_and_assignee_see_a_task_and_nobody_else(
    owner: Person, assignee: Person, stranger: Person, tasks: SubgraphApp, router: Router
) -> None:
    task_id = await create(owner, assigneeId=assignee.user_id)
    seen = {"task": {"title": "Load the salt", "status": "TODO"}}
    assert (await owner.get(READ, id=task_id), await assignee.get(READ, id=task_id)) == (seen, seen)
    assert await stranger.get(READ, id=task_id) == {"task": None}
    assert (await Person(tasks, router)(READ, id=task_id)).codes == ["UNAUTHENTICATED"]
    assert (await titles(assignee), await titles(stranger)) == (["Load the salt"], [])
    entity = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Task { title } } }"
    wanted = [{"__typename": "Task", "id": task_id}, {"__typename": "Task", "id": new_id()}]
    assert (await owner.get(entity, r=wanted))["_entities"] == [{"title": "Load the salt"}, None]
    assert (await stranger.get(entity, r=wanted))["_entities"] == [None, None]
    assert (await Person(tasks, router).get(entity, r=wanted))["_entities"] == [None, None]


async def test_who_may_do_what(owner: Person, assignee: Person, stranger: Person) -> None:
    task_id = await create(owner, assigneeId=assignee.user_id)
    verbs: dict[str, dict[str, Any]] = {UPDATE: {"input": {"title": "New"}}, ASSIGN: {"to": None}, DELETE: {}}
    for verb, arguments in verbs.items():
        assert (await stranger(verb, id=task_id, **arguments)).codes == ["NOT_FOUND"]
        assert (await assignee(verb, id=task_id, **arguments)).codes == ["FORBIDDEN"]
    assert (await stranger(MOVE, id=task_id, to="IN_PROGRESS")).codes == ["NOT_FOUND"]
    await assignee.get(MOVE, id=task_id, to="IN_PROGRESS")
    await owner.get(ASSIGN, id=task_id, to=None)
    assert (await assignee(MOVE, id=task_id, to="DONE")).codes == ["NOT_FOUND"], "it is theirs no longer"
    for verb, arguments in verbs.items():
        await owner.get(verb, id=task_id, **arguments)
    assert await owner.get(READ, id=task_id) == {"task": None}


async def test_writing_needs_the_scope(tasks: SubgraphApp, router: Router) -> None:
    assert (await somebody(tasks, router, new_id())(CREATE, input={"title": "x"})).codes == ["FORBIDDEN"]
    assert (await Person(tasks, router)(CREATE, input={"title": "x"})).codes == ["UNAUTHENTICATED"]


WAYS = {
    TaskStatus.TODO: (),
    TaskStatus.IN_PROGRESS: ("IN_PROGRESS",),
    TaskStatus.DONE: ("IN_PROGRESS", "DONE"),
    TaskStatus.CANCELLED: ("CANCELLED",),
}


@pytest.mark.parametrize("present", TaskStatus)
async def test_only_legal_moves(owner: Person, present: TaskStatus) -> None:
    for wanted in TaskStatus:
        task_id = await create(owner)
        for step in WAYS[present]:
            await owner.get(MOVE, id=task_id, to=step)
        answer = await owner(MOVE, id=task_id, to=wanted.name)
        if wanted is present or wanted in TRANSITIONS[present]:
            moved = answer.data["changeTaskStatus"]
            assert (moved["status"], moved["completedAt"] is not None) == (wanted.name, wanted is TaskStatus.DONE)
        else:
            assert (answer.codes, answer.fields) == (["CONFLICT"], [("status", "ILLEGAL_MOVE")])


async def test_of_two_moves_at_once_one_counts(owner: Person, tasks: SubgraphApp) -> None:
    task_id = await create(owner)
    await owner.get(MOVE, id=task_id, to="IN_PROGRESS")
    answers = await asyncio.gather(*(owner(MOVE, id=task_id, to=to) for to in ("DONE", "CANCELLED")))
    assert sorted(len(answer.errors) for answer in answers) == [0, 1]
    steps = [event.data["status"] for event in await events_of(tasks, "task.status_changed", count=2)]
    assert steps[0] == "in_progress"
    assert len(steps) == 2


async def test_an_update_changes_what_is_given(owner: Person, tasks: SubgraphApp) -> None:
    task_id = await create(owner, dueAt="2030-01-01T00:00:00Z", labels=["a"])
    changed = (await owner.get(UPDATE, id=task_id, input={"priority": "URGENT", "labels": ["a"]}))["updateTask"]
    assert changed == {
        "title": "Load the salt",
        "dueAt": "2030-01-01T00:00:00+00:00",
        "labels": ["a"],
        "priority": "URGENT",
    }
    assert (await owner.get(UPDATE, id=task_id, input={"clearDue": True}))["updateTask"]["dueAt"] is None
    events = await events_of(tasks, "task.updated", count=2)
    assert [event.data["changed"] for event in events] == [["priority"], ["due_at"]]


async def test_tasks_are_found(owner: Person, assignee: Person) -> None:
    await create(owner, "Salt", dueAt="2030-01-01T00:00:00Z", labels=["Ærø"], priority="LOW")
    await create(owner, "Wool", dueAt="2029-01-01T00:00:00Z", assigneeId=assignee.user_id, priority="HIGH")
    wine = await create(owner, "Wine", description="100% red")
    await owner.get(MOVE, id=wine, to="IN_PROGRESS")
    await create(assignee, "Rye")
    assert await titles(owner) == ["Wine", "Wool", "Salt"]
    assert await titles(owner, sort="DUE") == ["Wool", "Salt", "Wine"]
    assert await titles(owner, sort="PRIORITY") == ["Wool", "Wine", "Salt"]
    assert await titles(owner, filter={"status": ["IN_PROGRESS", "DONE"]}) == ["Wine"]
    assert await titles(owner, filter={"status": []}) == []
    assert await titles(owner, filter={"text": "0% R"}) == ["Wine"]
    assert await titles(owner, filter={"label": "Ærø"}) == ["Salt"]
    assert await titles(owner, filter={"label": "r"}) == []
    assert await titles(owner, filter={"assigneeId": assignee.user_id}) == ["Wool"]
    assert await titles(owner, filter={"assigneeId": "nobody"}) == []
    assert await titles(owner, filter={"dueBefore": "2029-06-01T00:00:00Z"}) == ["Wool"]
    assert await titles(owner, filter={"dueAfter": "2029-06-01T00:00:00Z"}) == ["Salt"]
    assert await titles(assignee) == ["Rye", "Wool"]
    counts = (await owner.get("{ tasksByStatus { status count } }"))["tasksByStatus"]
    assert {item["status"]: item["count"] for item in counts} == {
        "TODO": 2,
        "IN_PROGRESS": 1,
        "DONE": 0,
        "CANCELLED": 0,
    }


@pytest.mark.parametrize("sort", ["NEWEST", "DUE", "PRIORITY"])
async def test_pages_hold_everything_once(owner: Person, sort: str) -> None:
    dues = (None, "2030-01-01T00:00:00Z", None, "2029-01-01T00:00:00.123456Z", "2030-01-01T00:00:00Z")
    for number, due in enumerate(dues):
        await create(owner, f"T{number}", dueAt=due)
    whole = await titles(owner, sort=sort)
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = (await owner.get(MINE, first=2, after=after, sort=sort))["myTasks"]
        seen += [node["title"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert (seen, page["pageInfo"]["hasNextPage"], page["totalCount"]) == (whole, False, 5)


async def test_users_have_their_tasks_for_themselves(owner: Person, assignee: Person, tasks: SubgraphApp) -> None:
    await create(owner)
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { tasks { nodes { title } } } } }"
    people = [{"__typename": "User", "id": person} for person in (owner.user_id, *(new_id() for _ in range(99)))]
    statements = Statements(tasks)
    found = (await owner.get(query, r=people))["_entities"]
    assert found == [{"tasks": {"nodes": [{"title": "Load the salt"}]}}, *[{"tasks": None}] * 99]
    assert len(statements.seen) == 1
    assert (await assignee.get(query, r=people[:1]))["_entities"] == [{"tasks": None}]


async def test_what_is_of_a_user_who_leaves_goes_too(owner: Person, assignee: Person, tasks: SubgraphApp) -> None:
    await create(owner, "Own", assigneeId=assignee.user_id)
    kept = await create(assignee, "Kept", assigneeId=owner.user_id)
    assert tasks.events is not None
    assert owner.user_id is not None
    await tasks.events.append([Event(type="user.deleted", subject=owner.user_id, source="/users", data={})])

    async def left() -> tuple[list[str], list[str]]:
        return await titles(owner), await titles(assignee)

    await eventually(left, ([], ["Kept"]))
    await events_of(tasks, "task.deleted", count=1)
    assert (await assignee.get(ASSIGN, id=kept, to=None))["assignTask"] == {"assignee": None}
