"""The business verbs of the users subgraph. They flush; the edge commits."""

from __future__ import annotations

from subgraphs.users.keys import SigningKeys
from subgraphs.users.passwords import Passwords
from subgraphs.users.service.accounts import Accounts
from subgraphs.users.service.administration import Administration
from subgraphs.users.service.api_keys import ApiKeys
from subgraphs.users.service.profile import Profiles
from subgraphs.users.service.recovery import Recovery
from subgraphs.users.service.sign_in import SignIn
from subgraphs.users.service.tokens import AccessTokens
from subgraphs.users.settings import UsersSettings


class Identity:
    """All verbs, over one set of settings and keys."""

    def __init__(self, settings: UsersSettings, keys: SigningKeys) -> None:
        passwords, tokens = Passwords(settings), AccessTokens(settings, keys)
        self.recovery = Recovery(settings)
        self.accounts = Accounts(passwords, self.recovery)
        self.sign_in = SignIn(settings, tokens, passwords)
        self.profiles = Profiles(passwords, self.sign_in, self.recovery)
        self.administration = Administration(self.sign_in)
        self.api_keys = ApiKeys(tokens)
