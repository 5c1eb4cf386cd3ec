// What can be done with a message that was said: reply, react, forward, delete, look into it.

import { conversationAvatar, conversationTitle } from './chats.js';
import { choose, confirm, form, openMenu, showContent, showJSON, toast } from './dialogs.js';
import { copy, element } from './dom.js';
import { drawn } from './message.js';
import { codeBlock } from './render.js';
import { t } from './texts.js';
import { fullName } from './world.js';

/** Offers what can be done with a message. */
export function openMessageMenu(app, unit, anchor) {
  const message = unit.messages.at(-1);
  const isOwn = message.from?.id === app.person;
  const text = unit.messages.map(part => part.text ?? part.caption).find(Boolean);
  const quote = selectedWords(unit);
  const items = [];
  if (!message.deleted && quote) items.push({ text: t('quote'), icon: 'quote', action: () => app.composer.reply(message, quote) });
  if (!message.deleted) items.push({ text: t('reply'), icon: 'reply', action: () => app.composer.reply(message) });
  if (!message.deleted && !message.receiver_user && !message.business_connection_id) items.push({ text: t('react'), icon: 'heart', action: () => chooseReaction(app, message) });
  if (text) items.push({ text: t('copy'), icon: 'copy', action: async () => { if (await copy(text)) toast(t('copied')); } });
  if (isOwn && message.text && !message.deleted && !message.forward_origin && !message.receiver_user) items.push({ text: t('edit'), icon: 'edit', action: () => app.composer.edit(message) });
  if (!message.deleted && !message.receiver_user) {
    items.push({ text: t('forward'), icon: 'forward', action: () => forward(app, [unit]) },
      { text: t('select'), icon: 'select', action: () => { app.selection = new Set([unit.key]); app.render(); } });
  }
  const markup = message.reply_markup?.inline_keyboard;
  if (!message.deleted && markup) items.push({ text: t('pressAs'), icon: 'person', action: () => pressAs(app, message, markup) });
  items.push({ text: t('asJSON'), icon: 'file', action: () => showJSON(t('message'), unit.messages.length > 1 ? unit.messages : message, codeBlock) });
  if (!message.deleted && !message.receiver_user) items.push(null, { text: t('delete'), icon: 'trash', isDanger: true, action: () => deleteUnits(app, [unit]) });
  openMenu(anchor, items, t('messageMenu'));
}

/** Gives a message one's reaction, or takes it back. */
export function react(app, message, emoji) {
  return app.do({ act: 'react', from: app.person, chat_id: message.chat_id, message_id: message.message_id, emoji });
}

async function chooseReaction(app, message) {
  const own = message.reactions?.find(reaction => reaction.user_id === app.person)?.emoji;
  const emoji = await choose(t('react'), ['👍', '❤', '🔥', '🎉', '😁', '🤔', '👀', '🙏', '👎'].map(value => ({ value, text: drawn(value), detail: value === own ? t('yourReaction') : '' })));
  if (emoji) await react(app, message, emoji === own ? '' : emoji);
}

// What is selected of a message's own words, where it is only of this message.
function selectedWords(unit) {
  const selection = getSelection();
  const words = selection?.toString().trim() ?? '';
  const holder = selection?.rangeCount ? selection.getRangeAt(0).commonAncestorContainer : undefined;
  const text = (holder?.nodeType === Node.TEXT_NODE ? holder.parentElement : holder)?.closest?.('.text');
  return words && text?.closest('.message')?.dataset.key === unit.key ? words : undefined;
}

// Only the owner's press may count: somebody else presses, so that one can see it.
async function pressAs(app, message, markup) {
  const buttons = markup.flat().filter(button => button.callback_data !== undefined);
  const values = await form(t('pressAs'), [
    { name: 'from', label: t('person'), type: 'select', options: [...app.world.users.values()].map(user => [String(user.id), fullName(user)]) },
    { name: 'data', label: t('button'), type: 'select', options: buttons.map(button => [button.callback_data, button.text]) },
  ], t('press'));
  if (values) await app.do({ act: 'press', from: Number(values.from), chat_id: message.chat_id, message_id: message.message_id, data: values.data });
}

/** Deletes messages after a question. */
export async function deleteUnits(app, chosen) {
  const ids = chosen.flatMap(unit => unit.messages).filter(message => !message.deleted);
  if (!ids.length || !await confirm(t('reallyDelete', { count: ids.length }), t('delete'))) return;
  app.selection = undefined;
  await app.do({ act: 'delete', from: app.person, chat_id: ids[0].chat_id, message_ids: ids.map(message => message.message_id) });
  app.render();
}

/** Asks where messages go, and sends them there. */
export async function forward(app, chosen) {
  const messages = chosen.flatMap(unit => unit.messages).filter(message => !message.deleted);
  const rows = app.world.conversationsOf(app.person).filter(row => !row.connection);
  const key = await choose(t('forwardTo'), rows.map(row => ({
    value: row.key, text: conversationTitle(row, app.world), detail: row.kind === 'topic' ? row.chat.title : '', picture: conversationAvatar(row, app.world),
  })));
  if (!key) return;
  app.selection = undefined;
  app.open(key);
  app.conversation.follow();
  const { row } = app;
  await app.do({
    act: 'forward', from: app.person, chat_id: row.chat.id, ...row.thread === undefined ? {} : { message_thread_id: row.thread },
    messages: messages.map(message => ({ chat_id: message.chat_id, message_id: message.message_id })),
  });
}

/** Shows every text that a message has had. */
export function showVersions(message) {
  const versions = message.versions ?? [];
  showContent(t('versions'), element('ol', { class: 'versions' }, versions.map((text, index) => element('li', {},
    element('small', {}, index === versions.length - 1 ? t('now') : t('version', { count: index + 1 })), element('p', { dir: 'auto' }, text)))));
}
