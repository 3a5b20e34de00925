"""yett beside its peers: one command builds the inputs, runs every tool in turn and prints what came out."""
