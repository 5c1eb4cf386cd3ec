// Elements, made safely: whatever people or bots write becomes text, never markup.

/** An element with attributes, properties, listeners (`on…`) and children; strings become text. */
export function element(name, options = {}, ...children) {
  const made = document.createElement(name);
  set(made, options);
  made.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return made;
}

/** Gives an element attributes, properties and listeners. */
export function set(target, options) {
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    if (key.startsWith('on')) target.addEventListener(key.slice(2), value);
    else if (key === 'class') target.className = value;
    else if (key === 'data') Object.assign(target.dataset, value);
    else if (key === 'vars') for (const [name, part] of Object.entries(value)) target.style.setProperty(name, part);
    else if (key in target && typeof value !== 'string') target[key] = value;
    else target.setAttribute(key, value === true ? '' : value);
  }
  return target;
}

const drawings = {
  send: ['M4.5 12 4 5.2c0-.8.8-1.3 1.5-1l14.3 6.9c.8.4.8 1.4 0 1.8L5.5 19.8c-.7.3-1.5-.2-1.5-1L4.5 12Zm0 0H12'],
  stop: ['M8 7h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1Z'],
  back: ['M15 5l-7 7 7 7'],
  close: ['M6 6l12 12M18 6 6 18'],
  down: ['M12 5v14M6 13l6 6 6-6'],
  chevron: ['M7 10l5 5 5-5'],
  menu: ['M4 7h16M4 12h16M4 17h10'],
  slash: ['M6 4h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6c0-1.1.9-2 2-2ZM14 8l-4 8'],
  attach: ['M20 11.5 12.3 19a5 5 0 0 1-7.1-7.1l8-8a3.4 3.4 0 0 1 4.8 4.8l-7.9 7.9a1.7 1.7 0 0 1-2.4-2.4l7-7'],
  reply: ['M9 6 4 11l5 5', 'M4 11h9a7 7 0 0 1 7 7'],
  quote: ['M10 7H6a1 1 0 0 0-1 1v4a1 1 0 0 0 1 1h3.5c0 2-1 3.2-3 4', 'M19 7h-4a1 1 0 0 0-1 1v4a1 1 0 0 0 1 1h3.5c0 2-1 3.2-3 4'],
  heart: ['M12 19.5 5.2 12.8a4.4 4.4 0 0 1 0-6.3 4.5 4.5 0 0 1 6.3 0l.5.5.5-.5a4.5 4.5 0 0 1 6.3 0 4.4 4.4 0 0 1 0 6.3Z'],
  forward: ['M15 6l5 5-5 5', 'M20 11h-9a7 7 0 0 0-7 7'],
  edit: ['M4 20l1-4L16.5 4.5a2 2 0 0 1 3 3L8 19l-4 1Z', 'M14.5 6.5l3 3'],
  copy: ['M9 8h9a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1Z', 'M16 8V5a1 1 0 0 0-1-1H6a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h2'],
  trash: ['M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12', 'M10.5 11v4.5M13.5 11v4.5'],
  select: ['M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z', 'M8.5 12l2.5 2.5 4.5-5'],
  plus: ['M12 5v14M5 12h14'],
  person: ['M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z', 'M4.5 20c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5'],
  group: ['M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z', 'M2.5 19c.8-3.5 3.3-5 6.5-5s5.7 1.5 6.5 5', 'M16 5.5a3 3 0 0 1 0 6M18.5 14.5c1.5.8 2.5 2.2 3 4.5'],
  briefcase: ['M5 8h14a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1Z', 'M9 8V6a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v2M4 13h16'],
  hash: ['M5 9h14M5 15h14M10 4 8 20M16 4l-2 16'],
  gauge: ['M4 18a9 9 0 1 1 16 0', 'M12 15l4-5', 'M12 14.5a1 1 0 1 0 0 2 1 1 0 0 0 0-2Z'],
  sun: ['M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z', 'M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4'],
  moon: ['M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z'],
  settings: ['M4 7h9M17 7h3M4 17h3M11 17h9', 'M15 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z', 'M9 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z'],
  eye: ['M2.5 12C5 7.5 8.3 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.8 6.5-9.5 6.5S5 16.5 2.5 12Z', 'M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z'],
  file: ['M7 3.5h7l4.5 4.5V20a.5.5 0 0 1-.5.5H7a.5.5 0 0 1-.5-.5V4c0-.3.2-.5.5-.5Z', 'M13.5 3.5V8.5h5'],
  image: ['M5 5h14a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Z', 'M4.5 16.5 9 12l3.5 3.5 3-2.5 4 3.5', 'M15.5 8.5a1 1 0 1 0 0 2 1 1 0 0 0 0-2Z'],
  microphone: ['M12 3.5a2.5 2.5 0 0 0-2.5 2.5v5a2.5 2.5 0 0 0 5 0V6A2.5 2.5 0 0 0 12 3.5Z', 'M6 11a6 6 0 0 0 12 0M12 17v3.5'],
  play: ['M8 5.5v13l10.5-6.5L8 5.5Z'],
  map: ['M12 21s6.5-6 6.5-11a6.5 6.5 0 0 0-13 0c0 5 6.5 11 6.5 11Z', 'M12 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z'],
  clock: ['M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z', 'M12 7.5V12l3 2'],
  fault: ['M13 3 5 13.5h6L10 21l8.5-11h-6L13 3Z'],
  block: ['M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z', 'M6 6l12 12'],
  leave: ['M10 4.5H6a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1h4M14 8l4 4-4 4M18 12H10'],
  key: ['M8 11.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z', 'M11 13l8.5-8.5M16 8l2.5 2.5'],
  link: ['M14 5h5v5M19 5l-8 8M17 14v4a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h4'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  bot: ['M7 9h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-6c0-1.1.9-2 2-2Z', 'M12 9V5.5M12 4.5v.1M9.5 13v1.5M14.5 13v1.5M2.5 13v3M21.5 13v3'],
  search: ['M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Z', 'M16 16l4 4'],
  dots: ['M12 5.5v.1M12 12v.1M12 18.5v.1'],
  warning: ['M12 4 2.8 19.5h18.4L12 4Z', 'M12 10v4.5M12 17v.1'],
};

/** A drawing of the page's own set, for people who see; beside it stands a name for those who do not. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('drawing', 'drawing-' + name);
  for (const line of drawings[name] ?? []) {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', line);
    svg.append(path);
  }
  return svg;
}

/** A round button that shows a drawing and says its name. */
export function iconButton(name, label, onclick, options = {}) {
  return element('button', { type: 'button', class: 'round', 'aria-label': label, title: label, onclick, ...options }, icon(name));
}

/** Calls `work` once in the next frame, however often it was asked for before that. */
export function inNextFrame(work) {
  let isPlanned = false;
  return () => {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(() => { isPlanned = false; work(); });
  };
}

/** Whether the person wants things to keep still. */
export const keepsStill = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Puts a text where the person can paste it from; false where the browser forbids it. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element('textarea', { class: 'sr', 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand('copy');
    area.remove();
    return isCopied;
  }
}
