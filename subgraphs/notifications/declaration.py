"""What the notifications subgraph declares to the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hanse_subgraph.declaration import Subgraph
from hanse_subgraph.events.topics import Topic
from hanse_subgraph.platform import Platform

if TYPE_CHECKING:
    from hanse_subgraph.events.data import EventData
    from hanse_subgraph.subgraph_app import SubgraphApp


def _create(given: Mapping[str, Any], platform: Platform) -> SubgraphApp:
    from subgraphs.notifications.app import create
    from subgraphs.notifications.settings import NotificationsSettings

    return create(NotificationsSettings.load(**given), platform)


def _events() -> Sequence[type[EventData]]:
    from subgraphs.notifications.events import PUBLISHED

    return PUBLISHED


async def _check_mail(app: SubgraphApp) -> str:
    from hanse_subgraph.mail.smtp import SmtpMailer, read_url
    from subgraphs.notifications.settings import NotificationsSettings

    settings = app.settings
    assert isinstance(settings, NotificationsSettings)
    await SmtpMailer(read_url(settings.mail)).check()
    return "the mail server accepts connections"


subgraph = Subgraph(
    create=_create,
    topics=(Topic("mail", kinds=("mail",)),),
    events=_events,
    admin_scopes=("mail:send",),
    server_checks={"mail_url": _check_mail},
)
