// What stands above the page: menus, questions, alerts and short notices.

import { element, icon, iconButton } from './dom.js';
import { t } from './texts.js';

/** Says something for a few seconds at the bottom of the conversation. */
export function toast(text, kind = '') {
  const place = document.getElementById('toasts');
  const made = element('div', { class: 'toast ' + kind }, kind === 'error' ? icon('warning') : null, element('span', { dir: 'auto' }, text));
  place.append(made);
  while (place.children.length > 3) place.firstChild.remove();
  setTimeout(() => {
    made.classList.add('leaving');
    setTimeout(() => made.remove(), 250);
  }, Math.min(9000, 2600 + text.length * 45));
}

/** A menu beside `anchor` (an element or a point); `items` are `{ text, icon, action, isDanger, isChecked }` or null for a line. */
export function openMenu(anchor, items, label = t('menu')) {
  closeMenu();
  const opener = document.activeElement;
  const list = element('div', { class: 'menu', role: 'menu', 'aria-label': label, tabindex: '-1' });
  for (const item of items) {
    list.append(item === null ? element('hr') : element('button', {
      type: 'button', role: item.isChecked === undefined ? 'menuitem' : 'menuitemcheckbox', tabindex: '-1',
      'aria-checked': item.isChecked === undefined ? undefined : String(item.isChecked),
      class: item.isDanger ? 'danger' : '',
      onclick: () => { close(true); item.action(); },
    }, item.isChecked ? icon('check') : item.icon ? icon(item.icon) : element('span', { class: 'no-drawing' }), element('span', {}, item.text)));
  }
  const close = givesBack => {
    list.remove();
    document.removeEventListener('pointerdown', outside, true);
    removeEventListener('resize', close);
    current = undefined;
    anchor.setAttribute?.('aria-expanded', 'false');
    if (givesBack) (opener?.isConnected ? opener : document.body).focus({ preventScroll: true });
  };
  const outside = event => { if (!list.contains(event.target)) close(false); };
  list.addEventListener('keydown', event => {
    const buttons = [...list.querySelectorAll('button')];
    const index = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: index + 1, ArrowUp: index - 1 + buttons.length, Home: 0, End: buttons.length - 1 }[event.key];
    if (to !== undefined) { event.preventDefault(); buttons[to % buttons.length].focus(); }
    if (event.key === 'Escape' || event.key === 'Tab') { event.preventDefault(); event.stopPropagation(); close(true); }
  });
  document.body.append(list);
  place(list, anchor);
  anchor.setAttribute?.('aria-expanded', 'true');
  document.addEventListener('pointerdown', outside, true);
  addEventListener('resize', close);
  current = close;
  list.querySelector('button')?.focus({ preventScroll: true });
}

let current;

/** Closes the menu that is open, if one is. */
export function closeMenu() { current?.(false); }

function place(list, anchor) {
  const box = anchor.getBoundingClientRect?.() ?? { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
  const { offsetWidth: width, offsetHeight: height } = list;
  const left = box.left + width + 8 > innerWidth ? Math.max(8, box.right - width) : box.left;
  const below = box.bottom + 6 + height < innerHeight - 8;
  const top = below ? box.bottom + 6 : Math.max(8, box.top - height - 6);
  list.style.left = Math.min(left, innerWidth - width - 8) + 'px';
  list.style.top = top + 'px';
  list.dataset.from = below ? 'top' : 'bottom';
}

function show(dialog) {
  document.body.append(dialog);
  return new Promise(resolve => {
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue);
      dialog.remove();
    });
    dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close(''); });
    dialog.showModal();
  });
}

function frame(title, options = {}) {
  const dialog = element('dialog', { 'aria-label': title, role: options.role, class: options.class ?? '' });
  const form = element('form', { method: 'dialog', novalidate: options.novalidate });
  const close = iconButton('close', t('close'), () => dialog.close(''));
  dialog.append(form);
  form.append(element('header', {}, element('h2', {}, title), close));
  return { dialog, form };
}

/** Something that must be read: an answer of the bot that asks for it. */
export function alert(title, text) {
  const dialog = element('dialog', { role: 'alertdialog', 'aria-label': title, class: 'small' });
  dialog.append(element('form', { method: 'dialog' }, element('p', { class: 'said', dir: 'auto' }, text),
    element('footer', {}, element('button', { class: 'pill main', value: 'ok', autofocus: true }, t('ok')))));
  return show(dialog);
}

