// The page's words in English, Turkish and Russian.

const TEXTS = {
  en: {
    skipToInput: "Skip to the message box", conversations: "Conversations", closeList: "Close the list", openList: "Conversations",
    newChat: "New chat", settings: "Settings", shortcuts: "Keyboard", apiDocs: "API", model: "Model", theme: "Light or dark",
    greeting: "What shall we talk about?", messages: "Messages", toEnd: "To the end", message: "Message",
    placeholder: "Write a message", send: "Send", stop: "Stop", hint: "Models make mistakes. Check what matters.", close: "Close",
    systemPrompt: "System prompt", temperature: "Temperature", maxTokens: "Tokens at most", seed: "Seed",
    emptyMeansDefault: "An empty field leaves the choice to the model.", language: "Language", apiKey: "API key",
    keepKey: "Keep the key in this browser", exportChat: "Save this chat as a file", reset: "Reset", deleteAll: "Delete all chats",
    cancel: "Cancel", delete: "Delete", copy: "Copy", copied: "Copied", edit: "Edit", regenerate: "Another answer", retry: "Try again",
    rename: "Rename", save: "Send", thinking: "Thinking", thought: "Thought", you: "You", untitled: "New chat",
    privacy: "Chats stay in this browser; the answers come from this server.",
    confirmDelete: "Delete “{0}”?", confirmDeleteAll: "Delete all chats in this browser? There is no way back.",
    waiting: "Waiting", writing: "Writing", tokens: "{0} tokens", perSecond: "{0} a second", firstAfter: "first after {0} s",
    cut: "Cut at the token limit.", stopped: "Stopped.", offline: "The server can't be reached. Is it running?",
    unauthorized: "The server wants an API key, and this one isn't right. It goes into the settings.",
    busy: "Too many people ask at the moment. Try again in {0} s.", failed: "That didn't work.",
    full: "This browser has no room left for chats. Delete some.", noModel: "No model",
    keySend: "Send", keyLine: "New line", keyStop: "Stop the answer", keyNew: "New chat", keyFocus: "To the message box",
    keyEdit: "Edit the last message", keyList: "Show or hide the list", keyHelp: "This list",
    suggestions: ["Who are you?", "What can you do?", "How do I get a bigger model?", "Tell me a joke"],
  },
  tr: {
    skipToInput: "Mesaj kutusuna geç", conversations: "Sohbetler", closeList: "Listeyi kapat", openList: "Sohbetler",
    newChat: "Yeni sohbet", settings: "Ayarlar", shortcuts: "Klavye", apiDocs: "API", model: "Model", theme: "Açık ya da koyu",
    greeting: "Ne hakkında konuşalım?", messages: "Mesajlar", toEnd: "Sona git", message: "Mesaj",
    placeholder: "Bir mesaj yazın", send: "Gönder", stop: "Durdur", hint: "Modeller hata yapar. Önemli olanı denetleyin.", close: "Kapat",
    systemPrompt: "Sistem istemi", temperature: "Sıcaklık", maxTokens: "En çok token", seed: "Tohum",
    emptyMeansDefault: "Boş alan seçimi modele bırakır.", language: "Dil", apiKey: "API anahtarı",
    keepKey: "Anahtarı bu tarayıcıda sakla", exportChat: "Bu sohbeti dosyaya kaydet", reset: "Sıfırla", deleteAll: "Tüm sohbetleri sil",
    cancel: "Vazgeç", delete: "Sil", copy: "Kopyala", copied: "Kopyalandı", edit: "Düzenle", regenerate: "Başka bir yanıt", retry: "Yeniden dene",
    rename: "Adını değiştir", save: "Gönder", thinking: "Düşünüyor", thought: "Düşündükleri", you: "Siz", untitled: "Yeni sohbet",
    privacy: "Sohbetler bu tarayıcıda kalır; yanıtlar bu sunucudan gelir.",
    confirmDelete: "“{0}” silinsin mi?", confirmDeleteAll: "Bu tarayıcıdaki tüm sohbetler silinsin mi? Geri dönüşü yok.",
    waiting: "Bekliyor", writing: "Yazıyor", tokens: "{0} token", perSecond: "saniyede {0}", firstAfter: "ilki {0} sn sonra",
    cut: "Token sınırında kesildi.", stopped: "Durduruldu.", offline: "Sunucuya ulaşılamıyor. Çalışıyor mu?",
    unauthorized: "Sunucu bir API anahtarı istiyor ve bu doğru değil. Anahtar ayarlara yazılır.",
    busy: "Şu anda çok kişi soruyor. {0} sn sonra yeniden deneyin.", failed: "Bu olmadı.",
    full: "Bu tarayıcıda sohbetler için yer kalmadı. Birkaçını silin.", noModel: "Model yok",
    keySend: "Gönder", keyLine: "Yeni satır", keyStop: "Yanıtı durdur", keyNew: "Yeni sohbet", keyFocus: "Mesaj kutusuna",
    keyEdit: "Son mesajı düzenle", keyList: "Listeyi göster ya da gizle", keyHelp: "Bu liste",
    suggestions: ["Merhaba!", "Sen kimsin?", "Neler yapabilirsin?"],
  },
  ru: {
    skipToInput: "К полю сообщения", conversations: "Беседы", closeList: "Закрыть список", openList: "Беседы",
    newChat: "Новая беседа", settings: "Настройки", shortcuts: "Клавиши", apiDocs: "API", model: "Модель", theme: "Светлая или тёмная",
    greeting: "О чём поговорим?", messages: "Сообщения", toEnd: "В конец", message: "Сообщение",
    placeholder: "Напишите сообщение", send: "Отправить", stop: "Остановить", hint: "Модели ошибаются. Важное проверяйте.", close: "Закрыть",
    systemPrompt: "Системная подсказка", temperature: "Температура", maxTokens: "Не больше токенов", seed: "Зерно",
    emptyMeansDefault: "Пустое поле оставляет выбор модели.", language: "Язык", apiKey: "Ключ API",
    keepKey: "Хранить ключ в этом браузере", exportChat: "Сохранить беседу в файл", reset: "Сбросить", deleteAll: "Удалить все беседы",
    cancel: "Отмена", delete: "Удалить", copy: "Копировать", copied: "Скопировано", edit: "Изменить", regenerate: "Другой ответ", retry: "Ещё раз",
    rename: "Переименовать", save: "Отправить", thinking: "Думает", thought: "Размышления", you: "Вы", untitled: "Новая беседа",
    privacy: "Беседы остаются в этом браузере; отвечает этот сервер.",
    confirmDelete: "Удалить «{0}»?", confirmDeleteAll: "Удалить все беседы в этом браузере? Вернуть их нельзя.",
    waiting: "Ждёт", writing: "Пишет", tokens: "токенов: {0}", perSecond: "{0} в секунду", firstAfter: "первый через {0} с",
    cut: "Обрезано по пределу токенов.", stopped: "Остановлено.", offline: "Сервер не отвечает. Он запущен?",
    unauthorized: "Серверу нужен ключ API, а этот не подходит. Ключ вводится в настройках.",
    busy: "Сейчас слишком много вопросов. Попробуйте через {0} с.", failed: "Не получилось.",
    full: "В этом браузере больше нет места для бесед. Удалите некоторые.", noModel: "Нет модели",
    keySend: "Отправить", keyLine: "Новая строка", keyStop: "Остановить ответ", keyNew: "Новая беседа", keyFocus: "К полю сообщения",
    keyEdit: "Изменить последнее сообщение", keyList: "Показать или скрыть список", keyHelp: "Этот список",
    suggestions: ["Привет!", "Кто ты?", "Что ты умеешь?"],
  },
};

let current = TEXTS.en;

/** Chooses the language: the one named, else the browser's first that there is. */
export function choose(language) {
  const wanted = language ? [language] : navigator.languages ?? [navigator.language ?? "en"];
  const code = wanted.map(tag => tag.slice(0, 2).toLowerCase()).find(tag => tag in TEXTS) ?? "en";
  current = TEXTS[code];
  document.documentElement.lang = code;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = current[node.dataset.text];
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = current[node.dataset.placeholder];
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", current[node.dataset.label]);
    if (node.localName === "button") node.title = current[node.dataset.label];
  }
}

/** A text by name; `{0}` stands for `value`. */
export const text = (name, value) => typeof current[name] === "string" ? current[name].replace("{0}", value) : current[name];
