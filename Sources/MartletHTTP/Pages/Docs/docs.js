"use strict";
// Shows /openapi.json as a page. Everything that comes from it is set as text, never as HTML.

const element = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, action] of Object.entries(value)) node.addEventListener(event, action);
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};

// Text with `code` in it.
const prose = (text) => {
  const parts = text.split(/`([^`]+)`/);
  return parts.map((part, index) => (index % 2 ? element("code", {}, part) : part));
};

let description;

const resolve = (value) => {
  let current = value;
  for (let depth = 0; current && current.$ref && depth < 16; depth += 1) {
    current = current.$ref.slice(2).split("/").reduce((object, key) => object?.[key], description);
  }
  return current ?? {};
};

const nameOf = (schema) => schema.title ?? schema.$ref?.split("/").pop();

const typeText = (raw) => {
  const schema = resolve(raw);
  const choices = schema.anyOf ?? schema.oneOf;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.filter((value) => value !== null).map((value) => JSON.stringify(value)).join(" | ");
  if (choices && !schema.properties) {
    return choices.filter((choice) => choice.type !== "null").map((choice) => nameOf(choice) ?? typeText(choice)).join(" | ");
  }
  const types = [schema.type ?? "any"].flat().filter((type) => type !== "null");
  const names = types.map((type) => {
    if (type === "array") return `array of ${schema.items ? nameOf(schema.items) ?? typeText(schema.items) : "any"}`;
    if (type === "object" && nameOf(raw)) return nameOf(raw);
    return type;
  });
  return names.join(" | ");
};

const bounds = (schema) => {
  const parts = [];
  const span = (low, high, unit) => {
    if (low !== undefined && high !== undefined && high < 2147483647) parts.push(`${low} to ${high}${unit}`);
    else if (low !== undefined && low > -2147483647 && low !== 0) parts.push(`at least ${low}${unit}`);
    else if (high !== undefined && high < 2147483647) parts.push(`at most ${high}${unit}`);
  };
  span(schema.minimum, schema.maximum, "");
  span(schema.minLength, schema.maxLength, " characters");
  span(schema.minItems, schema.maxItems, " items");
  if (schema.default !== undefined) parts.push(`default ${JSON.stringify(schema.default)}`);
  return parts.join(", ");
};

// What is inside a schema: its fields, or those of each of its forms.
const inside = (raw, depth) => {
  if (depth > 5) return [];
  const schema = resolve(raw);
  const parts = [];
  if (schema.properties) parts.push(fieldList(schema, depth));
  else if (schema.items) parts.push(...inside(schema.items, depth));
  const forms = (schema.oneOf ?? (schema.properties ? [] : schema.anyOf) ?? []).filter((form) => form.type !== "null");
  for (const form of forms) {
    const content = inside(form, depth + 1);
    if (forms.length === 1) parts.push(...content);
    else if (content.length) parts.push(element("details", {}, element("summary", {}, nameOf(form) ?? typeText(form)), ...content));
  }
  return parts;
};

const fieldList = (schema, depth) => {
  const list = element("dl", { class: "fields" });
  for (const [name, raw] of Object.entries(schema.properties)) {
    const field = resolve(raw);
    const isRequired = (schema.required ?? []).includes(name);
    const entry = element("div", {},
      element("dt", {}, element("b", {}, name), element("i", {}, typeText(raw)),
        isRequired ? element("em", {}, "required") : null, element("i", {}, bounds(field))));
    const detail = element("dd");
    const text = raw.description ?? field.description;
    if (text) detail.append(element("p", {}, ...prose(text)));
    const content = inside(raw, depth + 1);
    if (content.length) detail.append(element("details", {}, element("summary", {}, `What ${name} holds`), ...content));
    if (detail.childNodes.length) entry.append(detail);
    list.append(entry);
  }
  return list;
};

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const python = (value, indent = "") => {
  const deeper = indent + "    ";
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map((item) => python(item, indent)).join(", ")}]`;
  if (typeof value === "object") return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${python(item, deeper)}`).join(", ")}}`;
  return JSON.stringify(value);
};

const clientCalls = {
  createChatCompletion: "chat.completions.create", createCompletion: "completions.create",
  createResponse: "responses.create", listModels: "models.list", getModel: "models.retrieve",
};

