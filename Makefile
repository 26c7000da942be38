# `make` prints what there is. Everything runs in .venv, which is made when it is missing.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.PHONY: help setup demo demo-complete-journey test test-fast test-nightly test-gcs test-spark test-snowflake test-bigquery test-postgres test-kills test-stories prism golden docs check lint format build lock clean

help:  ## Show this help
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 26

setup: $(READY)  ## Make the environment from the lock file

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: $(READY)  ## Run the main job on the generated shop, three times over
	$(BIN)/cdp-activate demo

demo-complete-journey: $(READY)  ## The same on a year of grocery shopping
	$(BIN)/cdp-activate demo --data complete-journey

test: $(READY)  ## Run all tests
	$(BIN)/python -m pytest -n 2

test-fast: $(READY)  ## Run the tests that take no dbt, large data or processes
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-nightly: $(READY)  ## Compare 100,000 random audiences with a plain reading of the language
	CDP_SEED=$${CDP_SEED:-$$(date +%j)} CDP_AUDIENCES=$${CDP_AUDIENCES:-100000} \
		CDP_AUDIENCES_POSTGRES=$${CDP_AUDIENCES_POSTGRES:-100000} \
		$(BIN)/python -m pytest -n 2 tests/audiences/test_against_reading.py

test-gcs: $(READY)  ## Prove files on Google Cloud Storage, with gcsfs in a folder of its own
	cd / && $(CURDIR)/$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target $(CURDIR)/.gcs gcsfs
	PYTHONPATH=.gcs $(BIN)/python -m pytest tests/destinations/test_gcs.py

test-spark: $(READY)  ## Build the models on a real Spark, kept in a folder of its own (needs Java)
	test -x .spark/bin/python || $(PYTHON) -m venv .spark
	.spark/bin/python -m pip install --quiet --disable-pip-version-check \
		'dbt-core>=1.11,<1.12' dbt-spark==1.11.0 pyspark==4.0.4 setuptools
	CDP_SPARK_PYTHON=$(CURDIR)/.spark/bin/python \
		$(BIN)/python -m pytest -k real_spark tests/test_same_rows_everywhere.py tests/audiences/test_page_on_spark.py

test-snowflake: $(READY)  ## Build the models by dbt-snowflake on fakesnow, kept in a folder of its own
	test -x .snowflake/bin/python || $(PYTHON) -m venv .snowflake
	.snowflake/bin/python -m pip install --quiet --disable-pip-version-check \
		'dbt-core>=1.11,<1.12' dbt-snowflake==1.12.4 fakesnow==0.12.1
	CDP_SNOWFLAKE_PYTHON=$(CURDIR)/.snowflake/bin/python \
		$(BIN)/python -m pytest -k by_dbt_snowflake tests/test_same_rows_everywhere.py

test-bigquery: $(READY)  ## Have BigQuery's own analyzer read the models, kept in a folder of its own
	test -x .bigquery/bin/python || $(PYTHON) -m venv .bigquery
	.bigquery/bin/python -m pip install --quiet --disable-pip-version-check zetasql==0.1.5
	CDP_BIGQUERY_PYTHON=$(CURDIR)/.bigquery/bin/python \
		$(BIN)/python -m pytest tests/test_google_analyzer.py

test-postgres: $(READY)  ## Run the tests of syncs with PostgreSQL as the warehouse
	CDP_WAREHOUSE=postgres CDP_CUTS=$${CDP_CUTS:-60} CDP_COMPANIES=$${CDP_COMPANIES:-12} \
		$(BIN)/python -m pytest -n 2 tests/sync

test-kills: $(READY)  ## Kill a sync of 100,000 people at 200 random instants
	CDP_SEED=$${CDP_SEED:-$$(date +%j)} CDP_KILLS=$${CDP_KILLS:-200} \
		CDP_KILL_MEMBERS=$${CDP_KILL_MEMBERS:-100000} \
		$(BIN)/python -m pytest tests/sync/test_sync_kills.py

test-stories: $(READY)  ## Tell 1,000 random stories of companies, platforms and killed runs
	CDP_STORIES=$${CDP_STORIES:-1000} $(BIN)/python -m pytest -n 2 tests/sync/test_sync_stateful.py

golden: $(READY)  ## Write the SQL and the words of every construct, and its table, anew
	$(BIN)/python tests/audiences/constructs.py

docs: $(READY)  ## Write the pages that come from the code anew: mistakes, destinations, identifiers
	$(BIN)/python tests/audiences/write_mistakes.py
	$(BIN)/python tests/destinations/write_pages.py

prism:  ## Install the mock server that speaks the platforms' own descriptions (needs npm)
	npm install --silent --no-audit --no-fund --no-save --prefix .prism @stoplight/prism-cli@5.16.0

lint: $(READY)  ## Check style, types, SQL form, compiled audiences and their tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 models data-tests examples/*/models
	$(BIN)/dbt --quiet parse --profiles-dir .
	$(BIN)/cdp-activate compile --check
	$(BIN)/cdp-activate audience test

check: lint test-fast  ## Lint and the fast tests: before every commit

build: $(READY)  ## Generate the shop here, compile, and run dbt build
	$(BIN)/python -m cdp_activate.demo.shop warehouse.duckdb --customers 5000 --as-of $$(date -u +%F)
	$(BIN)/cdp-activate build

format: $(READY)  ## Put the code in form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:  ## Write requirements.lock anew, with hashes, for every Python and platform we support
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header \
		--output-file requirements.lock

clean:  ## Remove what was built
	rm -rf demo target logs dbt_packages warehouse.duckdb warehouse.cdp_state.duckdb .pytest_cache .mypy_cache .ruff_cache
