#!/usr/bin/env python3
"""kill -9 at random moments while tickets are made: there is exactly one ticket for each finding at the peer.

The peer is a Jira Cloud that knows `search/jql` and `issue` (https://developer.atlassian.com/cloud/jira/platform/rest/v3/); its search knows
an issue only a second after it was made. Kills that prove something are those that come between a request that made an issue and its answer.
"""
import json
import os
import select
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import Gateway, check, main, send

KILLS_A_ROUND = 20
FINDINGS_A_KILL = 3
SEARCH_LAG_SECONDS = 1.0
SETTLE_SECONDS = 3


def run(arguments, folder):
    kills = KILLS_A_ROUND * arguments.rounds
    findings = kills * FINDINGS_A_KILL
    jira = Jira(arguments.random)
    gateway = TicketGateway(arguments.weir, folder, jira.port)
    try:
        gateway.start()
        for number in range(findings):
            check(send(gateway.url, f"finding-{number}") == 200, "an event was not accepted: " + gateway.last_words())
        jira.is_down = False
        for _ in range(kills):
            time.sleep(arguments.random.uniform(0.02, 0.25))
            gateway.kill()
            gateway.start()
        deadline = time.monotonic() + 60 + findings / 2
        while len(set(jira.marks())) < findings and time.monotonic() < deadline:
            time.sleep(0.2)
        # Whatever would still be made a second time is made by then.
        time.sleep(2 * SETTLE_SECONDS)
        marks = jira.marks()
        check(len(set(marks)) == findings, f"{findings - len(set(marks))} of {findings} findings have no ticket: " + gateway.last_words())
        check(len(marks) == findings, f"{len(marks) - findings} tickets were made twice")
        check(jira.lost > 0, "no kill came between a request and its answer, so nothing was shown")
        check(gateway.stop() == 0, "SIGTERM did not end in exit code 0: " + gateway.last_words())
    finally:
        gateway.kill()
        jira.close()
    return f"{kills} kills, {jira.lost} of them before the answer to a request that had made a ticket: {findings} findings, {len(marks)} tickets"


class TicketGateway(Gateway):
    """A gateway whose one sink makes tickets."""

    def __init__(self, weir, folder, port):
        super().__init__(weir, folder)
        os.environ["FAULTS_TOKEN"] = "faults-token"
        with open(self.config, "w") as file:
            file.write(f"""listen: {{ ingest: "127.0.0.1:0" }}
data: {self.data}
disk-reserve: 1MiB
sources:
  hostedscan: {{ adapter: hostedscan, secrets: [ "env:FAULTS_SECRET" ] }}
sinks:
  jira: {{ type: jira, url: "http://127.0.0.1:{port}", networks: [ 127.0.0.0/8 ], user: bot, token: "env:FAULTS_TOKEN", project: SEC,
    issue-type: Bug, max-new: 10000/h, search-settle: {SETTLE_SECONDS}s, from: beginning }}
""")


class Jira:
    """The peer, on a port of its own."""

    def __init__(self, random):
        self.is_down, self.issues, self.lost, self.lock = True, [], 0, threading.Lock()
        handler = type("Handler", (Answers,), {"jira": self, "random": random})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.handle_error = lambda *_: None
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def marks(self):
        with self.lock:
            return [issue["fields"]["labels"][0] for issue in self.issues]

    def make(self, fields):
        with self.lock:
            number = str(10001 + len(self.issues))
            self.issues.append({"id": number, "key": f"SEC-{number}", "fields": {"labels": fields["labels"]}, "made": time.monotonic()})
            return self.issues[-1]

    def find(self, mark):
        with self.lock:
            known = [issue for issue in self.issues if issue["made"] + SEARCH_LAG_SECONDS < time.monotonic()]
        return [{key: issue[key] for key in ("id", "key", "fields")} for issue in known if mark in issue["fields"]["labels"]]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Answers(BaseHTTPRequestHandler):
    """One connection of the peer."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.jira.is_down:
            self.reply(503, {})
        elif self.path == "/rest/api/3/search/jql":
            self.reply(200, {"issues": self.jira.find(body["jql"].split('"')[3]), "isLast": True})
        elif self.path == "/rest/api/3/issue":
            time.sleep(self.random.uniform(0, 0.03))
            issue = self.jira.make(body["fields"])
            time.sleep(self.random.uniform(0, 0.03))
            if select.select([self.connection], [], [], 0)[0] and self.connection.recv(1, socket.MSG_PEEK) == b"":
                self.jira.lost += 1
            self.reply(201, {"id": issue["id"], "key": issue["key"]})
        else:
            self.reply(404, {"errorMessages": ["there is nothing here"]})

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    main(__doc__, run)
