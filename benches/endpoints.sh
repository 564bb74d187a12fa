#!/usr/bin/env bash
# What an endpoint costs the compiler and the binary: a trait of 200 endpoints and the same 200 written by hand on
# reqwest, each with an answer type of its own. Prints lines of generated code, seconds of `cargo check` and bytes of a
# stripped release binary, for one endpoint. The programs are made in target/endpoints; nothing else is touched.
#
#     benches/endpoints.sh 200 3          # 200 endpoints, the fastest of 3 checks
#     benches/endpoints.sh 200 3 check    # only the milliseconds of checks: with the endpoints, and without
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD work=$PWD/target/endpoints count=${1:-200} rounds=${2:-3} only=${3:-}
export CARGO_TERM_COLOR=never CARGO_TARGET_DIR=$work/target
mkdir -p "$work"

# name, dependency: an empty program of this name.
program() {
    mkdir -p "$work/$1/src"
    cat > "$work/$1/Cargo.toml" <<TOML
[package]
name = "$1"
version = "0.0.0"
edition = "2024"

[dependencies]
$2
serde = { version = "1", features = ["derive"] }
tokio = { version = "1", features = ["rt", "macros"] }

[profile.release]
strip = true

[workspace]
TOML
    cp "$root/Cargo.lock" "$work/$1/Cargo.lock"
}

# Three kinds, in turn: one by id, a search, and a creation.
types() {
    for i in $(seq 0 $(($1 - 1))); do
        echo "#[derive(serde::Deserialize, Debug)] pub struct Answer$i { pub id: u64, pub name: String, pub tags: Vec<String> }"
    done
    echo '#[derive(serde::Serialize)] pub struct New<'"'"'a> { pub name: &'"'"'a str }'
}

calls() {
    echo '    match std::env::args().count() {'
    for i in $(seq 0 $(($1 - 1))); do
        case $((i % 3)) in
            0) echo "        $((i + 2)) => println!(\"{:?}\", client.endpoint$i(7).await)," ;;
            1) echo "        $((i + 2)) => println!(\"{:?}\", client.endpoint$i(\"a b\", 2).await)," ;;
            *) echo "        $((i + 2)) => println!(\"{:?}\", client.endpoint$i(&New { name: \"x\" }).await)," ;;
        esac
    done
    echo '        _ => {}'
    echo '    }'
}

declared() {
    types "$1"
    echo '#[sdk_runtime::api_client] pub trait Api {'
    echo '    #[get("/none")] async fn none(&self) -> sdk_runtime::Result<()>;'
    for i in $(seq 0 $(($1 - 1))); do
        echo "    /// One."
        case $((i % 3)) in
            0) echo "    #[get(\"/things$i/{id}\")] async fn endpoint$i(&self, id: u64) -> sdk_runtime::Result<Answer$i>;" ;;
            1) echo "    #[get(\"/things$i\")] async fn endpoint$i(&self, #[query] q: &str, #[query] page: u32) -> sdk_runtime::Result<Answer$i>;" ;;
            *) echo "    #[post(\"/things$i\")] async fn endpoint$i(&self, #[json] thing: &New<'_>) -> sdk_runtime::Result<Answer$i>;" ;;
        esac
    done
    echo '}'
    echo '#[tokio::main(flavor = "current_thread")] async fn main() {'
    echo '    let client = ApiClient::builder("http://localhost").bearer("token").build().unwrap();'
    echo '    if std::env::args().count() == 1 { println!("{:?}", client.none().await); }'
    calls "$1"
    echo '}'
}

by_hand() {
    types "$1"
    cat <<'RUST'
pub struct Client { http: reqwest::Client, base: String, token: String }
impl Client {
    pub async fn none(&self) -> Result<(), reqwest::Error> {
        self.http.get(format!("{}/none", self.base)).bearer_auth(&self.token).send().await?.error_for_status()?;
        Ok(())
    }
RUST
    local send='bearer_auth(&self.token).send().await?.error_for_status()?.json().await'
    for i in $(seq 0 $(($1 - 1))); do
        echo "    /// One."
        case $((i % 3)) in
            0) echo "    pub async fn endpoint$i(&self, id: u64) -> Result<Answer$i, reqwest::Error> { self.http.get(format!(\"{}/things$i/{id}\", self.base)).$send }" ;;
            1) echo "    pub async fn endpoint$i(&self, q: &str, page: u32) -> Result<Answer$i, reqwest::Error> { self.http.get(format!(\"{}/things$i\", self.base)).query(&[(\"q\", q)]).query(&[(\"page\", page)]).$send }" ;;
            *) echo "    pub async fn endpoint$i(&self, thing: &New<'_>) -> Result<Answer$i, reqwest::Error> { self.http.post(format!(\"{}/things$i\", self.base)).json(thing).$send }" ;;
        esac
    done
    echo '}'
    echo '#[tokio::main(flavor = "current_thread")] async fn main() {'
    echo '    let client = Client { http: reqwest::Client::new(), base: "http://localhost".to_owned(), token: "token".to_owned() };'
    echo '    if std::env::args().count() == 1 { println!("{:?}", client.none().await); }'
    calls "$1"
    echo '}'
}

# The seconds of the fastest of some checks of the program alone; its dependencies are checked before.
check() {
    local manifest=$work/$1/Cargo.toml best=
    cargo check --quiet --manifest-path "$manifest"
    for _ in $(seq "$rounds"); do
        touch "$work/$1/src/main.rs"
        local begin end
        begin=$(date +%s%N)
        cargo check --quiet --manifest-path "$manifest"
        end=$(date +%s%N)
        local took=$(((end - begin) / 1000000))
        if [[ -z "$best" || $took -lt $best ]]; then best=$took; fi
    done
    echo "$best"
}

size() {
    cargo build --quiet --release --manifest-path "$work/$1/Cargo.toml"
    stat -c %s "$CARGO_TARGET_DIR/release/$1"
}

program declared "sdk-runtime = { path = \"$root/sdk-runtime\" }"
program by_hand 'reqwest = { version = "0.13", default-features = false, features = ["json", "query", "stream", "rustls", "http2", "system-proxy"] }'

declare -A milliseconds bytes
for name in declared by_hand; do
    for endpoints in 0 "$count"; do
        "$name" "$endpoints" > "$work/$name/src/main.rs"
        milliseconds[$name$endpoints]=$(check "$name")
        [[ $only == check ]] || bytes[$name$endpoints]=$(size "$name")
    done
done

if [[ $only == check ]]; then
    for name in declared by_hand; do
        echo "$name check: ${milliseconds[$name$count]} ${milliseconds[${name}0]}"
    done
    exit
fi

lines=$(CARGO_TARGET_DIR="$root/target" cargo test --quiet --package sdk-macros plain_endpoint -- --nocapture | sed -n 's/^lines of a plain endpoint: //p')
echo "lines of generated code for a plain endpoint: $lines"
for name in declared by_hand; do
    echo "$name: $(((milliseconds[$name$count] - milliseconds[${name}0]) * 1000 / count)) us of cargo check and" \
        "$(((bytes[$name$count] - bytes[${name}0]) / count)) bytes of release binary for each of $count endpoints" \
        "(check ${milliseconds[$name$count]} ms, without endpoints ${milliseconds[${name}0]} ms; binary ${bytes[$name$count]}, ${bytes[${name}0]} bytes)"
done
