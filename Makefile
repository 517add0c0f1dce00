# `make help` lists the targets. Everything a target needs is made by the target itself.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

WEBSTACK_LAB ?= webstack
export WEBSTACK_LAB
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.collections
export MOLECULE_GLOB := molecule/*/molecule.yml
export MOLECULE_EPHEMERAL_DIRECTORY := $(CURDIR)/.cache/molecule/$(WEBSTACK_LAB)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Where it is set, every run compiles Ansible anew: half of what pytest and ansible-playbook take to begin.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv/.ready
LINK := .collections/ansible_collections/scaleup/webstack
SCENARIO ?= site
HOST ?= client1

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(VENV) ## the tools, pinned, in .venv
$(VENV): .ci/venv.sh $(wildcard requirements/controller-*.txt)
	.ci/venv.sh "$(PYTHON)"
	mkdir -p $(dir $(LINK)) && ln -sfn ../../.. $(LINK)
	touch $@

# Other pins, each in an environment of its own.
.cache/venv/%/.ready: .ci/venv.sh requirements/%.txt | $(VENV)
	.ci/venv.sh "" $(@D) $*
	touch $@

.PHONY: requirements
PIN := uv pip compile --quiet --upgrade --no-header --no-annotate --no-emit-index-url --python-version
requirements: $(VENV) ## pin the tools again (requirements/*.txt)
	$(PIN) 3.11 requirements/controller.in -o requirements/controller-2.19.txt
	$(PIN) 3.13 requirements/controller.in -o requirements/controller-2.21.txt
	$(PIN) 3.11 --universal requirements/importer.in -o requirements/importer.txt
	$(PIN) 3.11 --universal requirements/sslyze.in -o requirements/sslyze.txt
	$(PIN) 3.11 --universal requirements/demo.in -o requirements/demo.txt

.PHONY: root
root:
	@[ "$$(id -u)" = 0 ] || { \
	  echo "The lab's hosts are containers that only root can start: run 'sudo make $(or $(MAKECMDGOALS),lab)'."; exit 1; }

.PHONY: lab lab-destroy lab-shell
lab: root $(VENV) ## the lab's hosts, up
	rm -f "$(MOLECULE_EPHEMERAL_DIRECTORY)/state.yml" # what is there is asked of podman each time
	molecule create
lab-destroy: root $(VENV) ## the lab's hosts, gone
	molecule destroy
	rm -rf "$(MOLECULE_EPHEMERAL_DIRECTORY)"
lab-shell: root $(VENV) ## a shell on one host: make lab-shell HOST=db1
	.cache/lab/$(WEBSTACK_LAB)/podman exec -it $(WEBSTACK_LAB)-$(HOST) bash

.PHONY: demo
demo: root $(VENV) ## from a bare machine to a running stack in the lab, and how to look at it
	.ci/demo.sh

.PHONY: test test-full bench
test: root $(VENV) ## what continuous integration runs
	python .ci/test.py
test-full: root $(VENV) ## every proof, recorded in docs/proof.md: make test-full, or one tier: make test-full TIER=db; PROOF=lose_group
	python .ci/test_full.py $(TIER) $(PROOF)
bench: $(if $(filter scale,$(PART)),,root) $(VENV) ## how fast the playbooks are, as ratios (PART=scale: without a lab, in seconds; PART=site; PART=db; PART=seed; PART=lb; PART=app)
	python tests/bench/bench.py $(PART)

.PHONY: lint unit unit-demo
lint: $(VENV) ## every linter
	.ci/lint.sh
unit: $(VENV) ## Python code without a lab, and how much of plugins/ it covers (WEBSTACK_EXAMPLES=full: more examples)
	.ci/unit.sh
unit-demo: $(VENV) .cache/venv/demo/.ready ## the demo in Python, Node and Ruby, without a database
	.ci/demo_tests.sh

.PHONY: molecule
molecule: $(VENV) ## one story on the warm lab: make molecule SCENARIO=site
	molecule converge -s $(SCENARIO)
	molecule verify -s $(SCENARIO)

.PHONY: docs dist
docs: $(VENV) ## the generated tables of the documentation, and the picture of the flows
	python .ci/readme_tables.py
dist: $(VENV) ## the collection as a tarball in build/
	python .ci/tarball.py

.PHONY: installed sanity importer compat
installed: $(VENV) ## the tarball, installed offline into an empty folder, documents every plugin and role
	python .ci/installed_docs.py
sanity: $(VENV) ## ansible-test sanity, no ignore file, without containers
	.ci/sanity.sh
importer: $(VENV) .cache/venv/importer/.ready ## what Galaxy's importer says about the tarball
	.ci/importer.sh
compat: root $(VENV) .cache/venv/controller-2.19/.ready .cache/venv/controller-2.21/.ready ## the oldest and the newest ansible-core, side by side
	$(MAKE) --no-print-directory lab
	python .ci/compat.py

.PHONY: clean
clean: ## the tools and caches, gone (not the lab: that is lab-destroy)
	rm -rf .venv .collections .cache .ansible build
