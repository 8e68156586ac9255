# make demo    set up, build for release, train a small network on the embedded data set
# make test    set up, run the whole test suite
# make fuzz    set up, read damaged files of every format; ARGUMENTS="--format png --count 100000 --seed 2" narrows it
# make bench   set up, measure; ARGUMENTS="--filter conv2d --python /path/to/python" narrows it
# make docs    the reference of all modules, by the toolchain's docc, into .build/documentation
# SFVIDEO_MINIMAL=1 in the environment builds without the optional libraries.
.PHONY: demo test fuzz bench docs lint setup

demo: setup
	swift run -c release TrainFeat2Seg $(ARGUMENTS)

test: setup
	swift build --build-tests
	swift test --skip-build

fuzz: setup
	swift run Fuzz $(ARGUMENTS)

bench: setup
	swift run -c release Benchmarks $(ARGUMENTS)

docs: setup
	@Scripts/docs.sh

lint:
	swift format lint --strict --recursive Sources Tests Examples Benchmarks Package.swift

setup:
	@Scripts/setup.sh
