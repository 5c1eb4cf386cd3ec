// The messages of a conversation as elements.

import { render } from "./markdown.js";
import { text } from "./texts.js";

const ICONS = {
  copy: "M9 9h10v10H9zM5 15V5h10",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  regenerate: "M20 11a8 8 0 1 0-2.300 6.300M20 5v6h-6",
  delete: "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function button(name, action, className = "icon") {
  const node = document.createElement("button");
  node.type = "button";
  node.className = className;
  if (className.includes("pill")) node.textContent = text(name);
  else {
    node.append(icon(name));
    node.title = text(name);
    node.setAttribute("aria-label", text(name));
  }
  node.addEventListener("click", action);
  return node;
}

async function copy(node, content) {
  try {
    await navigator.clipboard.writeText(content);
  } catch {
    // Pages without TLS have no clipboard: the old way.
    const field = document.createElement("textarea");
    field.value = content;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  const label = node.title || node.textContent;
  if (node.title) node.title = text("copied"); else node.textContent = text("copied");
  document.getElementById("status").textContent = text("copied");
  setTimeout(() => { if (node.title) node.title = label; else node.textContent = label; }, 1500);
}

function codeTool(head, content) {
  const node = document.createElement("button");
  node.type = "button";
  node.textContent = text("copy");
  node.addEventListener("click", () => copy(node, content));
  head.append(node);
}

const div = className => {
  const node = document.createElement("div");
  node.className = className;
  return node;
};

/** A person's message, with buttons; `actions.edit(text)` sends it anew. */
export function mine(message, actions) {
  const item = document.createElement("li");
  item.className = "mine";
  const label = document.createElement("span");
  label.className = "sr";
  label.textContent = text("you") + ": ";
  const bubble = div("bubble");
  bubble.append(message.content);
  const tools = div("tools");
  const copyButton = button("copy", () => copy(copyButton, message.content));
  const editButton = button("edit", () => edit());
  editButton.dataset.action = "edit";
  tools.append(copyButton, editButton);
  item.append(label, bubble, tools);

  function edit() {
    const form = div("editing");
    const field = document.createElement("textarea");
    field.value = message.content;
    field.setAttribute("aria-label", text("edit"));
    const leave = () => {
      form.replaceWith(bubble);
      tools.hidden = false;
      editButton.focus();
    };
    const send = () => { if (field.value.trim()) actions.edit(field.value.trim()); };
    field.addEventListener("keydown", event => {
      if (event.key === "Escape") { event.stopPropagation(); leave(); }
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
    });
    const row = document.createElement("div");
    row.append(button("cancel", leave, "pill"), button("save", send, "pill main"));
    form.append(field, row);
    bubble.replaceWith(form);
    tools.hidden = true;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }
  return item;
}

/** A model's answer; `update()` shows what the message has come to. */
export class Answer {
  constructor(message, actions) {
    this.message = message;
    this.actions = actions;
    this.item = document.createElement("li");
    this.item.className = "theirs";
    this.item.append(this.body = div("body"));
    this.update();
  }

  update() {
    const { content, thinking, state } = this.message;
    const parts = [];
    if (thinking) parts.push(this.thinkingPart(thinking, state === "running" && !content));
    if (content) {
      this.text ??= div("text");
      if (this.shown !== content) {
        render(this.text, content, codeTool);
        this.shown = content;
      }
      parts.push(this.text);
    } else if (state === "running" && !thinking) {
      this.dots ??= waiting();
      parts.push(this.dots);
    }
    const note = { length: "cut", cancelled: "stopped" }[this.message.finish];
    if (note && state !== "running") {
      const line = document.createElement("p");
      line.className = "cut";
      line.textContent = text(note);
      parts.push(line);
    }
    if (this.message.failure) parts.push(this.failurePart());
    this.body.replaceChildren(...parts);
    this.item.setAttribute("aria-busy", String(state === "running"));
    this.tools?.remove();
    if (state !== "running") this.item.append(this.tools = this.toolRow());
  }

  thinkingPart(content, isOpen) {
    if (!this.details) {
      this.details = document.createElement("details");
      this.details.className = "thinking";
      this.details.append(document.createElement("summary"), document.createElement("div"));
      this.details.firstChild.addEventListener("click", () => { this.wasToggled = true; });
    }
    if (!this.wasToggled) this.details.open = isOpen;
    this.details.firstChild.textContent = text(isOpen ? "thinking" : "thought");
    this.details.lastChild.textContent = content.trim();
    return this.details;
  }

  failurePart() {
    const line = div("failure");
    line.setAttribute("role", "alert");
    const words = document.createElement("span");
    words.textContent = this.message.failure;
    line.append(words, button("retry", this.actions.regenerate, "pill"));
    return line;
  }

  toolRow() {
    const tools = div("tools");
    if (this.message.content) {
      const node = button("copy", () => copy(node, this.message.content));
      tools.append(node);
    }
    if (!this.message.failure) tools.append(button("regenerate", this.actions.regenerate));
    if (this.message.figures) {
      const figures = document.createElement("span");
      figures.className = "figures";
      figures.textContent = this.message.figures;
      tools.append(figures);
    }
    return tools;
  }
}

function waiting() {
  const node = div("waiting");
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", text("waiting"));
  node.append(...[1, 2, 3].map(() => document.createElement("i")));
  return node;
}
