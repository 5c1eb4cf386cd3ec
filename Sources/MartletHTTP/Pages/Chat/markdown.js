// Markdown as elements. Text becomes text nodes only, so nothing that a model writes can become markup or script.

const SAFE_LINK = /^(https?:|mailto:)/i;
const INLINE = new RegExp([
  /(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/,                          // 1, 2  code
  /!?\[((?:\\.|[^\[\]\\])*)\]\(<?((?:[^\s()<>]|\([^\s()]*\))+)>?(?:\s+"[^"]*")?\)/, // 3, 4  link
  /(https?:\/\/[^\s<>"'`]*[^\s<>"'`.,:;!?)\]}*_~])/,             // 5     bare address
  /(\*\*\*|___)(?=\S)([\s\S]*?\S)\6/,                            // 6, 7  bold and italic
  /(\*\*|__)(?=\S)([\s\S]*?\S[*_]*)\8/,                          // 8, 9  bold
  /(?<![\w\\])_(?=\S)([^_]*[^\s_])_(?!\w)/,                      // 10    italic
  /\*(?=\S)([^*]*[^\s*])\*/,                                     // 11    italic
  /~~(?=\S)([\s\S]*?\S)~~/,                                      // 12    struck
  /\\([\\`*_{}\[\]()#+\-.!|~>])/,                                // 13    escape
].map(part => part.source).join("|"));

const element = (name, className) => {
  const node = document.createElement(name);
  if (className) node.className = className;
  return node;
};

/** Appends `text` with its inline marks to `parent`. */
function inline(parent, text, depth = 0) {
  while (text) {
    const found = depth < 8 ? INLINE.exec(text) : null;
    if (!found) return void parent.append(...lines(text));
    if (found.index) parent.append(...lines(text.slice(0, found.index)));
    text = text.slice(found.index + found[0].length);
    const nested = (name, content) => {
      const node = element(name);
      inline(node, content, depth + 1);
      parent.append(node);
    };
    if (found[1]) {
      const node = element("code");
      node.textContent = found[2].replace(/^ (.*\S.*) $/s, "$1");
      parent.append(node);
    } else if (found[4] !== undefined) {
      link(parent, found[4], node => inline(node, found[3] || found[4], depth + 1), found[0]);
    } else if (found[5]) {
      link(parent, found[5], node => node.append(found[5]), found[5]);
    } else if (found[7]) {
      const outer = element("strong");
      const inner = element("em");
      inline(inner, found[7], depth + 1);
      outer.append(inner);
      parent.append(outer);
    } else if (found[9]) nested("strong", found[9]);
    else if (found[10] || found[11]) nested("em", found[10] || found[11]);
    else if (found[12]) nested("del", found[12]);
    else parent.append(found[13]);
  }
}

function lines(text) {
  // Two spaces or a backslash before a line's end break the line.
  return text.split(/(?: {2,}|\\)\n/).flatMap((part, index) => index ? [element("br"), part] : [part]);
}

function link(parent, address, fill, source) {
  if (!SAFE_LINK.test(address)) return void parent.append(source);
  const node = element("a");
  node.href = address;
  node.target = "_blank";
  node.rel = "noopener noreferrer nofollow";
  fill(node);
  parent.append(node);
}

const FENCE = /^(\s{0,3})(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])(\s+|$)(.*)$/;
const QUOTE = /^\s{0,3}>\s?(.*)$/;
const TABLE_LINE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/**
 * Renders Markdown into `parent`, in the place of what is there.
 * `codeTool(node, text)` may add a button to each code block's head.
 */
export function render(parent, source, codeTool) {
  const fragment = document.createDocumentFragment();
  blocks(fragment, source.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n"), codeTool, 0);
  parent.replaceChildren(fragment);
}

function blocks(parent, rows, codeTool, depth) {
  let row = 0;
  let paragraph = [];
  const flush = () => {
    if (!paragraph.length) return;
    const node = element("p");
    inline(node, paragraph.join("\n"));
    parent.append(node);
    paragraph = [];
  };
  while (row < rows.length) {
    const text = rows[row];
    let match;
    if (!text.trim()) {
      flush();
      row++;
    } else if ((match = FENCE.exec(text))) {
      flush();
      const [, indent, fence, language] = match;
      const end = new RegExp("^\\s{0,3}" + (fence[0] === "`" ? "`" : "~") + "{" + fence.length + ",}\\s*$");
      const code = [];
      row++;
      while (row < rows.length && !end.test(rows[row])) code.push(rows[row++].replace(new RegExp("^ {0," + indent.length + "}"), ""));
      row++;
      parent.append(codeBlock(code.join("\n"), language.trim().split(/\s+/)[0], codeTool));
    } else if ((match = HEADING.exec(text))) {
      flush();
      const node = element("h" + match[1].length);
      inline(node, match[2]);
      parent.append(node);
      row++;
    } else if (RULE.test(text) && !paragraph.length) {
      parent.append(element("hr"));
      row++;
    } else if (QUOTE.test(text) && depth < 8) {
      flush();
      const inside = [];
      while (row < rows.length && (match = QUOTE.exec(rows[row]))) { inside.push(match[1]); row++; }
      const node = element("blockquote");
      blocks(node, inside, codeTool, depth + 1);
      parent.append(node);
    } else if ((match = ITEM.exec(text)) && depth < 8 && (!paragraph.length || !/^\d/.test(match[2]) || match[2].length === 2)) {
      flush();
      row = list(parent, rows, row, codeTool, depth);
    } else if (text.includes("|") && row + 1 < rows.length && TABLE_LINE.test(rows[row + 1]) && rows[row + 1].includes("-")
        && cells(text).length === cells(rows[row + 1]).length) {
      flush();
      row = table(parent, rows, row);
    } else {
      paragraph.push(text.trimStart());
      row++;
    }
  }
  flush();
}

function list(parent, rows, row, codeTool, depth) {
  const first = ITEM.exec(rows[row]);
  const ordered = /\d/.test(first[2]);
  const base = first[1].length;
  const node = element(ordered ? "ol" : "ul");
  if (ordered && parseInt(first[2], 10) !== 1) node.start = parseInt(first[2], 10);
  while (row < rows.length) {
    const match = ITEM.exec(rows[row]);
    if (!match || match[1].length > base + 3 || match[1].length < base || /\d/.test(match[2]) !== ordered || RULE.test(rows[row])) break;
    const indent = match[1].length + match[2].length + Math.min(Math.max(match[3].length, 1), 4);
    const inside = [match[4]];
    row++;
    while (row < rows.length) {
      const next = rows[row];
      const space = next.length - next.trimStart().length;
      if (!next.trim()) {
        const after = rows.slice(row).find(line => line.trim());
        if (after === undefined || after.length - after.trimStart().length < Math.min(indent, base + 2)) break;
      } else if (space < Math.min(indent, base + 2)) {
        if (ITEM.test(next) || FENCE.test(next) || HEADING.test(next) || RULE.test(next) || !rows[row - 1].trim()) break;
      }
      inside.push(next.slice(Math.min(space, indent)));
      row++;
    }
    const item = element("li");
    const task = /^\[([ xX])\]\s+/.exec(inside[0]);
    if (task) {
      item.className = "task";
      inside[0] = inside[0].slice(task[0].length);
      const box = element("input");
      box.type = "checkbox";
      box.disabled = true;
      box.checked = task[1] !== " ";
      item.append(box, " ");
    }
    const content = document.createDocumentFragment();
    blocks(content, inside, codeTool, depth + 1);
    // A short item stands in its line, without a paragraph around it.
    const paragraphs = [...content.children].filter(child => child.localName === "p");
    if (paragraphs.length === 1 && content.firstChild === paragraphs[0]) paragraphs[0].replaceWith(...paragraphs[0].childNodes);
    item.append(content);
    node.append(item);
    while (row < rows.length && !rows[row].trim()) {
      const next = rows.slice(row).find(line => line.trim());
      const match = next === undefined ? null : ITEM.exec(next);
      if (!match || match[1].length < base || /\d/.test(match[2]) !== ordered) break;
      row++;
    }
  }
  parent.append(node);
  return row;
}

function cells(text) {
  return text.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map(cell => cell.trim().replace(/\\\|/g, "|"));
}

function table(parent, rows, row) {
  const aligns = cells(rows[row + 1]).map(cell => cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : "");
  const line = (target, name, text) => {
    const tr = element("tr");
    const values = cells(text);
    aligns.forEach((align, index) => {
      const cell = element(name);
      if (align) cell.style.textAlign = align;
      inline(cell, values[index] ?? "");
      tr.append(cell);
    });
    target.append(tr);
  };
  const node = element("table");
  const head = element("thead");
  const body = element("tbody");
  line(head, "th", rows[row]);
  row += 2;
  while (row < rows.length && rows[row].trim() && rows[row].includes("|")) line(body, "td", rows[row++]);
  node.append(head, body);
  const frame = element("div", "table");
  frame.append(node);
  parent.append(frame);
  return row;
}

function codeBlock(text, language, codeTool) {
  const frame = element("div", "code");
  const head = element("header");
  const name = element("span");
  name.textContent = language || "";
  head.append(name);
  codeTool?.(head, text);
  const pre = element("pre");
  pre.tabIndex = 0;
  const code = element("code");
  code.textContent = text;
  pre.append(code);
  frame.append(head, pre);
  return frame;
}
