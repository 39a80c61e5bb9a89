"""From a client's GraphQL request to its response: parse, validate, authorize, plan, execute."""
