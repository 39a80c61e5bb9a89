"""Administration of other users' accounts."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Principal
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import Conflict, FieldProblem, Forbidden
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import parse_id
from subgraphs.users import repository
from subgraphs.users.events import RoleChanged, UserStateChanged
from subgraphs.users.models import Role, User, UserState
from subgraphs.users.service.profile import Profiles, existing_user
from subgraphs.users.service.sign_in import SignIn
from subgraphs.users.service.tokens import AccessTokens

WRITE_USERS = "users:write"


class Administration:
    """Actions on the accounts of others. All raise Unauthenticated or Forbidden without the scope users:write.

    The scope in the token does not suffice: the caller's account must be active and its role must give the scope now.
    """

    def __init__(self, sign_in: SignIn, profiles: Profiles, tokens: AccessTokens, *, clock: Clock = utc_now) -> None:
        self._sign_in = sign_in
        self._profiles = profiles
        self._tokens = tokens
        self._clock = clock

    async def set_role(self, session: AsyncSession, principal: Principal, user_id: str, role: Role) -> User:
        """Change a user's role and end their sessions. Raises NotFound, or Conflict for the caller's own account."""
        await self._authorize(session, principal)
        user = await self._other(session, principal, user_id)
        if user.role != role:
            user.role, user.updated_at = role.value, self._clock()
            await session.flush()
            await emit(session, RoleChanged(id=user.id, role=user.role))
            await self._sign_in.sign_out_everywhere(session, user.id, reason="ROLE_CHANGED")
        return user

    async def set_active(self, session: AsyncSession, principal: Principal, user_id: str, *, active: bool) -> User:
        """Activate or deactivate a user. Raises NotFound, or Conflict for the caller's own account."""
        await self._authorize(session, principal)
        user = await self._other(session, principal, user_id)
        state = UserState.ACTIVE if active else UserState.DEACTIVATED
        if user.state != state:
            user.state, user.updated_at = state.value, self._clock()
            await session.flush()
            await emit(session, UserStateChanged(id=user.id, state=user.state))
            if not active:
                await self._sign_in.sign_out_everywhere(session, user.id, reason="DEACTIVATED")
        return user

    async def delete(self, session: AsyncSession, principal: Principal, user_id: str) -> None:
        """Delete a user's personal data. Raises NotFound."""
        await self._authorize(session, principal)
        await self._profiles.delete(session, parse_id(user_id, "User"))

    async def _authorize(self, session: AsyncSession, principal: Principal) -> None:
        caller = await repository.user_by_id(session, principal.require_scope(WRITE_USERS))
        if caller is None or caller.state != UserState.ACTIVE or WRITE_USERS not in self._tokens.scopes_of(caller):
            raise Forbidden
        sid = principal.session_id
        if sid is not None and not await repository.is_signed_in(session, caller.id, sid, self._clock()):
            raise Forbidden("The session or API key of this access token is revoked. Sign in again.")

    async def _other(self, session: AsyncSession, principal: Principal, user_id: str) -> User:
        user = await existing_user(session, parse_id(user_id, "User"), to_write=True)
        if user.id == principal.user_id:
            raise Conflict(
                FieldProblem("id", "ONESELF", "You cannot change your own role or state. Ask another admin.")
            )
        return user
