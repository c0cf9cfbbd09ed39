"""Where queue and models meet: broker, actor, relay, reaper, the slot process."""
