// How a messenger reads what a person types.

const marks = [
  [/```([^\n`]*)\n([\s\S]*?)```/gu, match => ({ type: 'pre', text: match[2].replace(/\n$/u, ''), language: match[1] })],
  [/`([^`\n]+)`/gu, match => ({ type: 'code', text: match[1] })],
  [/\*\*([^*\n]+)\*\*/gu, match => ({ type: 'bold', text: match[1] })],
  [/__([^_\n]+)__/gu, match => ({ type: 'italic', text: match[1] })],
  [/~~([^~\n]+)~~/gu, match => ({ type: 'strikethrough', text: match[1] })],
  [/\|\|([^|\n]+)\|\|/gu, match => ({ type: 'spoiler', text: match[1] })],
];

/** What a person typed, with the marks of Telegram's apps (**bold**, __italic__, ~~struck~~, ||hidden||, `code`) read. */
export function typedText(source) {
  let parts = [{ text: source }];
  for (const [pattern, reading] of marks) {
    parts = parts.flatMap(part => part.type ? [part] : split(part.text, pattern, reading));
  }
  let text = '';
  const entities = [];
  for (const part of parts) {
    if (part.type) {
      const entity = { type: part.type, offset: text.length, length: part.text.length };
      if (part.language) entity.language = part.language;
      if (part.text.length) entities.push(entity);
    }
    text += part.text;
  }
  return { text, entities };
}

function split(text, pattern, reading) {
  const parts = [];
  let position = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push({ text: text.slice(position, match.index) }, reading(match));
    position = match.index + match[0].length;
  }
  parts.push({ text: text.slice(position) });
  return parts.filter(part => part.text);
}
