// What the simulator holds, as the page knows it: read once as a whole, then kept up by events. Nothing here touches
// the document. Messages are never changed in place: another object under the same key means another look.

const callLimit = 400;

/** The key of a message among all messages, those of business chats and those that one person sees included. */
export function messageKey(message) {
  const place = (message.business_connection_id ?? '') + ':' + message.chat_id;
  const receiver = message.receiver_user?.id;
  return receiver && message.ephemeral_message_id
    ? `${place}:e${receiver}:${message.ephemeral_message_id}` : `${place}:${message.message_id}`;
}

/** The key of the conversation that a message, draft or action belongs to. */
export function conversationKey(chats, object) {
  if (object.business_connection_id) return `b:${object.business_connection_id}:${object.chat_id}`;
  const chat = chats.get(object.chat_id);
  const hasTopics = chat?.is_forum || chat?.topics?.length > 0 || object.is_topic_message;
  return hasTopics && object.message_thread_id && object.message_thread_id !== 1
    ? `c:${object.chat_id}:${object.message_thread_id}` : `c:${object.chat_id}`;
}

/** What a conversation's key says. */
export function readKey(key) {
  const [kind, first, second] = key.split(':');
  return kind === 'b' ? { connection: first, chat: Number(second) }
    : { chat: Number(first), thread: second === undefined ? undefined : Number(second) };
}

const draftKey = draft => `${draft.chat_id}:${draft.message_thread_id ?? 0}:${draft.draft_id}`;
const byTime = (a, b) => a.date - b.date || a.message_id - b.message_id;

/** The world: who is there, what was said, and what the bot does. */
export class World {
  event = 0;
  bot = { id: 0, is_bot: true, first_name: 'Bot', username: '' };
  users = new Map();
  chats = new Map();
  connections = new Map();
  conversations = new Map();
  drafts = new Map();
  actions = new Map();
  menus = [];
  faults = new Map();
  webhook = {};
  calls = [];
  clock = { now: 0, is_manual: false, heard: 0 };

  /** Reads the whole state; `heard` is when it came, in milliseconds of any steady clock. */
  static from(state, heard = 0) {
    const world = new World();
    world.event = state.event ?? 0;
    world.bot = state.bot ?? world.bot;
    world.clock = { ...state.clock, heard };
    for (const user of state.users ?? []) world.users.set(user.id, user);
    for (const chat of state.chats ?? []) world.chats.set(chat.id, chat);
    for (const connection of state.connections ?? []) world.connections.set(connection.id, connection);
    for (const message of state.messages ?? []) world.add(message);
    for (const draft of state.drafts ?? []) world.drafts.set(draftKey(draft), draft);
    world.menus = state.menus ?? [];
    for (const fault of state.faults ?? []) world.faults.set(fault.id, fault);
    world.webhook = state.webhook ?? {};
    world.calls = (state.calls ?? []).slice(-callLimit);
    return world;
  }

  /** Seconds since 1970 on the simulator's clock. */
  now(heard) {
    return this.clock.is_manual ? this.clock.now : this.clock.now + (heard - this.clock.heard) / 1000;
  }

  /** The messages of a conversation, the oldest first. */
  messages(key) { return this.conversations.get(key)?.messages ?? []; }

  /** A number that changes whenever a conversation does. */
  version(key) { return this.conversations.get(key)?.version ?? -1; }

  /** A message by its key. */
  message(key) {
    for (const conversation of this.conversations.values()) {
      const found = conversation.byKey.get(key);
      if (found) return found;
    }
    return undefined;
  }

  /** Puts a message in its place; says whether it is new there, changed, or the first of a conversation. */
  add(message) {
    const key = conversationKey(this.chats, message);
    let conversation = this.conversations.get(key);
    if (!conversation) this.conversations.set(key, conversation = { messages: [], byKey: new Map(), version: 0 });
    const id = messageKey(message);
    const { messages, byKey } = conversation;
    conversation.version++;
    const known = byKey.get(id);
    byKey.set(id, message);
    if (known) {
      messages[messages.lastIndexOf(known)] = message;
      return { key, isNew: false };
    }
    let index = messages.length;
    while (index > 0 && byTime(messages[index - 1], message) > 0) index--;
    messages.splice(index, 0, message);
    return { key, isNew: true };
  }

