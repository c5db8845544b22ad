"""The applications of the journeys: they know nothing of vedette."""
