"""Validation of usernames, email addresses and phone numbers; each check returns the normalized value."""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email

from hanse_subgraph.errors import Problems

_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,31}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_MAX_EMAIL, _MAX_PHONE = 320, 40
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")  # with those that change the direction of text
_USERNAME_RULE = (
    "username must have 3 to 32 letters, digits, dots, dashes or underscores, and start with a letter or digit."
)


def username(problems: Problems, value: str) -> str:
    """Validate a username; returns it trimmed."""
    plain = value.strip()
    if not _USERNAME.fullmatch(plain) or plain.lower().startswith("deleted-"):
        problems.add("username", "INVALID", _USERNAME_RULE)
    return plain


def email(problems: Problems, value: str) -> str:
    """Validate an email address; returns it with its domain in lower case."""
    plain = value.strip()
    if len(plain) > _MAX_EMAIL:
        problems.add("email", "TOO_LONG", f"email can have at most {_MAX_EMAIL} characters.")
        return ""
    try:
        return validate_email(plain, check_deliverability=False).normalized
    except EmailNotValidError as error:
        problems.add("email", "INVALID", f"email is not a valid email address: {error}")
        return ""


def phone(problems: Problems, value: str | None) -> str | None:
    """Validate a phone number; returns it in E.164 format, or None if empty."""
    if value is None or not value.strip():
        return None
    if len(value) > _MAX_PHONE:
        problems.add("phone", "TOO_LONG", f"phone can have at most {_MAX_PHONE} characters.")
        return None
    plain = re.sub(r"[\s()./-]", "", value)
    if not _PHONE.fullmatch(plain):
        problems.add("phone", "INVALID", "phone must be an international number such as +4940123456.")
    return plain


def name(problems: Problems, field: str, value: str | None) -> None:
    """Validate a first or last name: one line of plain text; None is valid."""
    problems.text(field, value, max_length=100)
    if value is not None and not problems.found(field) and _CONTROL.search(value.strip()):
        problems.add(field, "INVALID", f"{field} must be one line without control characters.")


def none_if_blank(value: str | None) -> str | None:
    """The trimmed text; None if nothing is left."""
    return (value or "").strip() or None
