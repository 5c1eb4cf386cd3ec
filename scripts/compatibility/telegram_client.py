#!/usr/bin/env python3
"""Runs python-telegram-bot against the simulator and checks what it gets: polling and webhook, sending, editing, buttons, inline
questions, files, menus, refusals.

    martlet simulate --port 8081 --stay &
    scripts/compatibility/telegram_client.py http://127.0.0.1:8081 [--token TOKEN]

Needs the package "python-telegram-bot[webhooks]". The world is emptied first. Loopback only.
"""

import argparse
import asyncio
import json
import socket
import sys
import traceback
import urllib.request

from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, InlineQueryHandler, MessageHandler, filters


class World:
    """The people, over the simulator's own interface."""

    def __init__(self, base):
        self.base = base

    def act(self, **members):
        body = json.dumps(members).encode()
        request = urllib.request.Request(self.base + "/simulator/act", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def state(self):
        with urllib.request.urlopen(self.base + "/simulator/state", timeout=10) as answer:
            return json.load(answer)

    def said(self, chat=11):
        """What the bot says in a chat now."""
        return [
            message.get("text") or message.get("caption") or ""
            for message in self.state()["messages"]
            if message["chat_id"] == chat and message.get("from", {}).get("is_bot") and "deleted" not in message
        ]

    async def until(self, condition, what):
        for _ in range(200):
            if await asyncio.to_thread(condition):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never: {what}; the bot says {self.said()}")


def build(base, token):
    application = (
        Application.builder().token(token).base_url(base + "/bot").base_file_url(base + "/file/bot").build()
    )

    async def start(update, context):
        buttons = InlineKeyboardMarkup([[InlineKeyboardButton("Press me", callback_data="pressed")]])
        await update.message.reply_text("<b>Welcome</b> &amp; hello", parse_mode=ParseMode.HTML, reply_markup=buttons)

    async def echo(update, context):
        await update.message.reply_text(update.message.text)

    async def press(update, context):
        await update.callback_query.answer("Thank you")
        await update.callback_query.edit_message_text(r"*Pressed* \(once\)", parse_mode=ParseMode.MARKDOWN_V2)

    async def inline(update, context):
        content = InputTextMessageContent(update.inline_query.query.upper())
        await update.inline_query.answer([InlineQueryResultArticle(id="1", title="Upper", input_message_content=content)])

    async def document(update, context):
        file = await update.message.document.get_file()
        content = bytes(await file.download_as_bytearray())
        await update.message.reply_document(content[::-1], filename="reversed.txt", caption="Reversed")

    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(press))
    application.add_handler(InlineQueryHandler(inline))
    application.add_handler(MessageHandler(filters.Document.ALL, document))
    application.add_handler(MessageHandler(filters.TEXT, echo))
    return application


async def converse(world):
    """What a person does with the bot, however its updates come."""
    world.act(act="say", **{"from": 11}, text="/start")
    await world.until(lambda: "Welcome & hello" in world.said(), "a welcome")
    message = [m for m in world.state()["messages"] if m.get("text") == "Welcome & hello"][-1]
    assert message["entities"] == [{"type": "bold", "offset": 0, "length": 7}], message["entities"]
    world.act(act="press", **{"from": 11}, message_id=message["message_id"], data="pressed")
    await world.until(lambda: "Pressed (once)" in world.said(), "an edit after a press")
    world.act(act="say", **{"from": 11}, text="Привет 🦜")
    await world.until(lambda: "Привет 🦜" in world.said(), "an echo")
    query = world.act(act="inline", **{"from": 11}, query="shout")["inline_query_id"]

    def choose():
        try:
            world.act(act="chooseInline", **{"from": 11}, inline_query_id=query, result_id="1")
            return True
        except urllib.error.HTTPError:
            return False

    await world.until(choose, "an inline result")
    assert [m for m in world.state()["messages"] if m.get("text") == "SHOUT" and m.get("via_bot")]
    world.act(act="send", **{"from": 11}, kind="document", file={"name": "a.txt", "mime_type": "text/plain", "base64": "YWJj"})
    await world.until(lambda: "Reversed" in world.said(), "a document")
    sent = [m for m in world.state()["messages"] if m.get("caption") == "Reversed"][-1]["document"]
    with urllib.request.urlopen(world.base + "/simulator/file/" + sent["file_unique_id"], timeout=10) as answer:
        assert answer.read() == b"cba"


