# The menu: `make help`. Every target brings what it needs by itself (scripts/setup).

export PATH := $(CURDIR)/.tools/bin:$(PATH)

# Where the one build of demo and tests goes.
target := $(or $(CARGO_TARGET_DIR),target)
eightcount := $(target)/debug/eightcount
# Where `make up` keeps its songs, library and products.
DATA ?= .data
# More arguments for `make up`, for example: make up ARGS="--port 8080"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup build demo up test bench doctor fmt lint deny

help: ## list what can be made
	@sed -n 's/^\([a-z]*\): .*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'

setup: ## install tools and demo content (idempotent; under a second when all is there)
	@scripts/setup

build: setup ## compile the eightcount command
	cargo build --locked -p eightcount-cli

demo: build ## film the demo library, dance a real song to it, leave the video in .demo/out
	$(eightcount) demo --data .demo --content .tools/demo --out .demo/out

up: build ## run the whole service on this machine, its data in .data
	$(eightcount) up --data $(DATA) $(ARGS)

test: ## check everything: format, lints, all tests on real Temporal, Redis, MariaDB and ffmpeg
	@scripts/test

bench: setup ## measure the speeds (release build)
	cargo bench --locked --workspace --benches

doctor: build ## check every dependency, connection and the disk of this machine
	$(eightcount) doctor

fmt: ## format the Rust code
	cargo fmt --all

lint: ## clippy on everything, warnings are errors
	cargo clippy --locked --workspace --all-targets -- -D warnings

deny: ## licences, advisories and sources of all dependencies (installs cargo-deny once: minutes)
	@cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny
	cargo deny check