  /** Takes one event of the stream; returns what it touched: a conversation's key where it is about one. */
  apply(name, data, heard = 0) {
    switch (name) {
      case 'user': this.users.set(data.id, data); return {};
      case 'chat': this.chats.set(data.id, data); return { key: `c:${data.id}` };
      case 'connection': this.connections.set(data.id, data); return {};
      case 'bot': this.bot = data; return {};
      case 'menu': this.applyMenu(data); return {};
      case 'webhook': this.webhook = data; return {};
      case 'clock': this.clock = { ...data, heard }; return {};
      case 'call': this.applyCall(data); return {};
      case 'fault':
        if (data.left === 0) this.faults.delete(data.id); else this.faults.set(data.id, data);
        return {};
      case 'message': return this.applyMessage(data);
      case 'draft': {
        const key = draftKey(data);
        if (data.ended) this.drafts.delete(key); else this.drafts.set(key, data);
        return { key: conversationKey(this.chats, data) };
      }
      case 'action': {
        const key = conversationKey(this.chats, data);
        this.actions.set(key, data);
        return { key };
      }
      default: return {};
    }
  }

  applyMessage(message) {
    const { key, isNew } = this.add(message);
    if (isNew && this.isBots(message)) {
      this.actions.delete(key);
      for (const [id, draft] of this.drafts) {
        if (conversationKey(this.chats, draft) === key) this.drafts.delete(id);
      }
    }
    return { key, isNew, message };
  }

  applyMenu(menu) {
    const name = JSON.stringify([menu.scope, menu.language_code ?? '']);
    this.menus = this.menus.filter(other => JSON.stringify([other.scope, other.language_code ?? '']) !== name);
    if (menu.commands?.length) this.menus.push(menu);
  }

  applyCall(call) {
    const index = this.calls.findLastIndex(other => other.id === call.id);
    if (index >= 0) this.calls[index] = call; else this.calls.push(call);
    if (this.calls.length > callLimit) this.calls.splice(0, this.calls.length - callLimit);
  }

  /** Whether the bot wrote a message, by itself or in its owner's name. */
  isBots(message) { return message.from?.id === this.bot.id || message.sender_business_bot?.id === this.bot.id; }

  /** The draft that grows at the end of a conversation. */
  draft(key, now) {
    let found;
    for (const draft of this.drafts.values()) {
      const isAlive = draft.stopped || !(draft.expires < now);
      if (isAlive && conversationKey(this.chats, draft) === key) found = draft;
    }
    return found;
  }

  /** What the bot does there just now, such as typing. */
  action(key, now) {
    const action = this.actions.get(key);
    return action && action.until > now ? action.action : undefined;
  }

  /** The commands that the bot offers to a person in a chat: the narrowest scope that has any, their language first. */
  commands(chat, person, language) {
    const isPrivate = chat.type === 'private' || chat.id === person;
    const status = chat.members?.find(member => member.user_id === person)?.status;
    const isAdministrator = status === 'creator' || status === 'administrator';
    const scopes = isPrivate ? [['chat'], ['all_private_chats'], ['default']] : [
      ['chat_member'], ...(isAdministrator ? [['chat_administrators']] : []), ['chat'],
      ...(isAdministrator ? [['all_chat_administrators']] : []), ['all_group_chats'], ['default'],
    ];
    for (const [type] of scopes) {
      for (const code of language ? [language, ''] : ['']) {
        const menu = this.menus.find(({ scope, language_code }) => (scope?.type ?? 'default') === type
          && (language_code ?? '') === code
          && (scope?.chat_id === undefined || Number(scope.chat_id) === chat.id)
          && (scope?.user_id === undefined || scope.user_id === person));
        if (menu?.commands?.length) return menu.commands;
      }
    }
    return [];
  }

