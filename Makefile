# libvideodb_rt. `make help` names the targets and settings; CONTRIBUTING.md has the rest.

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
DESTDIR ?=
SWIFT ?= swift
JOBS ?= 2
STRIP ?= strip
PYTHON ?= python3
export SWIFT JOBS

VERSION := $(shell sed -n 's/^.define VDBRT_VERSION_STRING "\(.*\)"/\1/p' Include/videodb_rt.h)
ABI := 0
REALNAME := libvideodb_rt.so.$(VERSION)
SONAME := libvideodb_rt.so.$(ABI)

# The shipping form: Embedded Swift, no Swift runtime. SwiftPM would add a RUNPATH of $ORIGIN, which a system library must not have.
# Optimised as a whole when it is linked, which makes it a sixth smaller.
BUILD_EMBEDDED := VDBRT_EMBEDDED=1 $(SWIFT) build -c release --product videodb_rt --disable-local-rpath \
	--experimental-lto-mode full --scratch-path .build-embedded -j $(JOBS)

SOURCES := Package.swift pkgconfig/videodb_rt.map $(shell find Sources Include -type f ! -name '*.hpp')
STAGED := build/lib/$(REALNAME) build/include/videodb_rt.h build/include/videodb_rt.hpp build/lib/pkgconfig/videodb_rt.pc

.DELETE_ON_ERROR:
.PHONY: all local demo test size parity live chaos wheel bench bench-search valgrind asan tsan format lint install uninstall clean help

all: $(STAGED)

# build/debug keeps the symbols: the same library, for a debugger or for addr2line.
build/lib/$(REALNAME): $(SOURCES)
	@DEPS=no scripts/deps.sh build
	$(BUILD_EMBEDDED)
	@mkdir -p build/lib build/debug
	install -m 644 .build-embedded/release/libvideodb_rt.so build/debug/$(REALNAME)
	$(STRIP) --strip-unneeded -o $@ build/debug/$(REALNAME)
	chmod 644 $@
	for d in build/lib build/debug; do ln -sf $(REALNAME) $$d/$(SONAME) && ln -sf $(SONAME) $$d/libvideodb_rt.so; done

build/include/%: Include/%
	install -D -m 644 $< $@

# In the build folder the paths are found from the place of the .pc file itself.
build/lib/pkgconfig/videodb_rt.pc: pkgconfig/videodb_rt.pc.in Include/videodb_rt.h Makefile
	@mkdir -p $(@D)
	sed -e 's|@PREFIX@|$${pcfiledir}/../..|' -e 's|@LIBDIR@|$${prefix}/lib|' -e 's|@INCLUDEDIR@|$${prefix}/include|' \
	  -e 's|@VERSION@|$(VERSION)|' $< > $@

# The local service is a package of its own. SwiftPM knows what has changed in it. Its own manifest optimises what looks at pictures;
# for the rest, the configuration that its tests use saves building everything that it depends on twice.
local:
	@DEPS=no scripts/deps.sh build local
	$(SWIFT) build --package-path localservice --product videodb-rt-local -j $(JOBS)
	$(SWIFT) build --package-path localservice --product videodb-rt-sphinx -j $(JOBS)
	@mkdir -p build/bin
	install -m 755 localservice/.build/debug/videodb-rt-local localservice/.build/debug/videodb-rt-sphinx build/bin

# For Python: build/wheel/videodb_rt-*.whl, with the library in it.
wheel: all
	@scripts/venv.sh
	@bindings/python/wheel.sh

demo:
	@scripts/deps.sh build local demo
	@$(MAKE) --no-print-directory all local
	@$(PYTHON) examples/demo.py

test:
	@scripts/test.sh

