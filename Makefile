# The index of every command. `make` alone prints it.

SHELL := /bin/bash -o pipefail
.DEFAULT_GOAL := help
export SQLX_OFFLINE := true

STORE_URL ?= http://localhost:8080

DATABASE := src/database
FRONTEND := src/frontend
PACKAGES := $(DATABASE)/node_modules/.package-lock.json $(FRONTEND)/node_modules/.package-lock.json
# Rules and dashboards are here alone, since Helm reads no file outside of its chart.
CHART_FILES := infrastructure/kubernetes/charts/devopsify/files
POSTGRES_EXPORTER := target/monitoring/bin/postgres_exporter
CHECKS := infrastructure/checks
CHECK_TOOLS := target/infrastructure
CHECK_REQUIREMENTS := $(wildcard $(CHECKS)/requirements-*.txt)
# By content, since a cache that is put back keeps no order of times.
CHECK_GO := $(CHECK_TOOLS)/bin/.installed-$(shell sha256sum <$(CHECKS)/go-tools.txt | head -c 16)
CHECK_PYTHON := $(CHECK_TOOLS)/venv/.installed-$(shell cat $(CHECK_REQUIREMENTS) | sha256sum | head -c 16)
PAGES := $(FRONTEND)/.next/BUILD_ID
PAGE_SOURCES := $(shell find $(FRONTEND)/app $(FRONTEND)/components $(FRONTEND)/lib $(FRONTEND)/public $(FRONTEND)/*.ts $(FRONTEND)/*.mjs -type f 2>/dev/null)

# $(call step,what it is,command): runs a command, quietly unless it fails, and tells how long it took.
define step
	@start=$$EPOCHREALTIME; log=$$(mktemp); \
	if $(2) >$$log 2>&1; then awk -v a=$$start -v b=$$EPOCHREALTIME 'BEGIN { printf "  %-44s %6.1f s\n", "$(1)", b - a }'; rm $$log; \
	else cat $$log; rm $$log; echo "failed: $(1)"; exit 1; fi
endef

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: up
up: tools $(PACKAGES) $(if $(filter 1 true,$(DEV)),,$(PAGES)) ## Build and start the whole store on this machine; DEV=1 reloads on change
	$(call step,Program built,cargo build --locked)
	@exec target/debug/devopsify-local up

.PHONY: monitor
monitor: tools $(POSTGRES_EXPORTER) ## Watch the store that `make up` runs: Prometheus with its rules, and exporters
	$(call step,Program built,cargo build --locked)
	@exec target/debug/devopsify-local monitor

.PHONY: test
test: test-backend test-browser ## Run every test: rules, HTTP on a real PostgreSQL, and the browser

.PHONY: test-backend
test-backend: tools $(PACKAGES)
	cargo build --locked
	target/debug/devopsify-local with-postgres cargo test --locked

.PHONY: test-browser
test-browser: tools $(PACKAGES) $(PAGES)
	cargo build --locked
	cd $(FRONTEND) && npm run check:build && npm run test:e2e

.PHONY: check-monitoring
check-monitoring: tools $(PACKAGES) $(PAGES) $(POSTGRES_EXPORTER) ## Hold metrics, rules, dashboards and runbooks against the running store, and break it
	cargo build --locked
	cargo test --locked --package devopsify --test monitoring --no-run
	@# Gigabytes that the compiler left to be written would make the database wait, and its requests late.
	@sync
	cargo test --locked --package devopsify --test monitoring -- --nocapture

.PHONY: check-infra
check-infra: check-tools $(PAGES) ## Hold Terraform, the chart, GitOps, images and workflows against themselves and each other
	cargo test --package infrastructure-checks --locked --no-run
	$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync check-terraform check-others

# Terraform waits for a stand-in of AWS most of the time; the others use the processor meanwhile.
CHECK_OTHERS := $(filter-out terraform,$(notdir $(basename $(wildcard $(CHECKS)/tests/*.rs))))

.PHONY: check-terraform check-others
check-terraform: check-tools
	cargo test --package infrastructure-checks --locked --test terraform -- --nocapture

check-others: check-tools $(PAGES)
	cargo test --package infrastructure-checks --locked --no-fail-fast $(CHECK_OTHERS:%=--test %) -- --nocapture

.PHONY: prove-infra
prove-infra: check-tools $(PAGES) ## Break infrastructure in many small ways (FIELD=chart: in those of one file), and see that each is caught
	cargo test --package infrastructure-checks --locked --no-run
	cargo test --package infrastructure-checks --locked --test prove -- --ignored --nocapture

# The releases before: the two latest tags or, as long as there are none, the last code on another schema and the commit before this.
FROM ?= $(shell tags=$$(git tag --list 'v*' --sort=version:refname | tail -n 2); \
	test $$(wc -w <<<"$$tags") = 2 && echo $$tags || { git log --format=%h | while read -r commit; do \
	git diff --quiet $$commit HEAD -- $(DATABASE)/migrations || \
	{ git diff --quiet --no-renames --diff-filter=MD $$commit HEAD -- $(DATABASE)/migrations && echo $$commit && break; }; done; echo HEAD^; })
OLDER = $(foreach ref,$(FROM),target/releases/devopsify-$(or $(shell git rev-parse --short=12 --verify --quiet '$(ref)^{commit}'),$(error FROM: there is no commit $(ref))))

.PHONY: prove-releases
prove-releases: tools $(PACKAGES) ## Roll two releases (FROM="v1.0 v1.1"), this one and the one before it out under load
	@echo "Releases: $(FROM), the present one, and back to the one before"
	$(MAKE) --no-print-directory $(OLDER)
	cargo build --locked
	RELEASES=$$(realpath $(OLDER) target/debug/devopsify $(lastword $(OLDER)) | paste --serial --delimiters=:) \
		target/debug/devopsify-local with-postgres cargo test --locked --package devopsify --test releases -- --nocapture

.PHONY: prove-limits
prove-limits: tools $(PACKAGES) ## Attack `serve` and `worker` for SECONDS (300), each in the memory of its container; needs root
	cargo build --release --locked --package devopsify --features jemalloc
	cargo build --release --locked --package devopsify-local --features devopsify/jemalloc
	PROGRAM=$(CURDIR)/target/release/devopsify target/release/devopsify-local with-postgres cargo test --locked --package devopsify --test limits -- --test-threads=1 --nocapture

.PHONY: lint
lint: tools $(PACKAGES) ## Check style, types and rules of all code
	@! git grep --line-number --extended-regexp '^(<<<<<<<|>>>>>>>) '
	cargo fmt --check
	cargo clippy --workspace --all-targets --test monitoring --test limits --locked -- -D warnings
	cd $(FRONTEND) && npm run lint
	node $(DATABASE)/catalogue/render.mjs --check

.PHONY: generate
generate: tools $(PACKAGES) ## Renew what is generated: query metadata, the OpenAPI document, the client's types, rules, dashboards
	@# A query that changed does not compile before it was prepared, so the program of before does the preparing.
	test -x target/debug/devopsify-local || cargo build --locked
	touch src/backend/src/lib.rs && rm -rf src/backend/.sqlx && mkdir src/backend/.sqlx
	SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$(CURDIR)/src/backend/.sqlx target/debug/devopsify-local with-postgres --migrate cargo check --locked --package devopsify
	cargo run --locked --quiet --package devopsify-generators -- openapi > src/backend/openapi.json
	cargo run --locked --quiet --package devopsify-generators -- metrics > docs/operations/metrics.md
	cargo run --locked --quiet --package devopsify-generators -- slo monitoring/prometheus/slo.yaml > $(CHART_FILES)/rules/slo.yaml
	for dashboard in api business database slo; do \
		cargo run --locked --quiet --package devopsify-generators -- dashboard monitoring/grafana/$$dashboard.yaml > $(CHART_FILES)/dashboards/$$dashboard.json || exit 1; done
	cd $(FRONTEND) && npm run generate

.PHONY: catalogue
catalogue: $(PACKAGES) ## Draw the demo catalogue's pictures
	node $(DATABASE)/catalogue/render.mjs

.PHONY: bench
bench: tools $(PACKAGES) ## Measure what logs, metrics and traces cost a request of the catalogue, in pairs
	cargo build --release --locked
	target/release/devopsify-local with-postgres --migrate cargo bench --locked --package devopsify --bench instrumentation

.PHONY: fuzz
fuzz: ## Send the running store (STORE_URL) five minutes of unexpected requests; needs Python 3
	test -x target/fuzz/bin/schemathesis || (python3 -m venv target/fuzz && target/fuzz/bin/pip install --quiet --requirement src/backend/fuzz-requirements.txt)
	target/fuzz/bin/schemathesis --config-file src/backend/schemathesis.toml run --max-time 270 $(STORE_URL)/api/openapi.json

.PHONY: screenshots
screenshots: $(PACKAGES) $(PAGES) ## Take the pictures of the store in docs/
	cargo build --locked
	cd $(FRONTEND) && UPDATE_SCREENSHOTS=1 npm run test:e2e -- screenshots

.PHONY: clean
clean: ## Delete what was built; the local store's data in .devopsify stays
	cargo clean
	rm -rf $(FRONTEND)/.next $(FRONTEND)/node_modules $(DATABASE)/node_modules

.PHONY: tools
tools:
	@command -v cargo >/dev/null || { echo "Rust is missing: install the stable toolchain (https://rustup.rs)"; exit 1; }
	@command -v cc >/dev/null || { echo "A C compiler is missing: on Debian, apt-get install build-essential"; exit 1; }
	@command -v npm >/dev/null || { echo "Node.js is missing: install version 20 or newer (https://nodejs.org)"; exit 1; }
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "Node.js $$(node --version) is too old: install version 20 or newer (https://nodejs.org)"; exit 1; }

.PHONY: check-tools
check-tools: tools $(CHECK_GO) $(CHECK_PYTHON) $(if $(wildcard $(CHECKS)/package-lock.json),$(CHECKS)/node_modules/.package-lock.json)

# The version is in this file, so a change of it builds another one.
$(POSTGRES_EXPORTER): Makefile
	@command -v go >/dev/null || { echo "Go is missing: install version 1.25 or newer (https://go.dev/dl), it builds PostgreSQL's exporter"; exit 1; }
	@# By its module: `go install` asks for modules below it first, and some proxies refuse what they do not know.
	$(call step,Exporter of PostgreSQL built,sources=$$(go mod download -json github.com/prometheus-community/postgres_exporter@v0.19.1 | sed -n 's/.*"Dir": "\(.*\)".*/\1/p') && test -n "$$sources" && CGO_ENABLED=0 go -C "$$sources" build -o $(CURDIR)/$@ ./cmd/postgres_exporter)
	@touch $@

# The program of a commit, which never changes. Its worktree goes again; what it depends on is shared with the present program,
# which the next `cargo build` puts back into its place.
target/releases/devopsify-%:
	@mkdir -p $(@D)
	$(call step,Program of $* built,(trap 'git worktree remove --force $(@D)/$*' EXIT && git worktree add --force --detach $(@D)/$* $* && CARGO_INCREMENTAL=0 cargo build --locked --manifest-path $(@D)/$*/Cargo.toml --package devopsify --target-dir target && cp target/debug/devopsify $@))

# Each at the version that a file says: a change of the file installs them anew.
$(CHECK_GO):
	@command -v go >/dev/null || { echo "Go is missing: install version 1.25 or newer (https://go.dev/dl), it builds tools of the checks"; exit 1; }
	$(call step,Tools in Go built,CGO_ENABLED=0 GOBIN=$(CURDIR)/$(@D) xargs --max-args=1 go install <$(CHECKS)/go-tools.txt)
	@touch $@

$(CHECK_PYTHON):
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { echo "Python 3 with venv is missing: on Debian, apt-get install python3-venv"; exit 1; }
	$(call step,Tools in Python installed,rm -rf $(@D) && python3 -m venv $(@D) && $(@D)/bin/pip install --quiet $(addprefix --requirement ,$(CHECK_REQUIREMENTS)))
	@mkdir -p $(CHECK_TOOLS)/bin && find $(CURDIR)/$(@D)/bin -type f -perm -u+x ! -name 'pip*' ! -name 'python*' -exec ln --symbolic --force --target-directory=$(CHECK_TOOLS)/bin {} +
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	$(call step,JavaScript packages of $* installed,npm ci --prefix $*)
	@touch $@

$(PAGES): $(FRONTEND)/node_modules/.package-lock.json $(FRONTEND)/package.json $(PAGE_SOURCES)
	$(call step,Pages built,npm run build --prefix $(FRONTEND))
