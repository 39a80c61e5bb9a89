"""The response cache: which responses are cached (`@cacheControl`), under which keys, and the headers for clients."""
