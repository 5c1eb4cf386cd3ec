#!/usr/bin/env python3
"""Uses the chat page in headless Chromium as a person would, against a running `martlet serve`.

    web_chat.py [--base-url http://127.0.0.1:8080] [--browser /usr/bin/chromium] [--pictures DIR]

Needs `pip install playwright` and a Chromium. Prints a line for each thing tried; exits with 1 when one fails.
"""
import argparse
import pathlib
import sys

from playwright.sync_api import sync_playwright

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--base-url", default="http://127.0.0.1:8080")
parser.add_argument("--browser", default="/usr/bin/chromium")
parser.add_argument("--pictures", type=pathlib.Path, help="where screenshots go")
arguments = parser.parse_args()
failures = []


def check(what, passed):
    print(("ok    " if passed else "FAILED ") + what)
    if not passed:
        failures.append(what)


def picture(page, name):
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=arguments.pictures / f"{name}.png")


def ask(page, words):
    page.fill("#input", words)
    page.keyboard.press("Enter")


def finished(page):
    page.wait_for_selector("#send:not([hidden])", timeout=60_000)


def count(page, selector):
    return page.locator(selector).count()


def desktop(browser):
    context = browser.new_context(viewport={"width": 1200, "height": 800}, color_scheme="light", locale="en-US")
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    foreign = []
    origin = arguments.base_url.rstrip("/")
    page.on("request", lambda request: None if request.url.startswith((origin, "blob:", "data:")) else foreign.append(request.url))

    page.goto(arguments.base_url)
    page.wait_for_selector("#model option", state="attached")
    check("the models are listed", page.input_value("#model") != "")
    check("the message box has the focus", page.evaluate("document.activeElement.id") == "input")
    check("an empty message can't be sent", page.is_disabled("#send"))
    picture(page, "welcome-light")

    ask(page, "Who are you?")
    finished(page)
    answer = page.inner_text(".theirs .text")
    check("an answer comes", len(answer) > 0)
    check("its speed is shown", "tokens" in page.inner_text(".theirs .figures"))
    check("the conversation is listed", page.inner_text("#conversations .current .open") == "Who are you?")
    picture(page, "answer-light")

    ask(page, "Tell me a joke")
    finished(page)
    check("a second answer follows", count(page, ".theirs") == 2)
    page.click(".theirs:last-child button[aria-label='Another answer']")
    finished(page)
    check("an answer is written again in its place", count(page, ".theirs") == 2 and count(page, ".mine") == 2)

    page.fill("#input", "")
    page.keyboard.press("ArrowUp")
    page.fill(".editing textarea", "What can you do?")
    page.keyboard.press("Enter")
    finished(page)
    check("an edited message is answered anew", page.inner_text(".mine:nth-last-child(2) .bubble") == "What can you do?"
          and count(page, ".theirs") == 2)

    page.reload()
    page.wait_for_selector("#conversations .open")
    page.click("#conversations .open")
    check("a reload keeps the conversation", count(page, ".theirs") == 2)

    page.keyboard.press("Alt+n")
    check("Alt+N begins a conversation", count(page, "#messages > li") == 0)
    page.fill("#input", "one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    check("Shift+Enter is a new line", page.input_value("#input") == "one\ntwo")
    page.fill("#input", "<img src=x onerror=alert(1)> **not bold**")
    page.keyboard.press("Enter")
    check("what a person writes stays text", count(page, ".mine img") == 0 and count(page, ".mine strong") == 0)
    page.keyboard.press("Escape")
    finished(page)
    check("Escape stops the answer", page.get_attribute(".theirs", "aria-busy") == "false")

    page.hover("#conversations .current")
    page.click("#conversations .current .tool[aria-label='Rename']")
    page.fill("#conversations input", "Renamed")
    page.keyboard.press("Enter")
    check("a conversation is renamed", page.inner_text("#conversations .current .open") == "Renamed")
    page.click("#conversations .current .tool[aria-label='Delete']")
    page.click("#confirm button[value=yes]")
    page.wait_for_selector("#conversations li:has-text('Renamed')", state="detached", timeout=5_000)
    check("a conversation is deleted", "Renamed" not in page.inner_text("#conversations"))

    page.click("#theme")
    check("the theme changes", page.get_attribute("html", "data-theme") == "dark")
    picture(page, "dark")
    page.click("#open-settings")
    page.fill("#system", "Answer in one word.")
    page.fill("#max_tokens", "3")
    page.select_option("#language", "ru")
    picture(page, "settings")
    page.keyboard.press("Escape")
    page.wait_for_timeout(200)
    check("the language changes", page.inner_text("#new-chat") == "Новая беседа")
    with page.expect_request("**/v1/chat/completions") as sent:
        ask(page, "Привет")
    body = sent.value.post_data_json
    check("the settings are sent", body["messages"][0]["role"] == "system" and body["max_tokens"] == 3)
    finished(page)
    page.locator("h1, body").first.click(position={"x": 600, "y": 300})
    page.keyboard.press("?")
    check("? shows the keys", page.evaluate("document.querySelector('#shortcuts').open"))
    picture(page, "keys-dark")
    check("nothing is fetched from elsewhere", not foreign)
    check("the page reports no error: " + "; ".join(problems), not problems)
    context.close()


def phone(browser):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme="dark", locale="tr-TR", has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(arguments.base_url)
    page.wait_for_selector("#model option", state="attached")
    check("the page speaks the browser's language", page.inner_text("#welcome h1") == "Ne hakkında konuşalım?")
    picture(page, "phone-welcome")
    page.tap("#suggestions button")
    finished(page)
    check("a suggestion is answered", count(page, ".theirs .text") == 1)
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    check("nothing is wider than the screen", width[0] <= width[1])
    picture(page, "phone-answer")
    page.tap("#open-sidebar")
    page.wait_for_timeout(300)
    picture(page, "phone-list")
    page.tap("#close-sidebar")
    context.close()


def unreachable(browser):
    context = browser.new_context(viewport={"width": 1000, "height": 700}, locale="en-US")
    page = context.new_page()
    page.goto(arguments.base_url)
    page.route("**/v1/chat/completions", lambda route: route.abort())
    ask(page, "Is anybody there?")
    page.wait_for_selector(".failure")
    check("a lost server is told kindly", "can't be reached" in page.inner_text(".failure"))
    page.unroute("**/v1/chat/completions")
    page.click(".failure button")
    finished(page)
    check("trying again works", count(page, ".theirs .text") == 1)
    context.close()


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=arguments.browser, args=["--no-sandbox"])
    desktop(browser)
    phone(browser)
    unreachable(browser)
    browser.close()
sys.exit(1 if failures else 0)
