// The right side: what was said in the open conversation, windowed, and what the bot is just doing there.

import { deleteUnits, openMessageMenu, react, showVersions } from './actions.js';
import { conversationAvatar, conversationTitle } from './chats.js';
import { DraftLine } from './draft.js';
import { element, icon, inNextFrame, keepsStill } from './dom.js';
import { dayLine, messageLine, serviceLine, serviceText, setRun, summary } from './message.js';
import { dayKey, t } from './texts.js';
import { fullName, isVisible, units } from './world.js';

const page = 80;
const windowSize = 6 * page;
const nearEnd = 60;

/** The open conversation. */
export class Conversation {
  isAtEnd = true;
  #key;
  // The units on the screen: from one number up to another, the end as Infinity.
  #from = 0;
  #to = Infinity;
  #look = [];
  #units = [];
  // What the units were made of.
  #state;
  #lines = new Map();
  #draft;
  #unseen = 0;
  #hadDraft = false;
  #isPlaced = false;

  constructor(app) {
    this.app = app;
    this.scroller = document.getElementById('scroller');
    this.list = document.getElementById('messages');
    this.pill = document.getElementById('to-end');
    this.header = document.getElementById('conversation-head');
    this.scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    const keep = new ResizeObserver(() => { if (this.isAtEnd) this.#toEnd(); });
    keep.observe(this.list);
    keep.observe(this.scroller);
    const watch = (id, rootMargin, work) => new IntersectionObserver(entries => { if (entries.some(entry => entry.isIntersecting)) work(); }, { root: this.scroller, rootMargin })
      .observe(document.getElementById(id));
    watch('earlier', '900px 0px 0px 0px', () => this.#move(-page));
    watch('later', '0px 0px 900px 0px', () => this.#move(page));
    this.pill.addEventListener('click', () => this.#goToEnd());
    this.list.addEventListener('keydown', event => this.#keys(event));
    this.readSoon = inNextFrame(() => this.#read());
  }

  get row() { return this.app.row; }

  /** Brings the screen up to date; cheap where nothing changed. */
  render() {
    const { current } = this.app;
    if (current !== this.#key) this.#begin(current);
    this.#renderHead();
    if (!current || !this.row) { this.list.replaceChildren(); this.#lines.clear(); this.#units = []; this.#state = undefined; return; }
    this.#renderMessages();
  }

  /** Makes every line anew: the language or a setting changed. */
  renew() {
    this.#state = undefined;
    this.#look = [];
    this.#lines.clear();
    this.#draft?.remove();
    this.#draft = undefined;
    this.list.replaceChildren();
    delete this.header.dataset.sign;
  }

  /** Goes to a message and lets it shine for a moment. */
  jumpTo(key) {
    const index = this.#units.findIndex(unit => unit.key === key || unit.messages?.some(message => this.app.keyOf(message) === key));
    if (index < 0) return false;
    this.isAtEnd = false;
    if (index < this.#from || index >= this.#to) {
      this.#from = Math.max(0, index - page / 2);
      this.#to = this.#from + page * 2;
      this.#renderMessages();
    }
    const line = this.#lines.get(this.#units[index].key)?.line;
    if (!line) return false;
    line.scrollIntoView({ block: 'center', behavior: keepsStill() ? 'auto' : 'smooth' });
    line.classList.remove('shine');
    void line.offsetWidth;
    line.classList.add('shine');
    line.focus({ preventScroll: true });
    return true;
  }

  /** Goes to the end: the person has just said something. */
  follow() {
    this.isAtEnd = true;
    this.#to = Infinity;
  }

  /** How many messages came that the person has not seen because they read further up. */
  arrived(message) {
    if (this.isAtEnd && !document.hidden) return;
    if (message.from?.id !== this.app.person && isVisible(message, this.app.person)) this.#unseen++;
  }

  /** The last message on the screen for which `test` holds. */
  lastUnit(test) { return this.#units.findLast(unit => unit.kind === 'message' && unit.messages.every(message => test(message))); }

  #begin(key) {
    this.#key = key;
    this.#state = undefined;
    this.#lines.clear();
    this.#draft?.remove();
    this.#draft = undefined;
    this.#unseen = 0;
    this.#hadDraft = false;
    this.isAtEnd = true;
    this.#isPlaced = false;
    this.#from = Infinity;
    this.#to = Infinity;
    this.#look = [];
    this.list.replaceChildren();
  }

  #renderMessages() {
    const { app } = this;
    const { world, person, settings } = app;
    const messages = world.messages(this.#key);
    const state = [world, world.version(this.#key), person, settings.showsDeleted];
    if (!this.#state || state.some((part, index) => part !== this.#state[index])) {
      this.#state = state;
      this.#units = units(messages, {
        dayOf: dayKey,
        isShown: message => isVisible(message, person) && (settings.showsDeleted || !message.deleted),
        isService: message => serviceText(message, world) !== undefined,
      });
    }
    if (this.#from === Infinity || this.isAtEnd) {
      // At the end a long past need not stay on the screen.
      this.#from = Math.max(0, Math.min(this.#from, this.#units.length - page), this.#units.length - windowSize);
    }
    if (this.#to >= this.#units.length) this.#to = Infinity;
    const { context } = this;
    const look = [this.#units, this.#from, this.#to, app.pressCount, app.selection, app.selection?.size];
    if (look.some((part, index) => part !== this.#look[index])) {
      this.#look = look;
      this.#renderLines(this.#units.slice(this.#from, this.#to), context);
    }
    this.#renderDraft(context);
    this.list.setAttribute('aria-label', t('messagesOf', { name: conversationTitle(this.row, world) }));
    document.getElementById('empty').hidden = messages.length > 0 || Boolean(this.#draft);
    if (this.isAtEnd) this.#toEnd();
    this.#isPlaced = true;
    this.#renderPill();
    if (this.isAtEnd) this.readSoon();
  }

  #renderLines(shown, context) {
    const { app } = this;
    const kept = new Map();
    let place = this.list.firstElementChild;
    for (const unit of shown) {
      const sign = unit.kind === 'day' ? [unit.day] : [...unit.messages, ...unit.messages.map(message => app.pressedIn(message))];
      let held = this.#lines.get(unit.key);
      const isSame = held && held.sign.length === sign.length && held.sign.every((part, index) => part === sign[index]);
      if (!isSame) {
        const line = unit.kind === 'day' ? dayLine(unit) : unit.kind === 'service' ? serviceLine(unit, context) : messageLine(unit, context);
        if (held) {
          const focus = held.line.contains(document.activeElement) ? positionOf(held.line, document.activeElement) : undefined;
          carryOpen(held.line, line);
          if (held.line === place) place = held.line.nextElementSibling;
          held.line.replaceWith(line);
          if (focus !== undefined) restoreFocus(line, focus);
        } else if (this.#isPlaced && !this.#hadDraft && this.#to === Infinity && unit === shown.at(-1) && !keepsStill()) line.classList.add('arriving');
        held = { line, sign };
      }
      if (unit.kind === 'message') {
        setRun(held.line, unit);
        held.line.classList.toggle('selected', app.selection?.has(unit.key) ?? false);
      }
      kept.set(unit.key, held);
      if (held.line === place) place = place.nextElementSibling;
      else this.list.insertBefore(held.line, place);
    }
    while (place) {
      const next = place.nextElementSibling;
      if (place !== this.#draft?.line) place.remove();
      place = next;
    }
    this.#lines = kept;
  }

  #renderDraft(context) {
    const draft = this.#to === Infinity ? this.app.world.draft(this.#key, this.app.now()) : undefined;
    this.#hadDraft = Boolean(draft);
    if (!draft) {
      this.#draft?.remove();
      this.#draft = undefined;
      return;
    }
    this.#draft ??= new DraftLine({
      context, stop: draft => this.app.stopDraft(draft), grew: () => { if (this.isAtEnd) this.#toEnd(); },
    });
    if (this.#draft.line !== this.list.lastElementChild) this.list.append(this.#draft.line);
    this.#draft.update(draft);
  }

  get context() {
    const { app } = this;
    return {
      world: app.world, person: app.person, isGroup: this.row.kind === 'group' || this.row.kind === 'topic',
      jumpTo: key => this.jumpTo(key), openMenu: (unit, anchor) => openMessageMenu(app, unit, anchor),
      isPressed: (message, data) => app.isPressed(message, data), press: (message, button) => app.press(message, button),
      react: (message, emoji) => react(app, message, emoji), onCommand: command => app.composer.say(command), showVersions,
    };
  }

  #renderHead() {
    const { app, row } = this;
    const { world } = app;
    if (!row) { this.header.replaceChildren(); this.header.dataset.sign = ''; return; }
    const now = app.now();
    const draft = world.draft(row.key, now);
    const action = world.action(row.key, now);
    const doing = draft && !draft.stopped ? t('writing') : action ? t('action_' + action, {}, 'action_typing') : '';
    const title = conversationTitle(row, world);
    const sign = JSON.stringify([row.key, title, doing, this.#about(), app.settings.language]);
    if (this.header.dataset.sign === sign) return;
    this.header.dataset.sign = sign;
    this.header.replaceChildren(conversationAvatar(row, world), element('span', { class: 'head-words' },
      element('strong', { dir: 'auto' }, title),
      doing ? element('span', { class: 'doing' }, element('span', { class: 'dots', 'aria-hidden': 'true' }, element('i'), element('i'), element('i')), doing)
        : element('span', { class: 'about' }, this.#about())));
    const empty = document.getElementById('empty');
    empty.replaceChildren(conversationAvatar(row, world), element('h2', { dir: 'auto' }, title),
      element('p', { dir: 'auto' }, row.kind === 'private' ? world.bot.description || t('emptyPrivate') : row.kind === 'client' ? t('emptyClient', { name: title }) : t('emptyGroup')),
      row.kind === 'private' ? element('button', { type: 'button', class: 'pill main', onclick: () => app.composer.say('/start') }, t('start')) : '');
  }

  #about() {
    const { row } = this;
    const { world } = this.app;
    switch (row.kind) {
      case 'private': return row.chat.is_blocked ? t('blockedBot') : t('bot');
      case 'client': return t('answersFor', { name: fullName(row.connection.user) });
      case 'owner': return t('yourClient');
      case 'topic': return row.chat.title ?? t('topic');
      default: {
        const count = row.chat.members?.length ?? 0;
        const status = row.chat.bot?.status;
        if (row.chat.type === 'channel') {
          return [t('subscribers', { count }), status === 'administrator' ? t('botIsAdministrator') : t('botIsNotHere')].join(' · ');
        }
        return [t('members', { count: count + (status === 'member' || status === 'administrator' ? 1 : 0) }),
          status === 'administrator' ? t('botIsAdministrator') : status === 'member' ? '' : t('botIsNotHere')].filter(Boolean).join(' · ');
      }
    }
  }

  #renderPill() {
    const isNeeded = !this.isAtEnd;
    this.pill.classList.toggle('shown', isNeeded);
    this.pill.tabIndex = isNeeded ? 0 : -1;
    this.pill.setAttribute('aria-hidden', String(!isNeeded));
    const sign = this.#unseen ? t('newMessages', { count: this.#unseen }) : '';
    if (this.pill.dataset.sign === sign) return;
    this.pill.dataset.sign = sign;
    this.pill.replaceChildren(icon('down'), element('span', { class: sign ? 'words' : 'sr' }, sign || t('toEnd')));
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const wasAtEnd = this.isAtEnd;
    this.isAtEnd = this.#to === Infinity && scrollHeight - scrollTop - clientHeight < nearEnd;
    if (this.isAtEnd && !wasAtEnd) this.#read();
    if (this.isAtEnd !== wasAtEnd) this.#renderPill();
  }

  #toEnd(isSmooth = false) {
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: isSmooth ? 'smooth' : 'instant' });
  }

  #read() {
    if (document.hidden || !this.isAtEnd || !this.#key || this.#key !== this.app.current) return;
    this.#unseen = 0;
    this.#renderPill();
    this.app.markRead(this.#key);
  }

  #goToEnd() {
    const isFar = this.#to !== Infinity;
    this.follow();
    if (isFar) {
      this.#from = Infinity;
      this.#renderMessages();
    }
    this.#toEnd(!isFar && !keepsStill());
    this.#read();
  }

  // The window moves over the past or back; what is read stays where it is.
  #move(step) {
    const last = this.#units.length;
    if (!this.#isPlaced || this.#from === Infinity || (step < 0 ? this.#from <= 0 : this.#to === Infinity)) return;
    const lines = this.list.children;
    const anchor = lines[step < 0 ? 0 : lines.length - 1];
    const before = anchor?.getBoundingClientRect().top ?? 0;
    if (this.scroller.scrollTop === 0) this.scroller.scrollTop = 1;
    if (step < 0) {
      this.#from = Math.max(0, this.#from + step);
      this.#to = Math.min(this.#to, this.#from + windowSize);
    } else {
      this.#to += step;
      this.#from = Math.max(this.#from, Math.min(this.#to, last) - windowSize);
    }
    this.isAtEnd = false;
    this.#renderMessages();
    const moved = (anchor?.getBoundingClientRect().top ?? 0) - before;
    if (anchor?.isConnected && Math.abs(moved) > 1) this.scroller.scrollTop += moved;
  }

  #keys(event) {
    const line = event.target.closest('.message');
    if (event.target !== line) return;
    const lines = [...this.list.querySelectorAll('.message:not(.draft)')];
    const index = lines.indexOf(line);
    const to = { ArrowDown: index + 1, ArrowUp: index - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      if (lines[to]) { lines[to].focus(); lines[to].scrollIntoView({ block: 'nearest' }); } else if (to > index) this.app.composer.focus();
      return;
    }
    const unit = this.unit(line);
    if (!unit) return;
    if (event.key === 'Enter' || event.key === 'ContextMenu') { event.preventDefault(); openMessageMenu(this.app, unit, line.querySelector('.bubble')); }
    if (event.key === 'r') { event.preventDefault(); this.app.composer.reply(unit.messages.at(-1)); }
    if (event.key === 'Delete') { event.preventDefault(); deleteUnits(this.app, [unit]); }
    if (event.key === 'Escape') this.app.composer.focus();
  }

  /** What a line of the screen shows. */
  unit(line) { return this.#units.find(unit => unit.key === line?.dataset.key); }

  /** Units by their keys, in the order of the conversation. */
  unitsWith(keys) { return this.#units.filter(unit => keys.has(unit.key)); }

  /** What is read aloud when a message comes. */
  announcement(message) {
    const name = message.from ? fullName(message.from) : '';
    return `${name}: ${summary(message, this.app.world)}`;
  }
}

const focusable = 'button, a, [tabindex]';

function positionOf(line, active) { return active === line ? -1 : [...line.querySelectorAll(focusable)].indexOf(active); }

function restoreFocus(line, position) {
  (position < 0 ? line : line.querySelectorAll(focusable)[position] ?? line).focus({ preventScroll: true });
}

// What a person opened stays open when a message changes: spoilers, long quotes, details.
function carryOpen(before, after) {
  for (const [selector, name] of [['.spoiler', 'open'], ['.expandable', 'open']]) {
    const old = [...before.querySelectorAll(selector)];
    [...after.querySelectorAll(selector)].forEach((node, index) => {
      if (old[index]?.classList.contains(name)) (selector === '.spoiler' ? node : node.querySelector('.expand')).click();
    });
  }
  const details = [...before.querySelectorAll('details')];
  [...after.querySelectorAll('details')].forEach((node, index) => { if (details[index]) node.open = details[index].open; });
}
