# Everything runs in .venv, made from the hashed lock: Python 3.11+, make and git are all that is needed.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
CATALOGUE := src/shoplink/locale/zh_Hans/LC_MESSAGES/shoplink.po

.PHONY: run test check bench lock messages docs clean

run: .venv/.ready ## set up, make the demo world in ./var at the first start, say what to try, and serve (PORT=8000)
	@$(BIN)/shoplink demo --port $(PORT)
	@$(BIN)/shoplink serve --port $(PORT)

test: check ## set up, then everything that must hold
	$(BIN)/pytest -q -n auto

check: .venv/.ready
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: .venv/.ready ## measure, and write docs/reference/benchmarks.md
	$(BIN)/python -m benchmarks

docs: .venv/.ready ## write the generated pages of docs/reference
	$(BIN)/python -m tests.pages
	$(BIN)/python -m tests.api.golden

messages: .venv/.ready ## bring the translation catalogue up to date with the sentences in the code
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k P_:1,2 --no-location --omit-header -o .venv/messages.pot .
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 100 -l zh_Hans -D shoplink \
	  -i .venv/messages.pot -o $(CATALOGUE)
	sed -i '/^"\(Report-Msgid\|POT-Creation\|PO-Revision\|Last-Translator\|Language-Team\|Generated-By\)/d' $(CATALOGUE)

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header -q --upgrade -o requirements.txt
	uv pip compile pyproject.toml --extra spark --group dev --group bench --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header -q --upgrade -o requirements-dev.txt

.venv/.ready: requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "shoplink needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
