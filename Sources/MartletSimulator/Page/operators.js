// The operator's panel: what the bot asks of the simulator, faults on demand, the clock, and the bot's standing.

import { act } from './connection.js';
import { element, icon } from './dom.js';
import { form, showJSON, toast } from './dialogs.js';
import { codeBlock } from './render.js';
import { clockTime, t } from './texts.js';
import { fullName } from './world.js';

const rights = [
  'can_delete_messages', 'can_restrict_members', 'can_promote_members', 'can_change_info', 'can_invite_users',
  'can_pin_messages', 'can_manage_topics', 'can_manage_chat',
];
const quick = [
  { name: 'fault429', body: { fault: 'too_many_requests', retry_after: 7, count: 1 } },
  { name: 'fault500', body: { fault: 'status', status: 500, count: 1 } },
  { name: 'faultHang', body: { fault: 'hang', count: 1 } },
  { name: 'faultReset', body: { fault: 'reset_after_effect', count: 1 } },
  { name: 'faultDuplicate', body: { fault: 'duplicate_updates', count: 1 } },
  { name: 'faultReorder', body: { fault: 'reorder_updates', count: 1 } },
];

/** The third panel. */
export class Operators {
  #tab = 'log';
  #filter = '';
  #seen = new Map();

  constructor(app) {
    this.app = app;
    this.panel = document.getElementById('operators');
    this.body = document.getElementById('operators-body');
    this.tabs = document.getElementById('operators-tabs');
    this.tabs.addEventListener('keydown', event => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const all = [...this.tabs.children];
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].click();
      this.tabs.querySelector('[aria-selected=true]').focus();
    });
  }

  get isOpen() { return document.body.classList.contains('with-operators'); }

  /** Opens or closes the panel. */
  toggle(isOpen = !this.isOpen) {
    document.body.classList.toggle('with-operators', isOpen);
    this.panel.inert = !isOpen;
    this.app.settings.operators = isOpen;
    this.app.saveSettings();
    document.getElementById('toggle-operators').setAttribute('aria-expanded', String(isOpen));
    this.renew();
    if (isOpen) this.render();
  }

  renew() { this.#seen.clear(); }

  render() {
    if (!this.isOpen) return;
    this.#once('tabs', [this.#tab, this.app.settings.language], () => this.tabs.replaceChildren(...['log', 'faults', 'world'].map(name => element('button', {
      type: 'button', role: 'tab', id: 'tab-' + name, 'aria-selected': String(this.#tab === name), 'aria-controls': 'operators-body', tabindex: this.#tab === name ? '0' : '-1',
      onclick: () => { this.#tab = name; this.renew(); this.body.replaceChildren(); this.render(); },
    }, icon({ log: 'menu', faults: 'fault', world: 'gauge' }[name]), t('tab_' + name)))));
    this.body.setAttribute('aria-labelledby', 'tab-' + this.#tab);
    if (this.#tab === 'log') this.#renderLog();
    else if (this.#tab === 'faults') this.#renderFaults();
    else this.#renderWorld();
  }

  #once(name, values, work) {
    const sign = JSON.stringify(values);
    if (this.#seen.get(name) === sign) return;
    this.#seen.set(name, sign);
    work();
  }

  async #do(body) {
    try { return await act(body); } catch (error) { this.app.refused(error); return null; }
  }

  // Log

  #renderLog() {
    const { world } = this.app;
    if (!this.body.querySelector('.log')) {
      const search = element('input', { type: 'search', placeholder: t('filterLog'), 'aria-label': t('filterLog'), oninput: event => { this.#filter = event.target.value.toLowerCase(); this.render(); } });
      search.value = this.#filter;
      this.body.replaceChildren(element('div', { class: 'search' }, icon('search'), search), element('p', { class: 'pending' }), element('ol', { class: 'log' }));
    }
    const pending = this.body.querySelector('.pending');
    const deliveries = world.webhook.url ? world.webhook.deliveries?.slice(-12) ?? [] : [];
    const waiting = world.webhook.pending_update_count ?? 0;
    const about = world.webhook.url ? t('webhookAt', { url: world.webhook.url }) : t('polling');
    pending.textContent = waiting ? `${about} · ${t('waiting', { count: waiting })}` : about;
    const lines = [
      ...world.calls.map(call => ({ key: 'c' + call.id, date: call.date, call })),
      ...deliveries.map(delivery => ({ key: `d${delivery.update_id}:${delivery.attempt}`, date: delivery.date, delivery })),
    ].filter(line => !this.#filter || JSON.stringify(line.call ?? line.delivery).toLowerCase().includes(this.#filter))
      .filter(line => this.#filter || line.call?.method !== 'getUpdates' || line.call.status >= 400)
      .sort((a, b) => b.date - a.date).slice(0, 200);
    const list = this.body.querySelector('.log');
    const held = new Map([...list.children].map(line => [line.dataset.key, line]));
    let place = list.firstElementChild;
    for (const line of lines) {
      const sign = JSON.stringify([line.call?.status, line.delivery?.status]);
      let row = held.get(line.key);
      if (!row || row.dataset.sign !== sign) {
        const made = line.call ? this.#callRow(line.call) : this.#deliveryRow(line.delivery);
        made.dataset.key = line.key;
        made.dataset.sign = sign;
        if (row === place) place = place?.nextElementSibling ?? null;
        row?.remove();
        row = made;
      }
      held.delete(line.key);
      if (row === place) place = place.nextElementSibling; else list.insertBefore(row, place);
    }
    for (const row of held.values()) row.remove();
    if (!lines.length && !list.children.length) list.append(element('li', { class: 'note', data: { key: 'none' } }, t('noCalls')));
  }

  #chatName(id) {
    const { world } = this.app;
    const chat = world.chats.get(id);
    return chat?.title ?? (world.users.has(id) ? world.name(id) : id === undefined || id === null ? '' : String(id));
  }

  #callRow(call) {
    const outcome = call.status === 0 ? 'none' : call.status < 300 ? 'good' : call.status === 429 ? 'slow' : 'bad';
    return element('li', {}, element('button', { type: 'button', class: 'entry', onclick: () => showJSON(call.method, call, codeBlock) },
      element('span', { class: 'status ' + outcome }, call.status === 0 ? '···' : String(call.status)),
      element('span', { class: 'entry-words' }, element('strong', {}, call.method), element('span', { dir: 'auto' }, [this.#chatName(call.chat_id), call.description].filter(Boolean).join(' · '))),
      element('time', {}, clockTime(call.date))));
  }

  #deliveryRow(delivery) {
    const isGood = delivery.status >= 200 && delivery.status < 300;
    return element('li', {}, element('button', { type: 'button', class: 'entry', onclick: () => showJSON(t('delivery'), delivery, codeBlock) },
      element('span', { class: 'status ' + (isGood ? 'good' : 'bad') }, delivery.status ? String(delivery.status) : '···'),
      element('span', { class: 'entry-words' }, element('strong', {}, `↓ ${t('update')} ${delivery.update_id}`), element('span', {}, [t('attempt', { count: delivery.attempt }), delivery.error].filter(Boolean).join(' · '))),
      element('time', {}, clockTime(delivery.date))));
  }

  // Faults

  #renderFaults() {
    const { world } = this.app;
    const faults = [...world.faults.values()];
    this.#once('faults', [faults, this.app.settings.language], () => this.body.replaceChildren(
      element('section', {}, element('h3', {}, t('nextCallFails')), element('div', { class: 'tiles' }, quick.map(({ name, body }) => element('button', {
        type: 'button', class: 'tile', onclick: () => this.#do({ act: 'fault', ...body }),
      }, t(name)))), element('button', { type: 'button', class: 'pill', onclick: () => this.#chooseFault() }, icon('plus'), t('moreFaults')),
      element('button', { type: 'button', class: 'pill', onclick: () => this.#inject() }, icon('file'), t('inject'))),
      element('section', {}, element('h3', {}, t('planned')),
        faults.length ? element('ul', { class: 'plain' }, faults.map(fault => element('li', { class: 'fault' },
          icon('fault'), element('span', { class: 'entry-words' }, element('strong', {}, this.#faultName(fault)),
            element('span', {}, [fault.method ?? t('everyMethod'), fault.chat_id === undefined ? '' : this.#chatName(fault.chat_id), t('timesLeft', { count: fault.left })].filter(Boolean).join(' · '))),
          element('button', { type: 'button', class: 'round', 'aria-label': t('takeBack'), title: t('takeBack'), onclick: () => this.#do({ act: 'endFaults', id: fault.id }) }, icon('close')))))
          : element('p', { class: 'note' }, t('noFaults')))));
  }

  #faultName(fault) {
    return fault.fault === 'too_many_requests' ? `429 · ${fault.retry_after} s` : fault.fault === 'status' ? String(fault.status) : fault.fault.replaceAll('_', ' ');
  }

  async #chooseFault() {
    const kinds = ['too_many_requests', 'status', 'refusal', 'hang', 'reset', 'reset_after_effect', 'malformed', 'duplicate_updates', 'reorder_updates'];
    const values = await form(t('moreFaults'), [
      { name: 'fault', label: t('what'), type: 'select', options: kinds.map(kind => [kind, kind.replaceAll('_', ' ')]) },
      { name: 'method', label: t('method'), placeholder: t('everyMethod') },
      { name: 'here', label: t('onlyHere'), type: 'check' },
      { name: 'retry_after', label: t('retryAfter'), type: 'number', value: '7' },
      { name: 'status', label: t('status'), type: 'number', value: '500' },
      { name: 'description', label: t('description'), placeholder: 'Forbidden: bot was blocked by the user' },
      { name: 'count', label: t('times'), type: 'number', value: '1' },
    ], t('add'));
    if (!values) return;
    const body = { act: 'fault', fault: values.fault, count: Number(values.count) || 1 };
    if (values.method) body.method = values.method;
    if (values.here && this.app.row) body.chat_id = this.app.row.chat.id;
    if (values.fault === 'too_many_requests') body.retry_after = Number(values.retry_after) || 1;
    if (values.fault === 'status' || values.fault === 'refusal') body.status = Number(values.status) || 500;
    if (values.fault === 'refusal') body.description = values.description || 'Bad Request';
    await this.#do(body);
  }

  // Bots must bear updates that nobody has thought of.
  async #inject() {
    const values = await form(t('inject'), [{ name: 'update', label: t('injectHint'), type: 'area', rows: 8, value: '{\n  "invented_kind": {}\n}', isRequired: true }], t('send'));
    if (!values) return;
    let update;
    try { update = JSON.parse(values.update); } catch { update = undefined; }
    if (update && typeof update === 'object' && !Array.isArray(update)) await this.#do({ act: 'inject', update });
    else toast(t('noJSON'), 'error');
  }

  // World

  #renderWorld() {
    const { app } = this;
    const { world, row, person } = app;
    const chat = row?.chat;
    const bot = chat?.bot ?? {};
    const isGroup = row?.kind === 'group' || row?.kind === 'topic';
    this.#once('world', [world.clock.is_manual, world.bot, chat, person, row?.kind, world.webhook.url, app.settings.language], () => {
      const toggle = (label, isOn, change, hint) => element('label', { class: 'switch' }, element('span', {}, label, hint ? element('small', {}, hint) : null),
        element('input', { type: 'checkbox', role: 'switch', checked: isOn, onchange: event => change(event.target.checked) }));
      const jump = (label, seconds) => element('button', { type: 'button', class: 'tile', onclick: () => this.#do({ act: 'advanceClock', seconds }) }, label);
      const isThere = bot.status === 'member' || bot.status === 'administrator';
      this.body.replaceChildren(
        element('section', {}, element('h3', {}, t('clock')), element('p', { class: 'now', id: 'virtual-now' }),
          element('div', { class: 'tiles three' }, jump(t('plusMinute'), 60), jump(t('plusHour'), 3600), jump(t('plusDay'), 86_400)),
          toggle(t('manualClock'), world.clock.is_manual === true, isOn => this.#do({ act: 'setClock', is_manual: isOn }), t('manualClockHint'))),
        element('section', {}, element('h3', {}, fullName(world.bot)),
          toggle(t('privacyMode'), !world.bot.can_read_all_group_messages, isOn => this.#do({ act: 'privacyMode', is_on: isOn }), t('privacyModeHint')),
          person ? toggle(t('blockBot'), world.chats.get(person)?.is_blocked === true, isOn => this.#do({ act: isOn ? 'block' : 'unblock', from: person }), world.name(person)) : null),
        isGroup ? element('section', {}, element('h3', { dir: 'auto' }, chat.title ?? ''),
          toggle(t('botIsMember'), isThere, isOn => this.#do({ act: isOn ? 'addBot' : 'removeBot', chat_id: chat.id, from: person })),
          isThere ? element('fieldset', { class: 'rights' }, element('legend', {}, t('rights')), rights.map(right => toggle(t(right), bot.status === 'administrator' && bot[right] === true, isOn => this.#do({
            act: 'promoteBot', chat_id: chat.id, from: person,
            rights: Object.fromEntries(rights.filter(other => other === right ? isOn : bot[other] === true).map(other => [other, true])),
          })))) : null,
          chat.type === 'group' ? element('button', { type: 'button', class: 'pill', onclick: () => this.#do({ act: 'migrate', chat_id: chat.id, from: person }) }, t('migrate')) : null,
          chat.frozen_until ? element('p', { class: 'note' }, t('frozenUntil', { time: clockTime(chat.frozen_until) })) : null) : null,
        element('section', {}, element('h3', {}, t('everything')),
          element('button', { type: 'button', class: 'pill danger', onclick: () => app.forgetEverything() }, icon('trash'), t('forgetEverything'))),
      );
    });
    const place = document.getElementById('virtual-now');
    const text = clockTime(app.now(), true);
    if (place && place.textContent !== text) place.textContent = text;
  }
}
