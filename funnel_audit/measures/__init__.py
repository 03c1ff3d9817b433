"""One small module a question. Each is a pure function of the tally (``stalled`` also of the journeys) and never of another measure."""
