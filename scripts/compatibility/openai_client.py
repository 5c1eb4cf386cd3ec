#!/usr/bin/env python3
"""Runs the official openai client against a server and checks what it gets.

    scripts/compatibility/openai_client.py http://127.0.0.1:8080/v1 [--model NAME] [--key KEY]

Needs the packages openai and pydantic. What depends on how clever the model is (whether it calls a tool by itself) is forced
or left out; what the protocol promises is checked.
"""

import argparse
import json

import openai
from pydantic import BaseModel

from checks import run


class Person(BaseModel):
    name: str
    age: int


WEATHER = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 20}},
        "required": ["city"],
        "additionalProperties": False,
    },
}

HELLO = [{"role": "system", "content": "You are brief."}, {"role": "user", "content": "Say hello."}]


class Checks:
    """Every method is a check; each gets a fresh name in the report."""

    def __init__(self, client, model):
        self.client = client
        self.model = model

    def models(self):
        listed = [model.id for model in self.client.models.list()]
        assert self.model in listed, listed
        assert self.client.models.retrieve(self.model).id == self.model

    def chat(self):
        answer = self.client.chat.completions.create(model=self.model, messages=HELLO, max_tokens=16, seed=1)
        choice = answer.choices[0]
        assert choice.message.role == "assistant" and choice.message.content is not None
        assert choice.finish_reason in ("stop", "length")
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
        assert answer.usage.prompt_tokens_details.cached_tokens >= 0
        assert answer.id.startswith("chatcmpl-") and answer.system_fingerprint

    def chat_is_reproducible(self):
        first, second = (
            self.client.chat.completions.create(model=self.model, messages=HELLO, max_tokens=12, seed=7)
            for _ in range(2)
        )
        assert first.choices[0].message.content == second.choices[0].message.content

    def chat_stream(self):
        chunks = list(
            self.client.chat.completions.create(
                model=self.model,
                messages=HELLO,
                max_tokens=16,
                stream=True,
                stream_options={"include_usage": True},
            )
        )
        assert chunks[0].choices[0].delta.role == "assistant"
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) is not None
        assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens > 0
        assert chunks[-2].choices[0].finish_reason in ("stop", "length")
        assert len({chunk.id for chunk in chunks}) == 1

    def chat_stream_helper(self):
        with self.client.chat.completions.stream(model=self.model, messages=HELLO, max_tokens=16) as stream:
            kinds = {event.type for event in stream}
            final = stream.get_final_completion()
        assert "content.delta" in kinds, kinds
        assert final.choices[0].message.content

    def chat_choices(self):
        answer = self.client.chat.completions.create(
            model=self.model, messages=HELLO, max_tokens=8, n=3, temperature=1.0, seed=3
        )
        assert [choice.index for choice in answer.choices] == [0, 1, 2]
        chunks = self.client.chat.completions.create(model=self.model, messages=HELLO, max_tokens=8, n=2, stream=True)
        ended = {c.index for chunk in chunks for c in chunk.choices if c.finish_reason}
        assert ended == {0, 1}

    def chat_limits(self):
        answer = self.client.chat.completions.create(model=self.model, messages=HELLO, max_completion_tokens=1)
        assert answer.usage.completion_tokens == 1 and answer.choices[0].finish_reason == "length"

    def chat_stop(self):
        whole = self.client.chat.completions.create(model=self.model, messages=HELLO, max_tokens=16, temperature=0)
        text = whole.choices[0].message.content
        stop = next((word for word in text.split()[1:]), None)
        if stop is None:
            return
        cut = self.client.chat.completions.create(
            model=self.model, messages=HELLO, max_tokens=16, temperature=0, stop=[stop]
        )
        assert stop not in cut.choices[0].message.content and cut.choices[0].finish_reason == "stop"

    def chat_logprobs(self):
        answer = self.client.chat.completions.create(
            model=self.model, messages=HELLO, max_tokens=4, logprobs=True, top_logprobs=2
        )
        scores = answer.choices[0].logprobs.content
        assert scores and all(score.logprob <= 0 and len(score.top_logprobs) == 2 for score in scores)

    def chat_json_object(self):
        answer = self.client.chat.completions.create(
            model=self.model,
            messages=[{"role": "user", "content": "A person as JSON."}],
            max_tokens=96,
            response_format={"type": "json_object"},
        )
        if answer.choices[0].finish_reason == "stop":
            assert isinstance(json.loads(answer.choices[0].message.content), dict)

    def chat_parse(self):
        answer = self.client.chat.completions.parse(
            model=self.model,
            messages=[{"role": "user", "content": "Name a person and their age."}],
            response_format=Person,
            max_tokens=128,
        )
        assert isinstance(answer.choices[0].message.parsed, Person)

    def chat_tools(self):
        tools = [{"type": "function", "function": WEATHER}]
        messages = [{"role": "user", "content": "What is the weather in Paris?"}]
        answer = self.client.chat.completions.create(
            model=self.model, messages=messages, tools=tools, tool_choice="required", max_tokens=128
        )
        call = answer.choices[0].message.tool_calls[0]
        assert answer.choices[0].finish_reason == "tool_calls" and call.function.name == "get_weather"
        assert "city" in json.loads(call.function.arguments)
        messages += [answer.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
        after = self.client.chat.completions.create(
            model=self.model, messages=messages, tools=tools, tool_choice="none", max_tokens=16
        )
        assert after.choices[0].message.content is not None

    def chat_tools_stream(self):
        chunks = self.client.chat.completions.create(
            model=self.model,
            messages=[{"role": "user", "content": "What is the weather in Paris?"}],
            tools=[{"type": "function", "function": WEATHER}],
            tool_choice={"type": "function", "function": {"name": "get_weather"}},
            max_tokens=128,
            stream=True,
        )
        calls = [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or []]
        assert calls[0].id and calls[0].function.name == "get_weather"
        assert "city" in json.loads("".join(call.function.arguments or "" for call in calls))

    def completion(self):
        answer = self.client.completions.create(model=self.model, prompt="Once upon", max_tokens=8)
        assert answer.choices[0].text is not None and answer.object == "text_completion"
        several = self.client.completions.create(model=self.model, prompt=["One", "Two"], max_tokens=4, n=2)
        assert [choice.index for choice in several.choices] == [0, 1, 2, 3]
        tokens = self.client.completions.create(model=self.model, prompt=[5, 6, 7], max_tokens=4)
        assert tokens.usage.prompt_tokens > 0

    def completion_scores(self):
        answer = self.client.completions.create(
            model=self.model, prompt="Once upon", max_tokens=2, logprobs=1, echo=True
        )
        scores = answer.choices[0].logprobs
        assert answer.choices[0].text.startswith("Once upon")
        assert scores.token_logprobs[0] is None and len(scores.tokens) == len(scores.text_offset)

    def completion_stream(self):
        chunks = list(self.client.completions.create(model=self.model, prompt="Once", max_tokens=8, stream=True))
        assert chunks[-1].choices[0].finish_reason in ("stop", "length")

    def response(self):
        answer = self.client.responses.create(
            model=self.model, input="Say hello.", instructions="Be brief.", max_output_tokens=16
        )
        assert answer.status in ("completed", "incomplete") and answer.output_text is not None
        assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
        assert self.client.responses.retrieve(answer.id).id == answer.id
        after = self.client.responses.create(
            model=self.model, input="And again.", previous_response_id=answer.id, max_output_tokens=16
        )
        assert after.previous_response_id == answer.id
        self.client.responses.delete(answer.id)
        self._fails(openai.NotFoundError, lambda: self.client.responses.retrieve(answer.id))

    def response_stream(self):
        with self.client.responses.stream(model=self.model, input="Say hello.") as stream:
            events = list(stream)
            final = stream.get_final_response()
        assert events[0].type == "response.created"
        assert [event.sequence_number for event in events] == list(range(len(events)))
        said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        assert said == final.output_text

    def response_parse(self):
        answer = self.client.responses.parse(
            model=self.model, input="Name a person and their age.", text_format=Person, max_output_tokens=128
        )
        assert isinstance(answer.output_parsed, Person)

    def response_tools(self):
        tools = [{"type": "function", **WEATHER, "strict": True}]
        items = [{"role": "user", "content": "What is the weather in Paris?"}]
        answer = self.client.responses.create(
            model=self.model, input=items, tools=tools, tool_choice="required", max_output_tokens=128
        )
        call = next(item for item in answer.output if item.type == "function_call")
        assert "city" in json.loads(call.arguments)
        items += answer.output
        items.append({"type": "function_call_output", "call_id": call.call_id, "output": "sunny"})
        after = self.client.responses.create(
            model=self.model, input=items, tools=tools, tool_choice="none", max_output_tokens=16
        )
        assert after.output_text is not None

    def errors(self):
        chat = self.client.chat.completions.create
        self._fails(openai.NotFoundError, lambda: chat(model="no-such-model", messages=HELLO), "model_not_found")
        self._fails(openai.BadRequestError, lambda: chat(model=self.model, messages=[]), "empty_array")
        self._fails(
            openai.BadRequestError, lambda: chat(model=self.model, messages=HELLO, temperature=9), "decimal_above_max_value"
        )
        self._fails(
            openai.BadRequestError,
            lambda: chat(model=self.model, messages=HELLO, extra_body={"unheard_of": 1}),
            "unknown_parameter",
        )
        self._fails(
            openai.BadRequestError,
            lambda: chat(model=self.model, messages=[{"role": "user", "content": "word " * 200_000}], stream=True),
            "context_length_exceeded",
        )

    def extensions(self):
        answer = self.client.chat.completions.create(
            model=self.model,
            messages=HELLO,
            max_tokens=4,
            extra_body={"top_k": 5, "min_p": 0.1, "repeat_penalty": 1.1, "timeout": 60, "cache_prompt": True},
        )
        assert answer.timings["predicted_n"] > 0

    @staticmethod
    def _fails(kind, action, code=None):
        try:
            action()
        except kind as error:
            assert code is None or error.code == code, error
        else:
            raise AssertionError(f"{kind.__name__} was expected")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base_url")
    parser.add_argument("--model", help="the default is the first one that the server lists")
    parser.add_argument("--key", default="none")
    parser.add_argument("--only", nargs="*", help="names of checks")
    parser.add_argument("--skip", nargs="*", default=[], help="names of checks")
    options = parser.parse_args()
    client = openai.OpenAI(base_url=options.base_url, api_key=options.key, max_retries=0, timeout=120)
    model = options.model or next(iter(client.models.list())).id
    run(Checks(client, model), model, options.only, options.skip)


if __name__ == "__main__":
    main()
