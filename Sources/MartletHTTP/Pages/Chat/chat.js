// The chat page: one conversation at a time, streamed from the API; the list of them lives in this browser.

import { answer, Failure, models } from "./api.js";
import { Answer, button, mine } from "./messages.js";
import { chats, key, settings } from "./storage.js";
import { choose, text } from "./texts.js";

const $ = id => document.getElementById(id);
const NUMBERS = ["temperature", "max_tokens", "top_p", "top_k", "min_p", "seed"];

let options = settings.load();
let chat = fresh();
let running = null;
let followsEnd = true;

function fresh() {
  return { id: crypto.randomUUID?.() ?? Date.now().toString(36) + Math.random().toString(36).slice(2), title: "", date: Date.now(), messages: [] };
}

// Conversations

function keep() {
  chat.date = Date.now();
  const messages = chat.messages.map(({ state, ...message }) => message);
  if (!chats.save({ ...chat, messages })) announce(text("full"));
  showList();
}

function open(id) {
  stop();
  const found = chats.load(id);
  if (!found) return showList();
  chat = found;
  showAll();
  closeList();
}

function startNew() {
  stop();
  chat = fresh();
  showAll();
  closeList();
  $("input").focus();
}

async function remove(entry) {
  if (!await confirmed(text("confirmDelete", entry.title || text("untitled")))) return;
  if (entry.id === chat.id) discard();
  chats.remove(entry.id);
  if (entry.id === chat.id) startNew();
  showList();
}

/** Stops the answer and forgets it, so that its end doesn't keep the conversation again. */
function discard() {
  if (running) running.isDiscarded = true;
  stop();
}

function rename(item, entry) {
  const field = document.createElement("input");
  field.value = entry.title;
  field.maxLength = 120;
  field.setAttribute("aria-label", text("rename"));
  let isOver = false;
  const leave = keeps => {
    if (isOver) return;
    isOver = true;
    const title = field.value.trim();
    if (keeps && title) {
      const stored = entry.id === chat.id ? chat : chats.load(entry.id);
      stored.title = title;
      chats.save(stored);
    }
    showList();
  };
  field.addEventListener("keydown", event => {
    if (event.key === "Enter") leave(true);
    if (event.key === "Escape") { event.stopPropagation(); leave(false); }
  });
  field.addEventListener("blur", () => leave(true));
  item.replaceChildren(field);
  field.select();
}

function showList() {
  $("conversations").replaceChildren(...chats.list().map(entry => {
    const item = document.createElement("li");
    const node = document.createElement("button");
    node.className = "open";
    node.textContent = entry.title || text("untitled");
    node.title = node.textContent;
    node.addEventListener("click", () => open(entry.id));
    node.addEventListener("dblclick", () => rename(item, entry));
    if (entry.id === chat.id) {
      item.className = "current";
      node.setAttribute("aria-current", "true");
    }
    item.append(node, tool("rename", "edit", () => rename(item, entry)), tool("delete", "delete", () => remove(entry)));
    return item;
  }));
  document.title = chat.title ? chat.title + " · Martlet" : "Martlet";
}

function tool(name, icon, action) {
  const node = button(icon, action, "icon tool");
  node.title = text(name);
  node.setAttribute("aria-label", text(name));
  return node;
}

// Messages

function showAll() {
  $("messages").replaceChildren(...chat.messages.map(show));
  $("welcome").hidden = chat.messages.length > 0;
  announce("");
  showList();
  toEnd();
}

function show(message, index) {
  if (message.role === "user") return mine(message, { edit: content => resend(index, content) });
  return new Answer(message, { regenerate: () => regenerate(index) }).item;
}

function ask(content) {
  if (!chat.title) chat.title = content.replace(/\s+/g, " ").slice(0, 60);
  chat.messages.push({ role: "user", content });
  keep();
  $("welcome").hidden = true;
  $("messages").append(show(chat.messages.at(-1), chat.messages.length - 1));
  followsEnd = true;
  run();
}

/** Sends a message anew with other words; what came after it goes. */
function resend(index, content) {
  stop();
  chat.messages.length = index;
  showAll();
  ask(content);
}

/** Has the answer at `index` written again. */
function regenerate(index) {
  stop();
  chat.messages.length = index;
  showAll();
  run();
}

function request() {
  const messages = chat.messages
    .filter(message => message.role === "user" || message.content)
    .map(({ role, content }) => ({ role, content }));
  if (options.system?.trim()) messages.unshift({ role: "system", content: options.system });
  const body = { model: $("model").value || undefined, messages };
  for (const name of NUMBERS) if (options[name] !== undefined && options[name] !== "") body[name] = Number(options[name]);
  return body;
}

