// What the page keeps in this browser: conversations, settings and, if wanted, the key. Nothing of it goes to the server
// but the conversation that is being answered.

const PREFIX = "martlet.";

function read(name, fallback) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? fallback;
  } catch {
    return fallback;
  }
}

/** Returns whether there was room. */
function write(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export const settings = {
  load: () => read("settings", {}),
  save: value => write("settings", value),
};

export const key = {
  load: () => sessionStorage.getItem(PREFIX + "key") ?? localStorage.getItem(PREFIX + "key") ?? "",
  save(value, keeps) {
    localStorage.removeItem(PREFIX + "key");
    sessionStorage.removeItem(PREFIX + "key");
    try {
      if (value) (keeps ? localStorage : sessionStorage).setItem(PREFIX + "key", value);
    } catch { /* The key is then asked for again. */ }
  },
  isKept: () => localStorage.getItem(PREFIX + "key") !== null,
};

export const chats = {
  /** `{id, title, date}` of every conversation, the latest first. */
  list() {
    const found = [];
    for (let index = 0; index < localStorage.length; index++) {
      const name = localStorage.key(index);
      if (!name.startsWith(PREFIX + "chat.")) continue;
      const chat = read(name.slice(PREFIX.length), null);
      if (chat?.id) found.push({ id: chat.id, title: chat.title, date: chat.date });
    }
    return found.sort((a, b) => b.date - a.date);
  },
  load: id => read("chat." + id, null),
  save: chat => write("chat." + chat.id, chat),
  remove: id => localStorage.removeItem(PREFIX + "chat." + id),
  isChange: event => event.key === null || event.key.startsWith(PREFIX + "chat."),
};
