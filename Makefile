# Each recipe is a line that a person could type. PYTHON chooses the interpreter (3.11 to 3.13).
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
SOURCES := pyproject.toml constraints.txt CMakeLists.txt $(shell find cpp -type f)

.PHONY: demo test lint types test-cpp test-python sanitize cuda clean

# Set up, train on drawn hands, judge the network, read one picture.
demo: $(VENV)/.installed-train
	rm -rf runs/demo
	$(BIN)/python -m train fit --recipe demo --out runs/demo
	$(BIN)/python -m train evaluate runs/demo
	$(BIN)/python -m train predict runs/demo runs/demo/phantom/images/1.png

# Set up, then every check that a change must pass.
test: lint types test-cpp test-python

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/clang-format --dry-run --Werror $$(find cpp -name '*.hpp' -o -name '*.cpp' -o -name '*.cu')

types: $(VENV)/.installed-test
	$(BIN)/mypy

test-cpp: $(VENV)/.installed-test
	PATH=$(abspath $(BIN)):$$PATH cmake --preset dev -D RIL_WERROR=$(if $(CI),ON,OFF)
	PATH=$(abspath $(BIN)):$$PATH cmake --build --preset dev
	PATH=$(abspath $(BIN)):$$PATH ctest --preset dev

test-python: $(VENV)/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest

# The C++ tests under AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer.
sanitize: $(VENV)/.installed-test
	PATH=$(abspath $(BIN)):$$PATH; for preset in asan tsan; do \
	  cmake --preset $$preset && cmake --build --preset $$preset && ctest --preset $$preset || exit 1; done

# Compile the CUDA kernels; needs nvcc, but no GPU.
cuda: $(VENV)/.installed-test
	PATH=$(abspath $(BIN)):$$PATH cmake --preset cuda
	PATH=$(abspath $(BIN)):$$PATH cmake --build --preset cuda

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-train: $(SOURCES) | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[train]'
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed-train
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[train,dicom,test,dev]'
	touch $@

clean:
	rm -rf $(VENV) build
