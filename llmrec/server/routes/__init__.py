"""The routes of the HTTP API; what they do is done by the modules beside this package."""
