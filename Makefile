# make demo: set everything up, review the sample pages, write a report.   make test: the tests.   make check: lint, types, layers.
# What needs Node is left out where there is no npm.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := build
CLIENT := client-vscode
NPM := $(shell command -v npm)

.PHONY: demo test test-fast snapshots check-snapshots coverage release test-models test-client test-vscode check check-client editor editor-pictures wheel vsix format setup browser system lock lock-train picture clean help data natural verdicts sft grpo weights test-training bench bench-refine

help:
	@echo "make demo    review the sample pages and write an HTML report"
	@echo "make test    run every test, but for those of models"
	@echo "make test-fast  the tests that start no browser, editor or model server"
	@echo "make snapshots  capture the pages of the rules' tests again; RULES='low-contrast flashing' for some"
	@echo "make check-snapshots  whether the browser still gives every stored snapshot"
	@echo "make coverage   the tests with the share of lines that they run"
	@echo "make release    wheel and .vsix with checksums, and a tag; DRY_RUN=1 tags nothing"
	@echo "make test-models  the tests against a real model server, in an environment of their own (3.5 GB)"
	@echo "make check   ruff, pyright, import-linter; tsc and eslint"
	@echo "make test-vscode  the tests of the extension in a real VS Code"
	@echo "make wheel   build the Python package, with the exact versions that it was tested with"
	@echo "make vsix    build the VS Code extension with its server inside"
	@echo "make bench   how fast a review is: against the least it could take, axe-core and Lighthouse (npm)"
	@echo "make bench-refine  refine clean pages that were broken in known ways"
	@echo "make format  let ruff format the code"
	@echo "make lock, make lock-train   renew .ci/constraints.txt and .ci/constraints-train.txt"
	@echo "make data, make natural, make verdicts, make sft, make grpo, make weights   train the small policy and put it into the package"
	@echo "make clean   remove what make made"

demo: setup browser
	@$(BIN)/relook review docs/demo --fail-on never --save-snapshots $(OUT)/demo/snapshots
	@$(BIN)/relook review --from-snapshots $(OUT)/demo/snapshots --fail-on never --output $(OUT)/demo/report.html
	@echo "The report, with pictures:"
	@echo "$(CURDIR)/$(OUT)/demo/report.html"

# One worker for each core of a small machine: some tests measure time.
WORKERS ?= 2

test: setup system browser $(if $(NPM),test-client)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not model and not vscode" $(TESTS)
	$(if $(NPM),$(MAKE) test-vscode || $(BIN)/python -m pytest -n 0 --last-failed $(VSCODE))

# For the inner loop: nothing that starts a browser, an editor or a model server.
test-fast: setup
	$(BIN)/python -m pytest -n 2 -m "not browser and not editors and not vscode and not model" $(TESTS)

# Stored snapshots of the pages of tests/rules, which the tests judge instead of loading each page.
snapshots: setup browser
	$(BIN)/python -m tests.rules.regenerate $(RULES)

check-snapshots: setup browser
	$(BIN)/python -m tests.rules.regenerate --check $(RULES)

# Not part of "make test": before Python 3.12 counting lines makes tests much slower.
coverage: setup system browser
	rm -rf $(OUT)/coverage && mkdir -p $(OUT)/coverage
	$(BIN)/python -m pytest -n 2 -m "not model and not vscode" --cov --cov-report=term $(TESTS)

# In a real VS Code (0.8 GB), where there is npm; a picture of every step in build/editor-pictures. One test after the
# other, and nothing beside them: an editor that waits for its turn on the processor is not what is tested. In "make test"
# what failed is run once more, in a new VS Code; here it is not.
VSCODE := tests/editor/vscode
test-vscode: setup system browser editor vsix
	$(BIN)/python -m pytest -n 0 $(VSCODE)

test-models: setup browser $(OUT)/models/ready
	$(BIN)/python -m pytest -n 0 -m model tests/model

$(OUT)/models/ready: .ci/models model_server/serve/tiny_models.py
	@.ci/models "$(PYTHON)" $(OUT)/models
	@touch $@

check: setup $(if $(NPM),check-client)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python -m tests.docs.lint

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

setup: $(VENV)/ready

$(VENV)/ready: pyproject.toml .ci/constraints.txt
	@.ci/venv "$(PYTHON)" "$(VENV)"
	@touch $@

browser: setup
	@$(BIN)/relook install-browser --yes

# Editors and fonts for the tests, where apt and the right to use it are there; without them those tests are skipped.
system:
	@.ci/system-packages

# A real VS Code for the tests.
editor:
	@.ci/editor $(OUT)/editor

check-client: $(CLIENT)/node_modules/.package-lock.json
	cd $(CLIENT) && npm run --silent check && npm run --silent lint

test-client: $(CLIENT)/node_modules/.package-lock.json
	cd $(CLIENT) && npm run --silent test

# The server as others install it: its wheel, and the exact versions that it was tested with.
wheel: $(OUT)/wheel/constraints.txt

$(OUT)/wheel/constraints.txt: .ci/constraints.txt pyproject.toml README.md $(shell find relook_lsp model_server -type f -not -name '*.pyc') | setup
	rm -rf $(@D) && mkdir -p $(@D)
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir $(@D) .
	cp $< $@

