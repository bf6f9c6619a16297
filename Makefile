# Run "make" to see what can be made.
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash
export GOTOOLCHAIN ?= local

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo v0.0.0-dev)
CACHE   := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/clocker-lab
LINT    := go tool -modfile=tools/go.mod golangci-lint
CLI     := bin/clocker-compose
DRIVERS := weave/bin/clocker-driver-linux-amd64.gz weave/bin/clocker-driver-linux-arm64.gz

# Engine 29 and Docker Compose, for the tests that compare with them: used where they are.
export ENGINE29_BIN ?= $(wildcard $(CACHE)/engine29)
export COMPOSE_BIN  ?= $(wildcard $(CACHE)/engine29/docker-compose)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: prepare build ## Run examples/shop over three hosts on this machine, and take them away again
	@e2e/demo

.PHONY: test
test: export FUZZTIME ?= 20s
test: prepare unit lint fuzz e2e ## Run every test: unit, lint, fuzzing, and e2e on real engines

.PHONY: build
build: $(CLI) ## Build bin/clocker-compose, with the network driver for both platforms in it

.PHONY: $(CLI)
$(CLI): $(DRIVERS)
	@mkdir -p bin
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o $@ ./cmd/clocker-compose
	@ln -sf clocker-compose bin/docker-clocker

$(DRIVERS) &: go.mod weave/build-driver.sh $(shell find cmd/clocker-driver weave hosts -name '*.go' -not -name '*_test.go')
	weave/build-driver.sh

.PHONY: install
install: build ## Install for this user: in ~/.local/bin, as "docker clocker", with manual and completion
	install -D $(CLI) $(HOME)/.local/bin/clocker-compose
	install -D $(CLI) $(HOME)/.docker/cli-plugins/docker-clocker
	install -D -m 644 -t $(HOME)/.local/share/man/man1 docs/man/*.1
	@for s in bash:bash-completion/completions/clocker-compose fish:fish/vendor_completions.d/clocker-compose.fish \
		zsh:zsh/site-functions/_clocker-compose; do \
		mkdir -p $(HOME)/.local/share/$$(dirname $${s#*:}); $(CLI) completion $${s%%:*} > $(HOME)/.local/share/$${s#*:}; done

.PHONY: unit
unit: ## Run the tests that need no engine, with the race detector
	go test -race -timeout 30m ./...

.PHONY: lint
lint: ## Check style, common mistakes and the layers between packages
	$(LINT) run
	shellcheck -S warning -e SC1090,SC2034,SC2154 $$(git grep -lE '^#!/bin/(ba)?sh$$' -- ':!*.txtar' ':!*.md' ':!*.recipe') hosts/join/join.sh

.PHONY: fuzz
fuzz: ## Give every parser made-up input, each for a minute (FUZZTIME=60s), eleven at once (FUZZJOBS=11)
	tools/fuzz

.PHONY: e2e
e2e: build ## Run the tests on three real hosts (RUN=Pattern for some of them)
	tools/e2e '$(RUN)'

.PHONY: e2e-clouds
e2e-clouds: prepare build ## Test providers on a real OpenStack and a real libvirt, made here (RUN=Pattern, CLOUDS=openstack)
	CLOUDS='$(CLOUDS)' e2e/clouds/test '$(RUN)'

.PHONY: kill
kill: build ## Kill commands at random moments, and see what the next run finishes (KILLS=20 rounds of each)
	go test -count=1 -timeout 60m -v -run 'Killed|TwoUsers' ./cmd/clocker-compose -kills $(or $(KILLS),20)
	go test -tags e2e -count=1 -timeout 5h -v -run 'Killed|HostsComeAndGo' ./e2e -kills $(or $(KILLS),20)

.PHONY: compare
compare: build ## Compare with Docker Compose, case by case (RUN=scenario/case for some of them)
	go test -tags e2e -count=1 -timeout 20m -parallel 6 -v ./e2e -run 'TestCompare/.*/$(RUN)'

.PHONY: bench
bench: build ## Compare whole commands with Docker Compose, on one host
	go test -tags e2e -count=1 -timeout 20m -v -run TestBench ./e2e -bench-rounds 7

.PHONY: bench-images
bench-images: build ## Compare how an image gets to 8 hosts (SPREAD_MB=1000, SPREAD_HOSTS=8, SPREAD_MBIT=250, SPREAD_ENGINE=20)
	go test -tags e2e -count=1 -timeout 60m -v -run TestBenchSpread ./e2e \
		-spread-mb $(or $(SPREAD_MB),1000) -spread-hosts $(or $(SPREAD_HOSTS),8) -spread-mbit $(or $(SPREAD_MBIT),250)

.PHONY: engine29
engine29: ## Build engine 29 and Docker Compose from source, for tests (8 minutes)
	e2e/engine29/build $(CACHE)/engine29

.PHONY: prepare
prepare: ## Install the Debian packages that the lab and the tests need, asking first
	@e2e/prepare

.PHONY: format
format: ## Format the code
	$(LINT) fmt

.PHONY: clean
clean: ## Remove what was built, and the lab's cache
	rm -rf bin $(DRIVERS) $(CACHE)
