"""The history of a repository: every version of every file that any commit ever held, looked at once.

`commits` says which versions there are and who introduced them, `packs` and `delta` read them where git keeps them,
`scan` looks for secrets in them, `memory` remembers what it found, `survey` puts it together, `report` says it.
"""
