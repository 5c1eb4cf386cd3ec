// The answer while it grows: new letters flow in evenly between two drafts of the bot.

import { element, icon, keepsStill } from './dom.js';
import { renderRich, renderText } from './render.js';
import { t } from './texts.js';

const catchUp = 420;

/** One draft at the end of a conversation. */
export class DraftLine {
  #shown = 0;
  #draft;
  #frame;
  #time = 0;
  #words = element('div', { class: 'text', dir: 'auto' });
  #cursor = element('span', { class: 'cursor', 'aria-hidden': 'true' });
  #stop;

  /** `stop` gets the draft whose Stop button was pressed; `grew` is called whenever there is more to see. */
  constructor({ stop, grew, context }) {
    Object.assign(this, { grew, context });
    this.#stop = element('button', { type: 'button', class: 'stop', onclick: () => { this.#stop.disabled = true; stop(this.#draft); } }, icon('stop'), element('span', {}, t('stop')));
    this.line = element('li', { class: 'unit message other draft first last', 'aria-busy': 'true', 'aria-label': t('writing') },
      element('div', { class: 'column' },
        element('div', { class: 'row' }, element('div', { class: 'bubble', dir: 'auto' }, this.#words)), this.#stop));
  }

  /** Takes the draft as it now is. */
  update(draft) {
    if (draft === this.#draft) return;
    const before = this.#draft;
    if (before && before.draft_id !== draft.draft_id) { this.#shown = 0; this.#stop.disabled = false; }
    this.#draft = draft;
    const text = draft.text ?? '';
    if (before && !text.startsWith((before.text ?? '').slice(0, this.#shown))) {
      this.#shown = commonStart(before.text ?? '', text, this.#shown);
    }
    this.#stop.hidden = draft.can_stop !== true || draft.stopped === true;
    this.line.classList.toggle('stopped', draft.stopped === true);
    if (draft.stopped) this.line.removeAttribute('aria-busy');
    if (draft.rich_message || draft.stopped || keepsStill() || document.hidden) this.#shown = text.length;
    this.#show();
    this.#flow();
  }

  /** Ends the flow; nothing of the draft moves any more. */
  remove() {
    cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    this.line.remove();
  }

  #flow() {
    if (this.#frame || this.#shown >= (this.#draft.text ?? '').length) return;
    this.#time = performance.now();
    this.#frame = requestAnimationFrame(now => this.#step(now));
  }

  #step(now) {
    this.#frame = undefined;
    const text = this.#draft.text ?? '';
    const left = text.length - this.#shown;
    const count = Math.max(1, Math.ceil(left * Math.min(1, (now - this.#time) / catchUp)));
    this.#shown = Math.min(text.length, this.#shown + count);
    // Never half of a pair.
    if ((text.charCodeAt(this.#shown) & 0xfc00) === 0xdc00) this.#shown++;
    this.#show();
    this.#flow();
  }

  #show() {
    const draft = this.#draft;
    const text = (draft.text ?? '').slice(0, this.#shown);
    if (draft.rich_message?.blocks) this.#words.replaceChildren(renderRich(draft.rich_message, this.context));
    else if (draft.text) this.#words.replaceChildren(...renderText(text, draft.entities, this.context));
    else this.#words.replaceChildren(element('span', { class: 'dots' }, element('i'), element('i'), element('i')), element('span', { class: 'soft' }, t('thinking')));
    if (!draft.stopped) { if (draft.text || draft.rich_message) inner(this.#words).append(this.#cursor); }
    else this.#words.append(element('div', { class: 'foot' }, element('span', {}, t('stopped'))));
    this.grew();
  }
}

function commonStart(before, after, limit) {
  let index = 0;
  while (index < limit && index < after.length && before.charCodeAt(index) === after.charCodeAt(index)) index++;
  return index;
}

// Where the last letter stands, so that the cursor stands behind it.
function inner(node) {
  while (node.lastElementChild && node.lastElementChild === node.lastChild
    && node.lastElementChild.matches('blockquote, .code-block, pre, pre code, .folded, .rich, p, h2, h3, h4, h5, h6, ul, li, li > div, .thinking, .thinking div')) {
    node = node.lastElementChild;
  }
  return node;
}
