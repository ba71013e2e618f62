# The two promises: `make run` shows Postroom at work, `make test` proves it.

ENV    := .venv
PYTHON := $(ENV)/bin/python

# A run of the tests starts some hundreds of processes: each finds its modules compiled.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test lint style types unit-sqlite unit-postgresql bench chaos messages lock clean

run: $(ENV)/run.stamp
	@$(PYTHON) -m postroom demo

test: $(ENV)/dev.stamp
	@scripts/system-packages
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory unit-sqlite
	@$(MAKE) --no-print-directory unit-postgresql

lint: $(ENV)/dev.stamp
	@$(MAKE) --no-print-directory --jobs=2 --output-sync types style

style: $(ENV)/dev.stamp
	$(ENV)/bin/ruff check .
	$(ENV)/bin/ruff format --check .
	$(ENV)/bin/lint-imports

types: $(ENV)/dev.stamp
	$(ENV)/bin/mypy

unit-sqlite: $(ENV)/dev.stamp
	$(PYTHON) -m pytest -q -rfER -n 6 --dist loadgroup

# The same tests on the other database, less those that ask nothing of it that others do not: of mail
# and files, of the wire, of what a browser shows, of who may open a page.
WITHOUT_DATABASE := $(foreach name,mime html text addresses isemail phones crypto files processes, \
    --ignore-glob='postroom/kit/tests/test_$(name)*') --ignore=postroom/cli/demo \
    --ignore=tests/support/tests --ignore-glob='*_in_browser.py' --ignore=tests/test_docs.py \
    --ignore=tests/test_bench.py --ignore=tests/test_power_cut.py --ignore=tests/test_poison.py \
    --ignore=postroom/web --ignore=tests/test_access_matrix.py --ignore=tests/test_standing_by.py \
    --ignore=tests/test_accented_password.py --ignore=tests/test_chaos_random.py \
    --ignore=tests/test_rare_answers.py --ignore-glob='tests/test_servers_*'
unit-postgresql: $(ENV)/dev.stamp
	$(PYTHON) -m tests.support.postgres $(PYTHON) -m pytest -q -rfER -n 6 --dist loadgroup \
	    $(WITHOUT_DATABASE)

# BENCH names another one than filing: delivery, accounts, idle, searching, importing, reading, register,
# sending, switching.
bench: $(ENV)/dev.stamp
	@scripts/system-packages bench
	$(PYTHON) -m bench $(BENCH)

# What a release wants: the tests that do harm, with all the harm there is. Takes an hour or two.
FAULTS := 500
CHAOS_MAILS := 10000
CUTS := 100
STOPS := 100
HITS := 3
SEED := 1
SOAK := 600
chaos: $(ENV)/dev.stamp
	@scripts/system-packages
	POSTROOM_CHAOS_FAULTS=$(FAULTS) POSTROOM_CHAOS_MAILS=$(CHAOS_MAILS) POSTROOM_CHAOS_CUTS=$(CUTS) \
	    POSTROOM_CHAOS_STOPS=$(STOPS) POSTROOM_CHAOS_HITS=$(HITS) POSTROOM_CHAOS_SEED=$(SEED) \
	    POSTROOM_CHAOS_SOAK=$(SOAK) $(PYTHON) -m pytest -rP -n 0 \
	    tests/test_chaos_random.py tests/test_chaos_every.py tests/test_power_cut.py \
	    tests/test_servers_fail.py tests/test_rare_answers.py tests/test_poison.py \
	    tests/test_sending_chaos.py tests/harm_full_disk.py tests/harm_soak.py

# Gather the words of the house for translation; needs gettext.
messages: $(ENV)/dev.stamp
	cd postroom && ../$(ENV)/bin/python -m django makemessages -l fr --no-location --no-obsolete

# Lock the libraries again, without writing where they came from.
lock: $(ENV)/dev.stamp
	for set in run dev; do uv pip compile -q --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 requirements/$$set.in -o requirements/$$set.txt; done

$(ENV)/run.stamp: requirements/run.txt
	@scripts/environment $(ENV) run

$(ENV)/dev.stamp: requirements/dev.txt
	@scripts/environment $(ENV) dev

clean:
	rm -rf $(ENV) .demo build dist
