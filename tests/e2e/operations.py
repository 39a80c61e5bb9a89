"""Every operation of the platform: its text, who is authorized, and which event it emits.

`who` says what an anonymous caller, a stranger, the owner and an admin get, in this order: `y` an answer, `r` a
refusal, `h` nothing, as if it did not exist. `given` creates its objects, separately for each caller. `emits`
names the event of a mutation, or `no_event` is the reason why there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphql import build_schema

from deploy.project import PROJECT
from tests.e2e import given
from tests.e2e.given import FILE, NEW_PASSWORD, OWING, PASSWORD, Given, always, nothing


@dataclass(frozen=True)
class Operation:
    """One field of Query, Mutation or Subscription."""

    document: str
    who: str
    given: Given = nothing
    emits: str | None = None
    no_event: str | None = None
    changes_people: bool = False  # later callers need new users


Table = dict[str, Operation]

USERS: Table = {
    "me": Operation("{ me { id } }", "ryyy"),
    "user": Operation("query ($id: ID!) { user(id: $id) { username } }", "yyyy", given.owner),
    "userByUsername": Operation('{ userByUsername(username: "root") { id } }', "yyyy"),
    "users": Operation("{ users { totalCount } }", "rrry"),
    "mySessions": Operation("{ mySessions { id } }", "ryyy"),
    "myApiKeys": Operation("{ myApiKeys { id } }", "ryyy"),
    "register": Operation(
        "mutation ($input: RegisterInput!) { register(input: $input) { accessToken refreshToken user { id } } }",
        "yyyy",
        given.account,
        emits="user.registered",
    ),
    "login": Operation(
        "mutation ($login: String!, $password: String!) { login(login: $login, password: $password) { accessToken } }",
        "yyyy",
        given.login,
        emits="user.signed_in",
    ),
    "refreshToken": Operation(
        "mutation ($token: String!) { refreshToken(refreshToken: $token) { accessToken } }",
        "yyyy",
        given.refresh_token,
        no_event="only the start and end of a session emit events",
    ),
    "logout": Operation("mutation { logout }", "ryyy", emits="user.signed_out", changes_people=True),
    "logoutEverywhere": Operation(
        "mutation { logoutEverywhere }", "ryyy", emits="user.signed_out", changes_people=True
    ),
    "updateProfile": Operation(
        "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { firstName } }",
        "ryyy",
        always(input={"firstName": "Hanne"}),
        emits="user.updated",
    ),
    "changePassword": Operation(
        """mutation ($old: String!, $new: String!) {
          changePassword(currentPassword: $old, newPassword: $new) { id }
        }""",
        "ryyy",
        always(old=PASSWORD, new=NEW_PASSWORD),
        emits="user.password_changed",
        changes_people=True,
    ),
    "requestPasswordReset": Operation(
        "mutation ($email: String!) { requestPasswordReset(email: $email) }",
        "yyyy",
        given.address,
        emits="user.password_reset_requested",
    ),
    "resetPassword": Operation(
        "mutation ($token: String!, $password: String!) { resetPassword(token: $token, newPassword: $password) }",
        "yyyy",
        given.reset,
        emits="user.password_changed",
    ),
    "requestEmailVerification": Operation(
        "mutation { requestEmailVerification }", "ryyy", emits="user.email_verification_requested"
    ),
    "verifyEmail": Operation(
        "mutation ($token: String!) { verifyEmail(token: $token) { emailVerified } }",
        "yyyy",
        given.verification,
        emits="user.email_verified",
    ),
    "deleteMyAccount": Operation(
        "mutation ($password: String!) { deleteMyAccount(password: $password) }",
        "ryyy",
        always(password=PASSWORD),
        emits="user.deleted",
        changes_people=True,
    ),
    "createApiKey": Operation(
        """mutation ($name: String!, $scopes: [String!]!) {
          createApiKey(name: $name, scopes: $scopes) { secret apiKey { id } }
        }""",
        "ryyy",
        always(name="till", scopes=["catalog:write"]),
        emits="api_key.created",
    ),
    "revokeApiKey": Operation(
        "mutation ($id: ID!) { revokeApiKey(id: $id) { id } }", "rhyh", given.key_id, emits="api_key.revoked"
    ),
    "exchangeApiKey": Operation(
        "mutation ($secret: String!) { exchangeApiKey(secret: $secret) { accessToken } }",
        "yyyy",
        given.key_secret,
        emits="api_key.exchanged",
    ),
    "setRole": Operation(
        "mutation ($id: ID!) { setRole(id: $id, role: ADMIN) { role } }",
        "rrry",
        given.somebody,
        emits="user.role_changed",
    ),
    "deactivateUser": Operation(
        "mutation ($id: ID!) { deactivateUser(id: $id) { state } }", "rrry", given.somebody, emits="user.state_changed"
    ),
    "reactivateUser": Operation(
        "mutation ($id: ID!) { reactivateUser(id: $id) { state } }",
        "rrry",
        given.deactivated,
        emits="user.state_changed",
    ),
    "deleteUser": Operation(
        "mutation ($id: ID!) { deleteUser(id: $id) }", "rrry", given.somebody, emits="user.deleted"
    ),
}

CATALOG: Table = {
    "products": Operation("{ products { totalCount } }", "yyyy"),
    "productsByCategory": Operation('{ productsByCategory(category: "home") { totalCount } }', "yyyy"),
    "product": Operation("query ($id: ID!) { product(id: $id) { name } }", "yyyy", given.product),
    "categories": Operation("{ categories { path } }", "yyyy"),
    "myReservations": Operation("{ myReservations { totalCount } }", "ryyy"),
    "createProduct": Operation(
        "mutation ($input: CreateProductInput!) { createProduct(input: $input) { id } }",
        "ryyy",
        always(input={"name": "Kite", "price": {"amountMinor": 100}}),
        emits="product.created",
    ),
    "updateProduct": Operation(
        """mutation ($id: ID!) { updateProduct(id: $id, version: 1, input: { name: "Long rope" }) { version } }""",
        "rryy",
        given.product,
        emits="product.updated",
    ),
    "deleteProduct": Operation(
        "mutation ($id: ID!) { deleteProduct(id: $id) { id } }", "rryy", given.product, emits="product.deleted"
    ),
    "adjustStock": Operation(
        "mutation ($id: ID!) { adjustStock(id: $id, delta: 2) { stock } }",
        "rryy",
        given.product,
        emits="product.stock_changed",
    ),
    "reserveStock": Operation(
        "mutation ($id: ID!, $quantity: Int! = 1) { reserveStock(productId: $id, quantity: $quantity) { id } }",
        "ryyy",
        given.product,
        emits="product.stock_reserved",
    ),
    "releaseStock": Operation(
        "mutation ($id: ID!) { releaseStock(id: $id) { state } }",
        "rhyy",
        given.reservation,
        emits="product.stock_released",
    ),
    "sellReserved": Operation(
        "mutation ($id: ID!) { sellReserved(id: $id) { state } }", "rryy", given.sold, emits="product.stock_sold"
    ),
}

TASKS: Table = {
    "myTasks": Operation("{ myTasks { totalCount } }", "ryyy"),
    "task": Operation("query ($id: ID!) { task(id: $id) { title } }", "rhyh", given.task),
    "tasksByStatus": Operation("{ tasksByStatus { count } }", "ryyy"),
    "createTask": Operation(
        "mutation ($input: CreateTaskInput!) { createTask(input: $input) { id } }",
        "ryyy",
        always(input={"title": "Weigh the wax"}),
        emits="task.created",
    ),
    "updateTask": Operation(
        """mutation ($id: ID!) { updateTask(id: $id, input: { title: "Load the rye" }) { title } }""",
        "rhyh",
        given.task,
        emits="task.updated",
    ),
    "changeTaskStatus": Operation(
        "mutation ($id: ID!) { changeTaskStatus(id: $id, status: IN_PROGRESS) { status } }",
        "rhyh",
        given.task,
        emits="task.status_changed",
    ),
    "assignTask": Operation(
        "mutation ($id: ID!, $to: ID!) { assignTask(id: $id, assigneeId: $to) { title } }",
        "rhyh",
        given.task_for_the_stranger,
        emits="task.assigned",
    ),
    "deleteTask": Operation("mutation ($id: ID!) { deleteTask(id: $id) }", "rhyh", given.task, emits="task.deleted"),
}

PAYMENTS: Table = {
    "myTransactions": Operation("{ myTransactions { totalCount } }", "ryyy"),
    "transaction": Operation("query ($id: ID!) { transaction(id: $id) { status } }", "rhyy", given.transaction),
    "myBalance": Operation("{ myBalance { owed { amountMinor } } }", "ryyy"),
    "verifyLedger": Operation("{ verifyLedger { holds } }", "rrry"),
    "createTransaction": Operation(
        "mutation ($input: CreateTransactionInput!) { createTransaction(input: $input) { id } }",
        "ryyy",
        always(input=OWING),
        emits="transaction.created",
    ),
    "payTransaction": Operation(
        "mutation ($id: ID!) { payTransaction(id: $id) { status } }",
        "rhyh",
        given.transaction,
        emits="transaction.paid",
    ),
    "payTransactions": Operation(
        "mutation { payTransactions { total { amountMinor } } }", "ryyy", given.transaction, emits="transaction.paid"
    ),
    "cancelTransaction": Operation(
        "mutation ($id: ID!) { cancelTransaction(id: $id) { status } }",
        "rhyh",
        given.transaction,
        emits="transaction.cancelled",
    ),
}

AUDIT: Table = {
    "myAuditTrail": Operation("{ myAuditTrail { totalCount } }", "ryyy"),
    "auditTrail": Operation("{ auditTrail { totalCount } }", "rrry"),
    "exportAuditTrail": Operation("{ exportAuditTrail { entries } }", "rrry"),
    "verifyAuditTrail": Operation("{ verifyAuditTrail { intact } }", "rrry"),
    "logEntries": Operation("{ logEntries { totalCount } }", "rrry"),
    "writeLogEntry": Operation(
        'mutation { writeLogEntry(name: "till", level: INFO, data: {}) { id } }',
        "rrry",
        no_event="it tells of what happened itself",
    ),
}

ANALYTICS: Table = {
    "stats": Operation("{ stats { users } }", "yyyy"),
    "activitySeries": Operation(
        '{ activitySeries(step: DAY, since: "2026-01-01T00:00:00Z", until: "2026-01-03T00:00:00Z") { events } }', "yyyy"
    ),
    "topProducts": Operation("{ topProducts { transactions } }", "yyyy"),
    "topUsers": Operation("{ topUsers { transactions } }", "rrry"),
    "liveStats": Operation("subscription { liveStats { users } }", "yyyy"),
    "activity": Operation("subscription { activity { type } }", "rrry"),
}

NOTIFICATIONS: Table = {
    "myNotifications": Operation("{ myNotifications { nodes { id } } }", "ryyy"),
    "myNotificationPreferences": Operation("{ myNotificationPreferences { kind } }", "ryyy"),
    "markNotificationRead": Operation(
        "mutation ($id: ID!) { markNotificationRead(id: $id) { readAt } }",
        "rhyh",
        given.notification,
        no_event="read marks are private",
    ),
    "markAllNotificationsRead": Operation(
        "mutation { markAllNotificationsRead }", "ryyy", no_event="read marks are private"
    ),
    "setNotificationPreference": Operation(
        "mutation { setNotificationPreference(kind: RECEIPT, inApp: true, byMail: false) { byMail } }",
        "ryyy",
        emits="user.notification_preference_set",
    ),
    "setMailLanguage": Operation("mutation { setMailLanguage(language: DE) }", "ryyy", emits="user.mail_language_set"),
    "sendMail": Operation(
        """mutation ($id: ID!, $subject: String! = "Fog", $text: String! = "The harbour is closed.") {
          sendMail(userId: $id, subject: $subject, text: $text) { state }
        }""",
        "rrry",
        given.verified_user,
        emits="mail.requested",
    ),
    "notificationAdded": Operation("subscription { notificationAdded { title } }", "ryyy"),
}

MEDIA: Table = {
    "myMedia": Operation("{ myMedia { totalCount } }", "ryyy"),
    "media": Operation("query ($id: ID!) { media(id: $id) { name } }", "rhyy", given.picture),
    "requestUpload": Operation(
        """mutation ($input: RequestUploadInput!) {
          requestUpload(input: $input) { method url headers { name value } media { id } }
        }""",
        "ryyy",
        always(input=FILE),
        no_event="nothing is kept until completeUpload",
    ),
    "completeUpload": Operation(
        "mutation ($id: ID!) { completeUpload(id: $id) { id } }", "rhyh", given.put_picture, emits="media.uploaded"
    ),
    "deleteMedia": Operation(
        "mutation ($id: ID!) { deleteMedia(id: $id) }", "rhyy", given.picture, emits="media.deleted"
    ),
    "setProductImages": Operation(
        """mutation ($id: ID!, $media: [ID!]!) { setProductImages(productId: $id, mediaIds: $media) { id } }""",
        "ryyy",
        given.pictures_of_a_product,
        emits="product.images_set",
    ),
    "setAvatar": Operation(
        "mutation ($id: ID!) { setAvatar(mediaId: $id) { id } }", "ryyy", given.own_picture, emits="user.avatar_set"
    ),
}

# Shown elsewhere, since it takes a multipart request: tests/e2e/test_uploads.py.
ELSEWHERE = {"uploadFile"}

OPERATIONS: dict[str, Table] = {
    "users": USERS,
    "catalog": CATALOG,
    "tasks": TASKS,
    "payments": PAYMENTS,
    "audit": AUDIT,
    "analytics": ANALYTICS,
    "notifications": NOTIFICATIONS,
    "media": MEDIA,
}


def fields_without_table() -> set[str]:
    """Root fields of subgraphs that have no table here: their own tests call them."""
    found: set[str] = set()
    for name in PROJECT.subgraphs.keys() - OPERATIONS.keys():
        schema = build_schema((PROJECT.published / f"{name}.graphql").read_text(), assume_valid_sdl=True)
        roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
        found |= {field for root in roots if root is not None for field in root.fields}
    return found
