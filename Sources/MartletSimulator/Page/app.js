// The page as a whole: what is open, who one is, and how the parts hear of what happened.

import { deleteUnits, forward, openMessageMenu } from './actions.js';
import { ChatList, conversationTitle, renderPerson } from './chats.js';
import { Composer } from './composer.js';
import { Listener, act } from './connection.js';
import { Conversation } from './conversation.js';
import { alert, confirm, openMenu, toast } from './dialogs.js';
import { copy, element, icon, inNextFrame } from './dom.js';
import { onSwipe } from './gestures.js';
import { Operators } from './operators.js';
import { newGroup, newPerson, openChatMenu, openPersonMenu } from './people.js';
import { languages, setLanguage, t, translate } from './texts.js';
import { World, fullName, isVisible, messageKey } from './world.js';

const storageKey = 'martlet.simulator';
const pressPatience = 20_000;

function readSettings() {
  try { return JSON.parse(localStorage.getItem(storageKey)) ?? {}; } catch { return {}; }
}

/** The page. */
export class App {
  world = new World();
  person;
  current;
  selection;
  marks = new Map();
  baseline = new Map();
  inlineResults = new Map();
  // Changes with every press and answer.
  pressCount = 0;
  #pressed = new Map();
  #isLoaded = false;

  constructor() {
    this.settings = { theme: '', language: '', showsDeleted: true, operators: innerWidth >= 1240, ...readSettings() };
    setLanguage(this.settings.language);
    this.applyTheme();
    this.conversation = new Conversation(this);
    this.composer = new Composer(this);
    this.list = new ChatList(this);
    this.operators = new Operators(this);
    this.render = inNextFrame(() => this.#render());
    this.#wire();
    translate(document);
    this.operators.toggle(Boolean(this.settings.operators) && innerWidth >= 1000);
    this.listener = new Listener({
      loaded: state => this.#loaded(state), happened: (name, data) => this.#happened(name, data),
      isConnected: isConnected => this.#connected(isConnected),
    });
    this.listener.start();
    // What ends by itself: typing, drafts, the clock.
    setInterval(() => this.render(), 1000);
  }

  now() { return this.world.now(performance.now()); }

  keyOf(message) { return messageKey(message); }

  /** The open conversation with its chat. */
  get row() {
    return this.person && this.current ? this.world.conversationsOf(this.person).find(row => row.key === this.current) : undefined;
  }

  // What happens

  #loaded(state) {
    this.world = World.from(state, performance.now());
    this.baseline = new Map([...this.world.conversations].map(([key, { messages }]) => [key, messages.at(-1)]));
    if (!this.world.users.has(this.person)) {
      this.person = this.world.users.has(this.settings.person) ? this.settings.person : this.world.users.keys().next().value;
    }
    this.conversation.renew();
    this.operators.renew();
    const rows = this.person ? this.world.conversationsOf(this.person) : [];
    if (!rows.some(row => row.key === this.current)) {
      const wanted = rows.find(row => row.key === this.settings.conversation) ?? rows[0];
      this.#enter(wanted?.key);
    }
    this.#isLoaded = true;
    document.body.classList.add('ready');
    document.getElementById('welcome').hidden = Boolean(this.person);
    this.#connected(true);
    this.render();
  }

