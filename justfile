# `just` runs what CI runs, in its order; CI reads the recipes from here. So each recipe is one line, and `test` is last.

set shell := ["bash", "-euo", "pipefail", "-c"]

default: fmt deny lint lint-all doc features native-tls windows macos wine package quickstart stay-signed-in examples behind-features lean live guard build-tests test

# The code is formatted.
fmt:
    cargo fmt --all --check

# Licences, sources and bans of the whole tree.
deny:
    cargo deny --workspace --all-features check bans licenses sources

# Lints, on default features.
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# Lints, on all features but `native-tls`, which needs a C library.
lint-all:
    cargo clippy --workspace --all-targets --features api-client-tests/keyring,api-client-tests/lean,api-client-tests/encodings,api-client-tests/metrics,api-client-tests/oauth2,cli_login_example/keyring -- -D warnings

# The documentation builds without a warning, that of private items included.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

# Each feature compiles without a warning, alone and with each of those that share code: the transports, TLS, cookies and encodings. A client says which TLS it lacks.
features:
    cargo hack clippy --package sdk-runtime --each-feature --exclude-features native-tls,reqwest --exclude-all-features -- -D warnings && cargo hack clippy --package sdk-runtime --feature-powerset --depth 2 --include-features default,lean,rustls,rustls-no-provider,cookies,gzip --exclude-no-default-features -- -D warnings && cargo clippy --package sdk-runtime --no-default-features --all-targets -- -D warnings && cargo test --package sdk-runtime --no-default-features --lib && cargo test --package published_client --no-default-features && cargo test --package published_client --no-default-features --features reqwest && cargo test --package published_client --no-default-features --features reqwest,rustls-no-provider && RUSTDOCFLAGS="-D warnings" cargo doc --package sdk-runtime --no-default-features --no-deps

# The platform's TLS compiles without a warning and is used, alone and next to rustls. On Linux it needs `libssl-dev`, which `.ci/run` installs.
native-tls:
    cargo clippy --package sdk-runtime --no-default-features --features native-tls --all-targets -- -D warnings && cargo test --package published_client --no-default-features --features native-tls && cargo test --package published_client --features native-tls

# It compiles for Windows, without TLS and with everything. This and the next two need packages of Debian, which `.ci/run` installs.
windows:
    for features in --no-default-features --all-features; do .ci/debian-cargo check --target x86_64-pc-windows-gnu --package sdk-runtime --package sdk-testkit $features; done

# It compiles for macOS, with its own TLS. The C code of rustls needs a compiler that Debian does not have.
macos:
    .ci/debian-cargo check --target aarch64-apple-darwin --package sdk-runtime --package sdk-testkit --no-default-features --features sdk-runtime/keyring,sdk-runtime/native-tls

# The unit tests, and those of the stores, pass on Windows as far as Wine is one.
wine:
    .ci/debian-cargo test --target x86_64-pc-windows-gnu --package sdk-runtime --package api-client-tests --lib --test stores

# The crates can be published, and so can a client such as the example's: each compiles from what its package contains.
# Cargo keeps what it once unpacked of a package that is not published yet, and takes it again for the same version however it has changed since; hence `rm`.
package:
    rm -rf "${CARGO_HOME:-$HOME/.cargo}"/registry/src/-*/sdk-*-0.* && cargo package --allow-dirty --package sdk-macros --package sdk-testkit --package sdk-runtime --package published_client

# The example a newcomer runs first ends with its `ok:` line.
quickstart:
    cargo run --example quickstart | awk '{ print; last = $0 } END { exit (last !~ /^ok:/) }'

# A program that is killed is still signed in when it is started again.
stay-signed-in:
    cargo run --example stay_signed_in | awk '{ print; last = $0 } END { exit (last !~ /^ok:/) }'

# The examples end with their `ok:` lines. All of them are built at once, so that their dependencies are compiled once.
examples:
    cargo build --bins --examples && for name in examples/client_secret examples/cookies_csrf examples/events examples/graphql examples/upload tracing_example layers_example axum_in_process service_example session_layer_example blocking_example pages_example; do "${CARGO_TARGET_DIR:-target}/debug/$name" | awk '{ print; last = $0 } END { exit (last !~ /^ok:/) }'; done && cargo run --package cli_login_example | awk '{ print; last = $0 } END { exit (last !~ /^ok:/) }'

# What is behind features: the stores of logins once more, that in a key ring included, answers that travel compressed, and sign-ins at an authorization server.
behind-features:
    cargo test --features keyring,encodings,metrics,oauth2 --test stores --test encodings --test hostile --test observed --test docs --test oauth2 && cargo test --package sdk-runtime --features blocking,oauth2 --doc -- wait oauth

# Every test of the network once more, over the lean transport.
lean:
    cargo test --package api-client-tests --no-default-features --features lean --test encrypted --test hostile --test requests --test volume && cargo test --package api-client-tests --no-default-features --features lean,encodings --test encodings && cargo test --package sdk-runtime --no-default-features --features lean,rustls --lib && cargo test --package published_client --no-default-features --features lean,rustls-no-provider && cargo test --package published_client --no-default-features --features lean

