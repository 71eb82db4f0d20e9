# Every target sets up .venv first, and only when the lock or the project's metadata changed, or the checkout has moved:
# an environment names its own place, and a copy of it would work on the original.

PYTHON ?= python3
READY := .venv/$(shell (cat requirements.lock pyproject.toml; pwd -P) | git hash-object --stdin).ready

report: $(READY)  ## rebuild the report: build/site/index.html and build/site/report/atom-report.pdf
	@.venv/bin/atom build

test: $(READY)  ## style, types, unit, integration and browser tests, then every notebook against its committed outputs
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/atom notebooks --check
	@$(MAKE) --no-print-directory --jobs=2 types tests

types: $(READY)  ## its check of types alone
	.venv/bin/mypy

tests: $(READY)  ## its tests alone, on all cores
	.venv/bin/pytest --numprocesses=auto --dist=worksteal

cells: $(READY)  ## its comparison of the notebooks alone
	ATOM_BUILD="$$PWD/build/nbval" .venv/bin/pytest --quiet -p no:cacheprovider --nbval --nbval-current-env notebooks

spark: $(READY)  ## its tests on local Spark: installs the extra `spark` (468 MB), and wants Java 17
	@.venv/bin/python -m pip install --quiet --no-build-isolation --editable '.[spark]'
	.venv/bin/pytest tests/unit/test_spark.py

status: $(READY)  ## which steps are out of date, and why
	@.venv/bin/atom status

lab: $(READY)  ## open the notebooks in JupyterLab
	@.venv/bin/python -m pip install --quiet --require-hashes -r requirements-lab.lock
	@.venv/bin/jupyter lab notebooks

collect: $(READY)  ## collect the day's data into archive/: a failing source keeps no other back
	@failed=; for verb in tracked-models hub openrouter arena epoch status; do \
	  .venv/bin/atom collect $$verb || failed="$$failed $$verb"; \
	done; test -z "$$failed" || { echo "not collected:$$failed"; exit 1; }

public: $(READY)  ## from nothing to the public edition: collect what can be had, build it, say what could not be had
	@.venv/bin/atom public

bench: $(READY)  ## the counts of the house; rebuilding, cleaning, collecting, whole days of the Hub against plain papermill, pandas, huggingface_hub
	@.venv/bin/python benchmarks/house.py && .venv/bin/python benchmarks/rebuild.py && .venv/bin/python benchmarks/clean.py && .venv/bin/python benchmarks/collect.py && .venv/bin/python benchmarks/hub.py

stress: $(READY)  ## a thousand collections of the Hub, as many of the other sources, and 200 small builds, through seeded faults, damage and kills; prints what they came to
	@ATOM_RUNS=1000 .venv/bin/pytest -k faults_and_kills tests/integration

lock:  ## pin every dependency anew, with the environment's uv; review the difference before committing it
	.venv/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --extra test --extra setup --extra installer pyproject.toml -o requirements.lock
	.venv/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --extra test --extra setup --extra installer --extra lab -c requirements.lock pyproject.toml -o requirements-lab.lock

clean:  ## delete everything generated but the environment
	rm -rf build _variables.yml .quarto site_libs

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

# uv installs in seconds, from where pip was told to; where it fails, pip installs. What cannot be compiled here is
# compiled, or fails, where it is imported; libraries' own tests never are.
$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11 to 3.13 is needed; name one with: make PYTHON=python3.12")'
	rm -rf .venv
	$(PYTHON) -m venv .venv
	pip='.venv/bin/python -m pip' && index=$$($$pip config list | sed -n "s/.*[.]index-url='\(.*\)'/--default-index=\1/p" | tail -n 1) && \
	sed -n '/^uv==/,/[^\\]$$/p' requirements.lock | $$pip install --quiet --require-hashes -r /dev/stdin && \
	.venv/bin/uv pip install --quiet --python .venv/bin/python $$index --require-hashes -r requirements.lock || \
	$$pip install --quiet --no-compile --require-hashes -r requirements.lock
	.venv/bin/python -m compileall -qq -j 0 -x '/tests/' .venv/lib || true
	.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: report test types tests cells spark status lab collect public bench stress lock clean help
