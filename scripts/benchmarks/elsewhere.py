"""A Bot API and an API of a hosted model on the loopback, which answer at once: what a bot takes beside them is its own."""

import http.server
import json
import threading

WORDS = ["Six", " times", " seven", " is", " forty-two", "."]


class Elsewhere:
    """Both servers; `calls` counts what was asked of them."""

    def __init__(self):
        self.calls = 0
        elsewhere = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                elsewhere.calls += 1
                if self.path.endswith("/chat/completions"):
                    self.reply(completion(json.loads(body).get("stream", False)), "text/event-stream")
                else:
                    self.reply(bot_api(self.path.rsplit("/", 1)[1], elsewhere.calls), "application/json")

            do_GET = do_POST

            def reply(self, body, kind):
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self):
        return "http://127.0.0.1:%d" % self.server.server_address[1]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def bot_api(method, number):
    results = {
        "getMe": {"id": 7000001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"},
        "sendMessage": {"message_id": number, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "…"},
        "editMessageText": {"message_id": number, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "…"},
    }
    return json.dumps({"ok": True, "result": results.get(method, True)}).encode()


def completion(streams):
    def piece(delta, end):
        choice = {"index": 0, "delta": delta, "finish_reason": end}
        return {"id": "bench", "object": "chat.completion.chunk", "created": 1, "model": "bench", "choices": [choice]}

    if not streams:
        message = {"role": "assistant", "content": "".join(WORDS)}
        return json.dumps({"id": "bench", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()
    pieces = [piece({"content": word}, None) for word in WORDS] + [piece({}, "stop")]
    return ("".join(f"data: {json.dumps(it)}\n\n" for it in pieces) + "data: [DONE]\n\n").encode()
