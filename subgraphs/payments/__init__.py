"""The payments subgraph: transactions, account balances, and the double-entry ledger behind them."""
