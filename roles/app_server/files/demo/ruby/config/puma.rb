# frozen_string_literal: true

# Puma's settings beside those of its command line, which names the socket and the threads.

# One process that answers: it speaks for the whole application at /metrics, and its threads wait for the database most of the time.
# Under a master, because Puma 6.6 without one ends now and then with "No live threads left" in place of a clean stop.
workers 1
silence_single_worker_warning
environment "production"
# The application writes its own lines (Demo::Journal).
log_requests false
quiet true
