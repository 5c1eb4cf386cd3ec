// One message, album or service line as an element.

import { element, icon } from './dom.js';
import { oneLine } from './entities.js';
import { dayName, time, t } from './texts.js';
import { picture, renderRich, renderText, richSummary } from './render.js';
import { fullName, messageKey } from './world.js';

/** The place of a person in the ring of name colours; the same for the same person everywhere. */
export const hue = id => Math.abs(Number(id) || 0) % 7;

/** A round picture with a person's or a chat's first letters. */
export function avatar(id, name, kind = '') {
  const words = name.replace(/[^\p{L}\p{N}\s]/gu, '').trim().split(/\s+/u).filter(Boolean);
  const letters = words.length ? (words.length > 1 ? [words[0], words.at(-1)] : words).map(word => [...word][0]).join('') : '';
  const made = element('span', { class: 'avatar ' + kind, 'aria-hidden': 'true', data: { hue: String(hue(id)) } });
  made.append(kind === 'bot' ? icon('bot') : kind === 'topic' ? icon('hash') : letters.toLocaleUpperCase() || '·');
  return made;
}

const kinds = [
  'photo', 'animation', 'document', 'video', 'voice', 'audio', 'sticker', 'video_note', 'location', 'contact', 'poll', 'dice', 'venue',
];

/** What kind of thing besides text a message carries. */
export const mediaKind = message => kinds.find(kind => message[kind] !== undefined);

/** One line about a message, for lists, reply previews and those who listen. */
export function summary(message, world) {
  const service = serviceText(message, world);
  if (service) return service;
  const kind = mediaKind(message);
  const words = message.text ?? message.caption ?? richSummary(message.rich_message);
  const name = message.document?.file_name ?? message.sticker?.emoji ?? '';
  const said = [kind ? t(kind) : '', kind && kind !== 'photo' ? name : '', words].filter(Boolean).join(' · ');
  return oneLine(said || t('message'));
}

/** What a service message tells; undefined where it is none. */
export function serviceText(message, world) {
  const who = message.from ? fullName(message.from) : '';
  const names = users => users.map(fullName).join(', ');
  const { new_chat_members: joined, left_chat_member: left } = message;
  if (joined?.length) {
    return joined.length === 1 && joined[0].id === message.from?.id ? t('joined', { who }) : t('added', { who, whom: names(joined) });
  }
  if (left) return left.id === message.from?.id ? t('wentAway', { who }) : t('removed', { who, whom: fullName(left) });
  if (message.group_chat_created || message.supergroup_chat_created) return t('groupCreated', { who, title: world.chats.get(message.chat_id)?.title ?? '' });
  if (message.new_chat_title) return t('titleChanged', { who, title: message.new_chat_title });
  if (message.forum_topic_created) return t('topicCreated', { who, title: message.forum_topic_created.name });
  if (message.forum_topic_edited) return t('topicChanged', { who, title: message.forum_topic_edited.name ?? '' });
  if (message.forum_topic_closed) return t('topicClosed', { who });
  if (message.forum_topic_reopened) return t('topicReopened', { who });
  if (message.pinned_message) return t('pinned', { who });
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return t('migrated');
  if (message.write_access_allowed) return t('writeAllowed');
  return undefined;
}

/** A line between days. */
export const dayLine = unit => element('li', { class: 'unit day', role: 'presentation' }, element('span', {}, dayName(unit.date)));

/** A line that nobody wrote: somebody came or went. */
export function serviceLine(unit, context) {
  return element('li', { class: 'unit service', data: { key: unit.key } }, element('span', {}, serviceText(unit.messages[0], context.world)));
}

