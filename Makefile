# The menu: `make help`. Every target brings what it needs by itself (scripts/setup).

export PATH := $(CURDIR)/.tools/bin:$(PATH)

# Where the one build of demo and tests goes.
target := $(or $(CARGO_TARGET_DIR),target)
eightcount := $(target)/debug/eightcount
# The studio is built when something of it changed, or of the API whose types it takes.
studio := api/web/dist/index.html
studio_sources := $(shell find api/web/src api/web/build api/web/public -type f -not -path '*/made/*') \
	$(wildcard api/web/*.json api/web/*.mjs api/web/*.js) api/web/index.html \
	api/src/snapshots/eightcount_api__openapi__tests__the_document.snap
# Where `make up` keeps its songs, library and products.
DATA ?= .data
# More arguments for `make up`, for example: make up ARGS="--port 8080"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup studio build demo up test bench bench-audio bench-ingest tuning-songs bench-render bench-suggest bench-suggest-quality doctor fmt lint deny

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\): .*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'

setup: ## install tools and demo content (idempotent; under a second when all is there)
	@scripts/setup

studio: setup $(studio) ## build the studio, the page on which a dance is made

$(studio): $(studio_sources) | setup
	npm --prefix api/web run --silent build

build: setup $(studio) ## compile the eightcount command, the studio inside it
	cargo build --locked -p eightcount-cli

demo: build ## film the demo library, dance a real song to it, leave the video in .demo/out
	$(eightcount) demo --data .demo --content .tools/demo --out .demo/out

up: build ## run the whole service on this machine, its data in .data
	$(eightcount) up --data $(DATA) $(ARGS)

test: ## check everything: format, lints, all tests on real Temporal, Redis, MariaDB and ffmpeg
	@scripts/test

bench: setup ## measure the speeds (release build)
	cargo bench --locked --workspace --benches

bench-audio: setup ## measure how well the hearing hears, on music with known beats (brings it: minutes)
	@scripts/bench-audio

tuning-songs: ## make 175 songs with known beats, on which the hearing may be tuned, in .tools/tuning-songs (minutes)
	@scripts/tuning-songs .tools/tuning-songs

bench-ingest: build ## measure how fast a performance becomes steps, phase by phase (FILES="a.mp4 …" for your own)
	cargo bench --locked --profile dev -p eightcount-cli -p eightcount-tests --bench ingest -- $(FILES)

bench-render: build ## measure rendering, joining and the wait for the product; against one ffmpeg, and MoviePy
	@scripts/setup --bench
	cargo run --locked -p eightcount-media --example render_bench
	cargo bench --locked --profile dev -p eightcount-cli -p eightcount-tests --bench render

bench-suggest: setup ## measure suggestion on 3 thousand to a million synthetic steps
	cargo bench --locked --profile dev -p eightcount-choreo --bench scale -- 3000 100000 1000000

bench-suggest-quality: demo ## measure how good suggestions are, on the demo library and its music
	cargo run --locked -p eightcount-activities --example suggest_quality -- .demo

doctor: build ## check every dependency, connection and the disk of this machine
	$(eightcount) doctor

fmt: ## format the Rust code
	cargo fmt --all

lint: ## clippy on everything, warnings are errors
	cargo clippy --locked --workspace --all-targets -- -D warnings

deny: ## licences, advisories and sources of all dependencies (installs cargo-deny once: minutes)
	@cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny
	cargo deny check