class Checks:
    """Every method is a check; each begins with an empty world in which Ada has said hello."""

    def __init__(self, base, token):
        self.base, self.token, self.world = base, token, World(base)

    async def polling(self):
        application = build(self.base, self.token)
        async with application:
            await application.start()
            await application.updater.start_polling(poll_interval=0, timeout=2)
            await converse(self.world)
            await application.updater.stop()
            await application.stop()

    async def webhook(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        application = build(self.base, self.token)
        async with application:
            await application.start()
            await application.updater.start_webhook(
                listen="127.0.0.1", port=port, url_path="hook", secret_token="s3cret",
                webhook_url=f"http://127.0.0.1:{port}/hook",
            )
            await converse(self.world)
            information = await application.bot.get_webhook_info()
            assert information.url.endswith("/hook") and not information.last_error_message, information
            await application.updater.stop()
            await application.stop()
            await application.bot.delete_webhook()

    async def methods(self):
        async with build(self.base, self.token) as application:
            bot = application.bot
            message = await bot.send_message(11, "one", reply_parameters=ReplyParameters(999, allow_sending_without_reply=True))
            assert (await message.edit_text("two")).text == "two"
            await bot.send_chat_action(11, ChatAction.TYPING)
            assert await bot.send_message_draft(11, 1, "growing")
            photo = await bot.send_photo(11, b"\x89PNG not really", caption="A picture")
            assert photo.photo and (await bot.get_file(photo.photo[-1].file_id)).file_path
            await bot.set_my_commands([BotCommand("start", "Begin")])
            assert [command.command for command in await bot.get_my_commands()] == ["start"]
            assert await bot.delete_messages(11, [message.message_id, photo.message_id])
            chat = await bot.get_chat(11)
            assert chat.first_name == "Ada", chat
            member = await bot.get_chat_member(-5, bot.id)
            assert member.status == "member", member
            assert [a.user.first_name for a in await bot.get_chat_administrators(-5)] == ["Ada"]
            assert await bot.leave_chat(-5)

    async def refusals(self):
        async with build(self.base, self.token) as application:
            bot = application.bot
            for call, error in [
                (bot.send_message(11, "x" * 4097), BadRequest), (bot.send_message(77, "x"), BadRequest),
                (bot.send_message(11, "<b>x", parse_mode="HTML"), BadRequest), (bot.delete_message(11, 999), BadRequest),
            ]:
                await self.expect(call, error)
            message = await bot.send_message(11, "same")
            await self.expect(message.edit_text("same"), BadRequest)
            self.world.act(act="fault", fault="too_many_requests", retry_after=1, method="sendMessage")
            await self.expect(bot.send_message(11, "x"), RetryAfter)
            await asyncio.sleep(1.1)
            self.world.act(act="block", **{"from": 11})
            await self.expect(bot.send_message(11, "x"), Forbidden)
        try:
            async with build(self.base, "7000001:another-token"):
                raise AssertionError("a wrong token was taken")
        except InvalidToken:
            pass

    async def expect(self, call, error):
        try:
            await call
        except error:
            return
        raise AssertionError(f"no {error.__name__}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("--token", default="7000001:simulated-token")
    arguments = parser.parse_args()
    checks = Checks(arguments.base.rstrip("/"), arguments.token)
    failed = 0
    for name in ["polling", "webhook", "methods", "refusals"]:
        world = checks.world
        world.act(act="reset")
        world.act(act="addUser", id=11, name="Ada", username="ada")
        world.act(act="say", **{"from": 11}, text="hello")
        world.act(act="addGroup", id=-5, title="Group", members=[11])
        try:
            asyncio.run(getattr(checks, name)())
            print(f"pass  {name}")
        except Exception:
            failed += 1
            print(f"FAIL  {name}")
            traceback.print_exc()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
