"""Administration of other users' accounts."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Principal
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import Conflict, FieldProblem
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import parse_id
from subgraphs.users.events import RoleChanged, UserStateChanged
from subgraphs.users.models import Role, User, UserState
from subgraphs.users.service.profile import existing_user
from subgraphs.users.service.sign_in import SignIn


class Administration:
    """Actions of admins. The resolver checks the caller's scope first."""

    def __init__(self, sign_in: SignIn, *, clock: Clock = utc_now) -> None:
        self._sign_in = sign_in
        self._clock = clock

    async def set_role(self, session: AsyncSession, principal: Principal, user_id: str, role: Role) -> User:
        """Change a user's role and end their sessions. Raises NotFound, or Conflict for the caller's own account."""
        user = await self._other(session, principal, user_id)
        if user.role != role:
            user.role, user.updated_at = role.value, self._clock()
            await session.flush()
            await emit(session, RoleChanged(id=user.id, role=user.role))
            await self._sign_in.sign_out_everywhere(session, user.id, reason="ROLE_CHANGED")
        return user

    async def set_active(self, session: AsyncSession, principal: Principal, user_id: str, *, active: bool) -> User:
        """Activate or deactivate a user. Raises NotFound, or Conflict for the caller's own account."""
        user = await self._other(session, principal, user_id)
        state = UserState.ACTIVE if active else UserState.DEACTIVATED
        if user.state != state:
            user.state, user.updated_at = state.value, self._clock()
            await session.flush()
            await emit(session, UserStateChanged(id=user.id, state=user.state))
            if not active:
                await self._sign_in.sign_out_everywhere(session, user.id, reason="DEACTIVATED")
        return user

    async def _other(self, session: AsyncSession, principal: Principal, user_id: str) -> User:
        user = await existing_user(session, parse_id(user_id, "User"), to_write=True)
        if user.id == principal.user_id:
            raise Conflict(
                FieldProblem("id", "ONESELF", "You cannot change your own role or state. Ask another admin.")
            )
        return user
