"""Checks deploy/template.yaml in every mode: what linters of single resources cannot see. Run by scripts/check-deploy."""

import itertools
import json
import pathlib
import re
import sys

from parliament import analyze_policy_string
from template import Deployment

TEMPLATE = "deploy/template.yaml"
TOKEN = "123456789:AAF-letters_and_digits_of_a_bot"
MODES = {
    "one": {"TelegramToken": TOKEN},
    "queue": {"TelegramToken": TOKEN},
    "request": {"TelegramToken": TOKEN, "Model": "bedrock:amazon.nova-micro-v1:0"},
    "api": {},
}
EXTRAS = [
    {},
    {
        "AlarmEmail": "ada@example.org", "Wake": "5 minutes", "Concurrency": 5, "RetentionDays": 30, "BotName": "Ada",
        "Persona": "You are a pirate.", "Owners": "123456789", "ModelKey": "sk-key", "Architecture": "x86_64",
    },
]
ENVIRONMENT_LIMIT = 4096

failures = []


def complain(mode, text):
    failures.append(f"{TEMPLATE}, mode {mode}: {text}")


def check_policies(mode, deployment):
    """Parliament's findings, and the rule that a statement names what it is about."""
    for name, role in deployment.of_type("AWS::IAM::Role").items():
        if role.get("ManagedPolicyArns"):
            complain(mode, f"{name} has AWS's own policies, which are wider than what Martlet needs")
        for policy in role["Policies"]:
            document = policy["PolicyDocument"]
            for finding in analyze_policy_string(json.dumps(document)).findings:
                # It asks for a resource of every kind that an action knows, where one of them is meant.
                if not (finding.issue == "RESOURCE_MISMATCH" and "bedrock:" in str(finding.detail)):
                    complain(mode, f"{name}: {finding.issue} {finding.detail}")
            for statement in document["Statement"]:
                resources = statement["Resource"]
                for resource in [resources] if isinstance(resources, str) else resources:
                    if resource == "*" or "*" in resource.split(":")[2]:
                        complain(mode, f"{name}, {statement['Sid']}: may be used on everything")
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    if "*" in action:
                        complain(mode, f"{name}, {statement['Sid']}: {action} is a pattern")


def check_environment(mode, deployment, known):
    for name, function in deployment.of_type("AWS::Lambda::Function").items():
        variables = function["Environment"]["Variables"]
        for variable in set(variables) - known:
            complain(mode, f"{name} sets {variable}, which the program does not read")
        if sum(len(f"{key}={value}") for key, value in variables.items()) > ENVIRONMENT_LIMIT:
            complain(mode, f"{name} has an environment of over {ENVIRONMENT_LIMIT} bytes, which Lambda refuses")
        for variable in ("TELEGRAM_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "OPENAI_API_KEY", "MARTLET_API_KEY"):
            if not variables.get(variable, "secretsmanager:").startswith("secretsmanager:"):
                complain(mode, f"{name} has {variable} in its environment, where everybody with a look at it reads it")


def check_address(mode, deployment):
    """Both permissions that an open address needs, on the function that it leads to."""
    (address,) = deployment.of_type("AWS::Lambda::Url").values()
    permissions = deployment.of_type("AWS::Lambda::Permission").values()
    open_to_all = {it["Action"]: it for it in permissions if it["Principal"] == "*"}
    if set(open_to_all) != {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}:
        complain(mode, f"the address needs two permissions, has {sorted(open_to_all)}")
    for action, permission in open_to_all.items():
        if permission["FunctionName"] != address["TargetFunctionArn"]:
            complain(mode, f"{action} is permitted on another function than the address leads to")
    if not open_to_all.get("lambda:InvokeFunction", {}).get("InvokedViaFunctionUrl"):
        complain(mode, "the function may be invoked by everybody, not only through its address")
    front = deployment.of_type("AWS::Lambda::Function").get("Front")
    expected = "Front" if front else "Martlet"
    if deployment.arn(expected) != address["TargetFunctionArn"]:
        complain(mode, f"the address does not lead to {expected}")


def check_queue(mode, deployment):
    queues = deployment.of_type("AWS::SQS::Queue")
    mappings = deployment.of_type("AWS::Lambda::EventSourceMapping")
    if bool(queues) != (mode == "queue") or len(mappings) != len(queues) // 2:
        complain(mode, f"has the queues {sorted(queues)} and the mappings {sorted(mappings)}")
    if not queues:
        return
    worker = deployment.of_type("AWS::Lambda::Function")["Martlet"]
    if "ReservedConcurrentExecutions" in worker:
        complain(mode, "messages that the function has no room for would count as failed; bound the queue's mapping instead")
    timeout = int(worker["Timeout"])
    if int(queues["Queue"]["VisibilityTimeout"]) < 6 * timeout:
        complain(mode, "a message comes back before six times the function's time, while it may still be answered")
    receives = int(queues["Queue"]["RedrivePolicy"]["maxReceiveCount"])
    if int(worker["Environment"]["Variables"]["LAMBDA_MAXIMUM_RECEIVES"]) != receives:
        complain(mode, "the function does not know how often a message comes, and would not say that it gave one up")
    if queues["Queue"]["RedrivePolicy"]["deadLetterTargetArn"] != deployment.arn("DeadLetters"):
        complain(mode, "messages that fail for good are not put aside")
    if not all(it.get("FifoQueue") and it["QueueName"].endswith(".fifo") for it in queues.values()):
        complain(mode, "a queue keeps no order")
    if receives * int(queues["Queue"]["VisibilityTimeout"]) > int(queues["Queue"]["MessageRetentionPeriod"]):
        complain(mode, "a message expires before it has been tried as often as it may be")


def check_logs(mode, deployment):
    groups = {it["LogGroupName"]: it for it in deployment.of_type("AWS::Logs::LogGroup").values()}
    for name, function in deployment.of_type("AWS::Lambda::Function").items():
        group = groups.get(function.get("LoggingConfig", {}).get("LogGroup"))
        if not group or not group.get("RetentionInDays"):
            complain(mode, f"the log of {name} is kept for ever")


def known_names():
    """Every name that the program looks up: the settings, and what stands in the code as a word of its own."""
    names = set()
    for path in pathlib.Path("Sources").rglob("*.swift"):
        names.update(re.findall(r'"([A-Z][A-Z0-9_]{2,60})"', path.read_text(encoding="utf-8")))
    return names


def check_other_files(known):
    """What the image and the composition at home set is read too."""
    for path, pattern in [
        ("Dockerfile", r"^ENV (.*)$"), ("compose.yaml", r"^ {6}([A-Z][A-Z0-9_]+):"),
    ]:
        for line in re.findall(pattern, pathlib.Path(path).read_text(encoding="utf-8"), re.MULTILINE):
            for name in re.findall(r"\b([A-Z][A-Z0-9_]+)(?==|$)", line):
                if name not in known:
                    failures.append(f"{path}: sets {name}, which the program does not read")


def main():
    known = known_names()
    for (mode, parameters), extra in itertools.product(MODES.items(), EXTRAS):
        deployment = Deployment(TEMPLATE, Mode=mode, **{**extra, **parameters})
        check_policies(mode, deployment)
        check_environment(mode, deployment, known)
        check_address(mode, deployment)
        check_queue(mode, deployment)
        check_logs(mode, deployment)
    check_other_files(known)
    for failure in dict.fromkeys(failures):
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
