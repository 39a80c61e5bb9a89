"""What names, addresses and numbers must look like; each check answers the final form."""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email

from hanse_subgraph.errors import Problems

_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,31}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_USERNAME_RULE = "username takes 3 to 32 letters, digits, dots, dashes and underscores, the first a letter or digit."


def username(problems: Problems, value: str) -> str:
    """A username without spaces around it."""
    plain = value.strip()
    if not _USERNAME.fullmatch(plain) or plain.lower().startswith("deleted-"):
        problems.add("username", "INVALID", _USERNAME_RULE)
    return plain


def email(problems: Problems, value: str) -> str:
    """An address with its domain in small letters."""
    try:
        return validate_email(value.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        problems.add("email", "INVALID", f"email is not an e-mail address: {error}")
        return ""


def phone(problems: Problems, value: str | None) -> str | None:
    """A number as E.164 writes it; None where there is none."""
    if value is None or not value.strip():
        return None
    plain = re.sub(r"[\s()./-]", "", value)
    if not _PHONE.fullmatch(plain):
        problems.add("phone", "INVALID", "phone must be an international number, such as +4940123456.")
    return plain


def filled(value: str | None) -> str | None:
    """A text without spaces around it; None where nothing is left."""
    return (value or "").strip() or None