vsix: $(OUT)/relook.vsix

$(OUT)/relook.vsix: $(CLIENT)/node_modules/.package-lock.json $(OUT)/wheel/constraints.txt \
    $(shell find $(CLIENT)/src $(CLIENT)/webview $(CLIENT)/media $(CLIENT)/*.* -type f)
	rm -rf $(CLIENT)/dist && mkdir -p $(CLIENT)/dist
	cp -r $(OUT)/wheel $(CLIENT)/dist/server
	cd $(CLIENT) && npm run --silent build && npx vsce package --no-dependencies --out ../$@

$(CLIENT)/node_modules/.package-lock.json: $(CLIENT)/package-lock.json
	cd $(CLIENT) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Wheel and extension into build/release, with checksums and the section of the changelog; then the tag.
release: setup $(if $(NPM),vsix)
	.ci/release $(BIN)/python $(OUT)/release $(if $(DRY_RUN),--dry-run)

lock:
	rm -rf $(OUT)/lock && $(PYTHON) -m venv $(OUT)/lock
	$(OUT)/lock/bin/pip install --quiet -e '.[dev]'
	{ echo "# Exact versions of everything that make installs. Renew: 'make lock'."; \
	  $(OUT)/lock/bin/pip freeze --exclude-editable; } > .ci/constraints.txt

lock-train:
	rm -rf $(OUT)/lock-train && $(PYTHON) -m venv $(OUT)/lock-train
	$(OUT)/lock-train/bin/pip install --quiet -e '.[dev,train,cluster]'
	{ echo "# Exact versions for training. Renew: 'make lock-train'."; \
	  $(OUT)/lock-train/bin/pip freeze --exclude-editable; } > .ci/constraints-train.txt

# Seeded defects in clean pages of RELOOK_DATA; LIMIT='--pages 10' for fewer. Results are kept in ~/.cache/relook.
bench: setup browser $(OUT)/bench/node_modules
	FONTCONFIG_FILE=$(CURDIR)/tests/fonts.conf $(BIN)/python -m tests.bench.run $(BENCH)

$(OUT)/bench/node_modules:
	npm install --silent --no-audit --no-fund --prefix $(OUT)/bench lighthouse@13

bench-refine: setup browser
	FONTCONFIG_FILE=$(CURDIR)/tests/fonts.conf $(BIN)/python -m model_server.evaluation.refine_bench \
	  --output $(OUT)/refine-bench.md $(LIMIT)

# The picture in README.md: the report of the sample pages, as the browser that reviewed them shows it.
picture: demo
	"$$($(BIN)/python -c 'from relook_lsp.browser.executables import find_browser; print(find_browser().path)')" --no-sandbox --hide-scrollbars \
	  --window-size=1280,1100 --screenshot=$(CURDIR)/docs/report.png file://$(CURDIR)/$(OUT)/demo/report.html
	$(BIN)/python -c 'from PIL import Image; f = "docs/report.png"; \
	  Image.open(f).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(f, optimize=True)'

# The pictures of the extension's README and walkthrough, as the tests in VS Code last took them.
editor-pictures:
	for one in finding_fix_saved/hover finding_fix_saved/quick-fix before_and_after/slider page_view/cause first_steps_without_a_browser/status; do \
	  cp $(OUT)/editor-pictures/test_$${one%/*}/*-$${one#*/}.png $(CLIENT)/media/$${one#*/}.png; \
	done

# Training the small policy (docs/policy.md). Its libraries live in an environment of their own; data and checkpoints in
# ~/.cache/relook/training. One thread: torch's workers wait for each other where other work runs beside them.
TRAIN := $(VENV)-train
LEARN := OMP_NUM_THREADS=1 $(TRAIN)/bin/python -m model_server.training

data: setup browser
	$(BIN)/python -m model_server.training.generate_examples $(ARGS)

# Tasks without a known answer, for grpo: what authors left in their pages.
natural: setup browser
	$(BIN)/python -m model_server.training.natural_tasks $(ARGS)

# What renders say of the likeliest answers to every task, for grpo without a browser and for comparing policies.
verdicts: setup browser
	$(BIN)/python -m model_server.training.verdicts $(ARGS)

sft: $(TRAIN)/ready
	$(LEARN).sft $(ARGS)

grpo: $(TRAIN)/ready browser
	$(LEARN).grpo $(ARGS)

weights:
	$(BIN)/python -m model_server.training.package_weights $(ARGS)

test-training: $(TRAIN)/ready browser
	$(TRAIN)/bin/python -m pytest -q tests/model/test_learning.py tests/model/test_adapting.py tests/model/test_environment.py tests/model/test_typings.py

$(TRAIN)/ready: pyproject.toml .ci/constraints-train.txt
	$(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/pip install --quiet --constraint .ci/constraints-train.txt --editable '.[dev,train,cluster]'
	@touch $@

clean:
	rm -rf $(VENV) $(TRAIN) $(OUT) $(CLIENT)/node_modules $(CLIENT)/dist $(CLIENT)/build
