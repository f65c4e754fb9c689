# Needs Python 3.11 or later, make and pip. Everything else goes into .venv in this checkout.
PYTHON ?= python3
PORT ?= 8080
# More than cores: a test waits more than it computes. With six, tests that wait for something are too late now and then.
TEST_PROCESSES ?= 4
# Of hls.js, which the watch page brings along.
HLS_JS := 1.7.4
VENDOR := bot/web/page/vendor
VENV := .venv
PY := $(VENV)/bin/python
# The locks have everything. One pip would use one core, so three share a lock; what was installed, and our own, is
# compiled by all cores at once. What is of no use while tests run is left out, and compiled if it is ever needed.
INSTALL = $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile
UNUSED = site-packages/(.*/)?(pip|setuptools|pkg_resources|mypyc?|tests?)/
BYTECODE = $(PY) -m compileall -q -j 0 -x '$(UNUSED)' $(VENV)/lib bot cogs migrations >/dev/null || true
define SHARED_INSTALL
	@echo "Installing into $(VENV) ..."
	@for part in 0 1 2; do \
		awk -v part=$$part '/^[^[:space:]]/ { entry++ } entry % 3 == part' $< > $(VENV)/$$part.lock; \
	done
	@printf '%s\n' 0 1 2 | xargs -P 3 -I '{}' $(INSTALL) -r '$(VENV)/{}.lock'
	@$(BYTECODE)
	@touch $@
endef
# Bytecode is kept, whatever the environment says: many tests start programs, and each would compile them.
PYTEST = PYTHONDONTWRITEBYTECODE= $(if $(MEMORY),PYTEST_DEBUG_TEMPROOT=$(MEMORY)) $(PY) -m pytest
# Every commit of a bot waits for its disk. What tests store is in memory, where there is room.
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 { print "/dev/shm" }')
COMPILE = $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links

.PHONY: demo demo-cluster test published-client lint types check bench chaos simulate soak fuzz lock vendor clean
.DEFAULT_GOAL := demo

demo: $(VENV)/local.stamp ## the whole bot in a browser, without any account
	@exec $(PY) -m bot demo --port $(PORT) $(if $(DATA),--data "$(DATA)") \
		$(if $(LIMIT),--stream-limit-s $(LIMIT)) $(if $(SLOTS),--concurrent-streams $(SLOTS))

demo-cluster: $(VENV)/cluster.stamp ## the same with PostgreSQL and three bots: kill one, and see who takes over
	@exec $(PY) -m bot demo --cluster --port $(PORT) $(if $(DATA),--data "$(DATA)")

test: $(VENV)/test.stamp ## what fails among others is tried once more, alone, and named
	@$(PYTEST) -n $(TEST_PROCESSES) --dist worksteal $(ARGS) || { [ $$? = 1 ] && \
		echo "Once more, alone: what PASSED now, in the list at the end, failed among others." && \
		$(PYTEST) --last-failed --last-failed-no-failures none -rap $(ARGS); }

published-client: $(VENV)/test.stamp ## Odyssey's own JavaScript client against the stand-in; needs npm and a Chromium
	@mkdir -p build
	cd build && npm pack --silent @odysseyml/odyssey@1.3.1 && tar -xzf odysseyml-odyssey-1.3.1.tgz
	REQUIRE_BROWSER=1 PUBLISHED_CLIENT=build/package $(PY) -m pytest tests/local/odyssey/test_published_client.py

lint: $(VENV)/dev.stamp
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports
	@$(PY) -m tests.audit

types: $(VENV)/dev.stamp
	$(PY) -m mypy

check: test lint types

bench: $(VENV)/test.stamp
	$(PY) -m tests.bench $(ARGS)

chaos: $(VENV)/test.stamp ## evenings in which the bot is killed, then those in which Odyssey fails
	@$(PY) -m tests.chaos $(ARGS)
	@$(if $(filter cluster,$(ARGS)),,$(PY) -m tests.chaos --faults $(ARGS))

simulate: $(VENV)/test.stamp ## ten thousand evenings in virtual time; ARGS="--seed 7 --history" plays one of them; then nights of leases
	@$(PY) -m tests.simulate $(or $(ARGS),--evenings 10000)
	@$(PY) -m tests.simulate.owning $(or $(ARGS),--evenings 10000)

fuzz: $(VENV)/test.stamp ## a million malformed messages of Odyssey, then twenty thousand of Discord
	@$(PY) -m tests.fuzz $(ARGS)
	@FUZZ_EVENTS=20000 $(PYTEST) -q --timeout 0 tests/fuzz/test_discord.py

soak: $(VENV)/test.stamp ## broadcast after broadcast, two hours or DURATION= seconds: what the bot holds must not grow
	@$(PY) -m tests.soak $(DURATION)

lock: $(VENV)/dev.stamp ## pins every dependency again: names, versions and hashes, no address
	$(PY) -m pip install --quiet uv
	$(COMPILE) -o requirements.lock pyproject.toml
	$(COMPILE) -c requirements.lock -o requirements-local.lock --extra local pyproject.toml
	$(COMPILE) -c requirements-local.lock -o requirements-cluster.lock --extra local --extra cluster pyproject.toml
	$(COMPILE) -c requirements-cluster.lock -o requirements-dev.lock --extra local --group dev pyproject.toml
	$(COMPILE) -c requirements-dev.lock -o requirements-test.lock --extra local --group test pyproject.toml

vendor: ## fetches again what the watch page brings along of others' code; needs npm
	@mkdir -p build
	cd build && npm pack --silent hls.js@$(HLS_JS) && tar -xzf hls.js-$(HLS_JS).tgz package/dist/hls.light.min.js package/LICENSE
	cp build/package/dist/hls.light.min.js $(VENDOR)/
	cp build/package/LICENSE $(VENDOR)/hls.LICENSE
	cd $(VENDOR) && sha256sum --check --quiet SHA256SUMS

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

$(PY):
	$(PYTHON) -m venv $(VENV)

$(VENV)/local.stamp: requirements-local.lock | $(PY)
	$(SHARED_INSTALL)

$(VENV)/cluster.stamp: requirements-cluster.lock | $(PY)
	$(SHARED_INSTALL)

$(VENV)/test.stamp: requirements-test.lock | $(PY)
	$(SHARED_INSTALL)

# Among the tools is pip itself: it comes alone.
$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/test.stamp
	@echo "Installing tools into $(VENV) ..."
	@$(INSTALL) -r $<
	@$(BYTECODE)
	@touch $@