  /** The conversations of a person, the latest first; topics follow their group. */
  conversationsOf(person) {
    const rows = [];
    const own = this.chats.get(person);
    rows.push({ key: `c:${person}`, kind: 'private', chat: own ?? { id: person, type: 'private' } });
    for (const topic of own?.topics ?? []) rows.push(topicRow(own, topic));
    for (const chat of this.chats.values()) {
      if (chat.type === 'private' || chat.migrated_to) continue;
      if (!chat.members?.some(member => member.user_id === person)) continue;
      rows.push({ key: `c:${chat.id}`, kind: 'group', chat });
      for (const topic of chat.topics ?? []) rows.push(topicRow(chat, topic));
    }
    for (const connection of this.connections.values()) {
      if (connection.user.id !== person) {
        if (connection.is_enabled === false && !this.conversations.has(`b:${connection.id}:${person}`)) continue;
        rows.push({ key: `b:${connection.id}:${person}`, kind: 'client', connection, chat: { id: person, type: 'private' } });
      } else {
        for (const [key] of this.conversations) {
          const { connection: id, chat } = readKey(key);
          if (id === connection.id) rows.push({ key, kind: 'owner', connection, chat: { id: chat, type: 'private' } });
        }
      }
    }
    const at = row => this.messages(row.key).at(-1)?.date ?? 0;
    const blocks = [];
    for (const row of rows) {
      if (row.kind !== 'topic') blocks.push({ rows: [row], latest: at(row) });
      else {
        const block = blocks.at(-1);
        block.rows.push(row);
        block.latest = Math.max(block.latest, at(row));
      }
    }
    return blocks.sort((a, b) => b.latest - a.latest).flatMap(block => block.rows);
  }

  /** How a person is called. */
  name(id) {
    const user = id === this.bot.id ? this.bot : this.users.get(id);
    return user ? fullName(user) : String(id);
  }
}

const topicRow = (chat, topic) => ({
  key: `c:${chat.id}:${topic.message_thread_id}`, kind: 'topic', chat, thread: topic.message_thread_id, topic,
});

/** A user's first and last name. */
export const fullName = user => [user.first_name, user.last_name].filter(Boolean).join(' ') || user.username || String(user.id);

/** Whether a person sees a message: those meant for one person are for that person and who wrote it only. */
export const isVisible = (message, person) =>
  !message.receiver_user || message.receiver_user.id === person || message.from?.id === person;

/** How many messages of others came after `mark` (the date and number of the last one that was read). */
export function unreadCount(messages, mark, person) {
  let count = 0;
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index];
    if (mark && byTime(message, mark) <= 0) break;
    if (message.from?.id !== person && !message.deleted && isVisible(message, person)) count++;
  }
  return count;
}

/** What is written about messages on the screen: runs of one writer, albums as one, a line for every day. */
export function units(messages, { dayOf, isShown = () => true, isService = () => false }) {
  const list = [];
  let day;
  let run;
  for (const message of messages) {
    if (!isShown(message)) continue;
    const today = dayOf(message.date);
    if (today !== day) {
      list.push({ kind: 'day', key: 'day:' + today, day: today, date: message.date });
      day = today;
      run = undefined;
    }
    if (isService(message)) {
      list.push({ kind: 'service', key: messageKey(message), messages: [message] });
      run = undefined;
      continue;
    }
    const last = run?.messages.at(-1);
    if (last && message.media_group_id && last.media_group_id === message.media_group_id && last.from?.id === message.from?.id) {
      run.messages.push(message);
      continue;
    }
    const follows = last && last.from?.id === message.from?.id && message.date - last.date < 300
      && last.sender_business_bot?.id === message.sender_business_bot?.id && !last.receiver_user === !message.receiver_user;
    const unit = { kind: 'message', key: messageKey(message), messages: [message], isFirst: !follows, isLast: true };
    if (follows) run.isLast = false;
    list.push(unit);
    run = unit;
  }
  return list;
}
