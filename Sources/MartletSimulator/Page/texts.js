// The page's words in three languages, and how it writes times. A word that counts has forms by the language's rules.

/** The languages, each by its own name. */
export const languages = [['en', 'English'], ['tr', 'Türkçe'], ['ru', 'Русский']];

const order = languages.map(([code]) => code);

/** English, Turkish, Russian; `{name}` is filled in; an object has the forms of a number. */
export const catalogue = {
  title: ['Simulator', 'Simülatör', 'Симулятор'],
  brand: ['Martlet simulator', 'Martlet simülatörü', 'Симулятор Martlet'],
  skip: ['Skip to the message box', 'İleti kutusuna geç', 'К полю сообщения'],
  chats: ['Chats', 'Sohbetler', 'Чаты'],
  people: ['People', 'Kişiler', 'Люди'],
  person: ['Person', 'Kişi', 'Человек'],
  new: ['New person or group', 'Yeni kişi veya grup', 'Новый человек или группа'],
  settings: ['Settings', 'Ayarlar', 'Настройки'],
  menu: ['Menu', 'Menü', 'Меню'],
  chatMenu: ['Chat menu', 'Sohbet menüsü', 'Меню чата'],
  operators: ['Operator', 'Operatör', 'Оператор'],
  back: ['Back to the chats', 'Sohbetlere dön', 'К списку чатов'],
  close: ['Close', 'Kapat', 'Закрыть'],
  cancel: ['Cancel', 'Vazgeç', 'Отмена'],
  ok: ['OK', 'Tamam', 'ОК'],
  create: ['Create', 'Oluştur', 'Создать'],
  add: ['Add', 'Ekle', 'Добавить'],
  save: ['Save', 'Kaydet', 'Сохранить'],
  reconnecting: ['Reconnecting…', 'Yeniden bağlanıyor…', 'Переподключение…'],
  unreachable: ['The simulator can’t be reached. Is it still running?', 'Simülatöre ulaşılamıyor. Hâlâ çalışıyor mu?', 'Симулятор недоступен. Он ещё запущен?'],
  welcome: ['A messenger of your own', 'Sana ait bir mesajlaşma uygulaması', 'Свой собственный мессенджер'],
  welcomeText: [
    'Here you are everybody but the bot. Make a person first; groups, topics and mishaps come after.',
    'Burada bottan başka herkes sensin. Önce bir kişi oluştur; gruplar, konular ve aksilikler sonra gelir.',
    'Здесь вы — все, кроме бота. Сначала создайте человека; группы, темы и неполадки — потом.',
  ],

  you: ['You', 'Sen', 'Вы'],
  youPlay: ['You are playing', 'Oynadığın kişi', 'Вы играете за'],
  bot: ['bot', 'bot', 'бот'],
  business: ['business', 'iş', 'бизнес'],
  noMessages: ['No messages yet', 'Henüz ileti yok', 'Сообщений пока нет'],
  unread: [{ one: '{count} unread', other: '{count} unread' }, { other: '{count} okunmamış' }, { one: '{count} непрочитанное', few: '{count} непрочитанных', many: '{count} непрочитанных', other: '{count} непрочитанных' }],
  writing: ['writing…', 'yazıyor…', 'пишет…'],
  action_typing: ['typing…', 'yazıyor…', 'печатает…'],
  action_upload_photo: ['sending a photo…', 'fotoğraf gönderiyor…', 'отправляет фото…'],
  action_upload_document: ['sending a file…', 'dosya gönderiyor…', 'отправляет файл…'],
  action_record_voice: ['recording…', 'kaydediyor…', 'записывает…'],
  action_upload_voice: ['sending a voice message…', 'ses gönderiyor…', 'отправляет голосовое…'],
  thinking: ['Thinking…', 'Düşünüyor…', 'Думает…'],
  stop: ['Stop', 'Durdur', 'Остановить'],
  stopped: ['stopped', 'durduruldu', 'остановлено'],
  start: ['Start', 'Başla', 'Начать'],
  emptyPrivate: ['Say hello, or begin with a command.', 'Merhaba de ya da bir komutla başla.', 'Поздоровайтесь или начните с команды.'],
  emptyGroup: ['Nobody has said anything here yet.', 'Burada henüz kimse bir şey söylemedi.', 'Здесь ещё никто ничего не сказал.'],
  emptyClient: [
    'You are a client of {name}; the bot may answer in their name.', '{name} adlı kişinin müşterisisin; onun adına bot yanıt verebilir.',
    'Вы клиент {name}; от его имени может ответить бот.',
  ],
  answersFor: ['The bot answers for {name}', 'Bot, {name} adına yanıtlıyor', 'Бот отвечает за {name}'],
  yourClient: ['Writes to you; the bot reads along', 'Sana yazıyor; bot da okuyor', 'Пишет вам; бот тоже читает'],
  blockedBot: ['you blocked the bot', 'botu engelledin', 'вы заблокировали бота'],
  topic: ['topic', 'konu', 'тема'],
  members: [{ one: '{count} member', other: '{count} members' }, { other: '{count} üye' }, { one: '{count} участник', few: '{count} участника', many: '{count} участников', other: '{count} участника' }],
  botIsAdministrator: ['the bot is an administrator', 'bot yönetici', 'бот — администратор'],
  botIsNotHere: ['the bot is not here', 'bot burada değil', 'бота здесь нет'],
  messagesOf: ['Messages: {name}', 'İletiler: {name}', 'Сообщения: {name}'],
  toEnd: ['To the end', 'Sona git', 'В конец'],
  newMessages: [{ one: '{count} new message', other: '{count} new messages' }, { other: '{count} yeni ileti' }, { one: '{count} новое сообщение', few: '{count} новых сообщения', many: '{count} новых сообщений', other: '{count} нового сообщения' }],

  message: ['Message', 'İleti', 'Сообщение'],
  messageMenu: ['What to do with this message', 'Bu iletiyle ne yapılsın', 'Что сделать с сообщением'],
  edited: ['edited', 'düzenlendi', 'изменено'],
  deleted: ['deleted', 'silindi', 'удалено'],
  deletedMessage: ['Deleted message', 'Silinmiş ileti', 'Удалённое сообщение'],
  showVersions: ['Show what it said before', 'Önceki hâllerini göster', 'Показать прежний текст'],
  versions: ['What it said', 'Ne demişti', 'Прежние версии'],
  version: ['Version {count}', 'Sürüm {count}', 'Версия {count}'],
  now: ['Now', 'Şimdi', 'Сейчас'],
  via: ['via {name}', '{name} aracılığıyla', 'через {name}'],
  sentByBot: ['Sent by {name}', '{name} gönderdi', 'Отправил {name}'],
  onlyYou: ['Only you see this', 'Bunu yalnızca sen görüyorsun', 'Это видите только вы'],
  forwardedFrom: ['Forwarded from {name}', '{name} kişisinden iletildi', 'Переслано от {name}'],
  replyTo: ['Reply to {name}', 'Yanıt: {name}', 'Ответ: {name}'],
  code: ['code', 'kod', 'код'],
  copyCode: ['Copy the code', 'Kodu kopyala', 'Скопировать код'],
  copied: ['Copied', 'Kopyalandı', 'Скопировано'],
  spoiler: ['Hidden text: press to reveal', 'Gizli metin: göstermek için bas', 'Скрытый текст: нажмите, чтобы показать'],
  showMore: ['Show all of it', 'Tamamını göster', 'Показать полностью'],
  showLess: ['Show less', 'Daha az göster', 'Свернуть'],
  done: ['done', 'yapıldı', 'сделано'],
  notDone: ['not done', 'yapılmadı', 'не сделано'],
  photo: ['Photo', 'Fotoğraf', 'Фото'],
  animation: ['Animation', 'Animasyon', 'Анимация'],
  document: ['File', 'Dosya', 'Файл'],
  video: ['Video', 'Video', 'Видео'],
  voice: ['Voice message', 'Sesli ileti', 'Голосовое сообщение'],
  audio: ['Audio', 'Ses', 'Аудио'],
  sticker: ['Sticker', 'Çıkartma', 'Стикер'],
  video_note: ['Video message', 'Görüntülü ileti', 'Видеосообщение'],
  location: ['Location', 'Konum', 'Место'],
  contact: ['Contact', 'Kişi kartı', 'Контакт'],
  poll: ['Poll', 'Anket', 'Опрос'],
  dice: ['Dice', 'Zar', 'Кубик'],
  venue: ['Place', 'Mekân', 'Место'],
  joined: ['{who} joined', '{who} katıldı', '{who} теперь в группе'],
  added: ['{who} added {whom}', '{who}, {whom} kişisini ekledi', '{who} добавил(а): {whom}'],
  wentAway: ['{who} left', '{who} ayrıldı', '{who} больше не в группе'],
  removed: ['{who} removed {whom}', '{who}, {whom} kişisini çıkardı', '{who} удалил(а): {whom}'],
  groupCreated: ['{who} created “{title}”', '{who}, “{title}” grubunu kurdu', '{who} создал(а) группу «{title}»'],
  titleChanged: ['{who} named the group “{title}”', '{who} gruba “{title}” adını verdi', '{who} назвал(а) группу «{title}»'],
  topicCreated: ['{who} opened the topic “{title}”', '{who}, “{title}” konusunu açtı', '{who} открыл(а) тему «{title}»'],
  topicChanged: ['{who} changed the topic “{title}”', '{who}, “{title}” konusunu değiştirdi', '{who} изменил(а) тему «{title}»'],
  topicClosed: ['{who} closed the topic', '{who} konuyu kapattı', '{who} закрыл(а) тему'],
  topicReopened: ['{who} reopened the topic', '{who} konuyu yeniden açtı', '{who} снова открыл(а) тему'],
  pinned: ['{who} pinned a message', '{who} bir ileti sabitledi', '{who} закрепил(а) сообщение'],
  migrated: ['The group became a supergroup', 'Grup, süper grup oldu', 'Группа стала супергруппой'],
  writeAllowed: ['You allowed the bot to write', 'Botun yazmasına izin verdin', 'Вы разрешили боту писать'],

  writeMessage: ['Message', 'İleti yaz', 'Сообщение'],
  editMessage: ['Edit the message', 'İletiyi düzenle', 'Изменить сообщение'],
  editing: ['Editing', 'Düzenleme', 'Изменение'],
  send: ['Send', 'Gönder', 'Отправить'],
  attach: ['Attach files', 'Dosya ekle', 'Прикрепить файлы'],
  commands: ['Commands of the bot', 'Botun komutları', 'Команды бота'],
  pieces: [{ one: '{count} message', other: '{count} messages' }, { other: '{count} ileti' }, { one: '{count} сообщение', few: '{count} сообщения', many: '{count} сообщений', other: '{count} сообщения' }],
  sendAlbum: ['Send as an album', 'Albüm olarak gönder', 'Отправить альбомом'],
  sendFile: ['Send a file', 'Dosya gönder', 'Отправить файл'],
  albumLimit: ['An album holds {count}; the rest stays here.', 'Bir albüm {count} dosya alır; gerisi burada kalır.', 'В альбоме помещается {count}; остальные останутся.'],
  caption: ['Caption', 'Açıklama', 'Подпись'],
  asking: ['Asking the bot…', 'Bota soruluyor…', 'Спрашиваем бота…'],
  noResults: ['The bot has nothing for this', 'Botun buna yanıtı yok', 'Боту нечего предложить'],
  result: ['Result', 'Sonuç', 'Результат'],
  results: ['Results', 'Sonuçlar', 'Результаты'],
  reply: ['Reply', 'Yanıtla', 'Ответить'],
  quote: ['Quote and reply', 'Alıntılayarak yanıtla', 'Ответить с цитатой'],
  copy: ['Copy', 'Kopyala', 'Копировать'],
  edit: ['Edit', 'Düzenle', 'Изменить'],
  forward: ['Forward', 'İlet', 'Переслать'],
  forwardTo: ['Forward to', 'Şuna ilet', 'Переслать'],
  select: ['Select', 'Seç', 'Выбрать'],
  selected: [{ one: '{count} selected', other: '{count} selected' }, { other: '{count} seçildi' }, { one: 'Выбрано {count}', few: 'Выбрано {count}', many: 'Выбрано {count}', other: 'Выбрано {count}' }],
  delete: ['Delete', 'Sil', 'Удалить'],
  reallyDelete: [{ one: 'Delete this message?', other: 'Delete {count} messages?' }, { one: 'Bu ileti silinsin mi?', other: '{count} ileti silinsin mi?' }, { one: 'Удалить {count} сообщение?', few: 'Удалить {count} сообщения?', many: 'Удалить {count} сообщений?', other: 'Удалить {count} сообщения?' }],
  pressAs: ['Press as somebody', 'Başkası olarak bas', 'Нажать от имени…'],
  press: ['Press', 'Bas', 'Нажать'],
  button: ['Button', 'Düğme', 'Кнопка'],
  asJSON: ['As JSON', 'JSON olarak', 'В виде JSON'],
  noAnswer: ['The bot did not answer the press', 'Bot basışa yanıt vermedi', 'Бот не ответил на нажатие'],
  nothingHere: ['There is nothing here yet.', 'Burada henüz bir şey yok.', 'Здесь пока пусто.'],

  newPerson: ['New person', 'Yeni kişi', 'Новый человек'],
  newGroup: ['New group', 'Yeni grup', 'Новая группа'],
  newTopic: ['New topic', 'Yeni konu', 'Новая тема'],
  name: ['Name', 'Ad', 'Имя'],
  username: ['Username', 'Kullanıcı adı', 'Имя пользователя'],
  theirLanguage: ['Language of their app', 'Uygulamasının dili', 'Язык приложения'],
  unknown: ['not told', 'bilinmiyor', 'не указан'],
  groupTitle: ['Title', 'Başlık', 'Название'],
  kind: ['Kind', 'Tür', 'Вид'],
  smallGroup: ['Group', 'Grup', 'Группа'],
  channel: ['Channel', 'Kanal', 'Канал'],
  subscribers: [{ one: '{count} subscriber', other: '{count} subscribers' }, { other: '{count} abone' }, { one: '{count} подписчик', few: '{count} подписчика', many: '{count} подписчиков', other: '{count} подписчика' }],
  linkGroup: ['Comments in a group…', 'Yorumlar bir grupta…', 'Комментарии в группе…'],
  linked: ['comments are here', 'yorumlar burada', 'комментарии здесь'],
  react: ['React', 'Tepki ver', 'Реакция'],
  yourReaction: ['yours: choose again to take it back', 'seninki: geri almak için yeniden seç', 'ваша: выберите ещё раз, чтобы убрать'],
  supergroup: ['Supergroup', 'Süper grup', 'Супергруппа'],
  forum: ['Supergroup with topics', 'Konulu süper grup', 'Супергруппа с темами'],
  theBot: ['The bot', 'Bot', 'Бот'],
  botMember: ['is a member', 'üye', 'участник'],
  botAdministrator: ['is an administrator', 'yönetici', 'администратор'],
  botNone: ['is not in it', 'grupta değil', 'не в группе'],
  members_: ['Members', 'Üyeler', 'Участники'],
  addPeople: ['Add somebody', 'Birini ekle', 'Добавить человека'],
  addBot: ['Add the bot', 'Botu ekle', 'Добавить бота'],
  removeBot: ['Remove the bot', 'Botu çıkar', 'Удалить бота'],
  leaveGroup: ['Leave the group', 'Gruptan ayrıl', 'Покинуть группу'],
  blockBot: ['Block the bot', 'Botu engelle', 'Заблокировать бота'],
  unblockBot: ['Unblock the bot', 'Botun engelini kaldır', 'Разблокировать бота'],
  connectBot: ['Let the bot answer for me', 'Bot benim adıma yanıtlasın', 'Пусть бот отвечает за меня'],
  disconnectBot: ['The bot no longer answers for me', 'Bot artık benim adıma yanıtlamasın', 'Бот больше не отвечает за меня'],
  status_creator: ['creator', 'kurucu', 'создатель'],
  status_administrator: ['administrator', 'yönetici', 'администратор'],
  status_member: ['member', 'üye', 'участник'],
  showsDeleted: ['Show deleted messages', 'Silinen iletileri göster', 'Показывать удалённые'],
  themeSystem: ['As the system', 'Sistem gibi', 'Как в системе'],
  themeLight: ['Light', 'Açık', 'Светлая'],
  themeDark: ['Dark', 'Koyu', 'Тёмная'],

  tab_log: ['Log', 'Kayıt', 'Журнал'],
  tab_faults: ['Faults', 'Arızalar', 'Сбои'],
  tab_world: ['World', 'Dünya', 'Мир'],
  filterLog: ['Filter by anything', 'Her şeye göre süz', 'Фильтр по чему угодно'],
  polling: ['Updates by polling', 'Güncellemeler: yoklama', 'Обновления: опрос'],
  webhookAt: ['Webhook: {url}', 'Webhook: {url}', 'Вебхук: {url}'],
  waiting: [{ one: '{count} waits', other: '{count} wait' }, { other: '{count} bekliyor' }, { one: 'ждёт {count}', few: 'ждут {count}', many: 'ждут {count}', other: 'ждут {count}' }],
  noCalls: ['The bot has not called yet.', 'Bot henüz çağrı yapmadı.', 'Бот ещё ничего не вызывал.'],
  delivery: ['Delivery', 'Teslim', 'Доставка'],
  update: ['update', 'güncelleme', 'обновление'],
  attempt: ['attempt {count}', '{count}. deneme', 'попытка {count}'],
  nextCallFails: ['The next time', 'Bir sonrakinde', 'В следующий раз'],
  fault429: ['429, wait 7 s', '429, 7 sn bekle', '429, ждать 7 с'],
  fault500: ['500', '500', '500'],
  faultHang: ['No answer', 'Yanıt yok', 'Без ответа'],
  faultReset: ['Done, but cut off', 'Yapıldı ama koptu', 'Сделано, но обрыв'],
  faultDuplicate: ['Update twice', 'Güncelleme iki kez', 'Обновление дважды'],
  faultReorder: ['Updates swapped', 'Güncellemeler ters', 'Обновления местами'],
  moreFaults: ['Another fault', 'Başka bir arıza', 'Другой сбой'],
  inject: ['Send any update', 'Herhangi bir güncelleme gönder', 'Послать любое обновление'],
  injectHint: ['A JSON object as the Bot API has it, without its number', 'Bot API biçiminde, numarasız bir JSON nesnesi', 'Объект JSON, как в Bot API, без номера'],
  noJSON: ['This is not a JSON object.', 'Bu bir JSON nesnesi değil.', 'Это не объект JSON.'],
  planned: ['Waiting to happen', 'Olmayı bekleyenler', 'Ждут своего часа'],
  noFaults: ['Nothing is going to fail.', 'Hiçbir şey arızalanmayacak.', 'Сбоев не намечено.'],
  everyMethod: ['every method', 'her yöntem', 'любой метод'],
  timesLeft: ['×{count}', '×{count}', '×{count}'],
  takeBack: ['Take back', 'Geri al', 'Отменить'],
  what: ['What happens', 'Ne olacak', 'Что произойдёт'],
  method: ['Method', 'Yöntem', 'Метод'],
  onlyHere: ['In this chat only', 'Yalnızca bu sohbette', 'Только в этом чате'],
  retryAfter: ['429: seconds to wait', '429: beklenecek saniye', '429: сколько секунд ждать'],
  status: ['HTTP status', 'HTTP durumu', 'Статус HTTP'],
  description: ['What a refusal says', 'Reddin metni', 'Текст отказа'],
  times: ['How often', 'Kaç kez', 'Сколько раз'],
  clock: ['Clock', 'Saat', 'Часы'],
  plusMinute: ['+1 minute', '+1 dakika', '+1 минута'],
  plusHour: ['+1 hour', '+1 saat', '+1 час'],
  plusDay: ['+1 day', '+1 gün', '+1 день'],
  manualClock: ['Time stands still', 'Zaman dursun', 'Время стоит'],
  manualClockHint: ['It moves only by these buttons', 'Yalnızca bu düğmelerle ilerler', 'Идёт только по этим кнопкам'],
  privacyMode: ['Privacy mode', 'Gizlilik modu', 'Режим приватности'],
  privacyModeHint: ['In groups it gets only what is meant for it', 'Gruplarda yalnızca kendine yazılanı alır', 'В группах получает только обращённое к нему'],
  botIsMember: ['The bot is in the group', 'Bot grupta', 'Бот в группе'],
  rights: ['Rights of the bot', 'Botun yetkileri', 'Права бота'],
  can_delete_messages: ['Delete messages', 'İletileri silme', 'Удалять сообщения'],
  can_restrict_members: ['Restrict members', 'Üyeleri kısıtlama', 'Ограничивать участников'],
  can_promote_members: ['Appoint administrators', 'Yönetici atama', 'Назначать администраторов'],
  can_change_info: ['Change the group', 'Grubu değiştirme', 'Менять группу'],
  can_invite_users: ['Invite people', 'Kişi davet etme', 'Приглашать людей'],
  can_pin_messages: ['Pin messages', 'İleti sabitleme', 'Закреплять сообщения'],
  can_manage_topics: ['Manage topics', 'Konuları yönetme', 'Управлять темами'],
  can_manage_chat: ['Manage the chat', 'Sohbeti yönetme', 'Управлять чатом'],
  migrate: ['Make it a supergroup', 'Süper gruba çevir', 'Сделать супергруппой'],
  frozenUntil: ['429: silent until {time}', '429: {time} saatine dek sessiz', '429: молчит до {time}'],
  everything: ['Everything', 'Her şey', 'Всё'],
  forgetEverything: ['Forget everything', 'Her şeyi unut', 'Забыть всё'],
  reallyForget: ['Forget all people, chats and messages?', 'Tüm kişiler, sohbetler ve iletiler unutulsun mu?', 'Забыть всех людей, чаты и сообщения?'],
};