  #happened(name, data) {
    const outcome = this.world.apply(name, data, performance.now());
    if (name === 'message' && outcome.isNew) this.#arrived(outcome.key, outcome.message);
    if (name === 'callback_answer') this.#answered(data);
    if (name === 'inline_results') {
      this.inlineResults.set(data.inline_query_id, data);
      if (this.inlineResults.size > 20) this.inlineResults.delete(this.inlineResults.keys().next().value);
      if (data.user_id === this.person) this.composer.takeResults(data);
    }
    if (name === 'user' && !this.person) { this.become(data.id); }
    // A group that became a supergroup goes on under its new number.
    if (name === 'chat' && data.migrated_to && this.current === 'c:' + data.id && this.world.chats.has(data.migrated_to)) this.open('c:' + data.migrated_to);
    this.render();
  }

  #arrived(key, message) {
    if (key !== this.current) return;
    this.conversation.arrived(message);
    if (message.from?.id !== this.person && isVisible(message, this.person)) {
      document.getElementById('spoken').textContent = this.conversation.announcement(message);
    }
  }

  #connected(isConnected) {
    clearTimeout(this.#quiet);
    const place = document.getElementById('reconnecting');
    if (isConnected) place.hidden = true;
    // A short break is nobody's business.
    else this.#quiet = setTimeout(() => { place.hidden = false; }, 700);
  }
  #quiet;

  #render() {
    if (!this.#isLoaded) return;
    renderPerson(this);
    this.list.render();
    this.conversation.render();
    this.composer.render();
    this.operators.render();
    this.#renderSelection();
    const title = this.row ? conversationTitle(this.row, this.world) : '';
    document.title = title ? `${title} · ${t('title')}` : t('title');
  }

  /** Says why the simulator did not do something. */
  refused(error) { toast(error?.message || t('unreachable'), 'error'); }

  async do(body) {
    try { return await act(body); } catch (error) { this.refused(error); return null; }
  }

  // Where one is

  /** Opens a conversation. */
  open(key) {
    this.#enter(key);
    document.body.classList.add('in-conversation');
    this.render();
    if (!matchMedia('(pointer: coarse)').matches) requestAnimationFrame(() => this.composer.focus());
  }

  #enter(key) {
    const before = this.current;
    this.selection = undefined;
    this.current = key;
    this.settings.conversation = key;
    this.saveSettings();
    this.composer.enter(key, before === key ? undefined : before);
  }

  /** Plays another person. */
  become(person) {
    this.person = person;
    this.settings.person = person;
    document.getElementById('welcome').hidden = true;
    const rows = this.world.conversationsOf(person);
    this.conversation.renew();
    this.#enter(rows.some(row => row.key === this.current) ? this.current : rows[0]?.key);
    this.render();
  }

  markRead(key) {
    const last = this.world.messages(key).at(-1);
    const name = this.person + '|' + key;
    if (!last || this.marks.get(name) === last) return;
    this.marks.set(name, last);
    this.render();
  }

  saveSettings() {
    try { localStorage.setItem(storageKey, JSON.stringify(this.settings)); } catch { /* A browser without storage forgets. */ }
  }

  applyTheme() {
    const { theme } = this.settings;
    if (theme) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
  }

  // Buttons under messages

  pressedIn(message) { return [...this.#pressed.values()].find(press => press.key === messageKey(message) && press.from === this.person)?.data; }

  isPressed(message, data) { return data !== undefined && this.pressedIn(message) === data; }

  async press(message, button) {
    if (button.url) { toast(button.url); return; }
    if (button.copy_text) { if (await copy(button.copy_text.text ?? '')) toast(t('copied')); return; }
    if (button.switch_inline_query_current_chat !== undefined || button.switch_inline_query !== undefined) {
      this.composer.input.value = `@${this.world.bot.username} ${button.switch_inline_query_current_chat ?? button.switch_inline_query}`;
      this.composer.focus();
      this.composer.input.dispatchEvent(new Event('input'));
      return;
    }
    if (button.callback_data === undefined || this.isPressed(message, button.callback_data)) return;
    const ticket = Symbol(button.callback_data);
    const press = { key: messageKey(message), data: button.callback_data, from: this.person };
    this.#pressed.set(ticket, press);
    this.pressCount++;
    this.render();
    try {
      const answer = await act({ act: 'press', from: this.person, chat_id: message.chat_id, message_id: message.message_id, data: button.callback_data });
      press.query = String(answer.callback_query_id);
      const early = this.#early.get(press.query);
      if (early) { this.#early.delete(press.query); this.#answered(early); }
      else setTimeout(() => { if (this.#pressed.delete(ticket)) { this.pressCount++; toast(t('noAnswer')); this.render(); } }, pressPatience);
    } catch (error) {
      this.#pressed.delete(ticket);
      this.pressCount++;
      this.refused(error);
      this.render();
    }
  }

  #early = new Map();

  #answered(answer) {
    const id = String(answer.callback_query_id);
    const entry = [...this.#pressed].find(([, press]) => press.query === id);
    if (!entry) {
      // The answer may overtake the receipt of the press.
      if (answer.user_id === this.person && this.#pressed.size) this.#early.set(id, answer);
      return;
    }
    this.#pressed.delete(entry[0]);
    this.pressCount++;
    if (entry[1].from === this.person) {
      if (answer.text && answer.show_alert) alert(fullName(this.world.bot), answer.text);
      else if (answer.text) toast(answer.text);
      if (answer.url) toast(answer.url);
    }
    this.render();
  }

  stopDraft(draft) {
    this.do({ act: 'stopDraft', from: this.person, draft_id: draft.draft_id, chat_id: draft.chat_id, message_thread_id: draft.message_thread_id });
  }

  // Messages

  #renderSelection() {
    const bar = document.getElementById('selection');
    const { selection } = this;
    bar.hidden = !selection;
    document.body.classList.toggle('selecting', Boolean(selection));
    if (!selection) return;
    const chosen = () => this.conversation.unitsWith(selection);
    bar.replaceChildren(
      element('button', { type: 'button', class: 'round', 'aria-label': t('cancel'), onclick: () => { this.selection = undefined; this.render(); } }, icon('close')),
      element('strong', {}, t('selected', { count: selection.size })),
      element('button', { type: 'button', class: 'pill', disabled: !selection.size, onclick: () => forward(this, chosen()) }, icon('forward'), t('forward')),
      element('button', { type: 'button', class: 'pill danger', disabled: !selection.size, onclick: () => deleteUnits(this, chosen()) }, icon('trash'), t('delete')));
  }

  // Settings

  change(name, value) {
    this.settings[name] = value;
    this.saveSettings();
    this.applyTheme();
    if (name === 'language') { setLanguage(value); translate(document); }
    this.conversation.renew();
    this.operators.renew();
    document.getElementById('operators-body').replaceChildren();
    this.render();
  }

  openSettings(anchor) {
    const { settings } = this;
    openMenu(anchor, [
      ...[['', t('themeSystem'), 'gauge'], ['light', t('themeLight'), 'sun'], ['dark', t('themeDark'), 'moon']].map(([value, text, drawing]) => ({ text, icon: drawing, isChecked: settings.theme === value, action: () => this.change('theme', value) })),
      null,
      ...languages.map(([code, name]) => ({ text: name, isChecked: document.documentElement.lang === code, action: () => this.change('language', code) })),
      null,
      { text: t('showsDeleted'), isChecked: settings.showsDeleted, action: () => this.change('showsDeleted', !settings.showsDeleted) },
    ], t('settings'));
  }

  async forgetEverything() {
    if (await confirm(t('reallyForget'), t('forgetEverything'))) await this.do({ act: 'reset' });
  }

  #wire() {
    const on = (id, work) => document.getElementById(id).addEventListener('click', event => work(event.currentTarget));
    on('person', anchor => this.person ? openPersonMenu(this, anchor) : newPerson(this));
    on('new', anchor => openMenu(anchor, [
      { text: t('newPerson'), icon: 'person', action: () => newPerson(this) }, { text: t('newGroup'), icon: 'group', action: () => newGroup(this) },
    ]));
    on('settings', anchor => this.openSettings(anchor));
    on('chat-menu', anchor => openChatMenu(this, anchor));
    on('toggle-operators', () => this.operators.toggle());
    on('close-operators', () => this.operators.toggle(false));
    on('back', () => { document.body.classList.remove('in-conversation'); document.querySelector('#chats [aria-current]')?.focus(); });
    on('first-person', () => newPerson(this));
    for (const button of document.querySelectorAll('[data-icon]')) button.prepend(icon(button.dataset.icon));
    const { list } = this.conversation;
    const unitAt = event => this.conversation.unit(event.target.closest?.('.message'));
    list.addEventListener('click', event => {
      const unit = this.selection && unitAt(event);
      if (!unit) return;
      event.preventDefault();
      event.stopPropagation();
      if (!this.selection.delete(unit.key)) this.selection.add(unit.key);
      this.render();
    }, true);
    list.addEventListener('dblclick', event => {
      const unit = unitAt(event);
      if (unit && !event.target.closest('button, a, pre') && !unit.messages.at(-1).deleted) { getSelection()?.removeAllRanges(); this.composer.reply(unit.messages.at(-1)); }
    });
    list.addEventListener('contextmenu', event => {
      const unit = unitAt(event);
      if (!unit || event.target.closest('a')) return;
      event.preventDefault();
      openMessageMenu(this, unit, { x: event.clientX, y: event.clientY });
    });
    onSwipe(list, unitAt, unit => { if (!unit.messages.at(-1).deleted) this.composer.reply(unit.messages.at(-1)); });
    addEventListener('keydown', event => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]')) {
        if (this.selection) { this.selection = undefined; this.render(); } else if (document.body.classList.contains('in-conversation') && innerWidth < 720) document.getElementById('back').click();
      }
      const step = event.altKey && { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && this.person) {
        event.preventDefault();
        const rows = this.world.conversationsOf(this.person);
        const index = rows.findIndex(row => row.key === this.current);
        if (rows[index + step]) this.open(rows[index + step].key);
      }
    });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) { this.conversation.readSoon(); this.render(); } });
  }
}

globalThis.simulator = new App();