async function run() {
  const body = request();
  const message = { role: "assistant", content: "", thinking: "", state: "running" };
  const index = chat.messages.push(message) - 1;
  const view = new Answer(message, { regenerate: () => regenerate(index) });
  $("messages").append(view.item);
  const control = new AbortController();
  const mineNow = running = { control, chat };
  setRunning(true);
  announce(text("waiting"));
  scrollAlong();

  const clock = { start: performance.now(), first: 0, last: 0, pieces: 0 };
  let isQueued = false;
  const draw = () => {
    isQueued = false;
    view.update();
    scrollAlong();
  };
  try {
    for await (const piece of answer(body, key.load(), control.signal)) {
      if (piece.finish) {
        message.finish = piece.finish;
        message.figures = figures(piece, clock);
        continue;
      }
      clock.last = performance.now();
      clock.first ||= clock.last;
      clock.pieces++;
      message.content += piece.text ?? "";
      message.thinking += piece.thinking ?? "";
      if (clock.pieces === 1) announce(text("writing"));
      if (!isQueued) {
        isQueued = true;
        requestAnimationFrame(draw);
      }
    }
  } catch (error) {
    if (control.signal.aborted) message.finish = "cancelled";
    else message.failure = words(error);
  }
  delete message.state;
  view.update();
  // The page may show another conversation by now: this one is kept all the same.
  if (mineNow.isDiscarded) chats.remove(mineNow.chat.id);
  else if (mineNow.chat === chat) keep();
  else chats.save({ ...mineNow.chat });
  if (running === mineNow) {
    running = null;
    setRunning(false);
    announce("");
    // Whoever listens hears the answer once it is whole rather than word by word; a failure is an alert by itself.
    if (!message.failure) $("spoken").textContent = view.text?.textContent.slice(0, 4000) ?? "";
    scrollAlong();
  }
}

function stop() {
  running?.control.abort();
}

function words(error) {
  if (!(error instanceof Failure)) return text("failed") + " " + error.message;
  switch (error.status) {
    case 0: return text("offline");
    case 401: return text("unauthorized");
    case 429: return error.retryAfter ? text("busy", error.retryAfter) : error.message || text("busy", 10);
    default: return error.message || text("failed") + " (" + error.status + ")";
  }
}

/** `52 tokens · 34.1 a second · first after 0.2 s`, by the server's clock where it tells, else by ours. */
function figures({ usage, timings }, clock) {
  const count = usage?.completion_tokens ?? clock.pieces;
  const seconds = (clock.last - clock.first) / 1000;
  const speed = timings?.predicted_per_second ?? (count > 1 && seconds > 0 ? (count - 1) / seconds : 0);
  const parts = [text("tokens", count)];
  if (speed > 0) parts.push(text("perSecond", speed < 100 ? speed.toFixed(1) : Math.round(speed)));
  if (clock.first) parts.push(text("firstAfter", ((clock.first - clock.start) / 1000).toFixed(1)));
  return parts.join(" · ");
}

// The page

function announce(words) {
  $("status").textContent = words;
}

function setRunning(isRunning) {
  $("stop").hidden = !isRunning;
  $("send").hidden = isRunning;
  $("send").disabled = !$("input").value.trim();
}

function toEnd() {
  followsEnd = true;
  scrollAlong();
}

function scrollAlong() {
  if (followsEnd) $("scroller").scrollTop = $("scroller").scrollHeight;
  $("to-end").hidden = isAtEnd();
}

function isAtEnd() {
  const { scrollHeight, scrollTop, clientHeight } = $("scroller");
  return scrollHeight - scrollTop - clientHeight < 60;
}

function fit() {
  const field = $("input");
  field.style.height = "auto";
  field.style.height = field.scrollHeight + "px";
  $("send").disabled = !field.value.trim();
}

function openList() {
  document.body.classList.add("list-open");
  $("scrim").hidden = false;
  $("close-sidebar").focus();
}

function closeList() {
  if (!document.body.classList.contains("list-open")) return;
  document.body.classList.remove("list-open");
  $("scrim").hidden = true;
}

function confirmed(question) {
  $("confirm-text").textContent = question;
  $("confirm").returnValue = "no";
  $("confirm").showModal();
  return new Promise(resolve => $("confirm").addEventListener("close", () => resolve($("confirm").returnValue === "yes"), { once: true }));
}

function applyTheme() {
  if (options.theme) document.documentElement.dataset.theme = options.theme;
  else delete document.documentElement.dataset.theme;
}

function applyLanguage() {
  choose(options.language);
  $("privacy").textContent = text("privacy");
  $("suggestions").replaceChildren(...text("suggestions").map(words => {
    const node = document.createElement("button");
    node.type = "button";
    node.textContent = words;
    node.addEventListener("click", () => ask(words));
    return node;
  }));
  const keys = [["Enter", "keySend"], ["Shift+Enter", "keyLine"], ["Esc", "keyStop"], ["↑", "keyEdit"], ["Alt+N", "keyNew"],
    ["/", "keyFocus"], ["Alt+L", "keyList"], ["?", "keyHelp"]];
  $("shortcut-list").replaceChildren(...keys.flatMap(([combination, name]) => {
    const term = document.createElement("dt");
    combination.split("+").forEach((part, index) => {
      const cap = document.createElement("kbd");
      cap.textContent = part;
      term.append(index ? " + " : "", cap);
    });
    const meaning = document.createElement("dd");
    meaning.textContent = text(name);
    return [term, meaning];
  }));
  showList();
}

