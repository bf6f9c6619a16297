"""The shop's web front: each visit is counted in the cache and written to the database, and the page says both."""
import html
import http.server
import socket
import struct


def count_visit():
    """Ask redis, by its service name, to add one and return the sum."""
    with socket.create_connection(("cache", 6379), timeout=5) as redis:
        redis.sendall(b"INCR visits\r\n")
        return int(redis.recv(64).strip(b":\r\n"))


def query(*statements):
    """Send statements to postgres, by its service name, and return the rows of the last one, as lists of strings."""
    with socket.create_connection(("db", 5432), timeout=5) as connection:
        stream = connection.makefile("rwb")
        start = struct.pack("!i", 3 << 16) + b"user\0shop\0database\0shop\0\0"
        stream.write(struct.pack("!i", len(start) + 4) + start)
        stream.flush()
        answer(stream)
        rows = []
        for statement in statements:
            text = statement.encode() + b"\0"
            stream.write(b"Q" + struct.pack("!i", len(text) + 4) + text)
            stream.flush()
            rows = answer(stream)
        stream.write(b"X" + struct.pack("!i", 4))
        stream.flush()
        return rows


def answer(stream):
    """Read messages until postgres is ready for the next statement; return the rows among them."""
    rows, error = [], None
    while True:
        kind, size = struct.unpack("!ci", stream.read(5))
        body = stream.read(size - 4)
        if kind == b"D":
            rows.append(fields(body))
        elif kind == b"E":
            error = body.replace(b"\0", b" ").decode()
            if error.startswith("SFATAL"):
                raise RuntimeError(error)
        elif kind == b"Z":
            if error:
                raise RuntimeError(error)
            return rows


def fields(body):
    row, at = [], 2
    for _ in range(struct.unpack("!h", body[:2])[0]):
        size = struct.unpack("!i", body[at:at + 4])[0]
        row.append(body[at + 4:at + 4 + size].decode())
        at += 4 + size
    return row


def order():
    """Write one order, and return how many there are."""
    return query(
        "CREATE TABLE IF NOT EXISTS orders (id serial PRIMARY KEY, at timestamptz DEFAULT now())",
        "INSERT INTO orders DEFAULT VALUES",
        "SELECT count(*) FROM orders",
    )[0][0]


PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<style>body{{font:18px/1.6 system-ui;max-width:32em;margin:4em auto;padding:0 1em}}b{{font-size:1.6em}}</style></head>
<body><h1>Shop</h1>
<p><b>{visits}</b> visits, says the cache at {cache}</p>
<p><b>{orders}</b> orders, says the database at {db}</p>
<p>Served by {me}.</p></body></html>
"""


class Front(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/":
            self.say(*shop())
        elif self.path == "/healthz":
            self.say(200, "text/plain", "ok\n")
        else:
            self.say(404, "text/plain", "There is only the shop.\n")

    def say(self, status, kind, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def shop():
    """Serve one visitor: a status, a content type and a page."""
    try:
        page = PAGE.format(
            visits=count_visit(),
            orders=order(),
            cache=html.escape(socket.gethostbyname("cache")),
            db=html.escape(socket.gethostbyname("db")),
            me=html.escape(socket.gethostname()),
        )
        return 200, "text/html", page
    except (OSError, RuntimeError) as problem:
        return 503, "text/plain", f"The shop is closed: {problem}\n"


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("", 8080), Front).serve_forever()
