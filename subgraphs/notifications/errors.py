"""Client errors of the notifications subgraph, in addition to the common ones.

MailQuotaReached    MAIL_QUOTA_REACHED
"""

from __future__ import annotations

from hanse_subgraph.errors import ClientError


class MailQuotaReached(ClientError):
    """The recipient or the sender has had as many mails as are allowed in a day, or the address is not verified."""

    code = "MAIL_QUOTA_REACHED"

    def __init__(self) -> None:
        super().__init__("The user has not verified the address, or a quota of mails is reached. Try again tomorrow.")
