# Martlet: two commands do everything on a Debian machine that has Swift 6.3 and make.
#
#   make run     installs what is missing, builds, and serves the chat page and the API with the model in the box
#   make simulate  the bot in a Telegram simulated on this machine, with a page to write on
#   make test    installs what is missing, then lints, builds and runs every test

SWIFT ?= swift
BUILD_FLAGS = -c release --product martlet

.PHONY: help run simulate build test format clean install

help:
	@sed -n 's/^#   //p' Makefile

run: build
	@.build/release/martlet serve

simulate: build
	@.build/release/martlet simulate --with-bot

build:
	@scripts/setup
	@echo "==> building martlet (the first build takes some minutes, later ones seconds)"
	@$(SWIFT) build $(BUILD_FLAGS)

test:
	@scripts/setup --tests
	@scripts/check

format:
	@$(SWIFT) format --in-place --recursive Package.swift Sources Tests

PREFIX ?= /usr/local
install: build
	install -D -m 755 .build/release/martlet $(DESTDIR)$(PREFIX)/bin/martlet
	install -D -m 644 Models/fledgling.gguf $(DESTDIR)$(PREFIX)/share/martlet/models/fledgling.gguf

clean:
	rm -rf .build