let language = 'en';
let plural = new Intl.PluralRules(language);
let formats = makeFormats();

function makeFormats() {
  const format = options => new Intl.DateTimeFormat(language, options);
  return {
    time: format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    clock: format({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
    whole: format({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
    day: format({ day: 'numeric', month: 'long' }),
    year: format({ day: 'numeric', month: 'long', year: 'numeric' }),
    weekday: format({ weekday: 'short' }),
    short: format({ day: '2-digit', month: '2-digit', year: '2-digit' }),
  };
}

/** Chooses the language: what the person set, else the browser's, else English. */
export function setLanguage(chosen) {
  const wanted = [chosen, ...navigator.languages ?? []].map(code => (code ?? '').slice(0, 2));
  language = wanted.find(code => order.includes(code)) ?? 'en';
  plural = new Intl.PluralRules(language);
  formats = makeFormats();
  document.documentElement.lang = language;
}

/** A text in the person's language; `other` is the name of the text that stands in where there is none. */
export function t(name, values = {}, other) {
  const texts = catalogue[name] ?? catalogue[other];
  if (!texts) return name;
  const text = texts[order.indexOf(language)];
  const form = typeof text === 'string' ? text : text[plural.select(values.count ?? 0)] ?? text.other;
  return form.replace(/\{(\w+)\}/gu, (whole, key) => values[key] ?? whole);
}

/** Writes the texts into a document whose elements name them by `data-text` and `data-label`. */
export function translate(root) {
  for (const node of root.querySelectorAll('[data-text]')) node.textContent = t(node.dataset.text);
  for (const node of root.querySelectorAll('[data-label]')) {
    node.setAttribute('aria-label', t(node.dataset.label));
    if (node.tagName === 'BUTTON' && node.id !== 'person') node.title = t(node.dataset.label);
  }
}

const date = seconds => new Date(Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 8e12) * 1000 : 0);

// Every zone's days begin at a full quarter of an hour, so that one date serves all messages of a quarter.
const quarter = 900;
let lastQuarter = [NaN, ''];

/** A day as a key: the same for two instants of the same day where the reader lives. */
export function dayKey(seconds) {
  const number = Math.floor(seconds / quarter);
  if (number !== lastQuarter[0]) {
    const day = date(number * quarter);
    lastQuarter = [number, `${day.getFullYear()}-${day.getMonth() + 1}-${day.getDate()}`];
  }
  return lastQuarter[1];
}

/** The hour and minute. */
export const time = seconds => formats.time.format(date(seconds));

/** The hour, minute and second; with the day where `isWhole`. */
export const clockTime = (seconds, isWhole = false) => (isWhole ? formats.whole : formats.clock).format(date(seconds));

/** A day as a line between messages. */
export function dayName(seconds) {
  return (date(seconds).getFullYear() === new Date().getFullYear() ? formats.day : formats.year).format(date(seconds));
}

/** When something was, as short as a list needs it. */
export function listTime(seconds, now) {
  if (dayKey(seconds) === dayKey(now)) return time(seconds);
  return now - seconds < 6 * 86_400 ? formats.weekday.format(date(seconds)) : formats.short.format(date(seconds));
}
