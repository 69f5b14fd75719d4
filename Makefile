# make help lists the commands. Everything they install or write lies in .local/ and .bench/.
SHELL := /bin/sh
RUN := .local/venv/bin/python
TOOLS := requirements.txt infra/requirements-tools.txt
NODE := .local/node
# One validator of machines; validators and renderers that clients run; forms that others wrote.
NODE_PACKAGES := asl-validator@4.0.0 \
	ajv@8.20.0 ajv-formats@3.0.1 @rjsf/core@6.11.1 @rjsf/utils@6.11.1 @rjsf/validator-ajv8@6.11.1 \
	@jsonforms/core@3.7.0 react@19.3.1 react-dom@19.3.1 \
	@jsonforms/examples@3.7.0 @rjsf/snapshot-tests@6.10.1 @testing-library/react@16.3.3 \
	@testing-library/jest-dom@7.0.1 survey-core@3.1.1 angular-schema-form@0.8.14 jsonform@2.2.5

.DEFAULT_GOAL := help
.PHONY: help run demo test bench package why stop clean tools emulator dev node suite

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

run: tools emulator ## start everything on this computer; Ctrl-C stops it and keeps the data
	@exec $(RUN) -m infra.local run

demo: tools emulator ## play three services over HTTP, on the running stack or one it starts
	@exec $(RUN) -m infra.demo

test: dev emulator node suite ## lint, types, and every tier of tests
	$(RUN) -m ruff check .
	$(RUN) -m mypy app.py chalicelib infra tests
	.local/venv/bin/lint-imports --no-cache
	$(RUN) -m infra.package --out .local/aws
	.local/venv/bin/cfn-lint .local/aws/sam.json
	$(RUN) -m pytest -m alone tests/journeys tests/stack
	$(RUN) -m pytest -m "not alone" -n 2 --dist loadgroup

bench: dev emulator ## measure the figures of the README; writes .bench/results.json
	@exec $(RUN) -m tests.bench

package: tools ## what is deployed: .local/aws/sam.json and deployment.zip
	@exec $(RUN) -m infra.package --out .local/aws

why: tools ## make why CASE=…: why a case is where it is
	@exec $(RUN) -m infra.local why "$(CASE)"

stop: tools ## stop the local stack from another terminal
	@exec $(RUN) -m infra.local stop

clean: ## remove all that was installed and written here, cases included
	@if [ -x $(RUN) ]; then $(RUN) -m infra.local stop || true; fi
	rm -rf .local .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

tools:
	@infra/venv.sh .local/venv $(TOOLS)

emulator:
	@infra/venv.sh .local/emulator infra/requirements-emulator.txt

dev:
	@infra/venv.sh .local/venv $(TOOLS) infra/requirements-dev.txt

node:
	@infra/node.sh $(NODE) $(NODE_PACKAGES)

suite: dev
	@infra/suite.sh .local/suite $(RUN)
