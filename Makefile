# make run: from a fresh clone to the running product. make test: from a fresh clone to the green suite.
# Both install what they need into .venv and node_modules: by uv when it is there, else by venv and pip.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(foreach minor,11 12 13 14,$(shell command -v python3.$(minor) 2>/dev/null)) python3)
UV := $(shell command -v uv 2>/dev/null)
NPM := $(shell command -v npm 2>/dev/null)

INSTALLED := $(VENV)/.installed
LIBRARIES := node_modules/.installed
ASSETS := core/web/static/vendor/.copied

# Benchmarks draw numbers, start programs and write statements of their own making, against servers of their own.
NOT_IN_BENCHMARKS := B101,B105,B310,B311,B404,B603,B607,B608

.PHONY: run test check assets lock browser faults down screens
.DEFAULT_GOAL := run

run: $(INSTALLED) $(ASSETS)
	@$(BIN)/huiying up --demo

down: $(INSTALLED)
	@$(BIN)/huiying down

# One more than cores: tests that wait for other programs leave a core to the next.
WORKERS := $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))

test: check browser faults
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# Pictures of every screen, from a demonstration of its own that is gone afterwards.
screens: $(INSTALLED) $(ASSETS) browser
	$(BIN)/python -m tests.web.screens.pictures

check: $(INSTALLED) $(ASSETS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -c pyproject.toml -r core plugins tenants
	$(BIN)/bandit -q -c pyproject.toml --skip $(NOT_IN_BENCHMARKS) -r benchmarks

assets: $(ASSETS)

# The lock file names no package index: it works with whichever one is configured.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --extra embedded --group dev pyproject.toml -o requirements.lock
	! grep -nE 'https?://|file:|index-url|find-links' requirements.lock

# What the product is made of, in the form of CycloneDX: packages, versions and hashes as the lock file has them.
sbom: $(INSTALLED)
	@mkdir -p .local
	@$(BIN)/cyclonedx-py requirements requirements.lock --output-reproducible --output-format JSON --output-file .local/sbom.json 2>/dev/null
	@echo ".local/sbom.json"

# One package comes as source; what builds it is of the lock file, too, and is there before.
$(INSTALLED): BUILDER = @awk '/^[^ ]/ { kept = /^setuptools==/ } kept' requirements.lock > $(VENV)/.builder
$(INSTALLED): requirements.lock pyproject.toml
ifdef UV
	@$(UV) venv -q --allow-existing --python $(PYTHON) $(VENV)
	$(BUILDER)
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r $(VENV)/.builder
	@$(UV) pip install -q --python $(BIN)/python --no-build-isolation --require-hashes -r requirements.lock
	@$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
else
	@$(PYTHON) -m venv $(VENV)
	$(BUILDER)
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r $(VENV)/.builder
	@$(BIN)/pip install -q --disable-pip-version-check --no-build-isolation --use-pep517 --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
	@touch $@

# Without npm the product runs all the same; pages are then loaded whole, and `huiying doctor` says so.
$(LIBRARIES): $(wildcard package.json package-lock.json)
ifdef NPM
	@$(NPM) ci --silent --no-progress
else
	@echo "没有找到 npm(Node 20 以上):页面脚本未安装,功能不受影响,只是每次操作会整页刷新。"
	@mkdir -p $(@D)
endif
	@touch $@

$(ASSETS): $(LIBRARIES) $(wildcard core/web/static/*.css core/web/static/*.js core/web/static/*.svg) | $(INSTALLED)
	@$(BIN)/python -m core.web.assets >/dev/null
	@touch $@

# The browser tests need a browser and a Chinese font; root on Debian gets them, others are told.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
		fi || true
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
		echo "没有找到 chromium,浏览器测试会被跳过。请安装:apt-get install chromium fonts-noto-cjk"

# A pooler and a tracer, for the tests that have things break below the product. RUNLEVEL=1: nothing is started.
faults:
	@test -x /usr/sbin/pgbouncer && command -v strace >/dev/null || \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends pgbouncer strace >/dev/null; \
		fi || true
	@test -x /usr/sbin/pgbouncer && command -v strace >/dev/null || \
		echo "没有找到 pgbouncer 或 strace,连接池和磁盘故障的测试会被跳过。请安装:apt-get install pgbouncer strace"
