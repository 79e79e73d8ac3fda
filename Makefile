# make help lists the targets. demo, test, lint, synth and scan set the machine up first; what has not changed is skipped.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup deployer demo query down test lint synth scan sbom docs snapshots bootstrap bench fuzz clean

PY := .venv/bin/python
USERS ?= 200
SEED ?= 1
ENGINE ?= lambda
TRANSFORM ?= spark
SECONDS ?= 60
ADVISORIES ?= if-reachable
PYTEST_ARGS ?=

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what the project needs into .venv and node_modules
	@python=$$(sh tools/local/find_python.sh) && "$$python" -m tools.local.setup_machine

deployer: ## install only what deploys, by hashes, for a job that acts on AWS
	@python=$$(sh tools/local/find_python.sh) && "$$python" -m tools.local.setup_machine --deploying

demo: setup ## deploy to a local AWS emulator, run the pipeline, query it (USERS=200 SEED=1 ENGINE=lambda TRANSFORM=spark)
	@$(PY) -m tools.local demo --users $(USERS) --seed $(SEED) --engine $(ENGINE) --transform $(TRANSFORM)

query: export ASKED := $(value SQL)
query: ## ask the demo's tables and views (SQL="SELECT …", or NAME=top_questions, or FILE=question.sql; FORMAT=records)
	@test -x $(PY) || { echo 'Nothing is set up, so nothing runs that could answer. Start it: make demo' >&2; exit 1; }
	@$(PY) -m tools.local query $(if $(NAME),--name '$(NAME)') $(if $(FILE),--file '$(FILE)') \
		$(if $(FORMAT),--format '$(FORMAT)') $(if $(NAME)$(FILE),,"$${ASKED:-SELECT * FROM dashboard_usuarios LIMIT 5}")

down: ## stop the emulator and remove what the demo made
	@python=$$(sh tools/local/find_python.sh) && "$$python" -m tools.local down

test: setup ## run all tests (PYTEST_ARGS="tests/unit -k name")
	$(PY) -m pytest --numprocesses auto --no-loadscope-reorder $(PYTEST_ARGS)

lint: setup ## check formatting, style and types
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy .

synth: setup ## write the Terraform JSON of the test and prod stacks to cdktf.out
	.venv/bin/cdktf synth

scan: setup ## look for what a security reviewer would object to (ADVISORIES=required: fail where they are out of reach)
	$(PY) -m tools.scan --advisories $(ADVISORIES)

sbom: setup ## write bills of material (CycloneDX) of what deploys and is deployed to build/sbom
	$(PY) -m tools.sbom

docs: setup ## write what docs/ has from code and stacks, and build the site (build/site/index.html)
	$(PY) -m tools.site write
	$(PY) -m tools.site build

snapshots: setup ## write all files that are made from the program and read in review, docs/ too
	$(PY) -m contract.column_history
	$(PY) -m tools.site write
	UPDATE_SNAPSHOTS=1 $(PY) -m pytest -q -m snapshot tests/unit tests/synth

bootstrap: setup ## create the bucket that keeps an environment's Terraform state (ENV=test)
	@test -n "$(ENV)" || { echo 'Name the environment: make bootstrap ENV=test' >&2; exit 1; }
	$(PY) -m tools.state_bucket --env $(ENV)

bench: setup ## measure this platform against its peers
	$(PY) -m tools.bench

fuzz: setup ## try to break extraction with items that no one thought of (SECONDS=60)
	$(PY) -m tools.fuzz --seconds $(SECONDS)

clean: down ## remove everything that is not in git's care
	rm -rf .venv node_modules build cdktf.out .local .pytest_cache .mypy_cache .ruff_cache .hypothesis spark-warehouse
