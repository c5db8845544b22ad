"""The same small applications under Datadog's tracer and under vedette, and what differs between their spans."""
