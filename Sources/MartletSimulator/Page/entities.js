// What a message says, as a tree: text with entities by UTF-16 offsets. Pure; nothing here touches the document.

// Who is outside when two entities cover the same characters.
const ranks = [
  'blockquote', 'expandable_blockquote', 'pre', 'text_link', 'text_mention', 'url', 'email', 'phone_number',
  'mention', 'hashtag', 'cashtag', 'bot_command', 'bank_card', 'date_time', 'spoiler',
  'bold', 'italic', 'underline', 'strikethrough', 'code', 'custom_emoji',
];
const rank = new Map(ranks.map((kind, index) => [kind, index]));
const blocks = new Set(['blockquote', 'expandable_blockquote', 'pre']);
const depthLimit = 24;
const countLimit = 2000;

/** Whether an entity of this kind stands on lines of its own. */
export const isBlock = kind => blocks.has(kind);

// A border inside a surrogate pair moves out of it, so that no half character is ever shown.
function border(text, index, step) {
  const inside = index > 0 && index < text.length
    && (text.charCodeAt(index) & 0xfc00) === 0xdc00 && (text.charCodeAt(index - 1) & 0xfc00) === 0xd800;
  return inside ? index + step : index;
}

/** The entities that can be shown, cut to the text and in the order in which they open. */
export function usableEntities(text, entities) {
  if (!Array.isArray(entities)) return [];
  const usable = [];
  for (const entity of entities.slice(0, countLimit)) {
    if (!entity || !Number.isInteger(entity.offset) || !Number.isInteger(entity.length)) continue;
    const start = border(text, Math.max(0, entity.offset), -1);
    const end = border(text, Math.min(text.length, entity.offset + entity.length), 1);
    if (typeof entity.type === 'string' && start < end) usable.push({ start, end, entity });
  }
  return usable.sort(byOpening);
}

const byOpening = (a, b) => a.start - b.start || b.end - a.end
  || (rank.get(a.entity.type) ?? ranks.length) - (rank.get(b.entity.type) ?? ranks.length);

/**
 * Text and entities as a tree of `{ text }` and `{ entity, source, children }`, where `source` is the covered text.
 * Entities that cross each other are cut at the border; nothing of the text is lost or said twice.
 */
export function entityTree(text, entities) {
  const root = [];
  // The open nodes from the outside in, and what still has to be opened, by start.
  const open = [];
  const waiting = usableEntities(text, entities);
  let position = 0;
  const children = () => open.length ? open.at(-1).node.children : root;
  const say = until => {
    if (until > position) children().push({ text: text.slice(position, until) });
    position = Math.max(position, until);
  };
  const closeUntil = limit => {
    while (open.length && open.at(-1).end <= limit) {
      say(open.at(-1).end);
      open.pop();
    }
  };
  let steps = 0;
  while (waiting.length && steps++ < countLimit * 4) {
    const next = waiting.shift();
    closeUntil(next.start);
    say(next.start);
    if (open.length >= depthLimit) continue;
    const limit = open.length ? open.at(-1).end : text.length;
    if (next.end > limit) {
      insert(waiting, { ...next, start: limit });
      next.end = limit;
    }
    const node = { entity: next.entity, source: text.slice(next.start, next.end), children: [] };
    children().push(node);
    open.push({ node, end: next.end });
  }
  closeUntil(text.length);
  say(text.length);
  return root;
}

function insert(sorted, item) {
  let index = 0;
  while (index < sorted.length && byOpening(sorted[index], item) <= 0) index++;
  sorted.splice(index, 0, item);
}

/** The first line of what a message says, for lists and previews. */
export function oneLine(text, limit = 120) {
  const line = text.replace(/\s+/gu, ' ').trim();
  const letters = [...line];
  return letters.length > limit ? letters.slice(0, limit).join('') + '…' : line;
}

/** Where a text may be opened: an http, https, tg or mailto address; null for everything else. */
export function safeAddress(address) {
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:/iu.test(address) ? address : 'https://' + address);
    return ['http:', 'https:', 'mailto:', 'tel:', 'tg:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
