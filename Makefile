# make demo    set up, build for release, train a small network on the embedded data set
# make test    set up, run the whole test suite
# make cpus    set up, test as on CPUs without AVX2, and without AVX-512
# make fuzz    set up, read damaged files of every format under AddressSanitizer and LeakSanitizer;
#              ARGUMENTS="--format png --count 100000 --seed 2" narrows it
# make threads set up, test what runs on several threads under ThreadSanitizer
# make sanitize the two before
# make bench   set up, measure; ARGUMENTS="--filter conv2d --python /path/to/python" narrows it
# make docs    the reference of all modules, by the toolchain's docc, into .build/documentation
# SFVIDEO_MINIMAL=1 in the environment builds without the optional libraries.
.PHONY: demo test cpus fuzz threads sanitize bench docs lint setup

demo: setup
	swift run -c release TrainFeat2Seg $(ARGUMENTS)

test: setup
	swift build --build-tests
	swift test --skip-build

# Of the libraries, too, only what such a CPU runs.
cpus: setup
	SFVIDEO_CPU=x86-64 swift build --build-tests
	SFVIDEO_CPU=x86-64 ONEDNN_MAX_CPU_ISA=SSE41 OPENBLAS_CORETYPE=Nehalem swift test --skip-build --filter $(kernels)
	SFVIDEO_CPU=x86-64-v3 swift build --build-tests
	SFVIDEO_CPU=x86-64-v3 ONEDNN_MAX_CPU_ISA=AVX2 OPENBLAS_CORETYPE=Haswell swift test --skip-build --filter $(kernels)

kernels = '^(Tensor|NN|Vision|SFModels)Tests'

fuzz: setup
	swift build --sanitize=address --scratch-path .build/address --product Fuzz
	LSAN_OPTIONS=suppressions=$(CURDIR)/Scripts/leaks.txt:print_suppressions=0 .build/address/debug/Fuzz $(ARGUMENTS)

threads: setup
	swift build --sanitize=thread --scratch-path .build/thread --build-tests
	swift test --skip-build --sanitize=thread --scratch-path .build/thread --filter $(threaded)

# The data loader, the tape, the pool, and what hands out its work by itself.
threaded = 'DataLoaderTests|AutodiffTests|NestedScopeTests|RecomputationTests|MemoryTests|DependOnTheThreads|ConcurrentMapTests|SpectralWalkTests'

sanitize: fuzz threads

bench: setup
	swift run -c release Benchmarks $(ARGUMENTS)

docs: setup
	@Scripts/docs.sh

lint:
	swift format lint --strict --recursive Sources Tests Examples Benchmarks Package.swift

setup:
	@Scripts/setup.sh
