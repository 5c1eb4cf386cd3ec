#!/usr/bin/env python3
"""Drives the simulator's page in headless Chromium, playing the bot over the Bot API and the people on the page.

    apt-get install -y chromium; pip install playwright
    martlet simulate --stay < /dev/null &
    scripts/compatibility/simulator_page.py --screenshots /tmp/page

It begins by making the simulator forget everything. Every check says what it saw; the exit status is 1 when one failed.
"""
import argparse
import json
import re
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("base_url", nargs="?", default="http://127.0.0.1:8081")
parser.add_argument("--token", default="7000001:simulated-token")
parser.add_argument("--screenshots", type=Path)
parser.add_argument("--browser", default="/usr/bin/chromium")
arguments = parser.parse_args()
failures = 0


def check(what, is_so, seen=""):
    global failures
    print(("ok      " if is_so else "FAILED  ") + what + (f"  ({seen})" if seen != "" and not is_so else ""), flush=True)
    failures += not is_so


def post(path, body):
    request = urllib.request.Request(
        arguments.base_url + path, json.dumps(body).encode(), {"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=70) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return json.load(error)


def act(name, /, **members):
    answer = post("/simulator/act", {"act": name, **members})
    if not answer.get("ok"):
        raise SystemExit(f"{name} was refused: {answer}")
    return answer


def bot(method, **parameters):
    answer = post(f"/bot{arguments.token}/{method}", parameters)
    while answer.get("error_code") == 429:
        time.sleep(answer["parameters"]["retry_after"])
        answer = post(f"/bot{arguments.token}/{method}", parameters)
    if not answer.get("ok"):
        raise SystemExit(f"{method} was refused: {answer}")
    return answer["result"]


class Updates:
    """What the bot is told, read in order."""

    def __init__(self):
        waiting = bot("getUpdates", offset=-1)
        self.offset = waiting[-1]["update_id"] + 1 if waiting else 0

    def next(self, kind, patience=10):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            for update in bot("getUpdates", offset=self.offset, timeout=1):
                self.offset = update["update_id"] + 1
                if kind in update:
                    return update[kind]
        raise SystemExit(f"the bot was never told of {kind}")


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


def marked(text, **parts):
    """Entities by the words that they cover: marked("a b", bold="b")."""
    return [
        {"type": kind, "offset": utf16(text[: text.index(words)]), "length": utf16(words)}
        for kind, words in parts.items()
    ]


def picture(page, name):
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(350)
        page.screenshot(path=arguments.screenshots / f"{name}.png")


def count(page, selector):
    return page.locator(selector).count()


def last(page):
    return page.locator(".unit.message:not(.draft)").last


def say(page, text):
    page.fill("#input", text)
    page.keyboard.press("Enter")


def until(page, what, script, argument=None, patience=5_000):
    try:
        page.wait_for_function(script, arg=argument, timeout=patience)
        check(what, True)
    except Exception:  # noqa: BLE001 - whatever kept it from happening, it did not happen
        check(what, False, [page.problems[-3:], page.evaluate("document.querySelector('#messages')?.innerText.slice(-300)")])


def new_page(browser, **options):
    options = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "color_scheme": "light", **options}
    context = browser.new_context(**options)
    page = context.new_page()
    page.problems = []
    page.foreign = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda line: page.problems.append(line.text) if line.type == "error" else None)
    page.on(
        "request", lambda request: page.foreign.append(request.url) if not request.url.startswith(arguments.base_url) else None
    )
    page.on("dialog", lambda dialog: (page.problems.append("a dialog of the browser: " + dialog.message), dialog.dismiss()))
    return context, page


def ready(page):
    page.goto(arguments.base_url)
    page.wait_for_selector("body.ready")


