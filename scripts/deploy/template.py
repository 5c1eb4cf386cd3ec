"""A template as CloudFormation would see it: SAM's part translated, conditions decided, references filled in."""

import logging
import os
import re

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ACCOUNT, REGION = "123456789012", "eu-central-1"
os.environ["AWS_DEFAULT_REGION"] = REGION  # the translator asks its surroundings
logging.getLogger("samtranslator").setLevel(logging.ERROR)
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::StackName": "martlet",
    "AWS::URLSuffix": "amazonaws.com",
}
NOTHING = object()


class NoManagedPolicies:
    """The template uses none of AWS's managed policies; SAM asks for their list all the same."""

    def load(self):
        return {}


class Deployment:
    """One choice of the template's parameters."""

    def __init__(self, path, **parameters):
        with open(path, encoding="utf-8") as file:
            source = yaml_parse(file.read())
        declared = source["Parameters"]
        unknown = set(parameters) - set(declared)
        if unknown:
            raise ValueError(f"{path} has no parameters {sorted(unknown)}")
        self.parameters = {name: str(parameters.get(name, declared[name].get("Default"))) for name in declared}
        for resource in source["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource["Properties"]["ImageUri"] = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/martlet:latest"
        self.template = transform(source, dict(self.parameters), NoManagedPolicies())
        self.mappings = self.template.get("Mappings", {})
        self.conditions = {}
        for name in self.template.get("Conditions", {}):
            self.decide(name)
        self.resources = {
            name: {"Type": resource["Type"], "Properties": self.resolve(resource.get("Properties", {}))}
            for name, resource in self.template["Resources"].items()
            if self.decide(resource.get("Condition"))
        }
        self.outputs = {
            name: self.resolve(output["Value"])
            for name, output in self.template.get("Outputs", {}).items()
            if self.decide(output.get("Condition"))
        }

    def of_type(self, kind):
        """The resources of a type that this choice deploys, by their names."""
        return {name: it["Properties"] for name, it in self.resources.items() if it["Type"] == kind}

    def decide(self, name):
        if name is None:
            return True
        if name not in self.conditions:
            self.conditions[name] = self.resolve(self.template["Conditions"][name])
        return self.conditions[name]

    def resolve(self, node):
        """A value with its functions applied; a property that is AWS::NoValue is left out."""
        if isinstance(node, list):
            return [it for it in map(self.resolve, node) if it is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (function, argument), = node.items()
            if function in FUNCTIONS:
                return FUNCTIONS[function](self, argument)
        resolved = {key: self.resolve(value) for key, value in node.items()}
        return {key: value for key, value in resolved.items() if value is not NOTHING}

    def reference(self, name):
        if name == "AWS::NoValue":
            return NOTHING
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        resource = self.template["Resources"][name]
        if not self.decide(resource.get("Condition")):
            raise ValueError(f"something that is deployed refers to {name}, which is not")
        identity = self.identity(name)
        if resource["Type"] == "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{identity}"
        if resource["Type"] in ("AWS::SecretsManager::Secret", "AWS::SNS::Topic"):
            return self.arn(name)
        return identity

    def identity(self, name):
        properties = self.template["Resources"][name].get("Properties", {})
        named = [key for key in properties if key in IDENTITIES]
        return self.resolve(properties[named[0]]) if named else f"martlet-{name}"

    def arn(self, name):
        kind = self.template["Resources"][name]["Type"]
        return "arn:aws:" + ARNS[kind].format(r=REGION, a=ACCOUNT, n=self.identity(name))

    def attribute(self, path):
        name, attribute = path.split(".") if isinstance(path, str) else path
        self.reference(name)
        if attribute == "Arn":
            return self.arn(name)
        return f"https://{name.lower()}.example/" if attribute.endswith("Url") else self.identity(name)

    def substitute(self, argument):
        text, values = (argument, {}) if isinstance(argument, str) else argument

        def fill(match):
            name = match[1]
            if name in values:
                return str(self.resolve(values[name]))
            return str(self.attribute(name) if "." in name else self.reference(name))

        return re.sub(r"\$\{([^!}]+)\}", fill, text)

    def find(self, argument):
        name, first, second = map(self.resolve, argument)
        return self.mappings[name][first][second]

    def choose(self, argument):
        condition, yes, no = argument
        return self.resolve(yes if self.decide(condition) else no)


FUNCTIONS = {
    "Ref": Deployment.reference,
    "Condition": Deployment.decide,
    "Fn::If": Deployment.choose,
    "Fn::Sub": Deployment.substitute,
    "Fn::GetAtt": Deployment.attribute,
    "Fn::FindInMap": Deployment.find,
    "Fn::Select": lambda self, it: self.resolve(it[1])[int(it[0])],
    "Fn::Split": lambda self, it: self.resolve(it[1]).split(it[0]),
    "Fn::Equals": lambda self, it: str(self.resolve(it[0])) == str(self.resolve(it[1])),
    "Fn::Not": lambda self, it: not self.resolve(it[0]),
    "Fn::And": lambda self, it: all(map(self.resolve, it)),
    "Fn::Or": lambda self, it: any(map(self.resolve, it)),
}
IDENTITIES = ("FunctionName", "TableName", "QueueName", "LogGroupName", "TopicName", "Name")
ARNS = {
    "AWS::Lambda::Function": "lambda:{r}:{a}:function:{n}",
    "AWS::DynamoDB::Table": "dynamodb:{r}:{a}:table/{n}",
    "AWS::SQS::Queue": "sqs:{r}:{a}:{n}",
    "AWS::Logs::LogGroup": "logs:{r}:{a}:log-group:{n}:*",
    "AWS::IAM::Role": "iam::{a}:role/{n}",
    "AWS::SecretsManager::Secret": "secretsmanager:{r}:{a}:secret:{n}-AbCdEf",
    "AWS::SNS::Topic": "sns:{r}:{a}:{n}",
    "AWS::Events::Rule": "events:{r}:{a}:rule/{n}",
}