/** Asks whether to do something that can't be taken back. */
export async function confirm(text, action) {
  const dialog = element('dialog', { role: 'alertdialog', 'aria-label': text, class: 'small' });
  dialog.append(element('form', { method: 'dialog' }, element('p', { class: 'said' }, text), element('footer', {},
    element('button', { class: 'pill', value: '' }, t('cancel')), element('button', { class: 'pill danger', value: 'yes' }, action))));
  return await show(dialog) === 'yes';
}

/**
 * Asks for a few values. `fields` are `{ name, label, type, value, options, hint, isRequired }` with the types `text`,
 * `area`, `select`, `checks` (values: a set), `check` and `note`. Null where the person thinks better of it.
 */
export async function form(title, fields, action) {
  const { dialog, form } = frame(title);
  const readers = {};
  for (const field of fields) form.append(formField(field, readers));
  form.append(element('footer', {}, element('button', { type: 'button', class: 'pill', onclick: () => dialog.close('') }, t('cancel')),
    element('button', { class: 'pill main', value: 'yes' }, action)));
  form.addEventListener('submit', event => {
    const missing = form.querySelector(':invalid');
    if (missing) { event.preventDefault(); missing.focus(); missing.reportValidity(); }
  });
  const shown = show(dialog);
  form.querySelector('input, textarea, select')?.focus();
  if (await shown !== 'yes') return null;
  return Object.fromEntries(Object.entries(readers).map(([name, read]) => [name, read()]));
}

function formField(field, readers) {
  const label = element('span', { class: 'label' }, field.label);
  const hint = field.hint ? element('small', {}, field.hint) : null;
  if (field.type === 'note') return element('p', { class: 'note' }, field.label);
  if (field.type === 'checks') {
    const boxes = field.options.map(([value, text]) => {
      const box = element('input', { type: 'checkbox', checked: field.value?.has(value) ?? false });
      return { value, box, row: element('label', { class: 'check' }, box, element('span', {}, text)) };
    });
    readers[field.name] = () => boxes.filter(({ box }) => box.checked).map(({ value }) => value);
    return element('fieldset', { class: 'field' }, element('legend', {}, field.label), element('div', { class: 'checks' }, boxes.map(({ row }) => row)), hint);
  }
  if (field.type === 'check') {
    const box = element('input', { type: 'checkbox', checked: field.value === true });
    readers[field.name] = () => box.checked;
    return element('label', { class: 'check field' }, box, element('span', {}, field.label), hint);
  }
  const input = field.type === 'select'
    ? element('select', {}, field.options.map(([value, text]) => element('option', { value }, text)))
    : element(field.type === 'area' ? 'textarea' : 'input', { type: field.type === 'area' ? undefined : field.type ?? 'text', autocomplete: 'off', placeholder: field.placeholder });
  if (field.type === 'area') input.rows = field.rows ?? 4;
  if (field.value !== undefined) input.value = field.value;
  input.required = field.isRequired ?? false;
  readers[field.name] = () => input.value.trim();
  return element('label', { class: 'field' }, label, input, hint);
}

/** Lets a person choose one of several; null where they choose none. `options` are `{ value, text, detail, picture }`. */
export async function choose(title, options) {
  const { dialog, form } = frame(title);
  form.append(element('div', { class: 'choices' }, options.map((option, index) => element('button', { class: 'choice', value: String(index + 1) },
    option.picture, element('span', {}, element('strong', { dir: 'auto' }, option.text), option.detail ? element('small', {}, option.detail) : null)))));
  if (!options.length) form.append(element('p', { class: 'note' }, t('nothingHere')));
  const answer = Number(await show(dialog));
  return answer ? options[answer - 1].value : null;
}

/** Shows an object as indented JSON, with a button that copies it. */
export function showJSON(title, object, block) {
  const { dialog, form } = frame(title, { class: 'wide' });
  form.append(block(JSON.stringify(object, null, 2), 'json'));
  return show(dialog);
}

/** Shows any elements under a title. */
export function showContent(title, ...content) {
  const { dialog, form } = frame(title);
  form.append(...content);
  return show(dialog);
}