# The pure parts, in the browser they run in.
PURE = """async () => {
  const { entityTree } = await import('/assets/entities.js');
  const { World, conversationKey, units, unreadCount } = await import('/assets/world.js');
  const { typedText } = await import('/assets/typed.js');
  const { catalogue } = await import('/assets/texts.js');
  const { emojiCount } = await import('/assets/message.js');
  const said = nodes => nodes.map(node => node.entity ? `<${node.entity.type}>${said(node.children)}</>` : node.text).join('');
  const letters = nodes => nodes.map(node => node.entity ? letters(node.children) : node.text).join('');
  const entity = (type, offset, length) => ({ type, offset, length });
  const trees = [
    ['plain', 'ab', [], 'ab'],
    ['nested', 'abcdef', [entity('bold', 0, 6), entity('italic', 2, 2)], '<bold>ab<italic>cd</>ef</>'],
    ['same range', 'ab', [entity('italic', 0, 2), entity('bold', 0, 2)], '<bold><italic>ab</></>'],
    ['crossing', 'abcdef', [entity('bold', 0, 4), entity('italic', 2, 4)], '<bold>ab<italic>cd</></><italic>ef</>'],
    ['touching', 'abcd', [entity('bold', 0, 2), entity('italic', 2, 2)], '<bold>ab</><italic>cd</>'],
    ['behind an emoji', '\\u{1F44D}b', [entity('bold', 2, 1)], '\\u{1F44D}<bold>b</>'],
    ['inside a pair', '\\u{1F44D}b', [entity('bold', 1, 1)], '<bold>\\u{1F44D}</>b'],
    ['over the end', 'ab', [entity('bold', 1, 99)], 'a<bold>b</>'],
    ['before the start', 'ab', [entity('bold', -3, 4)], '<bold>a</>b'],
    ['nonsense', 'ab', [null, entity('bold', NaN, 1), entity('bold', 0, 0), { type: 7, offset: 0, length: 1 }, entity('bold', 9, 1)], 'ab'],
    ['quote outside', 'abc', [entity('code', 0, 3), entity('blockquote', 0, 3)], '<blockquote><code>abc</></>'],
    ['family emoji', '\\u{1F468}\\u200D\\u{1F469}\\u200D\\u{1F467}!', [entity('spoiler', 0, 8)], '<spoiler>\\u{1F468}\\u200D\\u{1F469}\\u200D\\u{1F467}</>!'],
    ['three crossing', 'abcdef', [entity('bold', 0, 3), entity('italic', 1, 4), entity('underline', 2, 4)],
      '<bold>a<italic>b<underline>c</></></><underline><italic>de</>f</>'],
  ].map(([name, text, entities, wanted]) => {
    const tree = entityTree(text, entities);
    return [name, said(tree) === wanted && letters(tree) === text, said(tree)];
  });
  // Whatever the ranges are, every letter is shown once and in order.
  let seed = 7;
  const random = limit => (seed = (seed * 48271) % 2147483647) % limit;
  const kinds = ['bold', 'italic', 'pre', 'blockquote', 'code', 'spoiler', 'text_link'];
  let isKept = true;
  for (let round = 0; round < 400; round++) {
    const text = [...'a\\u{1F600}b\\u0301 \\u200F\\u05D0\\nz\\u{1F1F9}\\u{1F1F7}'].sort(() => random(3) - 1).join('');
    const entities = Array.from({ length: random(9) }, () => entity(kinds[random(7)], random(16) - 2, random(16)));
    isKept &&= letters(entityTree(text, entities)) === text;
  }
  const deep = entityTree('x'.repeat(300), Array.from({ length: 3000 }, (_, index) => entity('bold', index % 150, 300 - index % 150)));
  const state = { event: 3, clock: { now: 100, is_manual: true }, bot: { id: 9 }, users: [{ id: 1, first_name: 'A' }],
    chats: [{ id: -5, type: 'supergroup', is_forum: true, topics: [{ message_thread_id: 4, name: 'T' }], members: [{ user_id: 1, status: 'member' }] }], messages: [] };
  const world = World.from(state);
  const message = (id, more) => ({ message_id: id, chat_id: 1, from: { id: 9 }, date: id, text: String(id), ...more });
  world.apply('draft', { chat_id: 1, draft_id: 1, text: 'gro', expires: 200 });
  const grows = world.draft('c:1', 100)?.text;
  world.apply('action', { chat_id: 1, action: 'typing', until: 110 });
  const types = world.action('c:1', 105);
  world.apply('message', message(2));
  world.apply('message', message(1));
  world.apply('message', message(2, { text: 'two' }));
  const facts = {
    'a draft grows': grows === 'gro', 'typing is known': types === 'typing',
    'a message ends the draft and the typing': !world.draft('c:1', 100) && !world.action('c:1', 105),
    'messages stand in order, once': world.messages('c:1').map(({ text }) => text).join() === '1,two',
    'a stopped draft stays': (world.apply('draft', { chat_id: 1, draft_id: 2, text: 's', stopped: true, expires: 1 }), world.draft('c:1', 100)?.text === 's'),
    'an ended draft goes': (world.apply('draft', { chat_id: 1, draft_id: 2, ended: true }), !world.draft('c:1', 100)),
    'a topic is its own conversation': conversationKey(world.chats, { chat_id: -5, message_thread_id: 4 }) === 'c:-5:4',
    'the general topic is the group': conversationKey(world.chats, { chat_id: -5, message_thread_id: 1 }) === 'c:-5',
    'a business chat is its own conversation': conversationKey(world.chats, { chat_id: 1, business_connection_id: 'b' }) === 'b:b:1',
    'unread counts those of others': unreadCount(world.messages('c:1'), undefined, 1) === 2 && unreadCount(world.messages('c:1'), world.messages('c:1')[0], 1) === 1,
    'the clock stands still': world.now(1e9) === 100,
    'the narrowest menu counts': (() => {
      for (const [type, more] of [['default'], ['all_private_chats'], ['chat', { chat_id: 1 }]]) {
        world.apply('menu', { scope: { type, ...more }, language_code: '', commands: [{ command: type, description: 'd' }] });
      }
      world.apply('menu', { scope: { type: 'chat', chat_id: 1 }, language_code: 'tr', commands: [{ command: 'turkish', description: 'd' }] });
      const first = (language, id) => world.commands({ id, type: 'private' }, id, language)[0].command;
      return [first('tr', 1), first('ru', 1), first('ru', 2), world.commands(state.chats[0], 1, 'tr')[0].command].join() === 'turkish,chat,all_private_chats,default';
    })(),
    'albums are one, runs and days are seen': (() => {
      const list = units([message(1), message(2), message(3, { media_group_id: 'g', photo: [] }), message(4, { media_group_id: 'g', photo: [] }), message(900)], { dayOf: () => 'd' });
      return list.map(unit => unit.kind === 'day' ? 'day' : `${unit.messages.length}${unit.isFirst ? 'f' : ''}${unit.isLast ? 'l' : ''}`).join() === 'day,1f,1,2l,1fl';
    })(),
    'unknown events pass': Object.keys(world.apply('invented', {})).length === 0,
    'marks of a typing person are read': JSON.stringify(typedText('\\u{1F44D} **b** `c`')) === JSON.stringify({ text: '\\u{1F44D} b c', entities: [entity('bold', 3, 1), entity('code', 5, 1)] }),
    'marks inside code stay': typedText('`**a**`').text === '**a**',
    'emoji are counted': emojiCount('\\u{1F468}\\u200D\\u{1F469}\\u200D\\u{1F467}\\u2764\\uFE0F') === 2 && emojiCount('a') === 0 && emojiCount('12') === 0,
    'every text has three languages': Object.values(catalogue).every(texts => texts.length === 3 && texts.every(Boolean)),
    'hundreds of entities are bounded': letters(deep) === 'x'.repeat(300),
    'every range keeps every letter': isKept,
  };
  const used = new Set();
  for (const name of ['app', 'chats', 'composer', 'conversation', 'dialogs', 'draft', 'message', 'operators', 'people', 'render']) {
    for (const match of (await (await fetch(`/assets/${name}.js`)).text()).matchAll(/\\bt\\('(\\w+)'[,)]/g)) used.add(match[1]);
  }
  const page = await (await fetch('/')).text();
  for (const match of page.matchAll(/data-(?:text|label)="(\\w+)"/g)) used.add(match[1]);
  facts['every text that is used is in the catalogue'] = [...used].filter(name => !catalogue[name]).join() || true;
  return { trees, facts };
}"""


def pure(page):
    found = page.evaluate(PURE)
    for name, is_so, seen in found["trees"]:
        check("entities: " + name, is_so, seen)
    for name, is_so in found["facts"].items():
        check(name, is_so is True, is_so)


