// What messages say, on the screen: the tree of entities and the blocks of rich messages as elements.

import { copy, element, icon } from './dom.js';
import { entityTree, isBlock, safeAddress } from './entities.js';
import { t } from './texts.js';

/** Text with entities as nodes. `onCommand` gets a command or a tag that was clicked. */
export function renderText(text, entities, options = {}) {
  return renderNodes(entityTree(text ?? '', entities), options);
}

function renderNodes(nodes, options) {
  return nodes.map((node, index) => {
    if (node.entity) return renderEntity(node, options);
    // A block stands on its own lines already: the line break beside it is not shown a second time.
    let { text } = node;
    if (isBlock(nodes[index - 1]?.entity?.type)) text = text.replace(/^\n/u, '');
    if (isBlock(nodes[index + 1]?.entity?.type)) text = text.replace(/\n$/u, '');
    return document.createTextNode(text);
  });
}

const simple = { bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's' };

function renderEntity({ entity, source, children }, options) {
  const inside = renderNodes(children, options);
  switch (entity.type) {
    case 'bold': case 'italic': case 'underline': case 'strikethrough': return element(simple[entity.type], {}, inside);
    case 'code': return inlineCode(inside);
    case 'pre': return codeBlock(source.replace(/\n$/u, ''), entity.language);
    case 'spoiler': return spoiler(inside);
    case 'blockquote': return element('blockquote', {}, inside);
    case 'expandable_blockquote': return expandable(inside);
    case 'text_link': return link(entity.url, inside);
    case 'url': return link(source, inside);
    case 'email': return link('mailto:' + source, inside);
    case 'phone_number': return link('tel:' + source, inside);
    case 'text_mention': return element('span', { class: 'mention', title: entity.user ? String(entity.user.id) : undefined }, inside);
    case 'bot_command': return element('button', {
      type: 'button', class: 'command', onclick: () => options.onCommand?.(source),
    }, inside);
    case 'mention': case 'hashtag': case 'cashtag': return element('span', { class: 'mention' }, inside);
    case 'date_time': return moment(entity.unix_time, inside);
    default: return element('span', {}, inside);
  }
}

const inlineCode = inside => element('code', { class: 'inline' }, inside);

function moment(seconds, inside) {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? element('span', {}, inside)
    : element('time', { class: 'moment', datetime: date.toISOString(), title: date.toLocaleString(document.documentElement.lang) }, inside);
}

function link(address, inside) {
  const safe = safeAddress(address ?? '');
  return safe ? element('a', { href: safe, target: '_blank', rel: 'noopener noreferrer', title: safe }, inside) : element('span', {}, inside);
}

/** Code with its language and a button that copies it. */
export function codeBlock(text, language) {
  const button = element('button', { type: 'button', class: 'copy', 'aria-label': t('copyCode'), title: t('copyCode') }, icon('copy'));
  button.addEventListener('click', async () => {
    if (!await copy(text)) return;
    button.replaceChildren(icon('check'));
    setTimeout(() => button.replaceChildren(icon('copy')), 1400);
  });
  return element('div', { class: 'code-block' },
    element('div', { class: 'code-head' }, element('span', {}, language || t('code')), button),
    element('pre', { tabindex: '0' }, element('code', {}, text)));
}

function spoiler(inside) {
  const cover = element('span', { class: 'spoiler', role: 'button', tabindex: '0', 'aria-label': t('spoiler'), 'aria-expanded': 'false' },
    element('span', { class: 'hidden-text', 'aria-hidden': 'true' }, inside));
  const reveal = event => {
    if (cover.classList.contains('open')) return;
    event.preventDefault();
    event.stopPropagation();
    cover.classList.add('open');
    cover.removeAttribute('role');
    cover.removeAttribute('aria-label');
    cover.removeAttribute('tabindex');
    cover.removeAttribute('aria-expanded');
    cover.firstChild.removeAttribute('aria-hidden');
  };
  // In the capturing phase, so that a hidden link is revealed before it can be followed.
  cover.addEventListener('click', reveal, true);
  cover.addEventListener('keydown', event => { if (event.key === 'Enter' || event.key === ' ') reveal(event); }, true);
  return cover;
}

