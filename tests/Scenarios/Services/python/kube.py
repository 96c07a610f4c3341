# SPDX-License-Identifier: Apache-2.0
"""What the API server of Kubernetes does for those who read: TLS, tokens, lists in pieces, watches with bookmarks, 410 both ways.

    kube.py FOLDER PORT [PODS]

FOLDER holds tls.pem (certificate and key) and token (what is accepted now); a file `commands` there is read line by line as it grows:

    {"put": OBJECT}  {"delete": OBJECT}        into /api/v1/pods or /api/v1/services, by kind
    {"compact": true}                          forgets all versions until now: whoever watches from one of them gets 410
    {"expire": true}                           the watches that are open get an event ERROR with 410, and end
    {"reset": true}                            the connections that are open are reset
    {"away": true|false}                       new connections are reset

PODS makes that many pods of the size that they have in a cluster. Every request becomes a line in FOLDER/requests: status, then path.
Semantics after the reference of the API: API concepts, "Efficient detection of changes" and "Retrieving large results sets in chunks".
"""
import base64
import http.server
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse

FOLDER = sys.argv[1]
LEAST_CONTINUE = 3  # pages are cut to this where there are few objects, so that there is more than one
BOOKMARK_SECONDS = 1.0


class Cluster:
    def __init__(self):
        self.changed = threading.Condition()
        self.version = 1000
        self.compacted = 0
        self.expired = 0
        self.away = False
        self.objects = {"pods": {}, "services": {}}
        self.events = []  # (version, kind, type, object)
        self.connections = set()

    def put(self, kind, item):
        with self.changed:
            self.version += 1
            key = (item["metadata"]["namespace"], item["metadata"]["name"])
            item["metadata"]["resourceVersion"] = str(self.version)
            known = key in self.objects[kind]
            self.objects[kind][key] = item
            self.events.append((self.version, kind, "MODIFIED" if known else "ADDED", item))
            self.changed.notify_all()

    def delete(self, kind, item):
        with self.changed:
            key = (item["metadata"]["namespace"], item["metadata"]["name"])
            gone = self.objects[kind].pop(key, None)
            if gone is not None:
                self.version += 1
                gone["metadata"]["resourceVersion"] = str(self.version)
                self.events.append((self.version, kind, "DELETED", gone))
                self.changed.notify_all()

    def command(self, order):
        if "put" in order:
            self.put(order["put"]["kind"].lower() + "s", order["put"])
        if "delete" in order:
            self.delete(order["delete"]["kind"].lower() + "s", order["delete"])
        with self.changed:
            if "compact" in order:
                self.version += 1
                self.compacted = self.version
                self.events = []
            if "expire" in order:
                self.expired += 1
            if "away" in order:
                self.away = order["away"]
            self.changed.notify_all()
            connections = list(self.connections) if "reset" in order else []
        for connection in connections:
            reset(connection)


CLUSTER = Cluster()
LOG = open(os.path.join(FOLDER, "requests"), "a", buffering=1)


def reset(connection):
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        pass


def selected(item, query):
    field = query.get("fieldSelector", [""])[0]
    if not field:
        return True
    name, node = field.split("=", 1)
    return name == "spec.nodeName" and item.get("spec", {}).get("nodeName") == node