BUTTONS = {
    "inline_keyboard": [
        [{"text": "Regenerate", "callback_data": "again"}, {"text": "Continue", "callback_data": "more"}],
        [{"text": "What is this?", "callback_data": "alert"}, {"text": "Manual", "url": "https://example.org/"}],
    ]
}
STORY = (
    "The martlet of the heralds has no feet: it was thought to live in the air, to sleep on the wind, and to come down only once. "
    "Swifts really do nearly that; they eat, drink and sleep while they fly. "
)
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
QUESTION = "How do I read a file line by line in Swift? 🪶"
ANSWER = (
    "The shortest way reads the whole file and walks over its lines:\n"
    'let text = try String(contentsOf: url, encoding: .utf8)\nfor line in text.split(separator: "\\n") {\n    print(line)\n}\n'
    "For a large file use url.lines, which never holds more than a piece of it. One thing to know first: "
    "it is asynchronous, and it ends lines at any Unicode break. See the manual."
)


def answer_entities():
    code = ANSWER[ANSWER.index("let text") : ANSWER.index("\nFor a large")]
    entities = marked(ANSWER, code="url.lines", bold="For a large file", italic="any Unicode break")
    entities.append({"type": "pre", "language": "swift", "offset": utf16(ANSWER[: ANSWER.index(code)]), "length": utf16(code)})
    entities.append({**marked(ANSWER, text_link="the manual")[0], "url": "https://example.org/manual"})
    return sorted(entities, key=lambda entity: entity["offset"])


def first_steps(page, updates):
    act("reset")
    ready(page)
    check("an empty world invites", page.is_visible("#welcome"))
    picture(page, "welcome")
    page.click("#first-person")
    page.fill("dialog input >> nth=0", "Elif Kaya")
    page.fill("dialog input >> nth=1", "@elif")
    page.select_option("dialog select", "en")
    picture(page, "new-person")
    page.click("dialog .pill.main")
    page.wait_for_selector("#person .avatar")
    check("a new person is who one is", "Elif" in page.inner_text("#person"))
    elif_id = page.evaluate("simulator.person")
    bot("setMyCommands", commands=[
        {"command": "new", "description": "Begin a new conversation"},
        {"command": "model", "description": "Choose the model that answers"},
        {"command": "persona", "description": "Choose how the bot speaks"},
        {"command": "usage", "description": "What you have used today"},
        {"command": "forgetme", "description": "Erase everything about you"},
    ], scope={"type": "all_private_chats"})
    page.wait_for_selector("#commands:visible")
    picture(page, "empty-chat")
    page.click("#empty .pill")
    check("Start says /start", updates.next("message")["text"] == "/start")
    page.wait_for_selector(".message.own .command")
    check("a command can be clicked", page.inner_text(".message.own .command") == "/start")
    return elif_id


def streaming(page, updates, person):
    say(page, QUESTION)
    check("what is typed arrives", updates.next("message")["text"] == QUESTION)
    page.wait_for_selector(".message.own >> nth=1")
    bot("sendChatAction", chat_id=person, action="typing")
    page.wait_for_selector("#conversation-head .doing")
    check("typing is shown in the head and the list", page.inner_text("#chats .doing") == "typing…")
    bot("sendMessageDraft", chat_id=person, draft_id=5, text=ANSWER[:40])
    page.wait_for_selector(".draft .cursor")
    bot("sendMessageDraft", chat_id=person, draft_id=5, text=ANSWER[:230], entities=[e for e in answer_entities() if e["offset"] + e["length"] <= 230])
    lengths = []
    for _ in range(12):
        lengths.append(page.evaluate("document.querySelector('.draft .text').textContent.length"))
        page.wait_for_timeout(40)
    check("a draft grows evenly", lengths == sorted(lengths) and len(set(lengths)) > 3, lengths)
    until(page, "a draft is shown in full", "length => document.querySelector('.draft .text').textContent.length >= length - 20", 180)
    picture(page, "draft")
    check("the end stays in sight while it grows", page.evaluate("(() => { const s = document.querySelector('#scroller'); return s.scrollHeight - s.scrollTop - s.clientHeight < 4 })()"))
    before = page.evaluate("document.querySelector('.draft .bubble').getBoundingClientRect().left")
    sent = bot("sendMessage", chat_id=person, text=ANSWER, entities=answer_entities(), reply_markup=BUTTONS)
    page.wait_for_selector(".draft", state="detached")
    line = last(page)
    check("the answer takes the draft's place", abs(line.locator(".bubble").bounding_box()["x"] - before) < 1)
    check("code has its language and a button", line.locator(".code-head span").inner_text() == "swift" and line.locator(".copy").count() == 1)
    check("bold, italic, code and links are there", [line.locator(tag).first.inner_text() for tag in ("strong", "em", "code.inline", "a")]
          == ["For a large file", "any Unicode break", "url.lines", "the manual"])
    check("the answer is read aloud", "Fledgling" in page.inner_text("#spoken") or page.inner_text("#spoken") != "")
    picture(page, "answer")
    return sent


def buttons(page, updates, person):
    page.click(".key:has-text('Regenerate')")
    check("a pressed button waits", "loading" in page.get_attribute(".key:has-text('Regenerate')", "class"))
    press = updates.next("callback_query")
    check("the press arrives", press["data"] == "again")
    picture(page, "pressed")
    bot("answerCallbackQuery", callback_query_id=press["id"], text="A second try is on its way")
    page.wait_for_selector(".toast")
    check("a short answer is a notice", page.inner_text(".toast") == "A second try is on its way")
    page.wait_for_selector(".key.loading", state="detached")
    page.click(".key:has-text('What is this?')")
    bot("answerCallbackQuery", callback_query_id=updates.next("callback_query")["id"], text="Answers come from a model on this machine.\nNothing leaves it.", show_alert=True)
    page.wait_for_selector("dialog[role=alertdialog]")
    check("an alert must be read", "Nothing leaves it." in page.inner_text("dialog"))
    picture(page, "alert")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog", state="detached")


