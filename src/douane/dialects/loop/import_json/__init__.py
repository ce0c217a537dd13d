"""The call importJson, whose body is the entries themselves: checked at a glance, kept, read by a worker."""