const examples = (path, method, operation, model) => {
  const schema = resolve(operation.requestBody?.content?.["application/json"]?.schema);
  const sample = schema.examples?.[0];
  const address = location.origin + path.replace("{model}", encodeURIComponent(model));
  const isOpen = operation.security?.length === 0;
  const lines = [`curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}${address}`];
  if (!isOpen) lines.push(`-H "Authorization: Bearer $MARTLET_API_KEY"`);
  if (sample) lines.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(sample))}`);
  const curl = lines.join(" \\\n  ");
  const call = clientCalls[operation.operationId];
  let script;
  if (call) {
    const options = Object.entries(sample ?? {}).map(([key, value]) => `\n    ${key}=${python(value)},`).join("");
    const named = sample ? `\n    model=${JSON.stringify(model)},${options}\n` : path.includes("{model}") ? JSON.stringify(model) : "";
    script = `from openai import OpenAI\n\nclient = OpenAI(base_url="${location.origin}/v1", api_key="KEY")\nanswer = client.${call}(${named})\nprint(answer)`;
  } else {
    const data = sample ? `,\n    data=json.dumps(${python(sample)}).encode()` : "";
    const fields = [sample ? `"Content-Type": "application/json"` : "", isOpen ? "" : `"Authorization": "Bearer KEY"`].filter(Boolean);
    const headers = fields.length ? `,\n    headers={${fields.join(", ")}}` : "";
    script = `${sample ? "import json\n" : ""}import urllib.request\n\nrequest = urllib.request.Request(\n    "${address}"${data}${headers},\n)\nwith urllib.request.urlopen(request) as response:\n    print(response.read().decode())`;
  }
  return exampleBox({ curl, Python: script });
};

const exampleBox = (texts) => {
  const code = element("code");
  code.style.background = "none";
  const area = element("pre", { tabindex: "0" }, code);
  const tabs = element("div", { class: "tabs", role: "tablist", "aria-label": "Language of the example" });
  const show = (name) => {
    code.textContent = texts[name];
    for (const tab of tabs.querySelectorAll("[role=tab]")) tab.setAttribute("aria-selected", String(tab.textContent === name));
  };
  for (const name of Object.keys(texts)) {
    tabs.append(element("button", { type: "button", role: "tab", on: { click: () => show(name) } }, name));
  }
  const copy = element("button", { type: "button", class: "copy" }, "Copy");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  });
  tabs.append(copy);
  show(Object.keys(texts)[0]);
  return element("div", { class: "example" }, tabs, area);
};

const responseList = (responses) => {
  const list = element("ul", { class: "responses" });
  for (const [status, raw] of Object.entries(responses)) {
    const response = resolve(raw);
    const item = element("li", {}, element("span", { class: `status ${status < "400" ? "good" : "bad"}` }, status), " ", ...prose(response.description ?? ""));
    for (const [type, content] of Object.entries(response.content ?? {})) {
      const fields = inside(content.schema ?? {}, 1);
      const label = `${type}: ${nameOf(content.schema) ?? content.schema?.description ?? typeText(content.schema)}`;
      item.append(fields.length ? element("details", {}, element("summary", {}, label), ...fields) : element("div", { class: "open" }, label));
    }
    list.append(item);
  }
  return list;
};

const endpoint = (path, method, operation, model) => {
  const section = element("section", { class: "endpoint", id: operation.operationId },
    element("h2", {}, operation.summary),
    element("div", { class: "address" }, element("span", { class: `method ${method}` }, method.toUpperCase()), element("span", {}, path)));
  if (operation.security?.length === 0) section.append(element("div", { class: "open" }, "Needs no key."));
  if (operation.description) section.append(element("p", {}, ...prose(operation.description)));
  section.append(examples(path, method, operation, model));
  if (operation.parameters) {
    const properties = Object.fromEntries(operation.parameters.map((raw) => { const item = resolve(raw); return [item.name, { ...item.schema, description: item.description }]; }));
    section.append(element("h3", {}, "Parameters"), fieldList({ properties, required: operation.parameters.map((raw) => resolve(raw).name) }, 1));
  }
  const schema = operation.requestBody?.content?.["application/json"]?.schema;
  if (schema) section.append(element("h3", {}, "Request"), ...inside(schema, 0));
  section.append(element("h3", {}, "Responses"), responseList(operation.responses));
  return section;
};

const show = (model) => {
  const navigation = document.getElementById("navigation");
  const content = document.getElementById("content");
  const { info } = description;
  content.replaceChildren(
    element("h1", {}, info.title, " ", element("small", {}, info.version)),
    element("p", { class: "lead" }, info.summary),
    element("p", {}, ...prose(info.description)));
  for (const tag of description.tags) {
    const group = element("div", {}, element("h2", {}, tag.name));
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (!operation.tags?.includes(tag.name)) continue;
        group.append(element("a", { href: `#${operation.operationId}`, title: operation.summary }, element("span", { class: `method ${method}` }, method.toUpperCase()), path));
        content.append(endpoint(path, method, operation, model));
      }
    }
    navigation.append(group);
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
};

const filter = () => {
  const words = document.getElementById("filter").value.toLowerCase();
  for (const section of document.querySelectorAll(".endpoint")) {
    section.hidden = !section.textContent.toLowerCase().includes(words);
    const link = document.querySelector(`nav a[href="#${section.id}"]`);
    if (link) link.hidden = section.hidden;
  }
};

const start = async () => {
  const input = document.getElementById("filter");
  input.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== input) { event.preventDefault(); input.focus(); }
    if (event.key === "Escape" && document.activeElement === input) { input.value = ""; filter(); input.blur(); }
  });
  try {
    description = await (await fetch("/openapi.json")).json();
  } catch (error) {
    document.getElementById("content").textContent = `The description of the API could not be loaded: ${error}`;
    return;
  }
  // Where no key is needed the examples name the model that is served.
  let model = "MODEL";
  try {
    model = (await (await fetch("/v1/models")).json()).data[0].id;
  } catch { /* A key is needed: the examples keep the placeholder. */ }
  show(model);
};

start();
