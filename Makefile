# make demo   sets everything up and shows head office, dealers and tills at work
# make test   sets everything up and runs every check (this is what .ci/run calls)
# make fast   format, lint, types, contracts and unit tests: before every save
# make run    the desktop on the demo: choose who you are (PERSON=clerk-guanqian to go straight in)
# make app    the desktop as a folder that runs without Python, under build/app
# make gallery  pictures of every screen under build/gallery
# make serve  a head office server on this machine, data under build/
# make lock   re-makes .requirements.lock after pyproject.toml changed (UPGRADE=--upgrade: newest)
# make clean  removes what the commands above made, except .venv
SHELL := /bin/bash
PYTHON := .venv/bin/python
STEP := .ci/step
# One more than two cores: a third of the time a test waits for a disk, a server or a window.
WORKERS ?= 3
SEEDS ?= 500
# What a file's tests share is made once: a file goes to one worker; the long ones come early.
SPREAD := --dist loadfile --no-loadscope-reorder
SERVE_HOME ?= build/serve

# Checks read text and names in UTF-8 on a machine without a locale too.
export PYTHONUTF8 := 1
# Some tests start the programs many times; each start would compile them again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo run app gallery test fast serve lock clean setup static unit everything simulation
# The checks share the machine's cores and stop at the first failure; the seeds run beside them.
.NOTPARALLEL:

demo: setup
	@$(PYTHON) -m tests.demo
	@$(PYTHON) -m tests.demo.windows

run: setup
	@$(PYTHON) -m tests.demo.windows --stay $(if $(PERSON),--as $(PERSON))

gallery: setup
	@$(PYTHON) -m tests.gallery

app: setup
	@$(PYTHON) -m PyInstaller --noconfirm --log-level WARN --distpath build/app \
		--workpath build/app-work resources/app/qutong.spec

test: setup
	+@.ci/all
	@echo "── every check passed"

fast: setup static unit
	@echo "── every fast check passed"

setup:
	@.ci/setup

static:
	@$(STEP) "format" $(PYTHON) -m ruff format --check .
	@$(STEP) "lint" $(PYTHON) -m ruff check .
	@$(STEP) "types" $(PYTHON) -m mypy
	@$(STEP) "contracts" .venv/bin/lint-imports --no-logo

unit:
	@$(STEP) "unit tests" $(PYTHON) -m pytest -q -n $(WORKERS) $(SPREAD) -m "not slow" tests/architecture tests/unit

everything:
	@$(STEP) "tests" $(PYTHON) -m pytest -q -n $(WORKERS) $(SPREAD) tests

simulation:
	@$(STEP) "simulation" $(PYTHON) -m tests.simulation --seeds $(SEEDS)

serve: setup
	@test -e $(SERVE_HOME)/hq.key || $(PYTHON) -m sync_server init --home $(SERVE_HOME) --admin admin
	@$(PYTHON) -m sync_server serve --home $(SERVE_HOME)

# uv resolves for every platform at once; pip alone cannot. No addresses are written.
lock: setup
	@command -v uv >/dev/null 2>&1 || [ -x .venv/bin/uv ] || $(PYTHON) -m pip install --quiet uv
	@PATH="$$PATH:$(CURDIR)/.venv/bin" uv pip compile pyproject.toml --all-extras $(UPGRADE) \
		--generate-hashes --no-emit-index-url --no-header --python-version 3.11 --universal \
		--quiet -o .requirements.lock
	@.ci/setup

clean:
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -path ./.venv -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +
