// Talks to the API that serves this page.

/** An answer that didn't come: `status` is 0 where the server can't be reached. */
export class Failure extends Error {
  constructor(status, message, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

const headers = key => ({
  "Content-Type": "application/json",
  ...(key ? { Authorization: "Bearer " + key } : {}),
});

async function request(path, options, key) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: headers(key), credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure(0, "");
  }
  if (response.ok) return response;
  let message = "";
  try {
    message = (await response.json()).error?.message ?? "";
  } catch { /* An answer without an envelope: the status says enough. */ }
  throw new Failure(response.status, message, Number(response.headers.get("retry-after")) || undefined);
}

/** The names of the models that chat, the default first. */
export async function models(key) {
  const response = await request("/v1/models", {}, key);
  return (await response.json()).data.filter(model => (model.type ?? "chat") === "chat").map(model => model.id);
}

/**
 * Asks for an answer and yields its pieces: `{text}`, `{thinking}`, and at last `{finish, usage, timings}`.
 * Aborting `signal` closes the connection, which stops the model.
 */
export async function* answer(body, key, signal) {
  const response = await request("/v1/chat/completions", {
    method: "POST",
    signal,
    body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }),
  }, key);
  const end = {};
  for await (const data of events(response.body)) {
    if (data === "[DONE]") break;
    const chunk = JSON.parse(data);
    if (chunk.error) throw new Failure(chunk.error.code === "rate_limit_exceeded" ? 429 : 500, chunk.error.message ?? "");
    if (chunk.usage) end.usage = chunk.usage;
    if (chunk.timings) end.timings = chunk.timings;
    const choice = chunk.choices?.[0];
    if (choice?.delta?.reasoning_content) yield { thinking: choice.delta.reasoning_content };
    if (choice?.delta?.content) yield { text: choice.delta.content };
    if (choice?.finish_reason) end.finish = choice.finish_reason;
  }
  // A stream that ends without saying why was cut off on its way.
  if (!end.finish) throw new Failure(0, "");
  yield end;
}

/** The `data` of server-sent events. */
async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  let data = [];
  try {
    while (true) {
      let chunk;
      try {
        chunk = await reader.read();
      } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new Failure(0, "");
      }
      if (chunk.done) return;
      buffer += chunk.value;
      let end;
      while ((end = buffer.search(/\r\n|\n|\r(?!$)/)) >= 0) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + (buffer.startsWith("\r\n", end) ? 2 : 1));
        if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
        else if (!line && data.length) {
          yield data.join("\n");
          data = [];
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
