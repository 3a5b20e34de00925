"""How surprising one letter is after another. Written by scripts/rarity.py: change that, and run it."""

SOURCES = (
    ("celery", "5.7.0", "6a5dfcf6662287204f009a02002b9e66c83d4105e47ebabdc7079108772fc6f0"),
    ("django", "5.2.8", "23254866a5bb9a2cfa6004e8b809ec6246eba4b58a7589bc2772f1bcc8456c7f"),
    ("docutils", "0.23", "746f5060322511280a1e50eb76846ed6bf2342984b2ac04dc42caa1a8d78799e"),
    ("sphinx", "9.0.4", "594ef59d042972abbc581d8baa577404abe4e6c3b04ef61bd7fc2acbd51f3fa3"),
    ("sqlalchemy", "2.1.9", "d700a8b2edfb26282a470333d6bc4a454c4acda4d201a3bea7b72fa76c217d28"),
)
"""Name, version and SHA-256 of the source distributions in whose documentation was counted."""

WORDS = 14078
"""How many different words they have, without those that occur less than 3 times."""

BITS = (
    "y897899bb9dda8ba8e879acbggh",
    "ah989heaiakd696k9k685bcfgdg",
    "76ccd6ehj7dj5eh7fg88c7ijsck",
    "87jbg6hk79p89gh5hl9c69jmkdl",
    "38bgc5fek6flceg8hmcaeafhken",
    "59f96cbdhfki9a7ebe669hceafk",
    "77geg68hm4sh8ff5in8d98hjsbs",
    "39ifh5gb98ombdaagl7ae9jjtgj",
    "65fjf4ikj6lhcde6gnac8binmbl",
    "bab8a9b9likg9947cia87ianelb",
    "84gde5gniahedfd5cge7e6ninfn",
    "48dfe4ggf6hgaebafga7bbqcidl",
    "66geb5fij5mh7fg7epjaaaejn7m",
    "75agg4hhj6ojcag77fhafakljbn",
    "68j887c5g9idegc9glh76cdkgek",
    "9cc99fdbhcgc884a9n6998b9ehj",
    "76khd6ge99nh7hh79l6a9alilau",
    "5ejdhoogojoo6hiecbeaf2ioooo",
    "66fbb4fci6ldcbc7epa89behpan",
    "3bkai6gha7nedfgaadg969igndm",
    "57idf5gi95wlceg8fl88bbkfkaj",
    "c989c9ebk9og786d8n676ihlhlj",
    "85rgh2rfg5rmhgi9mrhdrfhirgm",
    "66gdf6gf86qebk87iq88eqgejhq",
    "4ae8c6ehd7jkdckd6pdb5gkiccg",
    "2cdbdafeiaikbaab8le9aefekhg",
    "66hgg3fid7nncef8nhhdgchifba",
)
"""How surprising a letter (column) is after another (row), in half bits as base-36 digits; the first row and column
are the edge of a word.

Each word is weighted by one plus the binary logarithm of how often it occurs; smoothed by adding a half.
"""
