"""What the operations of the platform are about: made anew for each caller, in the owner's name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, Protocol

VERIFICATION = "user.email_verification_requested"
PASSWORD = "a-long-quiet-harbour"
NEW_PASSWORD = "another-long-harbour"


class World(Protocol):
    """Where the operations are played, with an owner, a stranger and an admin."""

    owner_id: str
    stranger_id: str
    caller: str  # who asks next

    async def does(self, who: str, operation: str, /, **variables: Any) -> Any:
        """The value of the operation's field, for a caller who is authorized."""
        ...

    async def registered(self) -> dict[str, Any]:
        """A new user: id, username, email, refreshToken."""
        ...

    async def latest_event(self, event_type: str) -> dict[str, Any]:
        """The data of the latest event of this type."""
        ...

    async def picture(self, who: str) -> str:
        """The id of a picture of this user."""
        ...

    async def put_picture(self, who: str) -> str:
        """The id of a picture that was uploaded and not completed."""
        ...


Given = Callable[[World], Awaitable[dict[str, Any]]]


async def nothing(_: World) -> dict[str, Any]:
    return {}


def always(**variables: Any) -> Given:
    """The same for everybody."""

    async def given(_: World) -> dict[str, Any]:
        return variables

    return given


async def product(world: World) -> dict[str, Any]:
    made = await world.does("owner", "createProduct", input={"name": "Rope", "price": {"amountMinor": 500}, "stock": 9})
    return {"id": made["id"]}


async def reservation(world: World) -> dict[str, Any]:
    """The owner's, of a product of somebody else's: its seller could release it too."""
    made = await world.does("root", "createProduct", input={"name": "Sail", "price": {"amountMinor": 900}, "stock": 5})
    return {"id": (await world.does("owner", "reserveStock", id=made["id"], quantity=1))["id"]}


async def sold(world: World) -> dict[str, Any]:
    """A stranger's, of a product of the owner's."""
    made = await product(world)
    return {"id": (await world.does("stranger", "reserveStock", id=made["id"], quantity=1))["id"]}


async def task(world: World) -> dict[str, Any]:
    return {"id": (await world.does("owner", "createTask", input={"title": "Load the salt"}))["id"]}


async def task_for_the_stranger(world: World) -> dict[str, Any]:
    return {**await task(world), "to": world.stranger_id}


async def transaction(world: World) -> dict[str, Any]:
    made = await world.does("owner", "createTransaction", input=OWING)
    return {"id": made["id"]}


async def api_key(world: World) -> dict[str, Any]:
    made = await world.does("owner", "createApiKey", name="till", scopes=["catalog:write"])
    return {"id": made["apiKey"]["id"], "secret": made["secret"]}


async def key_id(world: World) -> dict[str, Any]:
    return {"id": (await api_key(world))["id"]}


async def key_secret(world: World) -> dict[str, Any]:
    return {"secret": (await api_key(world))["secret"]}


async def owner(world: World) -> dict[str, Any]:
    return {"id": world.owner_id}


async def verified_user(world: World) -> dict[str, Any]:
    """The first admin."""
    return {"id": (await world.does("anonymous", "userByUsername"))["id"]}


async def somebody(world: World) -> dict[str, Any]:
    return {"id": (await world.registered())["id"]}


async def deactivated(world: World) -> dict[str, Any]:
    user = await somebody(world)
    await world.does("admin", "deactivateUser", **user)
    return user


async def login(world: World) -> dict[str, Any]:
    return {"login": (await world.registered())["username"], "password": PASSWORD}


async def refresh_token(world: World) -> dict[str, Any]:
    return {"token": (await world.registered())["refreshToken"]}


async def account(_: World) -> dict[str, Any]:
    name = f"new{next(NUMBERS)}"
    return {"input": {"email": f"{name}@example.org", "username": name, "password": PASSWORD}}


async def verification(world: World) -> dict[str, Any]:
    await world.registered()
    return {"token": (await world.latest_event(VERIFICATION))["token"]}


async def reset(world: World) -> dict[str, Any]:
    await world.does("anonymous", "requestPasswordReset", **await address(world))
    return {"token": (await world.latest_event("user.password_reset_requested"))["token"], "password": NEW_PASSWORD}


async def address(world: World) -> dict[str, Any]:
    """A verified one."""
    new = await world.registered()
    await world.does("anonymous", "verifyEmail", token=(await world.latest_event(VERIFICATION))["token"])
    return {"email": new["email"]}


async def picture(world: World) -> dict[str, Any]:
    return {"id": await world.picture("owner")}


async def put_picture(world: World) -> dict[str, Any]:
    return {"id": await world.put_picture("owner")}


async def own_picture(world: World) -> dict[str, Any]:
    """The caller's own."""
    return {"id": await world.picture("owner" if world.caller == "anonymous" else world.caller)}


async def pictures_of_a_product(world: World) -> dict[str, Any]:
    return {**await product(world), "media": [(await own_picture(world))["id"]]}


async def notification(world: World) -> dict[str, Any]:
    """The owner's welcome."""
    return {"id": (await world.does("owner", "myNotifications"))["nodes"][0]["id"]}


NUMBERS = count()
OWING = {"amount": {"amountMinor": 700}, "description": "Rope"}
FILE = {"name": "a.png", "sizeBytes": 100, "mimeType": "image/png"}
MAIL = {"subject": "Fog", "text": "The harbour is closed."}