async function loadModels() {
  try {
    const names = await models(key.load());
    $("model").replaceChildren(...names.map(name => new Option(name, name)));
    if (names.includes(options.model)) $("model").value = options.model;
    announce("");
  } catch (error) {
    $("model").replaceChildren(new Option(text("noModel"), ""));
    announce(words(error));
    if (error.status === 401) showSettings("api-key");
  }
}

function showSettings(focus) {
  $("system").value = options.system ?? "";
  for (const name of NUMBERS) $(name).value = options[name] ?? "";
  $("language").value = options.language ?? "";
  $("api-key").value = key.load();
  $("keep-key").checked = key.isKept();
  if (!$("settings").open) $("settings").showModal();
  if (focus) $(focus).focus();
}

function saveSettings() {
  options.system = $("system").value;
  for (const name of NUMBERS) if ($(name).validity.valid) options[name] = $(name).value;
  const language = $("language").value;
  const hasNewLanguage = language !== (options.language ?? "");
  options.language = language;
  settings.save(options);
  const newKey = $("api-key").value.trim();
  const hasNewKey = newKey !== key.load();
  key.save(newKey, $("keep-key").checked);
  if (hasNewLanguage) { applyLanguage(); if (!running) showAll(); }
  if (hasNewKey) loadModels();
}

function exportChat() {
  const lines = chat.messages.map(message => (message.role === "user" ? "**" + text("you") + ":** " : "") + message.content);
  const address = URL.createObjectURL(new Blob(["# " + (chat.title || text("untitled")) + "\n\n" + lines.join("\n\n") + "\n"], { type: "text/markdown" }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = (chat.title || "chat").replace(/[^\p{L}\p{N} _-]+/gu, "").trim().slice(0, 40) + ".md";
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// Events

$("composer").addEventListener("submit", event => {
  event.preventDefault();
  const content = $("input").value.trim();
  if (!content || running) return;
  $("input").value = "";
  fit();
  ask(content);
});
$("input").addEventListener("input", fit);
$("input").addEventListener("keydown", event => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("composer").requestSubmit();
  } else if (event.key === "ArrowUp" && !$("input").value) {
    const edits = document.querySelectorAll("[data-action=edit]");
    if (edits.length) { event.preventDefault(); edits[edits.length - 1].click(); }
  }
});
$("stop").addEventListener("click", () => { stop(); $("input").focus(); });
$("scroller").addEventListener("scroll", () => {
  followsEnd = isAtEnd();
  $("to-end").hidden = followsEnd;
}, { passive: true });
$("to-end").addEventListener("click", toEnd);
$("new-chat").addEventListener("click", startNew);
$("open-sidebar").addEventListener("click", openList);
$("close-sidebar").addEventListener("click", () => { closeList(); $("open-sidebar").focus(); });
$("scrim").addEventListener("click", closeList);
$("model").addEventListener("change", () => { options.model = $("model").value; settings.save(options); });
$("theme").addEventListener("click", () => {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const shown = options.theme || (isDark ? "dark" : "light");
  options.theme = shown === "dark" ? "light" : "dark";
  settings.save(options);
  applyTheme();
});
$("open-settings").addEventListener("click", () => { closeList(); showSettings(); });
$("open-shortcuts").addEventListener("click", () => { closeList(); $("shortcuts").showModal(); });
$("settings").addEventListener("close", saveSettings);
$("reset-settings").addEventListener("click", () => {
  $("system").value = "";
  for (const name of NUMBERS) $(name).value = "";
});
$("export-chat").addEventListener("click", exportChat);
$("delete-all").addEventListener("click", async () => {
  if (!await confirmed(text("confirmDeleteAll"))) return;
  discard();
  for (const entry of chats.list()) chats.remove(entry.id);
  $("settings").close();
  startNew();
});
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
}
addEventListener("keydown", event => {
  if (document.querySelector("dialog[open]")) return;
  const isTyping = /^(input|textarea|select)$/.test(event.target.localName ?? "");
  if (event.key === "Escape") {
    if (document.body.classList.contains("list-open")) closeList(); else stop();
  } else if (event.altKey && event.code === "KeyN") {
    event.preventDefault();
    startNew();
  } else if (event.altKey && event.code === "KeyL") {
    event.preventDefault();
    if (matchMedia("(min-width: 860px)").matches) document.body.classList.toggle("list-hidden"); else openList();
  } else if (!isTyping && !event.ctrlKey && !event.metaKey && event.key === "/") {
    event.preventDefault();
    $("input").focus();
  } else if (!isTyping && event.key === "?") {
    event.preventDefault();
    $("shortcuts").showModal();
  }
});
// Another tab may have changed the list.
addEventListener("storage", event => { if (chats.isChange(event)) showList(); });
// Closing the page in the middle of an answer keeps what was said.
addEventListener("pagehide", () => { if (running && running.chat === chat) keep(); });

applyTheme();
applyLanguage();
fit();
loadModels();
if (matchMedia("(hover: hover)").matches) $("input").focus();