function expandable(inside) {
  const quote = element('blockquote', { class: 'expandable' });
  const button = element('button', { type: 'button', class: 'expand', 'aria-expanded': 'false', 'aria-label': t('showMore') }, icon('chevron'));
  button.addEventListener('click', () => {
    const isOpen = quote.classList.toggle('open');
    button.setAttribute('aria-expanded', String(isOpen));
    button.setAttribute('aria-label', t(isOpen ? 'showLess' : 'showMore'));
  });
  quote.append(element('div', { class: 'folded' }, inside), button);
  return quote;
}

// Rich messages

const depthLimit = 24;
const richSimple = {
  bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's', subscript: 'sub', superscript: 'sup', marked: 'mark',
};

/** The text of a rich block: a string, a list, or an object with a type. */
export function richText(text, options = {}, depth = 0) {
  if (text === null || text === undefined || depth > depthLimit) return [];
  if (typeof text === 'string') return [document.createTextNode(text)];
  if (Array.isArray(text)) return text.flatMap(part => richText(part, options, depth + 1));
  const inside = () => richText(text.text, options, depth + 1);
  const plain = () => plainText(text.text);
  switch (text.type) {
    case 'code': return [inlineCode(inside())];
    case 'spoiler': return [spoiler(inside())];
    case 'url': return [link(text.url, inside())];
    case 'email_address': return [link('mailto:' + text.email_address, inside())];
    case 'phone_number': return [link('tel:' + text.phone_number, inside())];
    case 'date_time': return [moment(text.unix_time, inside())];
    case 'custom_emoji': return [document.createTextNode(text.alternative_text ?? '')];
    case 'mathematical_expression': return [formula(text.expression, false)];
    case 'bot_command': return [element('button', { type: 'button', class: 'command', onclick: () => options.onCommand?.(plain()) }, inside())];
    case 'mention': case 'hashtag': case 'cashtag': case 'text_mention': return [element('span', { class: 'mention' }, inside())];
    case 'anchor': return [element('span', { data: { anchor: String(text.name) } })];
    case 'reference': return [element('span', { data: { anchor: String(text.name) } }, inside())];
    case 'anchor_link': case 'reference_link': return [anchorLink(text.anchor_name ?? text.reference_name, inside())];
    default: return richSimple[text.type] ? [element(richSimple[text.type], {}, inside())] : inside();
  }
}

/** The letters of a rich text alone. */
export function plainText(text) {
  if (typeof text === 'string') return text;
  if (Array.isArray(text)) return text.map(plainText).join('');
  return text ? text.alternative_text ?? text.expression ?? plainText(text.text ?? '') : '';
}

/** The first words of a rich message, for lists and previews. */
export function richSummary(message) {
  for (const block of message?.blocks ?? []) {
    const text = plainText(block.text ?? block.summary ?? '') || block.expression
      || (block.items ?? []).map(item => richSummary(item)).find(Boolean) || richSummary(block);
    if (text && block.type !== 'thinking') return text;
  }
  return '';
}

function anchorLink(name, inside) {
  return element('button', { type: 'button', class: 'command', onclick: event => {
    const target = event.currentTarget.closest('.rich')?.querySelectorAll('[data-anchor]') ?? [];
    [...target].find(node => node.dataset.anchor === String(name))?.scrollIntoView({ block: 'center' });
  } }, inside);
}

const formula = (expression, isBlock) =>
  element(isBlock ? 'div' : 'span', { class: 'formula', role: 'math', 'aria-label': expression }, String(expression ?? ''));

/** A rich message as elements. */
export function renderRich(message, options = {}) {
  return element('div', { class: 'rich', dir: message.is_rtl ? 'rtl' : 'auto' }, richBlocks(message.blocks, options, 0));
}

function richBlocks(blocks, options, depth) {
  return Array.isArray(blocks) && depth <= depthLimit ? blocks.map(block => richBlock(block ?? {}, options, depth)) : [];
}

