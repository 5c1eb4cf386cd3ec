// People and groups: who one is, who else there is, and what can be done with a chat.

import { choose, form, openMenu } from './dialogs.js';
import { avatar } from './message.js';
import { t } from './texts.js';
import { fullName } from './world.js';

/** Lets one be somebody else, and make people and groups. */
export function openPersonMenu(app, anchor) {
  const users = [...app.world.users.values()];
  openMenu(anchor, [
    ...users.map(user => ({ text: fullName(user) + (user.language_code ? ` · ${user.language_code}` : ''), icon: 'person', isChecked: user.id === app.person, action: () => app.become(user.id) })),
    null,
    { text: t('newPerson'), icon: 'plus', action: () => newPerson(app) },
    { text: t('newGroup'), icon: 'group', action: () => newGroup(app) },
    ...app.person ? [{ text: ownConnection(app) ? t('disconnectBot') : t('connectBot'), icon: 'briefcase', action: () => connectBot(app) }] : [],
  ], t('people'));
}

/** The connection over which the bot answers for the person whom one plays. */
const ownConnection = app => [...app.world.connections.values()]
  .find(connection => connection.user.id === app.person && connection.is_enabled !== false);

/** Asks who is new, and goes on as them. */
export async function newPerson(app) {
  const values = await form(t('newPerson'), [
    { name: 'name', label: t('name'), isRequired: true, placeholder: 'Elif' },
    { name: 'username', label: t('username'), placeholder: 'elif' },
    { name: 'language', label: t('theirLanguage'), type: 'select', options: [['en', 'English'], ['tr', 'Türkçe'], ['ru', 'Русский'], ['de', 'Deutsch'], ['', t('unknown')]], value: app.settings.language || 'en' },
  ], t('create'));
  if (!values) return;
  const answer = await app.do({ act: 'addUser', name: values.name, username: values.username.replace(/^@/u, '') || undefined, language_code: values.language || undefined });
  if (answer?.user) {
    app.world.apply('user', answer.user);
    app.become(answer.user.id);
  }
}

/** Asks for a group, and opens it. */
export async function newGroup(app) {
  const users = [...app.world.users.values()];
  const values = await form(t('newGroup'), [
    { name: 'title', label: t('groupTitle'), isRequired: true },
    { name: 'members', label: t('people'), type: 'checks', options: users.map(user => [user.id, fullName(user)]), value: new Set(users.map(user => user.id)) },
    { name: 'type', label: t('kind'), type: 'select', options: [['group', t('smallGroup')], ['supergroup', t('supergroup')], ['forum', t('forum')], ['channel', t('channel')]] },
    { name: 'bot', label: t('theBot'), type: 'select', options: [['member', t('botMember')], ['administrator', t('botAdministrator')], ['none', t('botNone')]] },
  ], t('create'));
  if (!values) return;
  const members = [app.person, ...values.members.filter(id => id !== app.person)].filter(Boolean);
  const body = { act: 'addGroup', title: values.title, members, type: values.type === 'forum' ? 'supergroup' : values.type, bot: values.bot };
  // In a channel a bot is an administrator or nothing.
  if (values.type === 'channel' && values.bot === 'member') body.bot = 'administrator';
  if (values.type === 'forum') body.is_forum = true;
  const answer = await app.do(body);
  if (answer?.chat) {
    app.world.apply('chat', answer.chat);
    app.open('c:' + answer.chat.id);
  }
}

async function connectBot(app) {
  const own = ownConnection(app);
  await app.do({ act: 'connect', from: app.person, rights: { can_reply: true, can_read_messages: true }, is_enabled: !own });
}

/** What can be done with the open chat. */
export function openChatMenu(app, anchor) {
  const { row, world, person } = app;
  if (!row) return;
  const items = [];
  if (row.kind === 'private') {
    const isBlocked = row.chat.is_blocked === true;
    items.push({ text: t(isBlocked ? 'unblockBot' : 'blockBot'), icon: 'block', action: () => app.do({ act: isBlocked ? 'unblock' : 'block', from: person }) });
  }
  if (row.kind === 'group' || row.kind === 'topic') {
    const isThere = ['member', 'administrator'].includes(row.chat.bot?.status);
    items.push({ text: t('members_'), icon: 'group', action: () => showMembers(app, row.chat) });
    const strangers = [...world.users.values()].filter(user => !row.chat.members?.some(member => member.user_id === user.id));
    if (strangers.length) {
      items.push({ text: t('addPeople'), icon: 'plus', action: async () => {
        const id = await choose(t('addPeople'), strangers.map(user => ({ value: user.id, text: fullName(user), picture: avatar(user.id, fullName(user)) })));
        if (id) await app.do({ act: 'join', chat_id: row.chat.id, from: id });
      } });
    }
    items.push({ text: t(isThere ? 'removeBot' : 'addBot'), icon: 'bot', action: () => app.do({ act: isThere ? 'removeBot' : 'addBot', chat_id: row.chat.id, from: person }) });
    if (row.chat.is_forum) {
      items.push({ text: t('newTopic'), icon: 'hash', action: async () => {
        const values = await form(t('newTopic'), [{ name: 'name', label: t('name'), isRequired: true }], t('create'));
        if (values) await app.do({ act: 'addTopic', chat_id: row.chat.id, from: person, name: values.name });
      } });
    }
    if (row.chat.type === 'channel') {
      const groups = [...world.chats.values()].filter(chat => chat.type === 'supergroup' && !chat.migrated_to);
      if (groups.length) {
        items.push({ text: t('linkGroup'), icon: 'group', action: async () => {
          const id = await choose(t('linkGroup'), groups.map(chat => ({ value: chat.id, text: chat.title, detail: chat.id === row.chat.linked_chat_id ? t('linked') : '', picture: avatar(chat.id, chat.title ?? '', 'group') })));
          if (id) await app.do({ act: 'linkGroup', chat_id: row.chat.id, group_id: id });
        } });
      }
    }
    items.push(null, { text: t('leaveGroup'), icon: 'leave', isDanger: true, action: () => app.do({ act: 'leave', chat_id: row.chat.id, from: person }) });
  }
  items.push({ text: t('showsDeleted'), isChecked: app.settings.showsDeleted, action: () => app.change('showsDeleted', !app.settings.showsDeleted) });
  openMenu(anchor, items, t('chatMenu'));
}

async function showMembers(app, chat) {
  const id = await choose(chat.title ?? t('people'), (chat.members ?? []).map(member => ({
    value: member.user_id, text: app.world.name(member.user_id), detail: t('status_' + member.status, {}, 'status_member'), picture: avatar(member.user_id, app.world.name(member.user_id)),
  })));
  if (id) app.become(id);
}
