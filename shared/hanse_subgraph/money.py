"""Money: whole minor units and a currency, never a float."""

from __future__ import annotations

import strawberry

from hanse_subgraph.errors import Problems

# ISO 4217: the currencies in use here, with their number of minor digits.
MINOR_DIGITS = {
    "AUD": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CNY": 2, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HUF": 2, "INR": 2,
    "JPY": 0, "KRW": 0, "KWD": 3, "MXN": 2, "NOK": 2, "NZD": 2, "PLN": 2, "SEK": 2, "SGD": 2, "TND": 3, "TRY": 2,
    "USD": 2, "ZAR": 2,
}  # fmt: skip
MAX_MINOR = 2**31 - 1  # GraphQL's Int


def formatted(minor: int, currency: str) -> str:
    """The amount as people write it, such as `12.34 EUR`; `minor` counts minor units."""
    digits = MINOR_DIGITS.get(currency, 2)
    sign, size = ("-" if minor < 0 else ""), abs(minor)
    whole, rest = divmod(size, 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d} {currency}" if digits else f"{sign}{whole} {currency}"


@strawberry.federation.type(shareable=True, description="An amount of money.")
class Money:
    """What clients read."""

    amount_minor: int = strawberry.field(
        description="The amount in minor units of the currency, such as cents for EUR."
    )
    currency: str = strawberry.field(description="The ISO 4217 code of the currency.")

    @strawberry.field(description="The formatted amount, such as `12.34 EUR`.")
    def formatted(self) -> str:
        """See `formatted` above."""
        return formatted(self.amount_minor, self.currency)


@strawberry.input(description="An amount of money.")
class MoneyInput:
    """What clients send."""

    amount_minor: int = strawberry.field(
        description="The amount in minor units of the currency, such as cents for EUR."
    )
    currency: str = strawberry.field(default="EUR", description="The ISO 4217 code of the currency.")


def check_money(problems: Problems, name: str, money: MoneyInput, *, minimum: int = 0) -> None:
    """Add problems for an amount below `minimum` minor units, and for an unknown currency."""
    if money.amount_minor < minimum:
        rule = "must not be negative" if minimum == 0 else f"must be at least {minimum} in minor units"
        problems.add(f"{name}.amountMinor", "TOO_SMALL", f"{name} {rule}.")
    if money.currency not in MINOR_DIGITS:
        problems.add(f"{name}.currency", "UNKNOWN_CURRENCY", f"{name} has a currency that is not supported.")
