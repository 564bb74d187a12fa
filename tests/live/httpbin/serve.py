"""Serves httpbin on a free port until standard input ends, which is when the tests end."""

import logging
import os
import sys
import threading

# It says what it has not installed.
logging.disable(logging.WARNING)

from httpbin import app
from waitress.server import create_server

server = create_server(app, host="127.0.0.1", port=0, threads=32)
print(server.effective_port, flush=True)
threading.Thread(target=server.run, daemon=True).start()
sys.stdin.buffer.read()
os._exit(0)
