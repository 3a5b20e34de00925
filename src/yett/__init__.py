"""yett: the gate in front of a deployment."""

__version__ = "0.1.0"
