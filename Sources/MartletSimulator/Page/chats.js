// The left side: who one is, and the list of one's conversations.

import { element, icon } from './dom.js';
import { avatar, serviceText, summary } from './message.js';
import { listTime, t } from './texts.js';
import { fullName, isVisible, unreadCount } from './world.js';

/** The title of a conversation for the person who has it open. */
export function conversationTitle(row, world) {
  switch (row.kind) {
    case 'private': return fullName(world.bot);
    case 'client': return fullName(row.connection.user);
    case 'owner': return world.name(row.chat.id);
    case 'topic': return row.topic.name;
    default: return row.chat.title ?? String(row.chat.id);
  }
}

/** The round picture of a conversation. */
export function conversationAvatar(row, world) {
  switch (row.kind) {
    case 'private': return avatar(world.bot.id, fullName(world.bot), 'bot');
    case 'client': return avatar(row.connection.user.id, fullName(row.connection.user));
    case 'owner': return avatar(row.chat.id, world.name(row.chat.id));
    case 'topic': return avatar(row.thread, row.topic.name, 'topic');
    default: return avatar(row.chat.id, row.chat.title ?? '', 'group');
  }
}

/** The list of conversations; it keeps the rows that did not change. */
export class ChatList {
  #rows = new Map();

  constructor(app) {
    this.app = app;
    this.list = document.getElementById('chats');
    this.list.addEventListener('keydown', event => this.#move(event));
  }

  render() {
    const { world, person, current } = this.app;
    if (!person) { this.list.replaceChildren(); this.#rows.clear(); return; }
    const rows = world.conversationsOf(person);
    const kept = new Map();
    let place = this.list.firstElementChild;
    for (const row of rows) {
      const look = this.#look(row, current);
      const sign = JSON.stringify(look);
      let held = this.#rows.get(row.key);
      if (held?.sign !== sign) {
        const line = this.#line(row, look);
        if (held) {
          const hadFocus = held.line.contains(document.activeElement);
          if (held.line === place) place = held.line.nextElementSibling;
          held.line.remove();
          held = { sign, line };
          if (hadFocus) queueMicrotask(() => line.querySelector('button').focus({ preventScroll: true }));
        } else held = { sign, line };
      }
      kept.set(row.key, held);
      if (held.line !== place) this.list.insertBefore(held.line, place);
      else place = place.nextElementSibling;
    }
    while (place) { const next = place.nextElementSibling; place.remove(); place = next; }
    this.#rows = kept;
  }

  #look(row, current) {
    const { world, person, marks } = this.app;
    const messages = world.messages(row.key);
    const last = messages.findLast(message => isVisible(message, person) && (!message.deleted || this.app.settings.showsDeleted));
    const now = this.app.now();
    const draft = world.draft(row.key, now);
    const action = world.action(row.key, now);
    const isGroup = row.kind === 'group' || row.kind === 'topic';
    const isMine = last?.from?.id === person;
    return {
      title: conversationTitle(row, world),
      detail: row.kind === 'client' || row.kind === 'owner' ? t('business') : '',
      line: last ? summary(last, world) : row.kind === 'private' ? t('noMessages') : '',
      author: !last?.from || serviceText(last, world) ? '' : isMine ? t('you') : isGroup ? last.from.first_name : '',
      isDeleted: Boolean(last?.deleted),
      doing: draft && !draft.stopped ? t('writing') : action ? t('action_' + action, {}, 'action_typing') : '',
      time: last ? listTime(last.date, now) : '',
      unread: row.key === current && !document.hidden && this.app.conversation.isAtEnd ? 0 : unreadCount(messages, marks.get(person + '|' + row.key) ?? this.app.baseline.get(row.key), person),
      isCurrent: row.key === current,
      kind: row.kind,
      isQuiet: row.kind === 'client' && row.connection.is_enabled === false,
    };
  }

  #line(row, look) {
    const button = element('button', {
      type: 'button', class: 'chat ' + row.kind, 'aria-current': look.isCurrent ? 'true' : undefined,
      'aria-label': [look.title, look.detail, look.doing || look.line, look.unread ? t('unread', { count: look.unread }) : ''].filter(Boolean).join(', '),
      onclick: () => this.app.open(row.key),
    },
    conversationAvatar(row, this.app.world),
    element('span', { class: 'chat-words' },
      element('span', { class: 'chat-top' },
        element('strong', { dir: 'auto' }, look.title),
        look.detail ? element('span', { class: 'badge' }, icon('briefcase'), look.detail) : row.kind === 'private' ? element('span', { class: 'badge' }, t('bot')) : null,
        element('time', {}, look.time)),
      element('span', { class: 'chat-bottom' },
        look.doing ? element('span', { class: 'doing' }, look.doing)
          : element('span', { class: look.isDeleted ? 'last deleted' : 'last', dir: 'auto' }, look.author ? element('b', {}, look.author + ': ') : null, look.line),
        look.unread ? element('span', { class: 'count' }, look.unread > 999 ? '999+' : String(look.unread)) : null)));
    return element('li', {}, button);
  }

  #move(event) {
    const buttons = [...this.list.querySelectorAll('button')];
    const index = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || !buttons[to]) return;
    event.preventDefault();
    buttons[to].focus();
  }
}

/** Shows who one is. */
export function renderPerson(app) {
  const place = document.getElementById('person');
  const user = app.world.users.get(app.person);
  const sign = user ? JSON.stringify([user, app.settings.language]) : '';
  if (place.dataset.sign === sign) return;
  place.dataset.sign = sign;
  place.replaceChildren(...user ? [
    avatar(user.id, fullName(user)),
    element('span', { class: 'person-words' }, element('strong', { dir: 'auto' }, fullName(user)),
      element('small', {}, [t('youPlay'), user.language_code?.toUpperCase()].filter(Boolean).join(' · '))),
    icon('chevron'),
  ] : [icon('plus'), element('strong', {}, t('newPerson'))]);
}
