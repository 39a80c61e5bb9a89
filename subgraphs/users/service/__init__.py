"""The services of the users subgraph. They flush; the resolver commits."""

from __future__ import annotations

from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.platform import Platform
from subgraphs.users.keys import SigningKeys
from subgraphs.users.passwords import Passwords
from subgraphs.users.service.accounts import Accounts
from subgraphs.users.service.administration import Administration
from subgraphs.users.service.api_keys import ApiKeys
from subgraphs.users.service.profile import Profiles
from subgraphs.users.service.recovery import Recovery
from subgraphs.users.service.revocation import Revocations
from subgraphs.users.service.sign_in import SignIn
from subgraphs.users.service.throttle import Throttle
from subgraphs.users.service.tokens import AccessTokens
from subgraphs.users.settings import UsersSettings


class Identity:
    """All services, sharing settings, keys and clock."""

    def __init__(
        self, settings: UsersSettings, keys: SigningKeys, platform: Platform, *, clock: Clock = utc_now
    ) -> None:
        passwords, tokens = Passwords(settings), AccessTokens(settings, keys, platform, clock=clock)
        revocations, throttle = Revocations(settings, clock=clock), Throttle(settings, clock=clock)
        self.revocations = revocations
        self.recovery = Recovery(settings, clock=clock)
        self.accounts = Accounts(passwords, self.recovery, clock=clock)
        self.sign_in = SignIn(settings, tokens, passwords, revocations, throttle, clock=clock)
        self.api_keys = ApiKeys(settings, tokens, revocations, clock=clock)
        self.profiles = Profiles(settings, self.sign_in, self.recovery, self.api_keys, clock=clock)
        self.administration = Administration(self.sign_in, self.profiles, tokens, clock=clock)
