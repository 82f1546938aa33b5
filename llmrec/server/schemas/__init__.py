"""What the gateway takes and gives: the types of its requests and answers, and of its OpenAPI description.

The same types go through all of the gateway: a route hands on what it got, the store keeps what is answered.
"""