def stopping(page, updates, person):
    say(page, "Write me a very long poem")
    updates.next("message")
    bot("sendMessageDraft", chat_id=person, draft_id=6, text="")
    page.wait_for_selector(".draft .soft")
    check("an empty draft thinks", page.inner_text(".draft .soft") == "Thinking…")
    picture(page, "thinking")
    bot("sendMessageDraft", chat_id=person, draft_id=6, text="Over the roofs a martlet flies,\nwithout a foot to land,", can_stop=True, keep_on_stop=True)
    page.wait_for_selector(".draft .stop:visible")
    picture(page, "stop")
    page.click(".draft .stop")
    check("Stop arrives", updates.next("stopped_message_generation")["draft_id"] == 6)
    page.wait_for_selector(".draft.stopped")
    check("what was written stays", "martlet" in page.inner_text(".draft.stopped"))
    bot("sendMessage", chat_id=person, text="Over the roofs a martlet flies,\nwithout a foot to land,")


def entities(page, updates, person):
    text = "👨‍👩‍👧 Bold and bold-italic, under, struck 🇹🇷, a secret here, /help @elif #tag. İstanbul'da ısı, й, שלום!"
    parts = marked(text, bold="Bold and bold-italic", italic="bold-italic", underline="under", strikethrough="struck 🇹🇷", spoiler="a secret here")
    bot("sendMessage", chat_id=person, text=text, entities=parts)
    until(page, "bold begins behind a joined emoji", "() => [...document.querySelectorAll('.message:not(.draft)')].at(-1)?.querySelector('strong')?.textContent === 'Bold and bold-italic'")
    line = last(page)
    check("italic stands inside bold", line.locator("strong em").inner_text() == "bold-italic")
    check("a flag is struck whole", line.locator("s").inner_text() == "struck 🇹🇷")
    check("a spoiler hides", page.evaluate("getComputedStyle([...document.querySelectorAll('.hidden-text')].at(-1)).opacity") == "0")
    picture(page, "entities")
    line.locator(".spoiler").click()
    page.wait_for_timeout(400)
    check("a spoiler opens", page.evaluate("getComputedStyle([...document.querySelectorAll('.hidden-text')].at(-1)).opacity") == "1")
    quote = "A quote with code inside.\nIts second line.\nIts third.\nIts fourth.\nIts fifth and last, which is only seen when it is opened."
    text = "Somebody said:\n" + quote + "\nand that was all."
    bot("sendMessage", chat_id=person, text=text, entities=[{"type": "expandable_blockquote", "offset": 15, "length": utf16(quote)}, *marked(text, code="code inside")])
    page.wait_for_selector("blockquote.expandable code")
    height = page.locator("blockquote.expandable").bounding_box()["height"]
    page.click("blockquote.expandable .expand")
    check("a long quote opens", page.locator("blockquote.expandable").bounding_box()["height"] > height + 20)
    picture(page, "quotes")


def rich(page, person):
    cell = lambda text, **more: {"text": text, **more}  # noqa: E731
    blocks = [
        {"type": "heading", "size": 2, "text": "Three ways to Ankara"},
        {"type": "paragraph", "text": ["Prices of ", {"type": "bold", "text": "today"}, ", for ", {"type": "marked", "text": "one person"}, "."]},
        {"type": "table", "is_striped": True, "cells": [
            [cell("Way", is_header=True), cell("Hours", is_header=True, align="right"), cell("Price", is_header=True, align="right")],
            [cell("Train"), cell("4:15", align="right"), cell("₺580", align="right")],
            [cell("Bus"), cell("6:00", align="right"), cell("₺450", align="right")],
            [cell("Plane"), cell("1:10", align="right"), cell("₺1,900", align="right")],
        ], "caption": "Leaving Istanbul in the morning"},
        {"type": "list", "items": [
            {"label": "1.", "blocks": [{"type": "paragraph", "text": "Book the train early"}]},
            {"label": "2.", "blocks": [{"type": "paragraph", "text": ["Take the seat on the ", {"type": "italic", "text": "left"}]}]},
            {"label": "", "has_checkbox": True, "is_checked": True, "blocks": [{"type": "paragraph", "text": "Passport"}]},
        ]},
        {"type": "details", "summary": "How this was found", "blocks": [{"type": "mathematical_expression", "expression": "t = d / v"}]},
        {"type": "divider"},
        {"type": "footer", "text": "Ask again for the way back."},
    ]
    bot("sendRichMessage", chat_id=person, rich_message={"blocks": blocks})
    page.wait_for_selector(".rich table")
    check("a table has its cells", count(page, ".rich td") == 9 and count(page, ".rich th") == 3)
    picture(page, "rich")
    page.click(".rich summary")
    check("details open", page.is_visible(".rich details .formula"))


def own_messages(page, updates, person):
    page.click("#input")
    page.keyboard.type("/")
    page.wait_for_selector("#suggestions [role=option]")
    picture(page, "commands")
    page.keyboard.type("mo")
    page.wait_for_function("document.querySelectorAll('#suggestions [role=option]').length === 1")
    check("a command is completed", page.inner_text("#suggestions [aria-selected=true] strong") == "/model")
    page.keyboard.press("Tab")
    check("Tab writes it out", page.input_value("#input") == "/model ")
    page.fill("#input", "")
    say(page, "I mistyped tihs")
    mistake = updates.next("message")
    page.wait_for_selector(".own:has-text('tihs')")
    page.keyboard.press("ArrowUp")
    check("arrow up edits the last message", page.input_value("#input") == "I mistyped tihs")
    picture(page, "editing")
    page.fill("#input", "I mistyped this")
    page.keyboard.press("Enter")
    check("the change arrives", updates.next("edited_message")["message_id"] == mistake["message_id"])
    page.wait_for_selector(".own .edited")
    page.click(".own .edited >> nth=-1")
    check("what it said before can be seen", "tihs" in page.inner_text("dialog .versions"))
    page.keyboard.press("Escape")
    last(page).locator(".bubble").dblclick(position={"x": 12, "y": 12})
    check("a double click begins a reply", page.is_visible("#composer-bar") and "mistyped this" in page.inner_text("#composer-bar"))
    say(page, "**Bold** of me, and `code` 👍")
    reply = updates.next("message")
    check("the reply names its message", reply["reply_to_message"]["message_id"] == mistake["message_id"])
    check("typed marks become entities", {"bold", "code"} <= {entity["type"] for entity in reply["entities"]}, reply.get("entities"))
    page.wait_for_selector(".own .reply")
    page.click(".own .reply >> nth=-1")
    page.wait_for_selector(".shine")
    check("a click on the reply goes to its message", "mistyped this" in page.inner_text(".shine"))
    page.fill("#input", STORY * 32)
    check("a long text says how many messages it is", page.inner_text("#length") == "2 messages")
    page.keyboard.press("Enter")
    pieces = [updates.next("message")["text"] for _ in range(2)]
    check("a long text becomes several messages", all(len(piece) <= 4096 for piece in pieces) and len("".join(pieces)) > len(STORY) * 31)
    say(page, "Forget this one")
    gone = updates.next("message")
    page.wait_for_selector(".own:has-text('Forget this one')")
    last(page).hover()
    last(page).locator(".more").click()
    page.wait_for_selector("[role=menu]")
    picture(page, "menu")
    page.click("[role=menu] .danger")
    page.click("dialog .danger")
    page.wait_for_selector(".own.deleted")
    check("a deleted message is struck through", "line-through" in page.evaluate("getComputedStyle([...document.querySelectorAll('.own.deleted .text')].at(-1)).textDecorationLine"))
    check("it names the message that went", gone["text"] == "Forget this one")
    page.click("#chat-menu")
    page.click("[role=menuitemcheckbox]")
    page.wait_for_selector(".own.deleted", state="detached")
    check("deleted messages can be left out", True)
    page.click("#chat-menu")
    page.click("[role=menuitemcheckbox]")
    page.set_input_files("#files", [
        {"name": name, "mimeType": "image/png", "buffer": PNG} for name in ("roof.png", "nest.png", "egg.png")
    ])
    page.fill("dialog textarea", "The nest on our roof")
    picture(page, "album-question")
    page.click("dialog .pill.main")
    album = [updates.next("message") for _ in range(3)]
    check("an album is one group", len({part.get("media_group_id") for part in album}) == 1 and "photo" in album[0])
    page.wait_for_selector(".album")
    until(page, "the album is one bubble with three pictures", "() => document.querySelectorAll('.album .photo').length === 3")
    picture(page, "album")


