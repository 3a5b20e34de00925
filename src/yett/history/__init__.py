"""The history of a repository: every version of every file that any commit ever held, looked at once.

`commits` says which versions there are and who introduced them, `delta` what one has in common with another, `scan`
looks for secrets in what it has not, `memory` remembers what it found, `survey` puts it together, `report` says it.
"""
