"""Makes the stack of every mode in moto, runs the program with what each function gets, and writes to the bot.

usage: scripts/check-stack [MARTLET]

Nothing of AWS is reached: moto makes the table, the queues, the secret and the roles from deploy/template.yaml; the
functions run here, called with events as Lambda would call them; a few lines below stand in for Telegram.
"""

import http.server
import json
import os
import subprocess
import sys
import threading

import boto3
from template import Deployment

TEMPLATE = "deploy/template.yaml"
OWNER = 123456789
TOKEN = f"{OWNER}:AAF-letters_and_digits_of_a_bot"
MODES = {
    "one": {"TelegramToken": TOKEN, "Owners": str(OWNER)},
    "queue": {"TelegramToken": TOKEN, "Owners": str(OWNER)},
    "request": {"TelegramToken": TOKEN, "Owners": str(OWNER), "Model": "fledgling.gguf"},
    "api": {},
}


class Telegram(http.server.BaseHTTPRequestHandler):
    """As much of the Bot API as a first answer takes; remembers what it was told to say."""

    calls = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        method = self.path.rsplit("/", 1)[1]
        self.calls.append((method, body))
        result = True
        if method == "getMe":
            result = {"id": OWNER, "is_bot": True, "first_name": "Ada", "username": "ada_bot"}
        elif method in ("sendMessage", "editMessageText"):
            chat = {"id": body.get("chat_id"), "type": "private"}
            result = {"message_id": len(self.calls) + 100, "date": 1, "chat": chat, "text": body.get("text", "")}
        answer = json.dumps({"ok": True, "result": result}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_):
        pass


class Stack:
    """A mode's stack in moto, and its functions as processes here."""

    def __init__(self, mode, parameters, program, telegram):
        self.name, self.program, self.telegram = f"play-{mode}", program, telegram
        deployment = Deployment(TEMPLATE, Mode=mode, **parameters)
        template = deployment.template
        for section in ("Rules", "Outputs"):  # which moto cannot follow
            template.pop(section)
        template["Resources"].pop("QueueMapping")  # for which moto takes messages, to functions that it cannot run
        boto3.client("cloudformation").create_stack(
            StackName=self.name,
            TemplateBody=json.dumps(template),
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in {"Mode": mode, **parameters}.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        # Nor does it make secrets from templates.
        generated = deployment.resources["Secret"]["Properties"]["GenerateSecretString"]
        self.secret = json.loads(generated["SecretStringTemplate"])
        self.secret[generated["GenerateStringKey"]] = "Az09" * (generated["PasswordLength"] // 4)
        boto3.client("secretsmanager").create_secret(Name=self.name, SecretString=json.dumps(self.secret))

    def run(self, arguments, environment, text=""):
        return subprocess.run(
            [self.program, *arguments], input=text, text=True, capture_output=True, timeout=240,
            env={**os.environ, "TELEGRAM_API_BASE_URL": self.telegram, **environment},
        )

    def call(self, event, suffix=""):
        """What the function responds to an event."""
        configuration = boto3.client("lambda").get_function_configuration(FunctionName=self.name + suffix)
        run = self.run(["lambda", "--event", "-"], configuration["Environment"]["Variables"], json.dumps(event))
        if run.returncode:
            raise SystemExit(f"{self.name}{suffix}: {run.stdout}{run.stderr}")
        return json.loads(run.stdout.splitlines()[-1])

    def check_setup(self):
        """What `martlet aws setup` would make differently from the template."""
        run = self.run(["aws", "setup", self.name, "--queue", "--secret", "--dry-run", "--json"], {})
        if run.returncode:
            raise SystemExit(f"{self.name}: {run.stderr}")
        steps = json.loads(run.stdout)["steps"]
        queues = self.name == "play-queue"
        return [it for it in steps if it["change"] != "unchanged" and (queues or "queue" not in it["kind"])]


def request(path, body, headers):
    """An HTTP request as a function's address hands it on."""
    return {
        "version": "2.0", "rawPath": path, "rawQueryString": "", "isBase64Encoded": False,
        "headers": {"content-type": "application/json", "host": "x.lambda-url.eu-central-1.on.aws", **headers},
        "requestContext": {"http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"}},
        "body": json.dumps(body),
    }


def update(number, text):
    person = {"id": OWNER, "is_bot": False, "first_name": "Ann", "language_code": "en"}
    chat = {"id": OWNER, "type": "private", "first_name": "Ann"}
    return {"update_id": number, "message": {"message_id": number, "date": 1, "from": person, "chat": chat, "text": text}}


def said():
    return [body.get("text", "") for method, body in Telegram.calls if method in ("sendMessage", "editMessageText")]


def expect(condition, text):
    if not condition:
        raise SystemExit(f"play_stack: {text}")


def play_bot(stack, mode):
    differences = stack.check_setup()
    expect(not differences, f"{stack.name}: martlet aws setup would make it otherwise: {differences}")
    front = "-front" if mode == "queue" else ""
    question = request("/", update(1, "Who are you?"), {"x-telegram-bot-api-secret-token": stack.secret["WEBHOOK_SECRET"]})
    forged = request("/", update(2, "Hello"), {"x-telegram-bot-api-secret-token": "forged"})
    expect(stack.call(forged, front)["statusCode"] == 401, f"{stack.name}: takes a request with a wrong secret")
    Telegram.calls.clear()
    expect(stack.call(question, front)["statusCode"] == 200, f"{stack.name}: does not take a message")
    if mode == "queue":
        expect(not said(), f"{stack.name}: the front answers itself")
        queue = boto3.client("sqs")
        url = queue.get_queue_url(QueueName=f"{stack.name}.fifo")["QueueUrl"]
        (message,) = queue.receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"])["Messages"]
        record = {
            "messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"],
            "attributes": message["Attributes"], "messageAttributes": {}, "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:eu-central-1:123456789012:{stack.name}.fifo", "awsRegion": "eu-central-1",
        }
        failures = stack.call({"Records": [record]})["batchItemFailures"]
        expect(not failures, f"{stack.name}: the worker gives the message back")
    # The bot goes by the name that it has at Telegram.
    expect(any("Ada" in it for it in said()), f"{stack.name}: no answer; Telegram heard {Telegram.calls}")
    Telegram.calls.clear()
    expect(stack.call(question, front)["statusCode"] == 200, f"{stack.name}: refuses what it has")
    expect(not said(), f"{stack.name}: answers twice what came twice")


def play_api(stack):
    body = {"model": "fledgling", "messages": [{"role": "user", "content": "Who are you?"}]}
    path = "/v1/chat/completions"
    refused = stack.call(request(path, body, {}))
    expect(refused["statusCode"] == 401, f"{stack.name}: answers without a key")
    answer = stack.call(request(path, body, {"authorization": "Bearer " + stack.secret["API_KEY"]}))
    expect("Fledgling" in answer["body"], f"{stack.name}: no answer: {answer}")


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Telegram)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ.update(
        AWS_ENDPOINT_URL=os.environ["MARTLET_MOTO_URL"], AWS_REGION="eu-central-1", AWS_DEFAULT_REGION="eu-central-1",
        AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", MARTLET_MODELS="Models",
    )
    program = os.path.abspath(sys.argv[1])
    for mode, parameters in MODES.items():
        stack = Stack(mode, parameters, program, f"http://127.0.0.1:{server.server_port}")
        play_api(stack) if mode == "api" else play_bot(stack, mode)
        print(f"mode {mode}: the stack is made, and its functions answer")


if __name__ == "__main__":
    main()