# What servers of others receive and answer: httpbin, without what decodes compressed answers and with it, and the authorization server oidc-provider, with scripts and with a browser. Needs `python3` and its `venv`, and `node` 18 or later with `npm`, and `chromium`. The features are those of `behind-features` and `lean`, so that they are compiled once.
live:
    .ci/live python3 && .ci/live python3 --features keyring,encodings,metrics,oauth2 && .ci/live python3 --package api-client-tests --no-default-features --features lean,encodings && .ci/live node --features keyring,encodings,metrics,oauth2 && .ci/live chromium --features keyring,encodings,metrics,oauth2

# No call, no storm and no session costs more than it did, by the instructions of valgrind, and none is larger. `just guard-write` after a change that is meant.
guard:
    for bench in call storm sessions; do cargo bench --bench $bench -- --guard; done

# All tests compile. Of itself, so that it is seen what of the next one is compiling.
build-tests:
    cargo test --no-run

# All tests, as the README says.
test:
    cargo test

# Not part of CI: ---------------------------------------------------------------------------------------------------

# The cost of a call as a ratio to the same call by hand; `just bench --instructions` counts with valgrind.
bench *flags:
    cargo bench --bench call -- {{ flags }}

# The cost of callers who wait for a refresh together, as ratios to calls that do not wait, by valgrind.
bench-storm:
    cargo bench --bench storm

# The cost of a session in a pool, by valgrind; `just bench-sessions 1000000` tells the memory of a process with so many.
bench-sessions *sessions:
    cargo bench --bench sessions -- {{ sessions }}

# The instructions of one call by the clients that people write or take, of the client's process alone: `just peers reqwest ours`. A package of its own.
peers *names:
    cargo run --release --manifest-path benches/peers/Cargo.toml -- instructions {{ names }}

# Measures everything of benches/REPORT.md, and writes it, its plots and the table of the README: about 10 minutes. Needs valgrind.
# `just report --quick` and `just report throughput` try it, and write below the folder `target` of the package.
report *words:
    cargo run --release --manifest-path benches/peers/Cargo.toml -- report {{ words }}

# Every pair of features compiles without a warning, where brotli and zstd count as one, and `reqwest` is in `default`: about 15 minutes.
feature-pairs:
    cargo hack clippy --package sdk-runtime --feature-powerset --depth 2 --group-features br,zstd --exclude-features native-tls,reqwest -- -D warnings

# Writes the figures that `guard` compares.
guard-write:
    for bench in call storm sessions; do cargo bench --bench $bench -- --guard --write; done

# The source files that a call, a replay after a refresh and a sign-out pass; `just flow --files` and `--edges` name them. Needs valgrind.
flow *flags:
    cargo bench --profile dev --bench flow -- {{ flags }}

# The cost of an endpoint in compile time and binary size, compared with one written by hand on reqwest.
bench-endpoints count="200":
    benches/endpoints.sh {{ count }}

# Other tests under Wine: `just wine-more requests`, `just wine-more session --skip five_hundred`.
wine-more test *flags:
    .ci/debian-cargo test --target x86_64-pc-windows-gnu --package api-client-tests --test {{ test }} -- {{ flags }}

# Writes the expected output of the compile-fail fixtures again. Read the difference before you commit it.
ui-bless:
    TRYBUILD=overwrite cargo test --test ui

# Breaks the runtime in each way of tests/mutations/list.txt, and sees the test that is named there fail: all in about 11 minutes,
# or those of one invariant, `just mutations I14`.
mutations which="":
    MUTATIONS="{{ which }}" cargo test --test mutations -- --ignored --nocapture

# The same by a tool that generates the mutations (`cargo install cargo-mutants`): in a folder of the runtime (`just mutants session`),
# or in a sample of 200 of `macros` or `testkit`, another for each seed. tests/mutations/README.md has the figures.
mutants folder seed="0":
    tests/mutations/folder.sh {{ folder }} {{ seed }}

# Each test binary, 20 times while all cores and the disk are kept busy: `just under-load 5 crash stores` for some of them.
under-load rounds="20" *binaries:
    .ci/under-load {{ rounds }} {{ binaries }}

# The concurrency tests, optimized and over and over, processes killed at many moments of chance, short programs, hostile
# answers, bodies of 10 GiB, and random worlds, declarations and input of every kind;
# what threads share, with twice as many interruptions; and 600 callers for minutes at an authorization server (`node`).
soak rounds="50" kills="500" worlds="200000" programs="1000" answers="20000" declarations="100000" mebibytes="10240" values="100000" seconds="300" $TEST_MINUTES="0":
    LOOM_MAX_PREEMPTIONS=4 cargo test --release --test threads
    CRASH_ROUNDS={{ kills }} cargo test --release --test crash
    PROGRAM_ROUNDS={{ programs }} cargo test --release --test programs
    HOSTILE_ROUNDS={{ answers }} cargo test --release --test hostile
    MODEL_ROUNDS={{ worlds }} cargo test --release --test model
    VOLUME_MIB={{ mebibytes }} cargo test --release --test volume -- --nocapture
    PROPERTY_ROUNDS={{ values }} cargo test --release --test properties
    DECLARATION_ROUNDS={{ declarations }} cargo test --release --package sdk-macros random
    OIDC_SECONDS={{ seconds }} RUST_TEST_NOCAPTURE=1 .ci/live node --release --features oauth2
    just feature-pairs
    for round in $(seq {{ rounds }}); do echo "round $round"; cargo test --quiet --release --test session; done

# Input of chance, led by the code that it reaches, for what reads streams, answers and stored logins: `just fuzz 600 answers`. Needs g++.
fuzz seconds="60" *targets:
    .ci/fuzz {{ seconds }} {{ targets }}
