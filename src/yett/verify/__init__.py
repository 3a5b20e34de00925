"""Whether a credential that was found still works, as its own provider says: the one thing here that sends anything.

`providers` is what to ask whom, as data; `record` says what such a row is made of; `gather` finds the credentials and
what stands beside them; `asking` turns a row and a credential into a request and an answer into a state; `client` sends
it; `run` does so for all of them, within bounds.
"""