function richBlock(block, options, depth) {
  const text = () => richText(block.text, options);
  const inner = () => richBlocks(block.blocks, options, depth + 1);
  switch (block.type) {
    case 'paragraph': return element('p', {}, text());
    case 'heading': return element('h' + Math.min(6, Math.max(2, (block.size ?? 1) + 1)), { class: 'size-' + Math.min(6, Math.max(1, block.size ?? 1)) }, text());
    case 'pre': return codeBlock(plainText(block.text), block.language);
    case 'footer': return element('p', { class: 'footer' }, text());
    case 'divider': return element('hr');
    case 'mathematical_expression': return formula(block.expression, true);
    case 'anchor': return element('span', { data: { anchor: String(block.name) } });
    case 'list': return richList(block, options, depth);
    case 'blockquote': return element('blockquote', {}, inner(), credit(block.credit, options));
    case 'pullquote': return element('blockquote', { class: 'pull' }, element('p', {}, text()), credit(block.credit, options));
    case 'collage': case 'slideshow':
      return element('figure', { class: block.type }, element('div', { class: 'frames', tabindex: '0' }, inner()), caption(block.caption, options));
    case 'table': return richTable(block, options);
    case 'details':
      return element('details', { open: block.is_open === true }, element('summary', {}, richText(block.summary, options)), element('div', {}, inner()));
    case 'thinking': return element('div', { class: 'thinking' }, element('span', { class: 'thinking-mark', 'aria-hidden': 'true' }), element('div', {}, text()));
    case 'map': return element('figure', {}, element('div', { class: 'media-tile' }, icon('map'),
      element('span', {}, `${block.location?.latitude ?? '?'}, ${block.location?.longitude ?? '?'}`)), caption(block.caption, options));
    case 'photo': return element('figure', {}, picture(block.photo), caption(block.caption, options));
    case 'animation': case 'audio': case 'video': case 'voice_note':
      return element('figure', {}, element('div', { class: 'media-tile' }, icon(block.type === 'voice_note' ? 'microphone' : 'play'),
        element('span', {}, block[block.type]?.file_name ?? t(block.type === 'voice_note' ? 'voice' : block.type))), caption(block.caption, options));
    default: return element('p', {}, block.text ? text() : inner());
  }
}

const credit = (text, options) => text ? element('cite', {}, richText(text, options)) : null;
const caption = (value, options) => value ? element('figcaption', {}, richText(value.text, options), credit(value.credit, options)) : null;

/** A photo by the bytes that the simulator keeps; its sizes come smallest first. */
export function picture(sizes, alternative) {
  const size = Array.isArray(sizes) ? sizes.at(-1) : undefined;
  const image = element('img', {
    class: 'photo', alt: alternative ?? t('photo'), loading: 'lazy', decoding: 'async',
    width: String(size?.width ?? 320), height: String(size?.height ?? 240),
  });
  image.addEventListener('error', () => {
    image.replaceWith(element('div', { class: 'media-tile photo-tile' }, icon('image'), element('span', {}, alternative || t('photo'))));
  });
  image.src = '/simulator/file/' + encodeURIComponent(size?.file_unique_id ?? '');
  return image;
}

function richList(block, options, depth) {
  const items = Array.isArray(block.items) ? block.items : [];
  return element('ul', { class: 'rich-list' }, items.map(item => element('li', {},
    item.has_checkbox
      ? element('span', { class: item.is_checked ? 'box checked' : 'box', role: 'img', 'aria-label': t(item.is_checked ? 'done' : 'notDone') }, item.is_checked ? icon('check') : null)
      : element('span', { class: 'label', 'aria-hidden': 'true' }, String(item.label ?? '•')),
    element('div', {}, richBlocks(item.blocks, options, depth + 1)))));
}

function richTable(block, options) {
  const rows = (Array.isArray(block.cells) ? block.cells : []).map(row => element('tr', {}, (Array.isArray(row) ? row : []).map(cell => {
    const made = element(cell.is_header ? 'th' : 'td', {}, richText(cell.text, options));
    made.colSpan = Math.min(20, Math.max(1, cell.colspan ?? 1));
    made.rowSpan = Math.min(500, Math.max(1, cell.rowspan ?? 1));
    made.classList.add('align-' + (['center', 'right'].includes(cell.align) ? cell.align : 'left'));
    return made;
  })));
  const table = element('table', {}, block.caption ? element('caption', {}, richText(block.caption, options)) : null, element('tbody', {}, rows));
  table.classList.toggle('bordered', block.is_bordered === true);
  table.classList.toggle('striped', block.is_striped === true);
  return element('div', { class: 'table', tabindex: '0' }, table);
}
