# Martlet: two commands do everything on a Debian machine that has Swift 6.3 and make.
#
#   make run     installs what is missing, builds, and serves the chat page and the API with the model in the box
#   make simulate  the bot in a Telegram simulated on this machine, with a page to write on
#   make test    installs what is missing, then lints, builds and runs every test
#   make lambda-image  a container image, for AWS Lambda and servers; IMAGE=, PLATFORM=, MODEL=, IMAGE_CACHE=
#   make deploy  that image on AWS Lambda, by AWS SAM

SWIFT ?= swift
BUILD_FLAGS = -c release --product martlet

.PHONY: help run simulate build test lambda-image deploy format clean install

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

lambda-image:
	@scripts/lambda-image

deploy:
	@scripts/deploy-stack

format:
	@$(SWIFT) format --in-place --recursive Package.swift Sources Tests

PREFIX ?= /usr/local
install: build
	install -D -m 755 .build/release/martlet $(DESTDIR)$(PREFIX)/bin/martlet
	install -D -m 644 Models/fledgling.gguf $(DESTDIR)$(PREFIX)/share/martlet/models/fledgling.gguf

clean:
	rm -rf .build
