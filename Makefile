# The one front door. `make` alone prints what there is.
#
# Settings, given as `make TARGET NAME=value`:
#   PORT, PAYSIM_PORT, FULFILMENT_PORT   where `make run` listens      DATA   its data folder      FRESH=1   starts it anew
#   JOBS    parallel compilers and tests; by default as many as cores and memory allow
#   SETUP=no   installs nothing: everything in tools/packages.txt is there already

PORT ?= 8080
PAYSIM_PORT ?= 8081
FULFILMENT_PORT ?= 8082
DATA ?= data/demo
FRESH ?=
SEEDS ?= 2000
ROUNDS ?= 20
FUZZ_SECONDS ?= 60
SETUP ?= yes

# A compiler of this code takes up to 1.5 GB.
JOBS ?= $(shell awk -v cores="$$(nproc)" '/MemAvailable/ { fit = int($$2 / 1500000); n = fit < cores ? fit : cores; print n < 1 ? 1 : n }' /proc/meminfo)

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# The pinned Node.js comes before any other.
export PATH := $(CURDIR)/build/node/bin:$(PATH)

run_tests = tools/run_tests --jobs $(JOBS)
ninja = ninja -j $(JOBS) -C

# $(call need,FILE): a target whose program is not part of this version says so.
need = @[ -e "$(1)" ] || { echo "make $@: this version has no $(1) yet" >&2; exit 2; }

.PHONY: help
help: ## prints this list
	@echo "make TARGET [NAME=value ...]"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "  %-15s %s\n", $$1, $$2 }'
	@echo; sed -n '3,6s/^# \{0,1\}//p' Makefile

.PHONY: run
run: setup programs web catalogue ## builds what is needed and starts the shop with its demo data; ends with Ctrl-C (PORT=8080 DATA=data/demo FRESH=1)
	$(call need,build/release/pps)
	@if [ -n "$(FRESH)" ] && [ -e "$(DATA)" ]; then \
	  [ -d "$(DATA)/pps" ] || { echo "make run: $(DATA) does not look like a demo's data; remove it by hand" >&2; exit 2; }; \
	  echo "removing $(DATA)"; rm -rf -- "$(DATA)"; \
	fi; mkdir -p "$(DATA)"
	@exec build/release/pps demo --data "$(DATA)" --port $(PORT) --paysim-port $(PAYSIM_PORT) --fulfilment-port $(FULFILMENT_PORT)

.PHONY: build
build: setup build/release/build.ninja web ## builds everything, tests included, into build/release
	@$(ninja) build/release

.PHONY: test
test: setup-test build catalogue ## the whole test suite, a few minutes; its last line counts
	@$(run_tests) build/release -LE long

.PHONY: test-full
test-full: test test-sanitized ## test, sanitizers, 100,000 simulated seeds, 500 crash rounds, every fuzzer for a minute: hours
	@$(MAKE) sim SEEDS=100000
	@$(MAKE) crash ROUNDS=500
	@$(MAKE) fuzz FUZZ_SECONDS=60

.PHONY: test-sanitized
test-sanitized: setup build/asan/build.ninja build/tsan/build.ninja ## unit and contract tests under the address, undefined-behaviour and thread sanitizers
	@for preset in asan tsan; do $(ninja) build/$$preset; $(run_tests) build/$$preset -L 'unit|contract'; done

.PHONY: sim
sim: setup build/release/build.ninja ## simulated purchases under faults (SEEDS=2000)
	@$(ninja) build/release
	@PPS_SIM_SEEDS=$(SEEDS) $(run_tests) build/release -L simulation --verbose

.PHONY: crash
crash: build ## kill -9 of real processes under load, then the checker (ROUNDS=20)
	@PPS_CRASH_ROUNDS=$(ROUNDS) $(run_tests) build/release -L crash --verbose

.PHONY: fuzz
fuzz: setup ## every fuzzer for a while (FUZZ_SECONDS=60)
	@[ "$(SETUP)" = no ] || tools/setup fuzz
	@tests/fuzz/run --seconds $(FUZZ_SECONDS) --jobs $(JOBS)

.PHONY: bench
bench: build ## measures, each figure beside its reference of the same run
	$(call need,bench/run)
	@[ "$(SETUP)" = no ] || tools/setup bench
	@$(ninja) build/release benches
	@bench/run

.PHONY: web
web: setup ## builds the page into web/dist
	@if [ -e web/package.json ]; then $(MAKE) web/dist/index.html; fi

.PHONY: catalogue
catalogue: ## fetches the demo's catalogue, Debian's applications, into build/catalogue (--refresh: tools/fetch-appstream)
	@tools/fetch-appstream build/catalogue || echo "make $@: going on without; the demo sells what it has" >&2

.PHONY: screenshots
screenshots: build setup-test ## pictures of the shop into docs/screenshots
	$(call need,web/package.json)
	@cd web && npm run screenshots

.PHONY: format
format: ## formats C++ and the page's sources in place
	@[ "$(SETUP)" = no ] || tools/setup dev
	@git ls-files -z '*.cpp' '*.hpp' | xargs -0r clang-format -i
	@if [ -d web/node_modules ]; then cd web && npm run --if-present format; fi

.PHONY: tidy
tidy: ## the rules of the house, without a build
	@tools/tidy --warnings

.PHONY: clean
clean: ## removes what was built; data stays
	rm -rf build web/dist web/node_modules

# Parts of the above.

.PHONY: setup setup-test programs
setup:
	@[ "$(SETUP)" = no ] || tools/setup build
setup-test:
	@[ "$(SETUP)" = no ] || tools/setup build test

programs: setup build/release/build.ninja
	@$(ninja) build/release programs

build/%/build.ninja: CMakePresets.json | setup
	@cmake --preset $*

web/node_modules/.package-lock.json: web/package.json web/package-lock.json | setup
	@cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web api -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
	@cd web && npm run build
	@touch $@
