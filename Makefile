# Short names for the scripts in tools/; what they build is described by CMakeLists.txt.
.PHONY: help setup quickstart build test bench docs clean

help:
	@echo 'make quickstart   set up, build and run recipes/digits.yaml: train, quantize, simulate the hardware'
	@echo 'make test         set up, build and run every test'
	@echo 'make build        set up and build build/bin/mase and its plugins'
	@echo 'make bench        build and run the benchmarks'
	@echo 'make docs         write the generated pages of the manual and the schema of recipes'
	@echo 'make clean        remove what was built; packages, LibTorch and data stay'

setup:
	@tools/setup

quickstart:
	@tools/quickstart

build: setup
	@tools/build

test:
	@tools/test

bench: build
	@tools/bench

docs: build
	@build/bin/mase docs docs/components
	@build/bin/mase schema >docs/recipe.schema.json
	@MASE_BUILD_TARGETS=model_operators tools/build
	@build/tests/model_operators >docs/model_operators.md

clean:
	rm -rf build build-asan