/** A message or an album. `context` has the world, the person, whether several people talk here, and what clicks do. */
export function messageLine(unit, context) {
  const { world, person, isGroup } = context;
  const message = unit.messages[0];
  const last = unit.messages.at(-1);
  const isOwn = isOwnMessage(message, context);
  const isBots = world.isBots(message);
  const name = message.from ? fullName(message.from) : message.sender_chat?.title ?? '';
  const line = element('li', {
    class: 'unit message ' + (isOwn ? 'own' : 'other'), tabindex: '-1', data: { key: unit.key },
    'aria-label': `${isOwn ? t('you') : name}, ${time(message.date)}: ${summary(message, world)}`,
  });
  line.classList.toggle('deleted', unit.messages.every(part => part.deleted));
  line.classList.toggle('ephemeral', Boolean(message.receiver_user));
  const bubble = element('div', { class: 'bubble', dir: 'auto' });
  const parts = [];
  if (isGroup && !isOwn) {
    parts.push(element('div', { class: 'author', data: { hue: String(hue(message.from?.id ?? 0)) } }, name, isBots ? element('span', { class: 'badge' }, t('bot')) : null));
  }
  if (message.sender_business_bot) parts.push(element('div', { class: 'via' }, t('sentByBot', { name: fullName(message.sender_business_bot) })));
  if (message.via_bot) parts.push(element('div', { class: 'via' }, t('via', { name: '@' + (message.via_bot.username ?? '') })));
  if (message.forward_origin) parts.push(forwarded(message.forward_origin, world));
  if (message.receiver_user) parts.push(element('div', { class: 'only-you' }, icon('eye'), t('onlyYou')));
  if (message.reply_to_message || message.external_reply || message.quote) parts.push(replyPreview(message, context));
  const media = unit.messages.filter(mediaKind);
  if (media.length > 1) parts.push(element('div', { class: 'album', data: { count: String(Math.min(4, media.length)) } }, media.map(part => tile(part, world))));
  else if (media.length === 1) parts.push(tile(media[0], world));
  const captioned = unit.messages.find(part => part.text ?? part.caption);
  if (message.rich_message) parts.push(renderRich(message.rich_message, context));
  else if (captioned) {
    const text = captioned.text ?? captioned.caption;
    const lonely = !media.length && !message.reply_to_message && emojiCount(text);
    const said = element('div', { class: 'text', dir: 'auto' }, renderText(text, captioned.entities ?? captioned.caption_entities, context));
    if (lonely && lonely <= 3) said.classList.add('large');
    parts.push(said);
  }
  const signature = foot(unit, last, context, isOwn);
  const said = parts.at(-1);
  if (said?.classList.contains('text')) said.append(footSpace(signature));
  else signature.classList.add('alone');
  parts.push(signature);
  bubble.append(...parts);
  bubble.classList.toggle('with-media', media.some(part => part.photo));
  const tools = element('button', { type: 'button', class: 'round more', tabindex: '-1', 'aria-label': t('messageMenu'), title: t('messageMenu') }, icon('dots'));
  // What is selected stays so, to be quoted.
  tools.addEventListener('mousedown', event => event.preventDefault());
  tools.addEventListener('click', event => { event.stopPropagation(); context.openMenu(unit, tools); });
  const face = isGroup && !isOwn ? avatar(message.from?.id ?? message.sender_chat?.id ?? 0, name, isBots ? 'bot' : '') : null;
  line.classList.toggle('with-face', face !== null);
  line.append(element('div', { class: 'column' }, element('div', { class: 'row' }, face ?? '', bubble, tools), reactions(last, context) ?? '', keyboard(last, context) ?? ''));
  return line;
}

/** Whether a message stands on the right: it is the person's, or was said in the person's name. */
export const isOwnMessage = (message, { person }) => message.from?.id === person;

/** Changes what depends on the neighbours without making the message anew. */
export function setRun(line, unit) {
  line.classList.toggle('first', Boolean(unit.isFirst));
  line.classList.toggle('last', Boolean(unit.isLast));
}

function forwarded(origin, world) {
  const from = origin.sender_user ? fullName(origin.sender_user) : origin.sender_user_name ?? origin.sender_chat?.title ?? origin.chat?.title ?? world.name(0);
  return element('div', { class: 'forwarded' }, icon('forward'), element('span', {}, t('forwardedFrom', { name: from })));
}

function replyPreview(message, context) {
  const parent = message.reply_to_message;
  const whole = parent && context.world.message(messageKey({ ...message, ...parent, chat_id: message.chat_id, receiver_user: parent.receiver_user, ephemeral_message_id: parent.ephemeral_message_id }));
  const shown = whole ?? parent ?? {};
  const author = shown.from ? fullName(shown.from) : message.external_reply?.origin?.sender_user ? fullName(message.external_reply.origin.sender_user) : '';
  const words = message.quote?.text ? oneLine(message.quote.text) : shown.deleted ? t('deletedMessage') : summary(shown, context.world);
  return element('button', {
    type: 'button', class: message.quote?.text ? 'reply quoted' : 'reply', data: { hue: String(hue(shown.from?.id ?? 0)) },
    onclick: () => { if (whole) context.jumpTo(messageKey(whole)); },
    'aria-label': `${t('replyTo', { name: author })}: ${words}`,
  }, element('strong', {}, author || t('message')), element('span', {}, words));
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** How many emoji a text consists of; 0 where there is anything else in it. */
export function emojiCount(text) {
  if (!text || text.length > 40) return 0;
  let count = 0;
  for (const { segment } of segmenter.segment(text.trim())) {
    if (!/^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3)/u.test(segment)) return 0;
    count++;
  }
  return count;
}

