# SPDX-License-Identifier: GPL-3.0-or-later
"""accesstokens.py - the token service that Dovecot asks about access tokens; it knows two tokens"""
import http.server
import json
import threading
import urllib.parse

TOKEN = "ya29.a0AfH6SM-token_of~tester+and/more=="
LONG_TOKEN = "eyJ0eXAiOiJKV1Qi." + "0123456789abcdef" * 256


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query, separator="&")
        token = " ".join(query.get("access_token", ()))
        is_good = token in (TOKEN, LONG_TOKEN) or token == TOKEN.replace("+", " ")
        body = json.dumps({"email": "tester", "active": "true"} if is_good else {"error": "invalid"}).encode()
        self.send_response(200 if is_good else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class TokenInfo:
    """Answers from construction to stop(), at `port`."""

    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