# Also FILES=yes, FUNCTIONS=yes.
size: all ; @scripts/size.py $(if $(FILES),--files) $(if $(FUNCTIONS),--functions)
parity: ; @SDK=$(SDK) scripts/test.sh parity
live: ; @scripts/live.sh
# The sizes of scripts/chaos.sh: EVENTS, FAULTS, RATE, SEED, CLIENTS.
chaos: ; @scripts/chaos.sh
bench-search: ; @VDBRT_BENCH=1 $(SWIFT) run --package-path localservice -c release -j $(JOBS) bench-search $(RECORDS)
# The settings are those of bench/run.py.
bench: all
	@scripts/deps.sh bench
	@scripts/venv.sh
	@ROUNDS=$(ROUNDS) LATENCY_ROUNDS=$(LATENCY_ROUNDS) START_ROUNDS=$(START_ROUNDS) SCALE=$(SCALE) CHANNELS=$(CHANNELS) ONLY='$(ONLY)' WRITE=$(WRITE) $(PYTHON) bench/run.py
valgrind: ; @scripts/test.sh valgrind
asan: ; @scripts/test.sh asan
tsan: ; @scripts/test.sh tsan
lint: ; @scripts/test.sh format

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests localservice/Package.swift localservice/Sources localservice/Tests \
	  localservice/Benchmarks localservice/Examples examples/swift
	clang-format -i $$(git ls-files '*.c' '*.h' '*.cpp' '*.hpp')
	! command -v gofmt >/dev/null || gofmt -w bindings/go examples/go bench

# Installs what was built, so that it can be run as root without a Swift toolchain on root's PATH.
install:
	@for f in $(STAGED); do test -e $$f || { echo "$$f is missing: run make first" >&2; exit 1; }; done
	install -d $(DESTDIR)$(LIBDIR) $(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(PKGCONFIGDIR)
	install -m 644 build/lib/$(REALNAME) $(DESTDIR)$(LIBDIR)/$(REALNAME)
	ln -sf $(REALNAME) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libvideodb_rt.so
	install -m 644 build/include/videodb_rt.h build/include/videodb_rt.hpp $(DESTDIR)$(INCLUDEDIR)
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	  pkgconfig/videodb_rt.pc.in > $(DESTDIR)$(PKGCONFIGDIR)/videodb_rt.pc
	chmod 644 $(DESTDIR)$(PKGCONFIGDIR)/videodb_rt.pc
	@test -n "$(DESTDIR)" || echo "Run ldconfig if $(LIBDIR) is a folder of the system's linker."

uninstall:
	rm -f $(DESTDIR)$(LIBDIR)/$(REALNAME) $(DESTDIR)$(LIBDIR)/$(SONAME) $(DESTDIR)$(LIBDIR)/libvideodb_rt.so
	rm -f $(DESTDIR)$(INCLUDEDIR)/videodb_rt.h $(DESTDIR)$(INCLUDEDIR)/videodb_rt.hpp $(DESTDIR)$(PKGCONFIGDIR)/videodb_rt.pc

clean:
	rm -rf build .build .build-* localservice/.build

help:
	@echo 'make            the library, its header and its .pc file, in build/'
	@echo 'make local      the local service: build/bin/videodb-rt-local'
	@echo 'make wheel      the Python package with the library in it: build/wheel/videodb_rt-*.whl'
	@echo 'make demo       watch a camera; CAMERA=anything that ffmpeg opens'
	@echo 'make install    PREFIX=$(PREFIX) DESTDIR= LIBDIR= INCLUDEDIR= PKGCONFIGDIR='
	@echo 'make uninstall  with the same settings'
	@echo 'make test       everything that is tested, as CI runs it'
	@echo 'make size       what each part of the library costs; FILES=yes or FUNCTIONS=yes for each'
	@echo 'make parity     the official SDK sends what we send; SDK=latest for the newest of PyPI'
	@echo 'make live       every operation against the hosted service, on CAMERA=rtsp://...; VIDEO_DB_API_KEY, LIVE_SPEND=yes'
	@echo 'make chaos      what a client loses while its connection is cut EVENTS=1000000 FAULTS=2000, beside the official SDK'
	@echo 'make bench      what we cost beside what else one could use: ROUNDS=8, SCALE=1, ONLY=a pattern of rows'
	@echo 'make bench-search   searches over RECORDS=1000000 records of the local service'
	@echo 'make valgrind   the C programs under valgrind; make asan, make tsan: the Swift tests with sanitizers'
	@echo 'make format     formats Swift, C, C++ and Go; make lint only looks'
	@echo 'make clean      removes what was built'
	@echo 'DEPS=no         installs no packages: names what is missing'