const byteCount = size => size === undefined ? '' : size < 1024 ? `${size} B` : size < 1 << 20 ? `${(size / 1024).toFixed(0)} KB` : `${(size / (1 << 20)).toFixed(1)} MB`;
const drawing = { document: 'file', voice: 'microphone', audio: 'microphone', video: 'play', video_note: 'play', animation: 'play', location: 'map', venue: 'map', contact: 'person', poll: 'check' };

function tile(message, world) {
  const kind = mediaKind(message);
  const thing = message[kind];
  if (kind === 'photo') return picture(message.photo, message.caption ? oneLine(message.caption, 60) : undefined);
  if (kind === 'sticker' || kind === 'dice') return element('div', { class: 'sticker', role: 'img', 'aria-label': t(kind) }, thing.emoji ?? '★');
  const name = thing.file_name ?? thing.title ?? thing.first_name ?? thing.question
    ?? (thing.latitude === undefined ? t(kind) : `${thing.latitude}, ${thing.longitude}`);
  const detail = [byteCount(thing.file_size), thing.duration === undefined ? '' : `${Math.floor(thing.duration / 60)}:${String(Math.floor(thing.duration % 60)).padStart(2, '0')}`].filter(Boolean).join(' · ');
  const inside = [element('span', { class: 'media-icon' }, icon(drawing[kind] ?? 'file')),
    element('span', { class: 'media-words' }, element('strong', {}, name), element('small', {}, detail || t(kind)))];
  return thing.file_unique_id
    ? element('a', { class: 'media-tile', href: '/simulator/file/' + encodeURIComponent(thing.file_unique_id), download: name }, inside)
    : element('div', { class: 'media-tile' }, inside);
}

function foot(unit, message, context, isOwn) {
  const marks = [];
  const versions = unit.messages.find(part => part.versions?.length > 1);
  if (message.edit_date) {
    marks.push(versions
      ? element('button', { type: 'button', class: 'edited', title: t('showVersions'), onclick: () => context.showVersions(versions) }, t('edited'))
      : element('span', {}, t('edited')));
  }
  if (message.deleted) marks.push(element('span', { class: 'gone' }, t('deleted')));
  marks.push(element('time', { datetime: new Date(message.date * 1000).toISOString(), title: new Date(message.date * 1000).toLocaleString(document.documentElement.lang) }, time(message.date)));
  if (isOwn) marks.push(icon('check'));
  return element('div', { class: 'foot' }, marks);
}

// Room behind the last words for the time that stands in the corner.
function footSpace(signature) {
  return element('span', { class: 'foot-space', 'aria-hidden': 'true' },
    [...signature.children].map(part => part.matches('svg') ? part.cloneNode(true) : element('span', {}, part.textContent)));
}

/** An emoji as a picture, also where its character alone would be a sign. */
export const drawn = emoji => [...emoji].length === 1 ? emoji + '\uFE0F' : emoji;

// Who reacted with what: one button for each emoji, which gives or takes back one's own.
function reactions(message, { world, person, react }) {
  if (!message.reactions?.length || message.deleted) return null;
  const groups = new Map();
  for (const { emoji, user_id: user } of message.reactions) groups.set(emoji, [...groups.get(emoji) ?? [], user]);
  return element('div', { class: 'reactions' }, [...groups].map(([emoji, users]) => {
    const isMine = users.includes(person);
    return element('button', {
      type: 'button', class: isMine ? 'reaction own' : 'reaction', 'aria-pressed': String(isMine), title: users.map(user => world.name(user)).join(', '),
      onclick: () => react(message, isMine ? '' : emoji),
    }, element('span', {}, drawn(emoji)), element('small', {}, String(users.length)));
  }));
}

function keyboard(message, context) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!Array.isArray(rows) || !rows.length || message.deleted) return null;
  return element('div', { class: 'keyboard' }, rows.map(row => element('div', { class: 'keys' }, (Array.isArray(row) ? row : []).map(button => key(button, message, context)))));
}

function key(button, message, context) {
  const made = element('button', { type: 'button', class: 'key' }, element('span', {}, String(button.text ?? '')));
  if (['primary', 'success', 'danger'].includes(button.style)) made.classList.add(button.style);
  if (button.url || button.web_app || button.login_url) made.append(icon('link'));
  if (button.copy_text) made.append(icon('copy'));
  if (context.isPressed(message, button.callback_data)) made.classList.add('loading');
  made.disabled = button.is_disabled === true;
  made.addEventListener('click', () => context.press(message, button, made));
  return made;
}