def png(width, height):
    """A picture of a sky, so that albums have something to show."""
    import struct
    import zlib

    rows = b"".join(
        b"\0" + b"".join(bytes((120 + 90 * y // height, 170 + 40 * y // height, 230 - 60 * x // width)) for x in range(width)) for y in range(height)
    )
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))  # noqa: E731
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PNG = png(320, 240)


def hostile(page, updates, person):
    mallory = act("addUser", name=HOSTILE, username="mallory", language_code="ru")["user"]["id"]
    title = "Group " + HOSTILE[:28]
    group = act("addGroup", title=title, members=[person, mallory], type="supergroup", bot="member")["chat"]["id"]
    page.wait_for_selector("#chats .chat.group")
    page.click("#chats .chat.group:has-text('Group <img')")
    act("say", **{"from": mallory}, chat_id=group, text=HOSTILE + " javascript:alert(3)")
    act("say", **{"from": mallory}, chat_id=group, text="И ещё одно сообщение подряд, чтобы имя стояло один раз")
    bot("sendMessage", chat_id=group, text="click me", entities=[{"type": "text_link", "offset": 0, "length": 5, "url": "javascript:alert(4)"}])
    page.wait_for_selector(".message:has-text('click me')")
    check("markup in names and texts stays text", page.evaluate("!document.querySelector('#messages img[src=x], #messages script, #chats script, header script')"))
    check("a hostile link leads nowhere", count(page, "a[href^=javascript]") == 0)
    check("the name stands once in a row", page.locator(".author:visible").count() == 2, page.locator(".author:visible").count())
    check("joining is a line between", count(page, ".unit.service") >= 1)
    page.evaluate("id => simulator.become(id)", mallory)
    until(page, "another person sees another list", "() => document.querySelectorAll('#chats .chat').length === 2")
    page.evaluate("id => simulator.become(id)", person)
    page.evaluate("key => simulator.open(key)", f"c:{person}")
    act("say", **{"from": mallory}, chat_id=group, text="Unread here")
    page.wait_for_selector("#chats .chat.group:has-text('Group <img') .count")
    check("unread messages are counted", page.inner_text("#chats .chat.group:has-text('Group <img') .count") == "1")
    return group


def company(page, updates, person):
    """Several people, several languages, and the bot among them."""
    mehmet = act("addUser", name="Mehmet Demir", username="mehmet", language_code="tr")["user"]["id"]
    anna = act("addUser", name="Анна Петрова", username="anna", language_code="ru")["user"]["id"]
    group = act("addGroup", title="Roof garden", members=[person, mehmet, anna], type="supergroup", bot="administrator")["chat"]["id"]
    page.wait_for_selector(".chat.group:has-text('Roof garden')")
    page.click(".chat.group:has-text('Roof garden')")
    say_as = lambda user, text, **more: act("say", **{"from": user}, chat_id=group, text=text, **more)["message"]  # noqa: E731
    say_as(mehmet, "Domatesler kızarmaya başladı 🍅")
    tomatoes = say_as(mehmet, "Bu hafta sonu toplayabiliriz")
    say_as(anna, "Ура! А кто сегодня поливает?", reply_to=tomatoes["message_id"])
    question = say_as(person, "@martlet_test_bot whose turn is it to water?")
    bot("sendMessage", chat_id=group, text="Today it is Elif, tomorrow Mehmet. It has not rained for three days: give the tomatoes a full can each.",
        reply_parameters={"message_id": question["message_id"]}, entities=marked("Today it is Elif, tomorrow Mehmet.", bold="Elif"),
        reply_markup={"inline_keyboard": [[{"text": "Done", "callback_data": "done"}, {"text": "Swap with Mehmet", "callback_data": "swap"}]]})
    until(page, "everybody's name has a colour of its own", "() => new Set([...document.querySelectorAll('.author')].map(node => getComputedStyle(node).color)).size === 3")
    sent = bot("sendMessage", chat_id=group, text="A reminder at seven in the evening is set, Elif.", ephemeral_message_parameters={"receiver_user_id": person})
    page.wait_for_selector(".message:has-text('A reminder at seven')")
    # Ephemeral messages came with version 10.2 of the Bot API; where the simulator does not know them the page is told.
    page.evaluate("""([person, sent]) => {
      const { world } = simulator;
      const message = [...world.conversations.values()].flatMap(each => each.messages).find(each => each.text === sent.text);
      simulator.world.apply('message', { ...message, receiver_user: world.users.get(person) });
      simulator.render();
    }""", [person, sent])
    page.wait_for_selector(".ephemeral", timeout=4_000)
    check("an ephemeral message says who sees it", "Only you see this" in page.inner_text(".ephemeral"))
    picture(page, "group")
    page.evaluate("id => simulator.become(id)", anna)
    page.evaluate("key => simulator.open(key)", f"c:{group}")
    until(page, "and nobody else does", "() => document.querySelectorAll('.unit.message').length === 5 && !document.querySelector('.ephemeral')")
    page.evaluate("id => simulator.become(id)", person)
    page.evaluate("key => simulator.open(key)", f"c:{group}")
    line = page.locator(".message:has-text('three days')").last
    page.evaluate("""line => {
      const words = [...line.querySelector('.text').childNodes].find(node => node.textContent.includes('three days'));
      const range = document.createRange();
      const at = words.textContent.indexOf('three days');
      range.setStart(words, at);
      range.setEnd(words, at + 10);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }""", line.element_handle())
    line.hover()
    line.locator(".more").click()
    page.click("[role=menuitem]:has-text('Quote')")
    check("selected words can be quoted", "“three days”" in page.inner_text("#composer-bar"))
    say(page, "More like four!")
    heard = updates.next("message")
    while heard.get("text") != "More like four!":
        heard = updates.next("message")
    check("the quote arrives", heard["quote"]["text"] == "three days", heard)
    page.wait_for_selector(".own .reply.quoted")


def topics_and_business(page, updates, person):
    forum = act("addGroup", title="Neighbours", members=[person], type="supergroup", is_forum=True, bot="administrator")["chat"]["id"]
    topic = act("addTopic", chat_id=forum, **{"from": person}, name="Recipes")["message_thread_id"]
    page.wait_for_selector(".chat.topic")
    page.click(".chat.topic")
    say(page, "What can I cook with two eggs?")
    until(page, "what is said in a topic stays there", "() => document.querySelectorAll('.unit.message').length === 1")
    bot("sendMessage", chat_id=forum, message_thread_id=topic, text="Menemen: two eggs, two tomatoes, a green pepper.")
    until(page, "the answer comes into the topic", "() => document.querySelectorAll('.unit.message').length === 2")
    picture(page, "topic")
    owner = act("addUser", name="Derya Aydın", language_code="tr")["user"]["id"]
    connection = act("connect", **{"from": owner}, rights={"can_reply": True})["connection"]["id"]
    page.wait_for_selector(".chat.client")
    page.click(".chat.client")
    say(page, "Merhaba, yarın açık mısınız?")
    check("a client's words come over the connection", updates.next("business_message")["business_connection_id"] == connection)
    bot("sendMessage", business_connection_id=connection, chat_id=person, text="Merhaba! Evet, 9'dan 18'e kadar açığız.")
    page.wait_for_selector(".other .via")
    check("an answer in the owner's name says who wrote it", "Fledgling" in page.inner_text(".other .via") or page.inner_text(".other .via") != "")
    picture(page, "business")
    page.evaluate("id => simulator.become(id)", owner)
    page.click(".chat.owner")
    until(page, "the owner sees what was said in their name as their own", "() => document.querySelector('.own .via')?.innerText.includes('Sent by')")
    picture(page, "owner")
    page.evaluate("id => simulator.become(id)", person)


def inline(page, updates, person):
    page.evaluate("key => simulator.open(key)", f"c:{person}")
    username = page.evaluate("simulator.world.bot.username")
    page.fill("#input", f"@{username} weather in Ankara")
    query = updates.next("inline_query")
    check("an inline question arrives", query["query"] == "weather in Ankara")
    bot("answerInlineQuery", inline_query_id=query["id"], results=[
        {"type": "article", "id": "1", "title": "Sunny, 24°", "description": "Ankara, this afternoon", "input_message_content": {"message_text": "Ankara: sunny, 24°"}},
        {"type": "article", "id": "2", "title": "The week in Ankara", "description": "Rain on Thursday", "input_message_content": {"message_text": "Ankara: rain on Thursday"}},
    ])
    page.wait_for_selector("#suggestions .rich-choice")
    picture(page, "inline")
    page.keyboard.press("Enter")
    until(page, "the chosen result is said", "() => [...document.querySelectorAll('.message')].at(-1)?.innerText.includes('sunny, 24°')")
    check("it tells via whom", page.locator(".own .via").last.inner_text() == f"via @{username}")


def forwarding(page, updates, person, group):
    page.evaluate("key => simulator.open(key)", f"c:{person}")
    line = page.locator(".own:has-text('mistyped this')").first
    line.scroll_into_view_if_needed()
    line.hover()
    line.locator(".more").click()
    page.click("[role=menuitem]:has-text('Forward')")
    page.wait_for_selector("dialog .choice")
    picture(page, "forward")
    page.click("dialog .choice:has-text('Group <img')")
    page.wait_for_selector(".own .forwarded")
    check("a forwarded message says from whom", "Elif" in page.inner_text(".own .forwarded"))
    last(page).hover()
    last(page).locator(".more").click()
    page.click("[role=menuitem]:has-text('Select')")
    page.locator(".message.other .column").last.click(force=True)
    until(page, "several messages can be selected", "() => document.querySelector('#selection strong')?.innerText === '2 selected' && document.querySelectorAll('.message.selected').length === 2")
    picture(page, "selection")
    page.keyboard.press("Escape")
    until(page, "and let go", "() => document.querySelector('#selection').hidden && !document.querySelector('#composer').hidden")
    page.click("#person")
    picture(page, "people")
    page.keyboard.press("Escape")
    check("Escape gives the focus back", page.evaluate("document.activeElement.id") == "person")
    page.click("#new")
    page.click("[role=menuitem]:has-text('New group')")
    picture(page, "new-group")
    page.keyboard.press("Escape")


def operator(page, updates, person):
    if not page.evaluate("document.body.classList.contains('with-operators')"):
        page.click("#toggle-operators")
    page.wait_for_selector(".log .entry")
    check("the log shows calls", page.locator(".entry strong:has-text('sendMessage')").count() > 0)
    picture(page, "operator-log")
    page.click(".log .entry >> nth=0")
    page.wait_for_selector("dialog.wide pre")
    check("a call shows its JSON", '"parameters"' in page.inner_text("dialog pre"))
    picture(page, "operator-json")
    page.keyboard.press("Escape")
    page.click("#tab-faults")
    page.click(".pill:has-text('any update')")
    page.fill("dialog textarea", '{"invented_kind": {"from": "the future"}}')
    page.click("dialog .pill.main")
    check("an invented update reaches the bot", updates.next("invented_kind") == {"from": "the future"})
    page.click(".tile:has-text('429')")
    page.wait_for_selector(".fault")
    check("a fault waits to happen", "429" in page.inner_text(".fault"))
    picture(page, "operator-faults")
    page.click(".fault button")
    page.wait_for_selector(".fault", state="detached")
    page.click("#tab-world")
    before = page.evaluate("simulator.now()")
    page.click(".tile:has-text('hour')")
    until(page, "the clock jumps", "before => simulator.now() > before + 3500", before)
    picture(page, "operator-world")
    page.click("label.switch:has-text('Block')")
    until(page, "the bot can be blocked", "() => simulator.world.chats.get(simulator.person)?.is_blocked === true")
    page.click("label.switch:has-text('Block')")
    until(page, "and unblocked", "() => simulator.world.chats.get(simulator.person)?.is_blocked !== true")
    page.click("#tab-log")
    page.click("#close-operators")


def appearance(page, person):
    page.click("#settings")
    picture(page, "settings")
    page.click("[role=menuitemcheckbox]:has-text('Dark')")
    check("dark on demand", page.evaluate("document.documentElement.dataset.theme") == "dark")
    for key, name in ((f"c:{person}", "dark"),):
        page.evaluate("key => simulator.open(key)", key)
        page.wait_for_timeout(200)
        picture(page, name)
    page.locator(".message:has(.code-block)").first.scroll_into_view_if_needed()
    picture(page, "dark-code")
    page.evaluate("simulator.change('language', 'ru')")
    check("Russian on demand", page.get_attribute("#send", "aria-label") == "Отправить" and page.evaluate("document.documentElement.lang") == "ru")
    page.evaluate("simulator.change('language', 'tr')")
    until(page, "Turkish on demand", "() => document.querySelector('#input').placeholder === 'İleti yaz'")
    for theme in ("light", "dark"):
        page.evaluate("theme => simulator.change('theme', theme)", theme)
        page.mouse.move(700, 5)
        page.wait_for_timeout(900)
        poor = page.evaluate(CONTRAST)
        check(f"every text can be read ({theme})", not poor, poor[:6])
    page.evaluate("simulator.change('language', 'en'); simulator.change('theme', '')")


# Texts whose contrast with what lies behind them is below WCAG AA.
CONTRAST = """() => {
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  const paint = (...colors) => {
    context.clearRect(0, 0, 1, 1);
    for (const color of colors) { context.fillStyle = color; context.fillRect(0, 0, 1, 1); }
    return context.getImageData(0, 0, 1, 1).data;
  };
  const light = ([r, g, b]) => [r, g, b].map(part => (part /= 255) <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [.2126, .7152, .0722][index], 0);
  const poor = [];
  for (const node of document.querySelectorAll('#sidebar *, #conversation *')) {
    const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || node.closest('.avatar, .spoiler, [aria-hidden=true], .sr, .skip, .deleted, :disabled, .large')) continue;
    const behind = [];
    for (let at = node; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
    const back = paint('#fff', ...behind), front = paint('#fff', ...behind, getComputedStyle(node).color);
    const [a, b] = [light(back), light(front)].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push(`${node.className || node.tagName} ${node.textContent.trim().slice(0, 20)} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


def reconnecting(page, person):
    page.evaluate("key => simulator.open(key)", f"c:{person}")
    page.context.set_offline(True)
    page.route("**/simulator/**", lambda route: route.abort())
    page.evaluate("simulator.listener.interrupt()")
    page.wait_for_selector("#reconnecting:visible")
    picture(page, "reconnecting")
    bot("sendMessage", chat_id=person, text="Said while nobody listened")
    bot("sendMessage", chat_id=person, text="And once more")
    page.unroute("**/simulator/**")
    page.context.set_offline(False)
    until(page, "what was missed comes after a break, once and in order", """() => {
      const texts = [...document.querySelectorAll('.message.other')].slice(-2).map(line => line.querySelector('.text')?.firstChild.textContent);
      return texts.join('|') === 'Said while nobody listened|And once more';
    }""", patience=12_000)
    until(page, "and the notice goes", "() => document.querySelector('#reconnecting').hidden")


def scrolling(page, person):
    page.evaluate("key => simulator.open(key)", f"c:{person}")
    page.wait_for_timeout(200)
    page.evaluate("document.querySelector('#scroller').scrollTop -= 900")
    page.wait_for_timeout(200)
    before = page.evaluate("document.querySelector('#scroller').scrollTop")
    bot("sendMessage", chat_id=person, text="You are reading further up")
    page.wait_for_selector("#to-end.shown .words")
    check("reading is not disturbed", abs(page.evaluate("document.querySelector('#scroller').scrollTop") - before) < 2)
    check("a pill tells of new messages", page.inner_text("#to-end .words") == "1 new message")
    picture(page, "pill")
    page.click("#to-end")
    until(page, "it leads to the end", "() => { const s = document.querySelector('#scroller'); return s.scrollHeight - s.scrollTop - s.clientHeight < 4 }")


def thousands(page, person):
    """5,000 messages: the page opens, scrolls and takes new ones without stutter."""
    page.evaluate("""person => {
      const { world } = simulator;
      for (let index = 0; index < 5000; index++) {
        const text = `${index}: ` + 'the quick martlet flies over the roofs. '.repeat(index % 7 + 1);
        world.add({ message_id: 1_000_000 + index, chat_id: person, from: index % 3 ? world.bot : world.users.get(person), date: simulator.now() + index / 10, text,
          entities: [{ type: 'bold', offset: 0, length: String(index).length }] });
      }
    }""", person)
    started = time.monotonic()
    page.evaluate("key => { simulator.current = undefined; simulator.open(key); }", f"c:{person}")
    until(page, "five thousand messages open", "() => document.querySelector('#messages').lastElementChild?.innerText.startsWith('4999')")
    check("they open at once", time.monotonic() - started < 1.5, time.monotonic() - started)
    check("only what is near is on the screen", count(page, ".unit") < 600, count(page, ".unit"))
    # The processor time of the page's thread: what other programs of the machine take does not count.
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable", {"timeDomain": "threadTicks"})
    spent = lambda: next(m["value"] for m in client.send("Performance.getMetrics")["metrics"] if m["name"] == "TaskDuration")  # noqa: E731
    before = spent()
    page.evaluate("""async () => {
      for (let frame = 0; frame < 240; frame++) {
        document.querySelector('#scroller').scrollTop -= 90;
        await new Promise(resolve => requestAnimationFrame(resolve));
      }
    }""")
    per_frame = (spent() - before) / 240 * 1000
    check("scrolling costs less than a frame of 1/60 s", per_frame < 16, per_frame)
    print(f"        scrolling through 5,000 messages: {per_frame:.1f} ms of the page's thread a frame")
    page.evaluate("key => simulator.conversation.jumpTo(key)", f":{person}:1000123")
    until(page, "a message far back is found", """() => {
      const line = document.querySelector('.shine');
      const box = line?.getBoundingClientRect();
      return line?.innerText.startsWith('123:') && box.top > 0 && box.bottom < innerHeight;
    }""")
    check("and the end is not lost", page.is_visible("#to-end.shown"))
    for _ in range(60):
        page.evaluate("document.querySelector('#scroller').scrollTop += 700")
        page.wait_for_timeout(30)
    later = page.evaluate("[...document.querySelectorAll('.unit.message')].map(line => parseInt(line.innerText)).filter(Number.isInteger)")
    check("later messages come without gaps", later == list(range(later[0], later[-1] + 1)) and later[-1] > 300, (later[0], later[-1]))
    check("and earlier ones go", len(later) <= 480, len(later))
    page.click("#to-end")
    until(page, "the pill leads from far back to the end", "() => document.querySelector('#messages').lastElementChild?.innerText.startsWith('4999')")
    cost = page.evaluate("""() => {
      const before = performance.now();
      for (let round = 0; round < 20; round++) simulator.conversation.render();
      return (performance.now() - before) / 20;
    }""")
    check("bringing the screen up to date costs less than a frame", cost < 16, cost)
    print(f"        bringing it up to date with 5,000 messages: {cost:.1f} ms")


def keyboard_and_names(page):
    unnamed = page.evaluate("""() => [...document.querySelectorAll('button, input, textarea, select, a[href]')]
      .filter(node => node.checkVisibility() && !(node.getAttribute('aria-label') || node.innerText?.trim() || node.labels?.length || node.placeholder))
      .map(node => node.outerHTML.slice(0, 80))""")
    check("everything that can be pressed has a name", not unnamed, unnamed)
    page.keyboard.press("Escape")
    page.evaluate("document.body.focus()")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.className"))
    check("Tab reaches list, head and box", {"person", "settings", "chat-menu", "input"} <= reached, reached)
    page.focus("#input")
    page.fill("#input", "")
    page.keyboard.press("Alt+ArrowDown")
    check("Alt and arrows change the chat", page.evaluate("document.activeElement.id") == "input")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
    check("no id stands twice", len(ids) == len(set(ids)))
    check("the log of messages is one for those who listen", page.get_attribute("#messages", "role") == "log")


def phone(browser, person, group):
    context, page = new_page(
        browser, viewport={"width": 390, "height": 844}, locale="tr-TR", color_scheme="dark", has_touch=True, is_mobile=True, device_scale_factor=2
    )
    ready(page)
    check("the page speaks the browser's language", page.get_attribute("#sidebar", "aria-label") == "Sohbetler")
    picture(page, "phone-list")
    page.tap("#chats .chat.group:has-text('Roof garden')")
    page.wait_for_timeout(500)
    picture(page, "phone-group")
    page.tap("#back")
    page.wait_for_timeout(400)
    page.tap("#chats .chat.private")
    page.wait_for_timeout(500)
    page.locator(".message:has(.code-block)").first.scroll_into_view_if_needed()
    picture(page, "phone-code")
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    check("nothing is wider than the screen", width[0] <= width[1], width)
    small = page.evaluate("[...document.querySelectorAll('#conversation > header button, #composer button')].filter(b => b.checkVisibility()).map(b => b.getBoundingClientRect()).filter(b => b.width < 40 || b.height < 40).length")
    check("buttons are large enough for thumbs", small == 0, small)
    page.tap("#toggle-operators")
    page.wait_for_timeout(300)
    picture(page, "phone-operator")
    page.tap("#close-operators")
    box = page.locator(".message:has(.code-block) .bubble").last.bounding_box()
    client = context.new_cdp_session(page)
    x, y = box["x"] + box["width"] - 30, box["y"] + box["height"] - 12
    client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        client.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x - step * 12, "y": y}]})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(300)
    check("a swipe begins a reply", page.is_visible("#composer-bar"))
    picture(page, "phone-reply")
    check("the phone reports no error: " + "; ".join(page.problems), not page.problems)
    context.close()


def policy(page):
    response = page.request.get(arguments.base_url + "/")
    content = response.headers.get("content-security-policy", "")
    scripts = re.search(r"(?:script|default)-src 'self'(?:;|$)", content)
    check("only the page's own scripts run", scripts is not None and "unsafe" not in content, content)
    check("the page has no script or style inside", not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", response.text()))


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=arguments.browser, args=["--no-sandbox"])
        context, page = new_page(browser)
        updates = Updates()
        person = first_steps(page, updates)
        policy(page)
        pure(page)
        streaming(page, updates, person)
        buttons(page, updates, person)
        stopping(page, updates, person)
        entities(page, updates, person)
        rich(page, person)
        own_messages(page, updates, person)
        group = hostile(page, updates, person)
        company(page, updates, person)
        topics_and_business(page, updates, person)
        inline(page, updates, person)
        forwarding(page, updates, person, group)
        operator(page, updates, person)
        scrolling(page, person)
        appearance(page, person)
        keyboard_and_names(page)
        offline = [problem for problem in page.problems]
        check("the page reports no error: " + "; ".join(offline), not offline)
        reconnecting(page, person)
        phone(browser, person, group)
        thousands(page, person)
        check("nothing is fetched from elsewhere", not page.foreign, page.foreign)
        context.close()
        browser.close()
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
