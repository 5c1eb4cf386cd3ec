// Where a person writes: text, replies, edits, commands, inline questions, files.

import { act } from './connection.js';
import { element, icon, iconButton } from './dom.js';
import { form, toast } from './dialogs.js';
import { summary } from './message.js';
import { typedText } from './typed.js';
import { t } from './texts.js';
import { fullName } from './world.js';

const messageLimit = 4096;
const albumLimit = 10;
const byteLimit = 600_000;

/** The box at the bottom of the conversation. */
export class Composer {
  #unsent = new Map();
  #mode;
  #choices = [];
  #chosen = 0;
  #kind;
  #query;
  #timer;

  constructor(app) {
    this.app = app;
    this.input = document.getElementById('input');
    this.bar = document.getElementById('composer-bar');
    this.list = document.getElementById('suggestions');
    this.button = document.getElementById('send');
    this.files = document.getElementById('files');
    document.getElementById('composer').addEventListener('submit', event => { event.preventDefault(); this.send(); });
    document.getElementById('attach').addEventListener('click', () => this.files.click());
    document.getElementById('commands').addEventListener('click', () => this.#toggleCommands());
    this.files.addEventListener('change', () => { this.attach([...this.files.files]); this.files.value = ''; });
    this.input.addEventListener('input', () => this.#changed());
    this.input.addEventListener('keydown', event => this.#keys(event));
    this.input.addEventListener('blur', () => setTimeout(() => { if (!this.list.contains(document.activeElement)) this.#suggest([]); }, 120));
    this.input.addEventListener('paste', event => {
      const files = [...event.clipboardData?.files ?? []];
      if (files.length) { event.preventDefault(); this.attach(files); }
    });
    const main = document.getElementById('conversation');
    main.addEventListener('dragover', event => { if (event.dataTransfer?.types.includes('Files')) { event.preventDefault(); main.classList.add('dropping'); } });
    main.addEventListener('dragleave', event => { if (!main.contains(event.relatedTarget)) main.classList.remove('dropping'); });
    main.addEventListener('drop', event => { event.preventDefault(); main.classList.remove('dropping'); this.attach([...event.dataTransfer?.files ?? []]); });
  }

  focus() { this.input.focus({ preventScroll: true }); }

  /** Goes over to another conversation; what was not sent waits in its own. */
  enter(key, before) {
    if (before) this.#unsent.set(before, { text: this.input.value, mode: this.#mode });
    const kept = this.#unsent.get(key);
    this.#mode = kept?.mode;
    this.input.value = kept?.text ?? '';
    this.#grow();
    this.#suggest([]);
    this.render();
  }

  /** Brings the labels and the bar above the box up to date. */
  render() {
    const { app } = this;
    const { row } = app;
    document.getElementById('composer').hidden = !row || Boolean(app.selection);
    if (!row) return;
    this.input.placeholder = t(this.#mode?.edit ? 'editMessage' : 'writeMessage');
    document.getElementById('commands').hidden = !this.#commands().length;
    const { reply, edit } = this.#mode ?? {};
    this.bar.hidden = !reply && !edit;
    if (reply || edit) {
      this.bar.replaceChildren(icon(edit ? 'edit' : 'reply'),
        element('span', { class: 'bar-words' }, element('strong', {}, edit ? t('editing') : t('replyTo', { name: reply.from ? fullName(reply.from) : '' })),
          element('span', { dir: 'auto' }, this.#mode.quote ? `“${this.#mode.quote}”` : summary(edit ?? reply, app.world))),
        iconButton('close', t('cancel'), () => this.#leaveMode()));
    }
    this.#renderButton();
  }

  #renderButton() {
    const length = this.input.value.trim().length;
    this.button.disabled = length === 0;
    const pieces = Math.ceil(length / messageLimit);
    document.getElementById('length').textContent = pieces > 1 && !this.#mode?.edit ? t('pieces', { count: pieces }) : length > 3800 ? String(messageLimit - length) : '';
    this.button.setAttribute('aria-label', t(this.#mode?.edit ? 'save' : 'send'));
    const drawing = this.#mode?.edit ? 'check' : 'send';
    if (this.button.dataset.drawing !== drawing) { this.button.dataset.drawing = drawing; this.button.replaceChildren(icon(drawing)); }
  }

  /** Begins a reply, to the whole message or to the words of it that are quoted. */
  reply(message, quote) {
    this.#mode = { reply: message, quote };
    this.render();
    this.focus();
  }

  /** Begins to change one's own message. */
  edit(message) {
    this.#mode = { edit: message };
    this.input.value = message.text ?? message.caption ?? '';
    this.#grow();
    this.render();
    this.focus();
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  #leaveMode() {
    if (this.#mode?.edit) { this.input.value = ''; this.#grow(); }
    this.#mode = undefined;
    this.render();
    this.focus();
  }

  /** Where something is said: the members of an act that name the conversation. */
  get where() {
    const { row, person } = this.app;
    const place = { from: person, chat_id: row.chat.id };
    if (row.thread !== undefined) place.message_thread_id = row.thread;
    if (row.connection) place.business_connection_id = row.connection.id;
    return place;
  }

  /** Says what is in the box. */
  async send() {
    const source = this.input.value.trim();
    if (!source || !this.app.row) return;
    const mode = this.#mode;
    const { where } = this;
    this.input.value = '';
    this.#mode = undefined;
    this.#grow();
    this.#suggest([]);
    this.render();
    this.focus();
    const { row } = this.app;
    try {
      if (mode?.edit) {
        await act({ act: 'edit', from: where.from, chat_id: where.chat_id, message_id: mode.edit.message_id, text: source });
        return;
      }
      this.app.conversation.follow();
      const place = mode?.reply ? { ...where, reply_to: mode.reply.message_id, quote: mode.quote } : where;
      if (source.length > messageLimit) await act({ act: 'paste', ...place, text: source });
      else if (this.#isForGuest(row, source)) await act({ act: 'guest', from: where.from, chat_id: where.chat_id, text: source, reply_to: mode?.reply?.message_id });
      else {
        const { text, entities } = typedText(source);
        await act({ act: 'say', ...place, text, entities: entities.length ? entities : undefined });
      }
    } catch (error) {
      this.app.refused(error);
      if (!this.input.value && this.app.row === row) {
        this.input.value = source;
        this.#mode = mode;
        this.#grow();
        this.render();
      }
    }
  }

  /** Says a text at once, such as a command that was clicked. */
  async say(text) {
    try {
      this.app.conversation.follow();
      await act({ act: 'say', ...this.where, text });
    } catch (error) { this.app.refused(error); }
  }

  // A mention of the bot where it is no member calls it as a guest.
  #isForGuest(row, text) {
    const status = row.chat.bot?.status;
    return row.kind === 'group' && status !== 'member' && status !== 'administrator'
      && text.toLowerCase().includes('@' + (this.app.world.bot.username ?? '').toLowerCase());
  }

  #changed() {
    this.#grow();
    this.#renderButton();
    const text = this.input.value;
    const bot = this.app.world.bot.username ?? '';
    const question = /^@(\w+)\s([\s\S]*)$/u.exec(text);
    clearTimeout(this.#timer);
    if (question && bot && question[1].toLowerCase() === bot.toLowerCase() && !this.app.row.connection && this.app.world.bot.supports_inline_queries !== false) {
      this.#timer = setTimeout(() => this.#ask(question[2]), 260);
      return;
    }
    if (/^\/\w*$/u.test(text)) this.#offerCommands(text.slice(1).toLowerCase());
    else if (/(?:^|\s)@\w*$/u.test(text)) this.#offerNames(/@(\w*)$/u.exec(text)[1].toLowerCase());
    else this.#suggest([]);
  }

  #grow() {
    const { input } = this;
    input.style.height = 'auto';
    input.style.height = Math.min(input.scrollHeight, innerHeight * 0.36) + 'px';
    input.classList.toggle('scrolls', input.scrollHeight > innerHeight * 0.36);
  }

  #commands() {
    const { row, world, person } = this.app;
    return !row || row.connection ? [] : world.commands(row.chat, person, world.users.get(person)?.language_code);
  }

  #toggleCommands() {
    if (!this.list.hidden) { this.#suggest([]); return; }
    this.focus();
    this.#offerCommands('');
  }

  #offerCommands(start) {
    const { row, world } = this.app;
    const suffix = row.kind === 'private' || !world.bot.username ? '' : '@' + world.bot.username;
    this.#kind = 'commands';
    this.#suggest(this.#commands().filter(({ command }) => command.startsWith(start)).map(({ command, description }) => ({
      title: '/' + command, detail: description,
      choose: () => { this.input.value = ''; this.#grow(); this.#renderButton(); this.say('/' + command + suffix); },
      complete: () => { this.input.value = '/' + command + suffix + ' '; },
    })));
  }

  #offerNames(start) {
    const { row, world, person } = this.app;
    const people = [world.bot, ...row.kind === 'group' || row.kind === 'topic' ? (row.chat.members ?? []).map(member => world.users.get(member.user_id)) : []];
    this.#kind = 'names';
    this.#suggest(people.filter(user => user?.username && user.id !== person && user.username.toLowerCase().startsWith(start)).map(user => {
      const complete = () => { this.input.value = this.input.value.replace(/@\w*$/u, '@' + user.username + ' '); this.#renderButton(); };
      return { title: '@' + user.username, detail: fullName(user), choose: complete, complete };
    }));
  }

  async #ask(query) {
    try {
      const { inline_query_id: id } = await act({ act: 'inline', from: this.app.person, query });
      this.#query = id;
      const early = this.app.inlineResults.get(id);
      if (early) this.takeResults(early); else this.#suggest([], t('asking'));
    } catch (error) { this.app.refused(error); }
  }

  /** The bot's answer to a question after its name. */
  takeResults({ inline_query_id: id, results, button }) {
    if (String(id) !== String(this.#query)) return;
    this.#kind = 'inline';
    const choices = (results ?? []).map(result => ({
      title: result.title ?? result.caption ?? t('result'),
      detail: result.description ?? result.input_message_content?.message_text ?? '',
      choose: async () => {
        const { where } = this;
        this.input.value = '';
        this.#grow();
        this.#renderButton();
        try {
          this.app.conversation.follow();
          await act({ act: 'chooseInline', from: where.from, chat_id: where.chat_id, inline_query_id: id, result_id: result.id });
        } catch (error) { this.app.refused(error); }
      },
    }));
    if (button?.start_parameter !== undefined) {
      choices.unshift({ title: button.text ?? t('start'), detail: '', choose: () => {
        this.input.value = '';
        act({ act: 'say', from: this.app.person, text: '/start ' + button.start_parameter }).catch(error => this.app.refused(error));
        this.app.open('c:' + this.app.person);
      } });
    }
    this.#suggest(choices, choices.length ? undefined : t('noResults'));
  }

  #suggest(choices, note) {
    this.#choices = choices;
    this.#chosen = 0;
    this.list.hidden = !choices.length && !note;
    this.input.setAttribute('aria-expanded', String(choices.length > 0));
    if (!choices.length) this.input.removeAttribute('aria-activedescendant');
    this.list.setAttribute('aria-label', t(this.#kind === 'inline' ? 'results' : 'commands'));
    this.list.replaceChildren(...note ? [element('li', { class: 'note', role: 'presentation' }, note)] : [], ...choices.map((choice, index) => element('li', {
      role: 'option', id: 'suggestion-' + index, class: this.#kind === 'inline' ? 'rich-choice' : '',
      onpointerdown: event => event.preventDefault(), onclick: () => this.#take(index),
    }, element('strong', { dir: 'auto' }, choice.title), choice.detail ? element('span', { dir: 'auto' }, choice.detail) : null)));
    this.#mark();
  }

  #mark() {
    [...this.list.querySelectorAll('[role=option]')].forEach((line, index) => {
      const isChosen = index === this.#chosen;
      line.setAttribute('aria-selected', String(isChosen));
      if (isChosen) { line.scrollIntoView({ block: 'nearest' }); this.input.setAttribute('aria-activedescendant', line.id); }
    });
  }

  #take(index) {
    const choice = this.#choices[index];
    this.#suggest([]);
    choice?.choose();
    this.focus();
  }

  #keys(event) {
    if (event.isComposing) return;
    if (this.#choices.length) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        this.#chosen = (this.#chosen + step + this.#choices.length) % this.#choices.length;
        this.#mark();
        return;
      }
      if (event.key === 'Tab' && !event.shiftKey) {
        event.preventDefault();
        const choice = this.#choices[this.#chosen];
        this.#suggest([]);
        (choice.complete ?? choice.choose)();
        this.#renderButton();
        return;
      }
      if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); this.#take(this.#chosen); return; }
    }
    if (event.key === 'Enter' && !event.shiftKey && !matchMedia('(pointer: coarse)').matches) { event.preventDefault(); this.send(); return; }
    if (event.key === 'Escape') {
      if (!this.list.hidden) { event.stopPropagation(); this.#suggest([]); } else if (this.#mode) { event.stopPropagation(); this.#leaveMode(); }
      return;
    }
    if (event.key === 'ArrowUp' && !this.input.value && !this.#mode) {
      const unit = this.app.conversation.lastUnit(message => message.from?.id === this.app.person && message.text && !message.deleted && !message.forward_origin);
      if (unit) { event.preventDefault(); this.edit(unit.messages[0]); }
      return;
    }
    const mark = (event.ctrlKey || event.metaKey) && !event.altKey && { b: '**', i: '__', e: '`' }[event.key.toLowerCase()];
    if (mark) { event.preventDefault(); this.#wrap(mark); }
  }

  #wrap(mark) {
    const { selectionStart: start, selectionEnd: end, value } = this.input;
    this.input.setRangeText(mark + value.slice(start, end) + mark, start, end, 'end');
    if (start === end) this.input.setSelectionRange(start + mark.length, start + mark.length);
    this.#changed();
  }

  /** Sends files: one alone, several as an album. Bytes go along while they are few; a name always does. */
  async attach(files) {
    if (!files.length || !this.app.row) return;
    const chosen = files.slice(0, albumLimit);
    const size = file => file.size < 1 << 20 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / (1 << 20)).toFixed(1)} MB`;
    const values = await form(t(chosen.length > 1 ? 'sendAlbum' : 'sendFile'), [
      { type: 'note', label: chosen.map(file => `${file.name} · ${size(file)}`).join('\n') + (files.length > albumLimit ? '\n' + t('albumLimit', { count: albumLimit }) : '') },
      { name: 'caption', label: t('caption'), type: 'area', rows: 2, value: this.input.value },
    ], t('send'));
    if (!values) { this.focus(); return; }
    this.input.value = '';
    this.#grow();
    this.#renderButton();
    const { where } = this;
    if (this.#mode?.reply) where.reply_to = this.#mode.reply.message_id;
    this.#mode = undefined;
    this.render();
    try {
      this.app.conversation.follow();
      let left = byteLimit;
      const items = [];
      for (const [index, file] of chosen.entries()) {
        const isCarried = file.size <= left;
        if (isCarried) left -= file.size;
        items.push({
          kind: chosen.every(other => /^image\/(?:jpeg|png|webp)$/u.test(other.type)) ? 'photo' : 'document',
          caption: index === 0 && values.caption ? values.caption : undefined,
          file: { name: file.name, mime_type: file.type || 'application/octet-stream', base64: isCarried ? await base64(file) : '' },
        });
      }
      if (items.length === 1) await act({ act: 'send', ...where, ...items[0] });
      else await act({ act: 'album', ...where, items });
    } catch (error) { this.app.refused(error); }
    this.focus();
  }
}

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let index = 0; index < bytes.length; index += 0x8000) text += String.fromCharCode(...bytes.subarray(index, index + 0x8000));
  return btoa(text);
}
