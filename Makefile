# make help lists the targets, make help-demo shows how demo is used: by the lines below it that begin with "#>".
# demo, test, lint, synth and scan set the machine up first; what has not changed is skipped.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup deployer demo query down test lint synth scan sbom docs snapshots bootstrap bench fuzz clean

PY := .venv/bin/python
USERS ?= 200
SEED ?= 1
CONTRACT ?= $(CAT_LOCAL_CONTRACT)
ENGINE ?= lambda
TRANSFORM ?= spark
SECONDS ?= 60
ADVISORIES ?= if-reachable
PYTEST_ARGS ?=

#@ One machine, no AWS account

# For another source table, by its contract's name or file: a demo of its own beside CatIA's.
demo query down: export CAT_LOCAL_CONTRACT := $(basename $(notdir $(patsubst %/,%,$(CONTRACT:/__init__.py=))))

demo: setup ## deploy to a local AWS emulator, run the pipeline, query it
#> make demo
#> make demo USERS=1000 SEED=7
#> make demo ENGINE=glue TRANSFORM=arrow
#> make demo CONTRACT=tickets
#> make demo CONTRACT=contract/sources/tickets.py
	@$(PY) -m tools.local demo --users $(USERS) --seed $(SEED) --engine $(ENGINE) --transform $(TRANSFORM)

query: export ASKED := $(value SQL)
query: export CAT_ASKED_BY := make query$(if $(CONTRACT), CONTRACT=$(CONTRACT))
query: ## ask the demo's tables and views; alone, list the named queries
#> make query
#> make query SQL="SELECT count(*) FROM conversations"
#> make query SQL="SELECT * FROM messages" ROWS=20
#> make query NAME=daily_activity OUTPUT=daily.csv
#> make query FILE=question.sql FORMAT=records
#> make query CONTRACT=tickets SQL="SELECT * FROM replies LIMIT 3"
	$(foreach small,sql name file format rows output contract,$(if $(findstring command,$(origin $(small))),$(error \
		make query takes SQL, NAME, FILE, FORMAT, ROWS, OUTPUT and CONTRACT in capitals, not $(small)=)))
	@test -x $(PY) || { echo 'Nothing is set up, so nothing runs that could answer. Start it: make demo' >&2; exit 1; }
	@$(PY) -m tools.local query $(if $(NAME),--name '$(NAME)') $(if $(FILE),--file '$(FILE)') \
		$(if $(FORMAT),--format '$(FORMAT)') $(if $(ROWS),--rows '$(ROWS)') $(if $(OUTPUT),--output '$(OUTPUT)') \
		$${ASKED:+-- "$$ASKED"}

down: ## stop the emulator and remove what the demo made
#> make down
#> make down CONTRACT=tickets
	@python=$$(sh tools/local/find_python.sh) && "$$python" -m tools.local down

#@ Before a change lands

test: setup ## run all tests
#> make test
#> make test PYTEST_ARGS="tests/unit -k partition"
	$(PY) -m pytest --numprocesses auto --no-loadscope-reorder $(PYTEST_ARGS)

lint: setup ## check formatting, style and types
#> make lint
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy .

synth: setup ## write the Terraform JSON of test and prod to cdktf.out
#> make synth
	.venv/bin/cdktf synth

scan: setup ## look for what a security reviewer would object to
#> make scan
#> make scan ADVISORIES=required
	$(PY) -m tools.scan --advisories $(ADVISORIES)

docs: setup ## write what docs/ has from the program, and build build/site
#> make docs
	$(PY) -m tools.site write
	$(PY) -m tools.site build

snapshots: setup ## write all files that are made from the program, docs/ too
#> make snapshots
	$(PY) -m contract.column_history
	$(PY) -m tools.site write
	UPDATE_SNAPSHOTS=1 $(PY) -m pytest -q -m snapshot tests/unit tests/synth

#@ Deploy to AWS

bootstrap: setup ## make the bucket that keeps an environment's Terraform state
#> make bootstrap ENV=test
	@test -n "$(ENV)" || { echo 'Name the environment: make bootstrap ENV=test' >&2; exit 1; }
	$(PY) -m tools.state_bucket --env $(ENV)

deployer: ## install only what deploys, by hashes, for a workflow's job
#> make deployer
	@python=$$(sh tools/local/find_python.sh) && "$$python" -m tools.local.setup_machine --deploying

#@ Measure and try to break

bench: setup ## measure this platform against its peers
#> make bench
	$(PY) -m tools.bench

fuzz: setup ## try to break extraction with items that no one thought of
#> make fuzz SECONDS=600
	$(PY) -m tools.fuzz --seconds $(SECONDS)

sbom: setup ## write bills of material (CycloneDX) to build/sbom
#> make sbom
	$(PY) -m tools.sbom

#@ This checkout

help: ## list the targets; make help-TARGET shows how one is used
#> make help
#> make help-demo
	@awk -F ':.*## ' '/^#@ / { printf "\n%s\n", substr($$0, 4) } \
		/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nExamples of one: make help-demo. To operate: .venv/bin/python -m ops --help\n'

help-%:
	@awk -F ':.*## ' -v target='$*' '/^[a-z]+:.*## / { ours = $$1 == target; if (ours) { found = 1; print $$2 "\n\nExamples:" } } \
		/^#> / && ours { print "  " substr($$0, 4) } \
		END { if (!found) { print "no target " target ": make help lists them" > "/dev/stderr"; exit 2 } }' $(MAKEFILE_LIST)

setup: ## install what the project needs into .venv and node_modules
#> make setup
	@python=$$(sh tools/local/find_python.sh) && "$$python" -m tools.local.setup_machine

clean: down ## remove everything that is not in git's care
#> make clean
	rm -rf .venv node_modules build cdktf.out .local .local-* .pytest_cache .mypy_cache .ruff_cache .hypothesis spark-warehouse
