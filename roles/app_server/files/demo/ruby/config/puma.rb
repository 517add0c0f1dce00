# frozen_string_literal: true

# Puma's settings beside those of its command line, which names the socket and the threads.

# One process: it speaks for the whole application at /metrics, and threads that wait for the database share it well.
workers 0
environment "production"
# The application writes its own lines (Demo::Journal).
log_requests false
quiet true