def status(code, reason, message):
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message, "reason": reason, "code": code}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        path, _, text = self.path.partition("?")
        query = urllib.parse.parse_qs(text)
        with open(os.path.join(FOLDER, "token"), encoding="ascii") as token:
            if self.headers.get("Authorization") != "Bearer " + token.read().strip():
                return self.answer(401, status(401, "Unauthorized", "Unauthorized"))
        parts = path.strip("/").split("/")
        if parts[:2] == ["api", "v1"] and len(parts) == 3 and parts[2] in CLUSTER.objects:
            return self.watch(parts[2], query) if "watch" in query else self.list(parts[2], query)
        if parts[:3] == ["api", "v1", "namespaces"] and len(parts) == 6:
            with CLUSTER.changed:
                item = CLUSTER.objects.get(parts[4], {}).get((parts[3], parts[5]))
            if item is not None:
                return self.answer(200, item)
        return self.answer(404, status(404, "NotFound", path + " not found"))

    # A list is of one version: what changes while its pieces are asked for shows in none of them.
    def list(self, kind, query):
        limit = int(query.get("limit", ["0"])[0]) or sys.maxsize
        if "continue" in query:
            version, begin = json.loads(base64.b64decode(query["continue"][0]))
            if version < CLUSTER.compacted:
                return self.answer(410, status(410, "Expired", "The provided continue parameter is too old"))
        with CLUSTER.changed:
            items = [item for _, item in sorted(CLUSTER.objects[kind].items()) if selected(item, query)]
            version, begin = (CLUSTER.version, 0) if "continue" not in query else (version, begin)
        if len(items) <= 10 * LEAST_CONTINUE:
            limit = min(limit, LEAST_CONTINUE)
        rest = len(items) - begin - limit
        meta = {"resourceVersion": str(version)}
        if rest > 0:
            meta["continue"] = base64.b64encode(json.dumps([version, begin + limit]).encode()).decode()
            meta["remainingItemCount"] = rest
        # Objects in a list have neither kind nor apiVersion.
        page = [{key: value for key, value in item.items() if key not in ("kind", "apiVersion")} for item in items[begin:begin + limit]]
        return self.answer(200, {"kind": kind[:-1].capitalize() + "List", "apiVersion": "v1", "metadata": meta, "items": page})

    def watch(self, kind, query):
        version = int(query["resourceVersion"][0])
        if version < CLUSTER.compacted:
            # Answers from the cache of a server say it in the stream, those of its database as the status.
            if version % 2:
                return self.answer(410, status(410, "Expired", "too old resource version"))
            return self.stream([{"type": "ERROR", "object": status(410, "Expired", "too old resource version")}])
        self.begin()
        deadline = time.monotonic() + int(query["timeoutSeconds"][0])
        expired = CLUSTER.expired
        while time.monotonic() < deadline:
            with CLUSTER.changed:
                news = [event for event in CLUSTER.events if event[0] > version and event[1] == kind and selected(event[3], query)]
                if not news and expired == CLUSTER.expired:
                    if not CLUSTER.changed.wait(BOOKMARK_SECONDS):
                        version = CLUSTER.version
                        bookmark = {"kind": kind[:-1].capitalize(), "apiVersion": "v1", "metadata": {"resourceVersion": str(version)}}
                        news = [(version, kind, "BOOKMARK", bookmark)]
            for event in news:
                self.piece({"type": event[2], "object": event[3]})
                version = event[0]
            if expired != CLUSTER.expired:
                self.piece({"type": "ERROR", "object": status(410, "Expired", "too old resource version")})
                break
        return self.end()

    def answer(self, code, body):
        text = json.dumps(body).encode()
        LOG.write(f"{code} {self.path}\n")
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def stream(self, events):
        self.begin()
        for event in events:
            self.piece(event)
        self.end()

    def begin(self):
        LOG.write(f"200 {self.path}\n")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    # An event may come in two pieces.
    def piece(self, event):
        text = json.dumps(event).encode() + b"\n"
        half = len(text) // 2
        for part in (text[:half], text[half:]):
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            self.wfile.flush()

    def end(self):
        self.wfile.write(b"0\r\n\r\n")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port):
        super().__init__(("127.0.0.1", port), Handler)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(os.path.join(FOLDER, "tls.pem"))

    def finish_request(self, request, client_address):
        if CLUSTER.away:
            reset(request)
            return
        try:
            with self.context.wrap_socket(request, server_side=True) as secure:
                with CLUSTER.changed:
                    CLUSTER.connections.add(secure)
                try:
                    super().finish_request(secure, client_address)
                finally:
                    with CLUSTER.changed:
                        CLUSTER.connections.discard(secure)
        except OSError:
            pass

    def handle_error(self, request, client_address):
        pass


# The size, and the fields, that a pod of a Deployment has.
def large_pod(number):
    container = {
        "name": "app", "image": f"registry.local/team/app:{number % 50}", "ports": [{"containerPort": 8080, "protocol": "TCP"}],
        "env": [{"name": f"SETTING_{i}", "value": "v" * 40} for i in range(40)],
        "resources": {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
        "volumeMounts": [{"mountPath": f"/mnt/{i}", "name": f"volume-{i}"} for i in range(8)],
    }
    return {
        "kind": "Pod", "apiVersion": "v1",
        "metadata": {
            "name": f"load-{number % 500}-7d9c5b6f4-{number:05x}", "namespace": f"team-{number % 40}", "uid": f"{number:08x}-1111-4222-8333-444444444444",
            "creationTimestamp": "2026-11-23T01:00:00Z", "labels": {"app.kubernetes.io/name": f"load-{number % 500}", "pod-template-hash": "7d9c5b6f4",
                "app.kubernetes.io/part-of": "load", "app.kubernetes.io/version": "1.2.3", "tier": "backend"},
            "annotations": {"checksum/config": "c" * 64, "large": "x" * 3000},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"load-{number % 500}-7d9c5b6f4", "uid": "u", "controller": True}],
            "managedFields": [{"manager": "kubelet", "operation": "Update", "fieldsV1": {f"f:{i}": {"f:value": {}} for i in range(100)}}],
        },
        "spec": {"nodeName": f"node-{number % 100}" if number % 100 else "here", "containers": [container],
            "volumes": [{"name": f"volume-{i}", "configMap": {"name": f"map-{i}"}} for i in range(8)]},
        "status": {"phase": "Running", "startTime": "2026-11-23T01:00:01Z", "podIPs": [{"ip": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"}],
            "containerStatuses": [{"name": "app", "containerID": f"containerd://{number:064x}", "ready": True, "restartCount": 0}]},
    }


def follow(path):
    position = 0
    while True:
        if os.path.exists(path):
            with open(path, encoding="utf-8") as commands:
                commands.seek(position)
                for line in commands:
                    if not line.endswith("\n"):
                        break
                    position += len(line.encode())
                    CLUSTER.command(json.loads(line))
        time.sleep(0.02)


for number in range(int(sys.argv[3]) if len(sys.argv) > 3 else 0):
    pod = large_pod(number)
    CLUSTER.objects["pods"][(pod["metadata"]["namespace"], pod["metadata"]["name"])] = pod
threading.Thread(target=follow, args=(os.path.join(FOLDER, "commands"),), daemon=True).start()
Server(int(sys.argv[2])).serve_forever()
